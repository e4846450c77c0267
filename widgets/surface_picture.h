#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "core/analysis/confusion.h"
#include "core/analysis/contours.h"
#include "core/analysis/surface.h"
#include "widgets/paper_figure.h"

namespace ballast {

/// A value over two fields, and how it reads.
struct SurfacePicture {
    Surface surface;
    bool percent = false;                    // the values are shares of 1, shown in %
    std::vector<ContourLine> contours = {};  // drawn over the cells, each level named once
    bool difference = false;  // of values: colours on both sides of 0, numbers with signs
    bool square = false;      // rows and columns are the same things
};

/// A confusion matrix as such a picture.
SurfacePicture confusionPicture(const ConfusionGrid& grid);

/// A cell: its column and row.
using SurfaceAt = std::pair<std::size_t, std::size_t>;

/// Draws the grid into an empty plot: a colour and the mean for each cell, cells without runs
/// hatched, contours, a frame about the best, a broken one about `marked`. For widgets/*.cpp.
void drawSurface(QCustomPlot& plot, const SurfacePicture& picture, const PlotColors& colors,
                 const PlotScale& scale, std::optional<SurfaceAt> marked = {});

/// The value of a cell as it is written, in its unit: "+1.5".
QString cellWords(const SurfacePicture& picture, double value);

/// For print.
PaperFigure paperFigure(const SurfacePicture& picture);

}  // namespace ballast
