#pragma once

#include <QColor>
#include <QPen>
#include <vector>

#include "core/analysis/pgf_figure.h"

class QCPScatterStyle;

namespace ballast {

/// How a line of several stands out from the others. For widgets/*.cpp.
struct LineLook {
    QColor color;
    std::vector<double> dashes;  // in pen widths; none: solid
    int marker = 0;              // see markerOf(); 0 is a disc
};

/// The look of line `index` of `count`: its colour of series, solid, with discs; where `grey_safe`
/// one that grey print tells from the others: greys from dark to light, dashes and markers, which
/// repeat together only after 42 lines.
LineLook lineLook(int index, int count, bool grey_safe, bool dark);

/// The line of pgfplots that looks so, without points.
PgfLine pgfLine(const LineLook& look);

/// A pen of that colour and those dashes.
QPen penOf(const LineLook& look, double width);

/// A marker of that size, in the pen's colour; every other is open.
QCPScatterStyle markerOf(const LineLook& look, double width, double size);

}  // namespace ballast
