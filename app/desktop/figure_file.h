#pragma once

#include <filesystem>
#include <string>

#include "core/analysis/figure_description.h"

namespace ballast {

/// Draws the figure of a description file from a workspace's finished runs and writes it to
/// `output`, whose ending says how: .pdf or .png. `set`: only the runs of a set saved in the
/// workspace; empty: all. Returns the warnings, a sentence each. Throws Error: a description with
/// problems, nothing to draw, another ending, a file that cannot be written.
std::vector<std::string> drawFigureFile(const std::filesystem::path& description,
                                        const std::filesystem::path& workspace,
                                        const std::string& set,
                                        const std::filesystem::path& output);

}  // namespace ballast
