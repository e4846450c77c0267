#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ballast {

/// WORKSPACE/queue.json: the order in which people want queued runs trained, where they have
/// changed it. Which runs are queued, their folders say.
std::filesystem::path queueOrderFile(const std::filesystem::path& workspace);

/// IDs of runs, the first to be trained first; runs that are not among them come after. None where
/// there is no such file. Throws DamagedFileError, or StorageError for a newer format; the file
/// stays as it is.
std::vector<std::string> readQueueOrder(const std::filesystem::path& workspace);

/// Replaces the file. Throws StorageError.
void writeQueueOrder(const std::filesystem::path& workspace, const std::vector<std::string>& runs);

}  // namespace ballast
