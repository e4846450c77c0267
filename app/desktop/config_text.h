#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace ballast {

/// A config's JSON as people exchange it, on the clipboard and in files: one that is right in the
/// order people read it in, with every default.
std::string configText(const nlohmann::json& config);

/// The config that a text holds, perhaps with mistakes in its fields. Throws ConfigError with a
/// sentence where it holds none: no JSON, no object, a sweep, a figure, no field of a config.
nlohmann::json configFromText(const std::string& text, const std::string& subject);

}  // namespace ballast
