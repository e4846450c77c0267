#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/experiment/config_edit.h"

namespace ballast {

// What a valid config may not mean as it stands: for editors, which say it or help.

/// A sentence for each part of the config that has no effect.
std::vector<std::string> adviceOn(const RunConfig& config);

/// The learning-rate steps that stood where a phase begins in `before`, and the epochs to which
/// they follow that phase in `now`, the JSON of a later state, perhaps not valid.
std::vector<Setting> stepsThatFollow(const RunConfig& before, const nlohmann::json& now);

}  // namespace ballast
