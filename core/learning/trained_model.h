#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/learning/models/network.h"
#include "core/results/run_folder.h"

namespace ballast {

/// The model of a run's own checkpoint, on `device`; its weights must be whole. `said` hears where
/// some of them are not finite. Throws CheckpointError.
ImageNetwork trainedModel(const RunDescription& run, const std::filesystem::path& checkpoint,
                          std::int64_t channels, torch::Device device,
                          std::vector<std::string>& said);

}  // namespace ballast
