#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/experiment/class_rules.h"

namespace ballast {

/// A class rule as JSON: "one", {"rule": "power", "nu": 0.5}, or [1, 0.5, …].
nlohmann::ordered_json toJson(const ClassRule& rule);

/// Reads a class rule. Appends to `problems`.
ClassRule classRuleFromJson(const nlohmann::json& json, ClassTerm term, const std::string& pointer,
                            std::vector<Problem>& problems);

/// Reads one in which no problem was found.
ClassRule classRuleFromJson(const nlohmann::json& json);

/// The rules that can give `term`, for messages.
std::string allowedRules(ClassTerm term);

}  // namespace ballast
