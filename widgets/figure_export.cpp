#include "widgets/figure_export.h"

#include <QLocale>
#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/line_look.h"
#include "widgets/paper_legend.h"
#include "widgets/plot_marks.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr int kMarkers = 8;  // of a line, where it has some to be told apart by

/// Colour of the series; in grey also the markers of its solid lines, as dashes are minority's.
LineLook lookOf(const Figure& figure, std::size_t series, const PlotScale& scale) {
    if (!scale.grey_safe) {
        return {seriesColor(figure.series[series].color_index, false), {}, 0};
    }
    return lineLook(static_cast<int>(series), static_cast<int>(figure.series.size()), true, false);
}

void addMarkers(QCPGraph& graph, const LineLook& look, const PlotScale& scale) {
    graph.setScatterStyle(markerOf(look, 1.3 * scale.unit, 5.5 * scale.unit));
    graph.setScatterSkip(std::max(0, graph.data()->size() / kMarkers - 1));
}

/// One entry of the legend: a graph without data that lends its pen.
QCPGraph* addKey(QCustomPlot& plot, const QString& name, const PanelCurve& curve,
                 const QColor& color, const PlotScale& scale) {
    QCPGraph* graph = addCurve(plot);
    styleCurve(*graph, curve, color, Qt::white, scale);
    graph->setName(name);
    graph->addToLegend();
    return graph;
}

/// What the values of a curve are called.
QString headingOf(const Panel& panel, const PanelCurve& curve) {
    const auto column = std::ranges::find(panel.read_outs, curve.key, &ReadOut::curve);
    if (column != panel.read_outs.end()) return column->heading;
    return QString::fromUtf8(curve.key.data(), static_cast<qsizetype>(curve.key.size()));
}

