#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

namespace ballast {

// A config's JSON as forms handle it: perhaps incomplete, perhaps wrong, changed value by value.

/// The value at `pointer`, or nullptr. Valid until `config` changes.
const nlohmann::json* valueAt(const nlohmann::json& config, const std::string& pointer);
/// The same, or the field's default; nullptr where there is neither.
const nlohmann::json* valueOrDefault(const nlohmann::json& config, const std::string& pointer);
/// The whole number there, else the default's, else `otherwise`.
int wholeAt(const nlohmann::json& config, const std::string& pointer, int otherwise);

/// Writes `value` at `pointer`, making the objects on the way; null takes the key away.
void writeValue(nlohmann::json& config, const std::string& pointer, const nlohmann::json& value);

/// How many elements the list at `pointer` has: `absent` where it is missing or no list.
std::size_t listLength(const nlohmann::json& config, const std::string& pointer,
                       std::size_t absent);
std::size_t phasesIn(const nlohmann::json& config);
std::size_t stepsIn(const nlohmann::json& config);

/// Adds a phase: a copy of the last, halfway from it to the end.
void addPhaseTo(nlohmann::json& config);
/// Adds a learning-rate step: halfway from the last to the end, a tenth of its rate.
void addStepTo(nlohmann::json& config);
/// Removes element `index` of the list at `pointer`, where there is one.
void removeElement(nlohmann::json& config, const std::string& pointer, std::size_t index);

}  // namespace ballast
