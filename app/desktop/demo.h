#pragma once

#include <nlohmann/json.hpp>
#include <vector>

namespace ballast {

/// The configs of experiments/demo, which are built in, in the order in which they are trained.
/// Throws StorageError.
std::vector<nlohmann::json> demoConfigs();

/// What a new experiment starts from: the last of them, the paper's CE+DRW. Throws StorageError.
nlohmann::json newExperiment();

}  // namespace ballast