void addLegend(QCustomPlot& plot, const Panel& panel, const Figure& figure,
               const FigureStyle& style, const PlotColors& colors, const PlotScale& scale) {
    addPaperLegend(plot, style, colors, scale);
    const PanelCurve solid{.key = "", .look = CurveLook::solid, .value = nullptr};
    for (std::size_t i = 0; i < figure.series.size(); ++i) {
        if (!figure.series[i].listed) continue;
        const LineLook look = lookOf(figure, i, scale);
        QCPGraph* key = addKey(plot, figure.series[i].name, solid, look.color, scale);
        if (scale.grey_safe) addMarkers(*key, look, scale);
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
    fitPaperLegend(plot, style,
                   static_cast<int>(std::ranges::count_if(figure.series, &PlotSeries::listed)));
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
                              const LineLook& look, const PlotView& view, const PlotScale& scale) {
    std::vector<double> values;
    const auto add = [&](const std::vector<QPointF>& points) {
        for (const QPointF& point : points) values.push_back(point.y());
        QCPGraph* graph = addCurve(plot);
        setCurveData(*graph, points);
        return graph;
    };
    QColor color = look.color;
    if (series.emphasis == Emphasis::faint) color.setAlpha(kFaintAlpha);
    const double weight = series.listed ? 1.0 : 0.6;
    const std::vector<SeriesCurve> curves = curvesOf(series, panel, view);
    QCPGraph* edge = nullptr;
    for (std::size_t i = 0; i < curves.size(); ++i) {
        const PanelCurve& curve = panel.curves[i];
        QCPGraph* line = add(curves[i].points);
        styleCurve(*line, curve, color, Qt::white, scale, weight);
        if (scale.grey_safe && curve.look == CurveLook::solid && !curve.exact && series.listed) {
            addMarkers(*line, look, scale);
        }
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

/// The axis' words: its name, its unit and what was done to the values.
QString valueLabel(const Panel& panel, const PlotView& view) {
    const QString label = panel.axis.isEmpty() ? panel.title : panel.axis;
    QStringList remarks;
    if (!panel.unit.isEmpty()) remarks << panel.unit;
    if (view.smoothing > 0.0) remarks << tr("smoothed, %1").arg(view.smoothing);
    if (remarks.isEmpty()) return label;
    return QStringLiteral("%1 (%2)").arg(label, remarks.join(QStringLiteral(", ")));
}

QString epochLabel(const PlotView& view) {
    return view.since_t0 ? tr("epochs done since T₀") : tr("epochs done");
}

bool isLog(const Panel& panel, const PlotView& view) {
    return panel.positive && view.log_panels.contains(text(panel.name));
}

void compose(QCustomPlot& plot, const Panel& panel, const Figure& figure, const FigureStyle& style,
             const PlotColors& colors, const PlotScale& scale) {
    stylePlot(plot, colors, scale);
    useIntegerTicks(*plot.xAxis);
    plot.xAxis->setLabel(epochLabel(figure.view));
    plot.yAxis->setLabel(valueLabel(panel, figure.view));
    const bool log = isLog(panel, figure.view);
    if (log) useLogTicks(*plot.yAxis);

    int first = 0;
    int last = 1;
    std::vector<double> values;
    for (std::size_t i = 0; i < figure.series.size(); ++i) {
        const PlotSeries& one = figure.series[i];
        first = std::min(first, -one.shift);
        last = std::max(last, std::max(one.info().epochs, one.mostEpochs()) - one.shift);
        const std::vector<double> drawn =
            addSeries(plot, panel, one, lookOf(figure, i, scale), figure.view, scale);
        values.insert(values.end(), drawn.begin(), drawn.end());
    }
    // Room for the last epoch's marker.
    plot.xAxis->setRange(first, last + 0.015 * (last - first));
    const ValueRange range = style.y_range ? ValueRange{style.y_range->lower, style.y_range->upper}
                                           : fittingRange(panel, values, log);
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
    addLegend(plot, panel, figure, style, colors, scale);
}

PgfPlot pgfPlot(const Panel& panel, const Figure& figure, const FigureStyle& style) {
    PgfPlot plot;
    plot.title = panel.title.toStdString();
    plot.x_label = epochLabel(figure.view).toStdString();
    plot.y_label = valueLabel(panel, figure.view).toStdString();
    plot.y_log = isLog(panel, figure.view);
    PlotScale scale;
    scale.grey_safe = style.grey_safe;
    for (std::size_t i = 0; i < figure.series.size(); ++i) {
        const PlotSeries& one = figure.series[i];
        const PgfLine look = pgfLine(lookOf(figure, i, scale));
        bool named = false;
        const std::vector<SeriesCurve> curves = curvesOf(one, panel, figure.view);
        for (std::size_t c = 0; c < curves.size(); ++c) {
            const PanelCurve& curve = panel.curves[c];
            if (curves[c].points.empty()) continue;
            const auto add = [&](const std::vector<QPointF>& points, double width) -> PgfLine& {
                PgfLine line = look;
                line.dashes.clear();
                line.marker = -1;
                line.width = width;
                for (const QPointF& point : points) line.points.push_back({point.x(), point.y()});
                plot.lines.push_back(std::move(line));
                return plot.lines.back();
            };
            const bool edge = curve.look == CurveLook::edge;
            PgfLine& line = add(curves[c].points, edge ? 0.4 : 1.0);
            if (curve.look == CurveLook::dashed) line.dashes = {4.0, 2.4};
            if (curve.exact) {
                line.connected = false;
                line.marker = curve.look == CurveLook::dashed ? 5 : 0;
            }
            if (one.listed && !edge && !std::exchange(named, true)) {
                line.name = one.name.toStdString();
            }
            if (!one.mean) continue;
            for (const auto* beside : {&curves[c].fewer, &curves[c].lower, &curves[c].upper}) {
                if (!beside->empty()) add(*beside, beside == &curves[c].fewer ? 0.5 : 0.3);
            }
        }
    }
    return plot;
}

}  // namespace

Figure plainFigure(std::span<const RunCurves> runs) {
    Figure figure;
    for (const RunCurves& run : runs) figure.series.push_back(singleRun(run));
    return figure;
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

PaperFigure paperFigure(const Panel& panel, const Figure& figure) {
    PaperFigure made;
    made.title = panel.title;
    made.compose = [&panel, figure](QCustomPlot& plot, const PlotColors& colors,
                                    const PlotScale& scale, const FigureStyle& style) {
        compose(plot, panel, figure, style, colors, scale);
    };
    made.csv = [&panel, figure] { return figureCsv(panel, figure); };
    made.pgf = [&panel, figure](const FigureStyle& style, const std::string& data_file) {
        return pgfFigure(pgfPlot(panel, figure, style), style, data_file);
    };
    return made;
}

}  // namespace ballast
