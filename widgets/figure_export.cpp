#include "widgets/figure_export.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/plot_marks.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

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

void addLegend(QCustomPlot& plot, const Panel& panel, const Figure& figure, double width_mm,
               const PlotColors& colors, const PlotScale& scale) {
    QStringList names{tr("majority")};
    for (const PlotSeries& one : figure.series) {
        if (one.listed) names << one.name;
    }
    addPaperLegend(plot, names, width_mm, static_cast<int>(names.size()) - 1, colors, scale);
    const PanelCurve solid{.key = "", .look = CurveLook::solid, .value = nullptr};
    for (const PlotSeries& one : figure.series) {
        if (one.listed) addKey(plot, one.name, solid, seriesColor(one.color_index, false), scale);
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
    if (std::ranges::any_of(figure.series, &PlotSeries::mean)) {
        QCPGraph* band = addCurve(plot);
        QColor fill = colors.muted;
        fill.setAlpha(60);
        band->setPen(QPen(fill, 7.0 * kUnitsPerPoint, Qt::SolidLine, Qt::FlatCap));
        band->setName(tr("mean and %1 over seeds").arg(spreadName(figure.view.spread)));
        band->addToLegend();
    }
    fitPaperLegend(plot);
}

void addPhases(QCustomPlot& plot, std::span<const PlotSeries> series, const PlotColors& colors,
               const PlotScale& scale) {
    std::vector<int> drawn;
    for (const PlotSeries& one : series) {
        const std::vector<int>& starts = one.info().phase_starts;
        for (std::size_t phase = 1; phase < starts.size(); ++phase) {
            const int at = starts[phase] - one.shift;
            if (std::ranges::find(drawn, at) != drawn.end()) continue;
            drawn.push_back(at);
            auto* line = new QCPItemStraightLine(&plot);
            line->setPen(QPen(colors.muted, scale.unit, Qt::DotLine));
            line->point1->setCoords(at, 1);  // heights that a logarithmic axis has too
            line->point2->setCoords(at, 2);
            auto* label = new QCPItemText(&plot);
            label->setFont(scale.font);
            label->setColor(colors.muted);
            label->setText(phase == 1 ? tr("T₀") : tr("phase %1").arg(phase + 1));
            label->setPositionAlignment(Qt::AlignLeft | Qt::AlignBottom);
            label->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
            label->position->setCoords(at, 1.0);
            label->setPadding(QMargins(static_cast<int>(2 * kUnitsPerPoint), 0, 0,
                                       static_cast<int>(1 * kUnitsPerPoint)));
        }
    }
}

/// Draws one series. Returns all values that are drawn.
std::vector<double> addSeries(QCustomPlot& plot, const Panel& panel, const PlotSeries& series,
                              const PlotView& view, const PlotScale& scale) {
    std::vector<double> values;
    const auto add = [&](const std::vector<QPointF>& points) {
        for (const QPointF& point : points) values.push_back(point.y());
        QCPGraph* graph = addCurve(plot);
        setCurveData(*graph, points);
        return graph;
    };
    QColor color = seriesColor(series.color_index, false);
    if (series.emphasis == Emphasis::faint) color.setAlpha(kFaintAlpha);
    const double weight = series.listed ? 1.0 : 0.6;
    const std::vector<SeriesCurve> curves = curvesOf(series, panel, view);
    QCPGraph* edge = nullptr;
    for (std::size_t i = 0; i < curves.size(); ++i) {
        const PanelCurve& curve = panel.curves[i];
        QCPGraph* line = add(curves[i].points);
        styleCurve(*line, curve, color, Qt::white, scale, weight);
        if (series.mean) {
            QCPGraph* fewer = add(curves[i].fewer);
            styleCurve(*fewer, curve, color, Qt::white, scale, 0.5 * weight);
            if (curve.exact) fewer->setScatterStyle(QCPScatterStyle::ssCross);
            QCPGraph* lower = add(curves[i].lower);
            QCPGraph* upper = add(curves[i].upper);
            for (QCPGraph* limit : {lower, upper}) limit->setPen(Qt::NoPen);
            fillBand(*lower, *upper, color);
        }
        if (curve.look != CurveLook::edge) continue;
        if (edge != nullptr) fillBand(*edge, *line, color);
        edge = edge == nullptr ? line : nullptr;
    }
    if (panel.marks_best && !series.mean && series.listed) {
        const QPointF best = series.runs.front()->best();
        if (!std::isnan(best.y())) {
            QCPGraph* mark = addCurve(plot);
            setCurveData(*mark, {best - QPointF(series.shift, 0.0)});
            mark->setLineStyle(QCPGraph::lsNone);
            mark->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle,
                                                  QPen(color, 1.6 * scale.unit), Qt::white,
                                                  8.0 * scale.unit));
        }
    }
    return values;
}

