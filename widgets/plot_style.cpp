#include "widgets/plot_style.h"

#include <QApplication>
#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr double kFarOut = 10.0;  // times the middle half's width

class IntegerTicker : public QCPAxisTicker {
protected:
    double getTickStep(const QCPRange& range) override {
        const double least = std::max(1.0, range.size() / 9.0);
        const double power = std::pow(10.0, std::floor(std::log10(least)));
        for (const double digit : {1.0, 2.0, 5.0}) {
            if (digit * power >= least) return digit * power;
        }
        return 10.0 * power;
    }
    int getSubTickCount(double) override { return 0; }
};

/// Ticks at 1, 2 and 5 times powers of ten where few powers are in view, else at the powers alone.
class LogTicker : public QCPAxisTicker {
public:
    QVector<double> createTickVector(double, const QCPRange& range) override {
        QVector<double> ticks;
        if (range.lower <= 0.0 || range.upper <= range.lower) return ticks;
        const double decades = std::log10(range.upper / range.lower);
        const int first = static_cast<int>(std::floor(std::log10(range.lower))) - 1;
        const int last = static_cast<int>(std::ceil(std::log10(range.upper))) + 1;
        const int step = decades > 6.0 ? 2 : 1;
        for (int power = first; power <= last; power += step) {
            for (const double digit : {1.0, 2.0, 5.0}) {
                if (digit != 1.0 && decades > 1.6) continue;
                ticks << digit * std::pow(10.0, power);
            }
        }
        return ticks;
    }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        if (tick >= 1e-4 && tick < 99999.5) return QString::number(tick, 'g', 6);
        const int power = static_cast<int>(std::lround(std::floor(std::log10(tick) + 1e-9)));
        const double digit = std::round(tick / std::pow(10.0, power));
        return digit == 1.0 ? QStringLiteral("1e%1").arg(power)
                            : QStringLiteral("%1e%2").arg(digit).arg(power);
    }
    QVector<double> createSubTickVector(int, const QVector<double>&) override { return {}; }
};

std::vector<double> valuesOf(const Panel& panel, std::span<const RunCurves* const> runs) {
    std::vector<double> values;
    for (const RunCurves* run : runs) {
        for (const PanelCurve& curve : panel.curves) {
            for (const QPointF& point : run->points({panel.name, curve.key})) {
                values.push_back(point.y());
            }
        }
    }
    return values;
}

/// Breaks a longer label at the space nearest to its middle.
void wrapLabel(QCPAxis& axis, int length) {
    QString label = axis.label();
    if (QFontMetricsF(axis.labelFont()).horizontalAdvance(label) <= length) return;
    qsizetype middle = -1;
    for (qsizetype i = label.indexOf(u' '); i >= 0; i = label.indexOf(u' ', i + 1)) {
        if (middle < 0 || std::abs(2 * i - label.size()) < std::abs(2 * middle - label.size())) {
            middle = i;
        }
    }
    if (middle < 0) return;
    label[middle] = u'\n';
    axis.setLabel(label);
}

}  // namespace

PlotScale screenScale() {
    PlotScale scale;
    scale.font = QApplication::font();
    if (scale.font.pointSizeF() > 0) {
        scale.font.setPointSizeF(std::max(7.0, scale.font.pointSizeF() * 0.88));
    }
    scale.label_font = scale.legend_font = scale.font;
    return scale;
}

void stylePlot(QCustomPlot& plot, const PlotColors& colors, const PlotScale& scale) {
    plot.setBackground(QBrush(colors.background));
    plot.setAntialiasedElements(QCP::aePlottables | QCP::aeItems | QCP::aeScatters);
    plot.setNoAntialiasingOnDrag(false);
    const auto pixels = [&](double n) { return static_cast<int>(std::lround(n * scale.unit)); };
    for (QCPAxisRect* rect : plot.axisRects()) {
        rect->setupFullAxesBox(false);
        for (QCPAxis* axis : rect->axes()) {
            axis->setBasePen(QPen(colors.axis, scale.unit));
            axis->setTickPen(QPen(colors.axis, scale.unit));
            axis->setSubTicks(false);
            axis->setTickLengthIn(0);
            axis->setTickLengthOut(pixels(4));
            axis->setTickLabelFont(scale.font);
            axis->setTickLabelColor(colors.muted);
            axis->setTickLabelPadding(pixels(4));
            axis->setLabelFont(scale.label_font);
            axis->setLabelColor(colors.muted);
            axis->setLabelPadding(pixels(4));
            axis->setNumberFormat(QStringLiteral("gb"));
            axis->setSelectableParts(QCPAxis::spNone);
            axis->grid()->setPen(QPen(colors.grid, scale.unit));
            axis->grid()->setZeroLinePen(QPen(colors.grid, scale.unit));
            axis->grid()->setAntialiased(false);
        }
        for (const QCPAxis::AxisType type : {QCPAxis::atTop, QCPAxis::atRight}) {
            if (QCPAxis* axis = rect->axis(type)) axis->setVisible(false);
        }
    }
}

void useIntegerTicks(QCPAxis& axis) {
    axis.setTicker(QSharedPointer<QCPAxisTicker>(new IntegerTicker));
}

void useLinearTicks(QCPAxis& axis) {
    axis.setScaleType(QCPAxis::stLinear);
    axis.setTicker(QSharedPointer<QCPAxisTicker>(new QCPAxisTicker));
}

void useLogTicks(QCPAxis& axis) {
    axis.setScaleType(QCPAxis::stLogarithmic);
    axis.setTicker(QSharedPointer<QCPAxisTicker>(new LogTicker));
}

QCPGraph* addCurve(QCustomPlot& plot) {
    QCPGraph* graph = plot.addGraph();
    graph->setSelectable(QCP::stNone);
    graph->setAdaptiveSampling(true);
    graph->removeFromLegend();
    return graph;
}

