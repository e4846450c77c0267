#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace ballast {

/// The workspace's sweeps by the names of their files in sweeps/, in their order; none where there
/// are none.
std::vector<std::string> savedSweepNames(const std::filesystem::path& workspace);

/// The sweep of that name as it was given, see sweepFromJson(). Preparing it again with more values
/// or seeds makes only the runs that are missing. Throws StorageError where the file cannot be
/// read, ConfigError where it holds no sweep or is of a newer version.
nlohmann::json savedSweep(const std::filesystem::path& workspace, const std::string& name);

}  // namespace ballast
