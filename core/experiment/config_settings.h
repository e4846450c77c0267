#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace ballast {

/// Sets one field of a config's JSON, or a parameter of a class rule ("/phases/1/alpha/nu").
/// Throws ConfigError where the pointer names no field, or an element of a list that is not there.
void setField(nlohmann::json& config, const std::string& pointer, nlohmann::json value);

/// Applies "/training/epochs=20" to a config's JSON. The value is JSON, or else plain text.
/// Throws ConfigError where the pointer names no field.
void applySetting(nlohmann::json& config, const std::string& setting);

}  // namespace ballast
