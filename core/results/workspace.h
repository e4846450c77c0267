#pragma once

#include <filesystem>
#include <vector>

#include "core/results/run_folder.h"

namespace ballast {

/// The runs of a workspace, oldest first. A run that cannot be read is listed with its error and
/// hides no other. An absent workspace has no runs.
std::vector<RunSummary> readWorkspace(const std::filesystem::path& workspace);

/// Where runs go if nobody says otherwise: $BALLAST_WORKSPACE, or
/// $XDG_DATA_HOME/ballast/workspace (~/.local/share/ballast/workspace).
std::filesystem::path defaultWorkspace();

}  // namespace ballast