void styleCurve(QCPGraph& graph, const PanelCurve& curve, const QColor& color,
                const QColor& background, const PlotScale& scale, double weight) {
    if (curve.look == CurveLook::edge) {
        QColor edge = color;
        edge.setAlpha(90);
        graph.setPen(QPen(edge, 0.75 * scale.unit));
        return;
    }
    const bool dashed = curve.look == CurveLook::dashed;
    QPen pen(color, kCurveWidth * weight * scale.unit);
    pen.setCapStyle(Qt::FlatCap);
    pen.setJoinStyle(Qt::RoundJoin);
    if (curve.exact) {
        graph.setLineStyle(QCPGraph::lsNone);
        const QBrush fill(dashed ? background : color);
        graph.setScatterStyle(QCPScatterStyle(
            QCPScatterStyle::ssCircle, QPen(color, 1.3 * scale.unit), fill, 5.5 * scale.unit));
        graph.setPen(pen);
        return;
    }
    if (dashed) {
        pen.setStyle(Qt::CustomDashLine);
        pen.setDashPattern({4.0, 2.4});
    }
    graph.setPen(pen);
    // One point alone makes no line.
    const bool single = graph.data()->size() == 1;
    graph.setScatterStyle(single ? QCPScatterStyle(QCPScatterStyle::ssDisc, QPen(color),
                                                   QBrush(color), 4.0 * scale.unit)
                                 : QCPScatterStyle(QCPScatterStyle::ssNone));
}

void setCurveData(QCPGraph& graph, const std::vector<QPointF>& points) {
    QVector<QCPGraphData> data;
    data.reserve(static_cast<qsizetype>(points.size()));
    for (const QPointF& point : points) data.push_back({point.x(), point.y()});
    graph.data()->set(data, true);
}

void fillBand(QCPGraph& smallest, QCPGraph& largest, const QColor& color) {
    QColor fill = color;
    fill.setAlpha(30);
    smallest.setChannelFillGraph(&largest);
    smallest.setBrush(QBrush(fill));
}

QString outsideText(std::span<const double> values, ValueRange range) {
    const auto count = std::ranges::count_if(values, [&](double value) {
        return std::isinf(value) || value < range.lower || value > range.upper;
    });
    if (count == 0) return {};
    return count == 1 ? tr("1 point lies outside") : tr("%1 points lie outside").arg(count);
}

QString outsideText(const Panel& panel, std::span<const RunCurves* const> runs, ValueRange range) {
    return outsideText(valuesOf(panel, runs), range);
}

QString readableNumber(double value, int decimals) {
    constexpr double kWide = 1e6;
    if (std::isnan(value)) return QStringLiteral("–");
    return std::abs(value) < kWide ? QString::number(value, 'f', decimals)
                                   : QString::number(value, 'e', 1);
}

std::pair<double, double> robustRange(std::vector<double> values) {
    // No sorting: of a thousand runs these are a million values.
    const auto last_index = static_cast<std::ptrdiff_t>(values.size()) - 1;
    const std::ptrdiff_t quarter = last_index / 4;
    const auto ranked = [&](std::ptrdiff_t at) {
        std::ranges::nth_element(values, values.begin() + at);
        return values[static_cast<std::size_t>(at)];
    };
    const double low = ranked(quarter);
    const double high = ranked(last_index - quarter);  // of up to four values all are in between
    // Far beyond the middle half, as only a run that has broken goes: sane curves move by units.
    const double reach = kFarOut * std::max(high - low, 1.0);
    double first = high;
    double last = low;
    for (const double value : values) {
        if (value < low - reach || value > high + reach) continue;
        first = std::min(first, value);
        last = std::max(last, value);
    }
    return {first, last};
}

ValueRange fittingRange(const Panel& panel, std::span<const RunCurves* const> runs) {
    return fittingRange(panel, valuesOf(panel, runs));
}

ValueRange fittingRange(const Panel& panel, std::vector<double> values, bool log) {
    std::erase_if(values, [&](double v) { return !std::isfinite(v) || (log && v <= 0.0); });
    if (log) {
        if (values.empty()) return {0.01, 1.0};
        for (double& value : values) value = std::log10(value);
        const auto [lower, upper] = robustRange(std::move(values));
        const double margin = std::max((upper - lower) * 0.08, 0.05);
        return {std::pow(10.0, lower - margin), std::pow(10.0, upper + margin)};
    }
    if (values.empty() && !panel.always) return panel.empty;
    double lower = std::numeric_limits<double>::infinity();
    double upper = -lower;
    if (!values.empty()) std::tie(lower, upper) = robustRange(std::move(values));
    if (panel.always) {
        lower = std::min(lower, panel.always->lower);
        upper = std::max(upper, panel.always->upper);
    }
    const bool full = panel.always && lower == panel.always->lower && upper == panel.always->upper;
    const double share = full ? 0.0 : 0.08;
    const double margin = std::max((upper - lower) * share, panel.margin);
    lower -= margin;
    upper += margin;
    if (!panel.within) return {lower, upper};
    return {std::max(lower, panel.within->lower), std::min(upper, panel.within->upper)};
}

void wrapLabels(QCustomPlot& plot, QSize size) {
    plot.setViewport(QRect(QPoint(), size));
    for (const auto phase : {QCPLayoutElement::upPreparation, QCPLayoutElement::upMargins,
                             QCPLayoutElement::upLayout}) {
        plot.plotLayout()->update(phase);
    }
    wrapLabel(*plot.yAxis, plot.axisRect()->height());
    wrapLabel(*plot.xAxis, plot.axisRect()->width());
}

}  // namespace ballast
