#pragma once

#include <QString>

#include "core/analysis/class_differences.h"
#include "widgets/paper_figure.h"

class QCustomPlot;

namespace ballast {

struct PlotColors;
struct PlotScale;

/// The bars' heights in per cent, or in percentage points of a difference, most training images
/// first.
std::vector<double> barHeights(const ClassDifferences& differences);

/// Draws a bar for each class with its 95 % interval into an empty plot. For widgets/*.cpp.
void drawClassDifferences(QCustomPlot& plot, const ClassDifferences& differences,
                          const PlotColors& colors, const PlotScale& scale);

/// Writes the classes' names at a slant where they do not fit side by side in that width.
void turnClassNames(QCustomPlot& plot, const ClassDifferences& differences, int width);

/// "Test accuracy by class: method=VS − method=CE".
QString classTitle(const FigureDescription& figure);

/// For print. `title` says which settings: "VS at 0.2 − CE at 0".
PaperFigure paperFigure(const ClassDifferences& differences, const QString& title);

}  // namespace ballast
