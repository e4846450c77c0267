#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/results/run_folder.h"

namespace ballast {

/// The runs of a workspace, oldest first. A run that cannot be read is listed with its error and
/// hides no other. An absent workspace has no runs.
std::vector<RunSummary> readWorkspace(const std::filesystem::path& workspace);

/// Throws StorageError where `workspace` lies within another workspace or a run, or another
/// workspace lies right within it: their runs would be mixed up. It need not be there yet.
void refuseNested(const std::filesystem::path& workspace);

/// What is risky about the file system a workspace lies on, in a sentence, or "": on a network
/// disk two machines may take up the same run, where it does not honour file locks.
std::string diskWarning(const std::filesystem::path& workspace);

/// Where runs go if nobody says otherwise: $BALLAST_WORKSPACE, or
/// $XDG_DATA_HOME/ballast/workspace (~/.local/share/ballast/workspace).
std::filesystem::path defaultWorkspace();

}  // namespace ballast
