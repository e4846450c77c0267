#pragma once

#include <filesystem>

namespace ballast {

struct WorkspaceSize {
    int runs = 1000;
    int epochs = 200;
    int classes = 10;
};

/// Fills `workspace` with finished runs of the paper's methods, in the format of real ones and with
/// numbers of full length; every 20 runs have the same numbers. Writes without fsync, so that
/// thousands of runs take seconds. Throws Error.
void makeWorkspace(const std::filesystem::path& workspace, const WorkspaceSize& size);

}  // namespace ballast
