#pragma once

#include <QByteArray>
#include <QSizeF>
#include <QString>
#include <span>
#include <vector>

#include "widgets/paper.h"
#include "widgets/run_curves.h"

namespace ballast {

/// `runs` as a figure for print: white ground, type of 7 and 8 points, the legend above the plot.
/// The PDF is all vectors and `size_mm` large, to a point. Needs a QGuiApplication (any platform).
QByteArray figurePdf(const Panel& panel, std::span<const RunCurves> runs,
                     QSizeF size_mm = kSingleColumn);

/// The same picture as PNG of `dots_per_inch`.
QByteArray figurePng(const Panel& panel, std::span<const RunCurves> runs,
                     QSizeF size_mm = kSingleColumn, int dots_per_inch = 300);

}  // namespace ballast
