#pragma once

#include <QString>
#include <span>
#include <vector>

#include "core/theory/bound_inspection.h"
#include "widgets/paper_figure.h"

class QCustomPlot;
class QCPAxisRect;

namespace ballast {

struct PlotColors;
struct PlotScale;

/// A factor of Eq. 16's summand, or the summand: a row of bars.
struct BoundRow {
    QString symbol;    // "× α_y"
    QString meaning;   // "class weight"
    QString equation;  // what its tip says
    std::vector<double> BoundFactors::*values;
};

/// The factors in the order in which they are multiplied, and the product.
std::vector<BoundRow> boundRows();

/// What the data really show in place of a row's value; NaN where the row has no such.
double observedValue(const BoundFactors& factors, std::size_t row, std::size_t class_index);

/// "VS+DRW seed 1, after epoch 20, exact"
QString inspectionTitle(const BoundInspection& inspection);

/// The axis of a row over all the inspections: from 0, or logarithmic where its values differ by
/// more than a factor of 30, over six decades at most.
struct BoundRange {
    double lower = 0.0;
    double upper = 1.0;
    bool log = false;
};
BoundRange boundRange(std::span<const BoundInspection> inspections, std::size_t row);

/// The least width of the value axes, so that bars and curves begin at one line.
int boundAxisWidth(const PlotScale& scale);

/// Draws a row of bars for each factor and the product below, a column for each inspection, the
/// classes most frequent first, into a plot as it is made. Returns the axis rectangles, row by row.
/// For widgets/*.cpp.
std::vector<QCPAxisRect*> drawBoundBars(QCustomPlot& plot,
                                        std::span<const BoundInspection> inspections,
                                        const PlotColors& colors, const PlotScale& scale);

/// Writes the classes' names at a slant where they do not fit into a column of that width.
void turnBoundNames(std::span<QCPAxisRect* const> rects,
                    std::span<const BoundInspection> inspections, int width);

/// For print.
PaperFigure paperFigure(const std::vector<BoundInspection>& inspections);

}  // namespace ballast
