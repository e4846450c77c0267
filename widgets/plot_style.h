#pragma once

#include <QFont>
#include <QSize>
#include <QString>
#include <span>
#include <utility>
#include <vector>

#include "widgets/palette.h"
#include "widgets/run_curves.h"

class QCustomPlot;
class QCPAxis;
class QCPGraph;

// What all plots of this room share: on screen (LivePlots and the previews) and on paper
// (figure_export). For widgets/*.cpp only.

namespace ballast {

/// Of curves, in units of a PlotScale.
inline constexpr double kCurveWidth = 1.7;

/// How large things are drawn. `unit` is one pixel on screen, and a third of a point on paper.
struct PlotScale {
    double unit = 1.0;
    QFont font;  // tick labels
    QFont label_font;
    QFont legend_font;
    bool grey_safe = false;  // see lineLook()
};

/// The scale for the screen: the application's font, a little smaller.
PlotScale screenScale();

/// Thin axes on the left and at the bottom, light grid, no frame, colours of the theme.
void stylePlot(QCustomPlot& plot, const PlotColors& colors, const PlotScale& scale);

/// Whole numbers only on this axis, as epochs are.
void useIntegerTicks(QCPAxis& axis);
/// Linear again, after useLogTicks().
void useLinearTicks(QCPAxis& axis);
/// Powers of ten, or 1-2-5 steps where the range spans less than two of them.
void useLogTicks(QCPAxis& axis);

/// Lays an empty or drawn plot out in that size; an axis label longer than its axis takes two
/// lines, for it would run into the legend.
void wrapLabels(QCustomPlot& plot, QSize size);

/// A graph for one curve of a run, in the run's colour.
QCPGraph* addCurve(QCustomPlot& plot);
/// `weight` times as thick as plain curves are.
void styleCurve(QCPGraph& graph, const PanelCurve& curve, const QColor& color,
                const QColor& background, const PlotScale& scale, double weight = 1.0);
void setCurveData(QCPGraph& graph, const std::vector<QPointF>& points);
/// Fills between the lowest and the highest class.
void fillBand(QCPGraph& smallest, QCPGraph& largest, const QColor& color);

/// The smallest and largest of the values that are not far outside the middle half of them. There
/// must be one.
std::pair<double, double> robustRange(std::vector<double> values);

/// The values a panel shows when everything is to be seen, but for those far outside all others.
ValueRange fittingRange(const Panel& panel, std::span<const RunCurves* const> runs);

/// The same for any values, on a logarithmic axis where `log`; it shows the positive ones.
ValueRange fittingRange(const Panel& panel, std::vector<double> values, bool log = false);

/// "3 points lie outside" of the range, or "". NaN is no point.
QString outsideText(std::span<const double> values, ValueRange range);
QString outsideText(const Panel& panel, std::span<const RunCurves* const> runs, ValueRange range);

/// A number as wide as people can read: fixed decimals, or from a million on a power of ten.
QString readableNumber(double value, int decimals);

}  // namespace ballast
