#pragma once

#include <QByteArray>
#include <QSizeF>
#include <QString>
#include <span>
#include <vector>

#include "widgets/paper.h"
#include "widgets/plot_series.h"

namespace ballast {

/// What a figure draws: runs, or means over seeds with their bands, as live plots of that view do;
/// but every run has its band over classes, and none stands out.
struct Figure {
    std::vector<PlotSeries> series;  // their RunCurves must outlive the figure
    PlotView view;
};

/// Each run as it is, over epochs done.
Figure plainFigure(std::span<const RunCurves> runs);

/// A figure for print: white ground, type of 7 and 8 points, the legend above the plot. The PDF is
/// all vectors and `size_mm` large, to a point. Needs a QGuiApplication (any platform).
QByteArray figurePdf(const Panel& panel, const Figure& figure, QSizeF size_mm = kSingleColumn);

/// The same picture as PNG of `dots_per_inch`.
QByteArray figurePng(const Panel& panel, const Figure& figure, QSizeF size_mm = kSingleColumn,
                     int dots_per_inch = 300);

/// The points that the figure draws, a line each: series, curve, epoch of the axis, value, the
/// band's edges (empty where there is none), and whether all seeds have the value. Numbers read
/// back as the same doubles; a missing value has no line.
QByteArray figureCsv(const Panel& panel, const Figure& figure);

}  // namespace ballast
