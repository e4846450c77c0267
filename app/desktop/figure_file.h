#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/analysis/figure_description.h"
#include "widgets/paper_figure.h"

namespace ballast {

/// What is to be drawn from a workspace's finished runs.
struct FigureRequest {
    std::filesystem::path description;  // file of a FigureDescription
    std::filesystem::path workspace;
    std::string set;    // only the runs of a set saved there; empty: all
    std::string style;  // a style's file or name; empty: the description's
    std::filesystem::path output;
};

/// Draws the figure and writes it to the output, whose ending is that of a format of
/// figureFormats(). Returns the warnings, a sentence each. Throws Error: a description or style
/// with problems, nothing to draw, another ending, a file that cannot be written.
std::vector<std::string> drawFigureFile(const FigureRequest& request);

/// Writes the files that a format makes of a figure, each atomically, those beside `output` first;
/// its folder is made where it is missing. Returns them, `output` first. Throws StorageError.
std::vector<std::filesystem::path> writeFigure(const PaperFigure& figure, const FigureStyle& style,
                                               const FigureFormat& format,
                                               const std::filesystem::path& output);

}  // namespace ballast
