#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "core/data/fetch_step.h"

namespace ballast {

/// Unpacks some members of a gzipped tar archive into `folder`, without the folders they are in.
/// Throws DataError: damaged, a member is missing, no libarchive in this build; Hopeless:
/// cancelled, cannot be written.
void unpack(const std::filesystem::path& archive_file, const std::vector<std::string>& members,
            const std::filesystem::path& folder, const FetchListener& progress,
            const std::atomic<bool>& cancelled);

}  // namespace ballast
