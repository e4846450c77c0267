#include "widgets/figure_export.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QImage>
#include <QPageSize>
#include <QPdfWriter>
#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"

namespace ballast {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("ballast::Plots", text);
}

// Figures are laid out on a grid of 288 units an inch, four to a point, fine enough that
// whole-pixel fonts and lines of a quarter point can be said in it. Both writers scale from there.
constexpr int kUnitsPerInch = 288;
constexpr double kUnitsPerPoint = 4.0;
constexpr double kMillimetresPerInch = 25.4;
// Of the legend, in points.
constexpr double kIconWidth = 15;
constexpr double kIconGap = 3;
constexpr double kColumnGap = 7;

int units(double millimetres) {
    return static_cast<int>(std::lround(millimetres / kMillimetresPerInch * kUnitsPerInch));
}

PlotScale paperScale() {
    PlotScale scale;
    scale.unit = 0.6 * kUnitsPerPoint;
    scale.font = QFont(QStringLiteral("Helvetica"));
    scale.font.setStyleHint(QFont::SansSerif);
    scale.font.setPixelSize(static_cast<int>(7.0 * kUnitsPerPoint));
    return scale;
}

/// One entry of the legend: a graph without data that lends its pen.
void addKey(QCustomPlot& plot, const QString& name, const PanelCurve& curve, const QColor& color,
            const PlotScale& scale) {
    QCPGraph* graph = addCurve(plot);
    styleCurve(*graph, curve, color, Qt::white, scale);
    graph->setName(name);
    graph->addToLegend();
}

/// How many entries stand side by side without leaving the page: every column is as wide as the
/// widest of them.
int legendColumns(std::span<const RunCurves> runs, double width_mm, const PlotScale& scale) {
    const QFontMetricsF metrics(scale.font);
    double widest = metrics.horizontalAdvance(tr("majority"));
    for (const RunCurves& run : runs) {
        widest = std::max(widest, metrics.horizontalAdvance(run.info().name));
    }
    const double entry = widest + (kIconWidth + kIconGap + kColumnGap) * kUnitsPerPoint;
    const int fitting = static_cast<int>(0.94 * units(width_mm) / entry);
    return std::clamp(fitting, 1, std::max(3, static_cast<int>(runs.size())));
}

/// What the values of a curve are called.
QString headingOf(const Panel& panel, const PanelCurve& curve) {
    const auto column = std::ranges::find(panel.read_outs, curve.key, &ReadOut::curve);
    if (column != panel.read_outs.end()) return column->heading;
    return QString::fromUtf8(curve.key.data(), static_cast<qsizetype>(curve.key.size()));
}

void addLegend(QCustomPlot& plot, const Panel& panel, std::span<const RunCurves> runs,
               double width_mm, const PlotColors& colors, const PlotScale& scale) {
    QCPLegend* legend = plot.legend;
    plot.plotLayout()->insertRow(0);
    // Beside it an empty element that takes the rest of the line, so that entries are not spread.
    auto* line = new QCPLayoutGrid;
    plot.plotLayout()->addElement(0, 0, line);
    line->addElement(0, 0, legend);
    line->addElement(0, 1, new QCPLayoutElement(&plot));
    plot.plotLayout()->setRowStretchFactor(0, 0.001);
    plot.plotLayout()->setRowSpacing(static_cast<int>(2 * kUnitsPerPoint));
    legend->setVisible(true);
    legend->setFont(scale.font);
    legend->setTextColor(colors.text);
    legend->setBorderPen(Qt::NoPen);
    legend->setBrush(Qt::NoBrush);
    legend->setIconSize(static_cast<int>(kIconWidth * kUnitsPerPoint),
                        static_cast<int>(7 * kUnitsPerPoint));
    legend->setIconTextPadding(static_cast<int>(kIconGap * kUnitsPerPoint));
    legend->setColumnSpacing(static_cast<int>(kColumnGap * kUnitsPerPoint));
    legend->setRowSpacing(static_cast<int>(1 * kUnitsPerPoint));
    legend->setMargins(QMargins(0, 0, 0, 0));
    legend->setFillOrder(QCPLegend::foColumnsFirst);
    legend->setWrap(legendColumns(runs, width_mm, scale));

    const PanelCurve solid{.key = "", .look = CurveLook::solid, .value = nullptr};
    for (const RunCurves& run : runs) {
        addKey(plot, run.info().name, solid, seriesColor(run.info().color_index, false), scale);
    }
    // What the looks mean: each line by its curve, and the markers once.
    const auto lines = std::ranges::count_if(panel.curves, [](const PanelCurve& curve) {
        return !curve.exact && curve.look != CurveLook::edge;
    });
    bool markers = false;
    for (const PanelCurve& curve : panel.curves) {
        if (curve.look == CurveLook::edge) continue;
        if (curve.exact && !std::exchange(markers, true)) {
            addKey(plot, tr("exact"), curve, colors.muted, scale);
        } else if (!curve.exact && lines > 1) {
            addKey(plot, headingOf(panel, curve), curve, colors.muted, scale);
        }
    }
    legend->setMaximumSize(legend->minimumOuterSizeHint());  // entries side by side, not spread
}

