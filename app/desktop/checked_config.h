#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/experiment/config.h"

namespace ballast {

/// A config as it was given, and what checking it came to. Made once a change and handed on, as
/// checking takes longer than all that follows from it.
struct CheckedConfig {
    nlohmann::json given = nlohmann::json::object();
    std::optional<RunConfig> config;  // there is one, or there are problems
    std::vector<Problem> problems;
};

CheckedConfig checkedConfig(nlohmann::json given);

}  // namespace ballast
