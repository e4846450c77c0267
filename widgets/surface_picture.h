#pragma once

#include "core/analysis/surface.h"
#include "widgets/paper_figure.h"

namespace ballast {

/// A value over two fields, and how it reads.
struct SurfacePicture {
    Surface surface;
    bool percent = false;  // the values are shares of 1, shown in %
};

/// Draws the grid into an empty plot: a colour and the mean for each cell, cells without runs
/// hatched, a frame about the best. For widgets/*.cpp.
void drawSurface(QCustomPlot& plot, const SurfacePicture& picture, const PlotColors& colors,
                 const PlotScale& scale);

/// For print.
PaperFigure paperFigure(const SurfacePicture& picture);

}  // namespace ballast
