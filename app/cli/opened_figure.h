#pragma once

#include <filesystem>

namespace ballast {

struct OpenedFigure {
    std::filesystem::path file;
    std::filesystem::path workspace;
    bool json = false;
    std::filesystem::path output;  // empty: standard output
};

/// Writes the description that an exported figure carries, in its style, so that it can be drawn
/// again, and says which of its runs are in the workspace; as JSON both, run by run. Returns the
/// exit code. Throws as readCapsule().
int openFigure(const OpenedFigure& options);

}  // namespace ballast
