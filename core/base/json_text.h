#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace ballast {

/// Parses JSON text. Throws ConfigError naming `subject`, line and column, also for a key that
/// stands twice in one object.
nlohmann::json parseJson(std::string_view text, const std::string& subject);

/// A value as messages show it: its JSON, at most 60 characters.
std::string shownJson(const nlohmann::json& value);

/// A number, or null for what is not one: JSON has no NaN.
nlohmann::ordered_json numberJson(double value);

}  // namespace ballast
