#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ballast {

// Which checkpoints of a run others still need. A request is an empty file of the run's folder,
// branches/epoch-000160-for-ID, which any process may make while another one trains the run. It
// only delays a removal; where it is lost the other run trains more than it had to.

/// Asks that the checkpoint after `epochs` epochs be kept until the run `child` of the same
/// workspace is done. Throws StorageError.
void requestBranchPoint(const std::filesystem::path& run_folder, int epochs,
                        const std::string& child);

/// Takes back what `child` asked for.
void releaseBranchPoints(const std::filesystem::path& run_folder, const std::string& child);

/// The epochs that unfinished runs have asked for, ascending; requests of runs that are finished or
/// gone are removed.
std::vector<int> branchPoints(const std::filesystem::path& run_folder);

}  // namespace ballast
