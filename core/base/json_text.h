#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace ballast {

/// Deeper lists and objects are not read: what compares, copies or prints values calls itself, and
/// a stranger's file of a million brackets must not use up the stack.
inline constexpr int kDeepestJson = 100;

/// How deep the lists and objects of JSON text lie in each other at most.
int depthOfJson(std::string_view text);

/// Parses JSON text. Throws ConfigError naming `subject`, line and column, also for a key that
/// stands twice in one object.
nlohmann::json parseJson(std::string_view text, const std::string& subject);

/// The same for files whose readers say themselves what is wrong: a value that is_discarded() where
/// the text is not JSON, or too deep.
nlohmann::json jsonOrDiscarded(std::string_view text);

/// A value as messages show it: its JSON, at most 60 characters.
std::string shownJson(const nlohmann::json& value);

/// A number, or null for what is not one: JSON has no NaN.
nlohmann::ordered_json numberJson(double value);

}  // namespace ballast