void addPhases(QCustomPlot& plot, std::span<const RunCurves> runs, const PlotColors& colors,
               const PlotScale& scale) {
    std::vector<int> drawn;
    for (const RunCurves& run : runs) {
        const std::vector<int>& starts = run.info().phase_starts;
        for (std::size_t phase = 1; phase < starts.size(); ++phase) {
            if (std::ranges::find(drawn, starts[phase]) != drawn.end()) continue;
            drawn.push_back(starts[phase]);
            auto* line = new QCPItemStraightLine(&plot);
            line->setPen(QPen(colors.muted, scale.unit, Qt::DotLine));
            line->point1->setCoords(starts[phase], 0);
            line->point2->setCoords(starts[phase], 1);
            auto* label = new QCPItemText(&plot);
            label->setFont(scale.font);
            label->setColor(colors.muted);
            label->setText(phase == 1 ? tr("T₀") : tr("phase %1").arg(phase + 1));
            label->setPositionAlignment(Qt::AlignLeft | Qt::AlignBottom);
            label->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
            label->position->setCoords(starts[phase], 1.0);
            label->setPadding(QMargins(static_cast<int>(2 * kUnitsPerPoint), 0, 0,
                                       static_cast<int>(1 * kUnitsPerPoint)));
        }
    }
}

void compose(QCustomPlot& plot, const Panel& panel, std::span<const RunCurves> runs,
             double width_mm) {
    PlotColors colors = plotColors(false);
    colors.background = Qt::white;
    colors.text = Qt::black;
    colors.muted = QColor(0xff303030);
    colors.axis = QColor(0xff404040);
    colors.grid = QColor(0xffe4e4e4);
    const PlotScale scale = paperScale();
    stylePlot(plot, colors, scale);
    useIntegerTicks(*plot.xAxis);
    plot.xAxis->setLabel(tr("epochs done"));
    const QString label = panel.axis.isEmpty() ? panel.title : panel.axis;
    plot.yAxis->setLabel(panel.unit.isEmpty() ? label
                                              : QStringLiteral("%1 (%2)").arg(label, panel.unit));
    plot.axisRect()->setMinimumMargins(QMargins(8, 8, 8, 8));
    plot.plotLayout()->setMargins(QMargins(4, 8, 8, 4));

    int epochs = 1;
    std::vector<const RunCurves*> pointers;
    for (const RunCurves& run : runs) {
        pointers.push_back(&run);
        epochs = std::max({epochs, run.info().epochs, run.epochsDone()});
        const QColor color = seriesColor(run.info().color_index, false);
        QCPGraph* edge = nullptr;
        for (const PanelCurve& curve : panel.curves) {
            QCPGraph* graph = addCurve(plot);
            setCurveData(*graph, run.points({panel.name, curve.key}));
            styleCurve(*graph, curve, color, Qt::white, scale);
            if (curve.look != CurveLook::edge) continue;
            if (edge != nullptr) fillBand(*edge, *graph, color);
            edge = edge == nullptr ? graph : nullptr;
        }
        const QPointF best = run.best();
        if (panel.marks_best && !std::isnan(best.y())) {
            QCPGraph* mark = addCurve(plot);
            setCurveData(*mark, {best});
            mark->setLineStyle(QCPGraph::lsNone);
            mark->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle,
                                                  QPen(color, 1.6 * scale.unit), Qt::white,
                                                  8.0 * scale.unit));
        }
    }
    // Room for the last epoch's marker.
    plot.xAxis->setRange(0, epochs * 1.015);
    const ValueRange range = fittingRange(panel, pointers);
    plot.yAxis->setRange(range.lower, range.upper);
    if (const QString note = outsideText(panel, pointers, range); !note.isEmpty()) {
        auto* words = new QCPItemText(&plot);
        words->setFont(scale.font);
        words->setColor(colors.muted);
        words->setText(note);
        words->setPositionAlignment(Qt::AlignRight | Qt::AlignTop);
        words->position->setType(QCPItemPosition::ptAxisRectRatio);
        words->position->setCoords(0.99, 0.02);
    }
    addPhases(plot, runs, colors, scale);
    addLegend(plot, panel, runs, width_mm, colors, scale);
}

/// Draws the figure, `width` by `height` units, with a painter whose scale is set.
void paint(QCPPainter& painter, const Panel& panel, std::span<const RunCurves> runs,
           QSizeF size_mm) {
    QCustomPlot plot;
    plot.setBufferDevicePixelRatio(1.0);
    compose(plot, panel, runs, size_mm.width());
    painter.setMode(QCPPainter::pmNoCaching);
    painter.setMode(QCPPainter::pmNonCosmetic);
    plot.toPainter(&painter, units(size_mm.width()), units(size_mm.height()));
}

}  // namespace

QByteArray figurePdf(const Panel& panel, std::span<const RunCurves> runs, QSizeF size_mm) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setTitle(panel.title);
    writer.setCreator(QStringLiteral("Ballast"));
    writer.setResolution(kUnitsPerInch);
    writer.setPageSize(QPageSize(size_mm, QPageSize::Millimeter, QString(), QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF());
    QCPPainter painter;
    painter.begin(&writer);
    painter.setMode(QCPPainter::pmVectorized);
    paint(painter, panel, runs, size_mm);
    painter.end();
    return bytes;
}

QByteArray figurePng(const Panel& panel, std::span<const RunCurves> runs, QSizeF size_mm,
                     int dots_per_inch) {
    const double scale = static_cast<double>(dots_per_inch) / kUnitsPerInch;
    const auto pixels = [&](double mm) {
        return static_cast<int>(std::lround(mm / kMillimetresPerInch * dots_per_inch));
    };
    QImage image(pixels(size_mm.width()), pixels(size_mm.height()), QImage::Format_RGB32);
    image.fill(Qt::white);
    const int dots_per_metre = static_cast<int>(std::lround(dots_per_inch / 0.0254));
    image.setDotsPerMeterX(dots_per_metre);
    image.setDotsPerMeterY(dots_per_metre);
    QCPPainter painter(&image);
    painter.scale(scale, scale);
    paint(painter, panel, runs, size_mm);
    painter.end();
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
    return bytes;
}

}  // namespace ballast
