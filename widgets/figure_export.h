#pragma once

#include <QByteArray>
#include <QString>
#include <span>
#include <vector>

#include "widgets/paper_figure.h"
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

/// A figure for print. The panel and the series' runs must outlive it.
PaperFigure paperFigure(const Panel& panel, const Figure& figure);

/// The points that the figure draws, a line each: series, curve, epoch of the axis, value, the
/// band's edges (empty where there is none), and whether all seeds have the value. Numbers read
/// back as the same doubles; a missing value has no line.
QByteArray figureCsv(const Panel& panel, const Figure& figure);

}  // namespace ballast
