#pragma once

#include <span>
#include <vector>

#include "widgets/bound_rows.h"
#include "widgets/paper_figure.h"

class QCustomPlot;
class QCPAxisRect;

namespace ballast {

struct PlotColors;
struct PlotScale;

/// The least width of the value axes, so that bars and curves begin at one line.
int boundAxisWidth(const PlotScale& scale);

/// Draws a row of bars for each factor and the product below, a column for each inspection, the
/// classes most frequent first, into a plot as it is made. `small`: for paper, with fewer words and
/// ticks. Returns the axis rectangles of each column row by row. For widgets/*.cpp.
std::vector<QCPAxisRect*> drawBoundBars(QCustomPlot& plot,
                                        std::span<const BoundInspection> inspections,
                                        const PlotColors& colors, const PlotScale& scale,
                                        bool small = false);

/// Writes the classes' names at a slant where they do not fit into a column of that width.
void turnBoundNames(std::span<QCPAxisRect* const> rects,
                    std::span<const BoundInspection> inspections, int width);

/// For print.
PaperFigure paperFigure(const std::vector<BoundInspection>& inspections);

}  // namespace ballast