void compose(QCustomPlot& plot, const Panel& panel, const Figure& figure, double width_mm,
             const PlotColors& colors, const PlotScale& scale) {
    stylePlot(plot, colors, scale);
    useIntegerTicks(*plot.xAxis);
    plot.xAxis->setLabel(figure.view.since_t0 ? tr("epochs done since T₀") : tr("epochs done"));
    const bool log = panel.positive && figure.view.log_panels.contains(text(panel.name));
    if (log) useLogTicks(*plot.yAxis);
    const QString label = panel.axis.isEmpty() ? panel.title : panel.axis;
    QStringList remarks;
    if (!panel.unit.isEmpty()) remarks << panel.unit;
    if (figure.view.smoothing > 0.0) remarks << tr("smoothed, %1").arg(figure.view.smoothing);
    plot.yAxis->setLabel(remarks.isEmpty() ? label
                                           : QStringLiteral("%1 (%2)").arg(
                                                 label, remarks.join(QStringLiteral(", "))));

    int first = 0;
    int last = 1;
    std::vector<double> values;
    for (const PlotSeries& one : figure.series) {
        first = std::min(first, -one.shift);
        last = std::max(last, std::max(one.info().epochs, one.mostEpochs()) - one.shift);
        const std::vector<double> drawn = addSeries(plot, panel, one, figure.view, scale);
        values.insert(values.end(), drawn.begin(), drawn.end());
    }
    // Room for the last epoch's marker.
    plot.xAxis->setRange(first, last + 0.015 * (last - first));
    const ValueRange range = fittingRange(panel, values, log);
    plot.yAxis->setRange(range.lower, range.upper);
    if (const QString note = outsideText(values, range); !note.isEmpty()) {
        auto* words = new QCPItemText(&plot);
        words->setFont(scale.font);
        words->setColor(colors.muted);
        words->setText(note);
        words->setPositionAlignment(Qt::AlignRight | Qt::AlignTop);
        words->position->setType(QCPItemPosition::ptAxisRectRatio);
        words->position->setCoords(0.99, 0.02);
    }
    addPhases(plot, figure.series, colors, scale);
    addLegend(plot, panel, figure, width_mm, colors, scale);
}

ComposePaper composing(const Panel& panel, const Figure& figure, QSizeF size_mm) {
    return [&panel, &figure, size_mm](QCustomPlot& plot, const PlotColors& colors,
                                      const PlotScale& scale) {
        compose(plot, panel, figure, size_mm.width(), colors, scale);
    };
}

}  // namespace

Figure plainFigure(std::span<const RunCurves> runs) {
    Figure figure;
    for (const RunCurves& run : runs) figure.series.push_back(singleRun(run));
    return figure;
}

QByteArray figurePdf(const Panel& panel, const Figure& figure, QSizeF size_mm) {
    return paperPdf(panel.title, size_mm, composing(panel, figure, size_mm));
}

QByteArray figurePng(const Panel& panel, const Figure& figure, QSizeF size_mm, int dots_per_inch) {
    return paperPng(size_mm, dots_per_inch, composing(panel, figure, size_mm));
}

QByteArray figureCsv(const Panel& panel, const Figure& figure) {
    QByteArray csv("series,curve,epoch,value,lower,upper,all seeds\n");
    const auto quoted = [](QString name) {
        return QStringLiteral("\"%1\"").arg(name.replace(u'"', QStringLiteral("\"\""))).toUtf8();
    };
    const auto number = [](double value) {
        return std::isnan(value) ? QByteArray()
                                 : QByteArray::number(value, 'g', QLocale::FloatingPointShortest);
    };
    const auto at = [](const std::vector<QPointF>& points, std::size_t k) {
        return k < points.size() ? points[k].y() : kMissing;
    };
    for (const PlotSeries& one : figure.series) {
        const std::vector<SeriesCurve> curves = curvesOf(one, panel, figure.view);
        for (std::size_t i = 0; i < curves.size(); ++i) {
            const SeriesCurve& curve = curves[i];
            for (std::size_t k = 0; k < curve.points.size(); ++k) {
                const QPointF& point = curve.points[k];
                const bool all = !std::isnan(point.y());
                const double value = all ? point.y() : at(curve.fewer, k);
                if (std::isnan(value)) continue;
                csv += quoted(one.name) + ',' + quoted(text(panel.curves[i].key)) + ',' +
                       number(point.x()) + ',' + number(value) + ',' + number(at(curve.lower, k)) +
                       ',' + number(at(curve.upper, k)) + ',' + (all ? "yes" : "no") + '\n';
            }
        }
    }
    return csv;
}

}  // namespace ballast
