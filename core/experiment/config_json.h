#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/experiment/catalog.h"
#include "core/experiment/config.h"

namespace ballast {

inline constexpr int kConfigFormat = 1;

/// The config as JSON, every default written out.
nlohmann::ordered_json toJson(const RunConfig& config);
nlohmann::ordered_json toJson(const ClassRule& rule);

/// Everything wrong with a config, each with its JSON pointer, the value, what is allowed, and for
/// an unknown key the nearest known one. Empty: configFromJson will succeed.
std::vector<Problem> checkConfig(const nlohmann::json& config);

/// The config that `json` says; what it leaves out has the defaults of config.h.
/// Throws ConfigError with all problems of checkConfig; `subject` names the source ("cb.json").
RunConfig configFromJson(const nlohmann::json& json, const std::string& subject);

/// Reads a class rule: "one", {"rule": "power", "nu": 0.5}, or [1, 0.5, …]. Appends to `problems`.
ClassRule classRuleFromJson(const nlohmann::json& json, ClassTerm term, const std::string& pointer,
                            std::vector<Problem>& problems);

/// The "loss" and "phases" of a config or of a loss file; `epochs` is how many there are (a phase
/// must begin before). Appends to `problems`, with pointers /loss/… and /phases/….
struct LossAndPhases {
    LossConfig loss;
    std::vector<Phase> phases{Phase{}};
};
LossAndPhases lossAndPhasesFromJson(const nlohmann::json& object, int epochs,
                                    std::vector<Problem>& problems);

/// Parses JSON text. Throws ConfigError naming `subject`, line and column, also for a key that
/// stands twice in one object.
nlohmann::json parseJson(std::string_view text, const std::string& subject);

/// Sets one field of a config's JSON, or a parameter of a class rule ("/phases/1/alpha/nu").
/// Throws ConfigError where the pointer names no field, or an element of a list that is not there.
void setField(nlohmann::json& config, const std::string& pointer, nlohmann::json value);

/// Applies "/training/epochs=20" to a config's JSON. The value is JSON, or else plain text.
/// Throws ConfigError where the pointer names no field.
void applySetting(nlohmann::json& config, const std::string& setting);

/// Whether a device can be called so: "auto", "cpu", "cuda", "cuda:0" …
bool isDeviceName(const std::string& name);

/// The known word nearest to `word` (edit distance at most a third of its length, at least 2), or
/// "".
std::string nearestWord(std::string_view word, const std::vector<std::string>& known);

}  // namespace ballast
