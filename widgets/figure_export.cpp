#include "widgets/figure_export.h"

#include <QCoreApplication>
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

/// One entry of the legend: a graph without data that lends its pen.
void addKey(QCustomPlot& plot, const QString& name, const PanelCurve& curve, const QColor& color,
            const PlotScale& scale) {
    QCPGraph* graph = addCurve(plot);
    styleCurve(*graph, curve, color, Qt::white, scale);
    graph->setName(name);
    graph->addToLegend();
}

/// What the values of a curve are called.
QString headingOf(const Panel& panel, const PanelCurve& curve) {
    const auto column = std::ranges::find(panel.read_outs, curve.key, &ReadOut::curve);
    if (column != panel.read_outs.end()) return column->heading;
    return QString::fromUtf8(curve.key.data(), static_cast<qsizetype>(curve.key.size()));
}

void addLegend(QCustomPlot& plot, const Panel& panel, std::span<const RunCurves> runs,
               double width_mm, const PlotColors& colors, const PlotScale& scale) {
    QStringList names{tr("majority")};
    for (const RunCurves& run : runs) names << run.info().name;
    addPaperLegend(plot, names, width_mm, static_cast<int>(runs.size()), colors, scale);
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
    fitPaperLegend(plot);
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
             double width_mm, const PlotColors& colors, const PlotScale& scale) {
    stylePlot(plot, colors, scale);
    useIntegerTicks(*plot.xAxis);
    plot.xAxis->setLabel(tr("epochs done"));
    const QString label = panel.axis.isEmpty() ? panel.title : panel.axis;
    plot.yAxis->setLabel(panel.unit.isEmpty() ? label
                                              : QStringLiteral("%1 (%2)").arg(label, panel.unit));

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

ComposePaper composing(const Panel& panel, std::span<const RunCurves> runs, QSizeF size_mm) {
    return [&panel, runs, size_mm](QCustomPlot& plot, const PlotColors& colors,
                                   const PlotScale& scale) {
        compose(plot, panel, runs, size_mm.width(), colors, scale);
    };
}

}  // namespace

QByteArray figurePdf(const Panel& panel, std::span<const RunCurves> runs, QSizeF size_mm) {
    return paperPdf(panel.title, size_mm, composing(panel, runs, size_mm));
}

QByteArray figurePng(const Panel& panel, std::span<const RunCurves> runs, QSizeF size_mm,
                     int dots_per_inch) {
    return paperPng(size_mm, dots_per_inch, composing(panel, runs, size_mm));
}

}  // namespace ballast
