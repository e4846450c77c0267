#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace ballast {

/// Times what the store does at the end of an epoch (record, checkpoint, pruning, status, log) for
/// a ResNet-32 run of ten classes, in a folder made for it under `folder` and removed again.
/// Medians of 50 epochs in milliseconds, and their sum as a share of an epoch of five seconds.
/// Throws StorageError.
nlohmann::ordered_json benchStore(const std::filesystem::path& folder);

}  // namespace ballast
