#pragma once

#include <QColor>
#include <QString>
#include <cstdint>
#include <string>
#include <vector>

#include "core/theory/what_if.h"
#include "widgets/paper_figure.h"

class QCustomPlot;

namespace ballast {

struct PlotColors;
struct PlotScale;

/// A what-if and what it is of.
struct WhatIfPicture {
    std::vector<std::string> names;          // of the classes; "": it has a number only
    std::vector<std::int64_t> class_counts;  // training images
    WhatIfResult before;                     // as trained
    WhatIfResult after;
};

/// The classes in the order in which they are drawn: most training images first.
std::vector<std::size_t> byFrequency(const WhatIfPicture& picture);

/// "cat", or "class 3".
QString classWords(const WhatIfPicture& picture, std::size_t y);

/// "test images"
QString splitWords(LogitSplit split);

/// "test images, τ = 1, γ = 0.1"
QString adjustmentWords(LogitSplit split, const WhatIf& adjustment);

/// Of bars as trained.
QColor asTrainedColor(const PlotColors& colors);

/// Draws each class's accuracy into an empty plot: a pale bar as trained, a narrower one in front
/// as adjusted. `width`: of the axis, in pixels or units, for the classes' names. For
/// widgets/*.cpp.
void drawClassAccuracies(QCustomPlot& plot, const WhatIfPicture& picture, const PlotColors& colors,
                         const PlotScale& scale, int width);

/// Draws the reliability diagram into an empty plot: accuracy against confidence, with the same
/// bars. For widgets/*.cpp.
void drawReliability(QCustomPlot& plot, const WhatIfPicture& picture, const PlotColors& colors,
                     const PlotScale& scale);

/// The accuracies for print; as CSV all numbers (what_if_table.h). `title` says whose:
/// "VS after 20 epochs, τ = 1, test".
PaperFigure paperFigure(const WhatIfPicture& picture, const QString& title);

}  // namespace ballast
