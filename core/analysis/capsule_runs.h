#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/analysis/figure_capsule.h"
#include "core/analysis/parallel.h"
#include "core/analysis/response.h"
#include "core/analysis/surface.h"

namespace ballast {

/// SHA-256 of the config in a run's run.json, but for its name; as it stands there, but for later
/// fields at their defaults, so that it stays the same where another version wrote it. Throws
/// StorageError, DamagedFileError.
std::string configHash(const std::filesystem::path& run_folder);

/// Where runs are, by their IDs.
using RunFolders = std::map<std::string, std::filesystem::path>;
RunFolders runFolders(std::span<const IndexedRun> runs);
RunFolders runFolders(std::span<const IndexedRun* const> runs);

/// The runs whose values are drawn, by ID, with their hashes; those that `folders` does not have,
/// or whose folder cannot be read, are left out. Reads a file of each.
std::vector<CapsuleRun> drawnRuns(const ResponseCurves& curves, const RunFolders& folders);
std::vector<CapsuleRun> drawnRuns(const Surface& surface, const RunFolders& folders);
std::vector<CapsuleRun> drawnRuns(const ParallelCoordinates& drawn, const RunFolders& folders);
std::vector<CapsuleRun> drawnRuns(std::span<const std::string> ids, const RunFolders& folders);

/// What became of a capsule's runs in a workspace.
struct CapsuleCheck {
    std::vector<std::string> here;  // IDs
    std::vector<std::string> missing;
    std::vector<std::string> changed;  // here, with another config

    /// "3 of the figure's 5 runs are here. 1 is missing: … 1 has another config: …"
    std::string sentence() const;
};

/// Reads a file of each run. Works in any thread.
CapsuleCheck checkRuns(const FigureCapsule& capsule, const std::filesystem::path& workspace);

}  // namespace ballast
