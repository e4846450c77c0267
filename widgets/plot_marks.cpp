#include "widgets/plot_marks.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

namespace ballast {
void drawPhases(QCustomPlot& plot, std::span<const PlotSeries> series, bool since_t0,
                bool labelled) {
    struct Line {
        QString label;
        std::set<int> colors;
    };
    std::map<int, Line> lines;
    std::set<int> deferring;
    for (const PlotSeries& one : series) {
        const std::vector<int>& starts = one.info().phase_starts;
        for (std::size_t phase = 1; phase < starts.size(); ++phase) {
            const int at = starts[phase] - one.shift;
            Line& line = lines[at];
            if (line.label.isEmpty()) {
                line.label = since_t0 && phase == 1 ? tr("T₀")
                             : phase == 1           ? tr("T₀ = %1").arg(at)
                                                    : tr("phase %1: %2").arg(phase + 1).arg(at);
            }
            line.colors.insert(one.color_index);
            deferring.insert(one.color_index);
        }
    }
    const PlotColors colors = plotColors();
    int row = 0;
    for (const auto& [epoch, line] : lines) {
        const bool shared = line.colors == deferring;
        const QColor color = shared ? colors.muted : seriesColor(*line.colors.begin());
        auto* mark = new QCPItemStraightLine(&plot);
        mark->setSelectable(false);
        mark->setPen(QPen(color, 1.2, Qt::DotLine));
        mark->point1->setCoords(epoch, 1);
        mark->point2->setCoords(epoch, 2);
        if (!labelled) continue;
        auto* label = new QCPItemText(&plot);
        label->setSelectable(false);
        label->setClipToAxisRect(false);
        label->setFont(screenScale().font);
        label->setColor(shared ? colors.text : color);
        label->setText(line.label);
        label->setPadding(QMargins(3, 1, 3, 1));
        label->setBrush(QBrush(colors.background));
        label->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
        label->position->setTypeX(QCPItemPosition::ptPlotCoords);
        label->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
        label->position->setCoords(epoch, row % 2 == 0 ? 0.0 : 0.16);
        ++row;
    }
}

void drawBest(QCustomPlot& plot, const PlotSeries& series) {
    QPointF best = series.runs.front()->best();
    if (std::isnan(best.y())) return;
    best.rx() -= series.shift;
    QColor color = seriesColor(series.color_index);
    if (series.emphasis == Emphasis::faint) color.setAlpha(kFaintAlpha);
    auto* ring = new QCPItemEllipse(&plot);
    ring->setSelectable(false);
    ring->setPen(QPen(color, 1.8));
    ring->setBrush(QBrush(plotColors().background));
    auto* center = new QCPItemTracer(&plot);  // an anchor for a ring of constant size
    center->setSelectable(false);
    center->setStyle(QCPItemTracer::tsNone);
    center->position->setCoords(best);
    for (QCPItemPosition* corner : {ring->topLeft, ring->bottomRight}) {
        corner->setParentAnchor(center->position);
        const double offset = corner == ring->topLeft ? -4.5 : 4.5;
        corner->setType(QCPItemPosition::ptAbsolute);
        corner->setCoords(offset, offset);
    }
}

void drawNote(QCustomPlot& plot, const QString& text) {
    if (text.isEmpty()) return;
    auto* label = new QCPItemText(&plot);
    label->setSelectable(false);
    label->setFont(screenScale().font);
    label->setColor(plotColors().warning);
    label->setBrush(QBrush(plotColors().background));
    label->setPadding(QMargins(kSpace1, 1, kSpace1, 1));
    label->setText(text);
    label->setPositionAlignment(Qt::AlignRight | Qt::AlignTop);
    label->position->setType(QCPItemPosition::ptAxisRectRatio);
    label->position->setCoords(0.995, 0.02);
}

void drawEmpty(QCustomPlot& plot, const Panel& panel, std::span<const PlotSeries> series,
               const QString& empty_text) {
    QString text = empty_text;
    const bool needs_minority = panel.of_training;
    bool all_balanced = !series.empty();
    bool all_imported = !series.empty();
    for (const PlotSeries& one : series) {
        for (const RunCurves* run : one.runs) {
            all_balanced = all_balanced && !run->hasMinority();
            all_imported = all_imported && run->epochsDone() > 0 && !run->hasTrainingStatistics();
        }
    }
    if (needs_minority && all_imported) text = tr("Imported runs have no training statistics");
    if (needs_minority && all_balanced) text = tr("No minority: classes are balanced");
    if (text.isEmpty()) return;
    auto* label = new QCPItemText(&plot);
    label->setSelectable(false);
    label->setLayer(QStringLiteral("overlay"));  // over curves that stand out
    label->setFont(plot.font());
    label->setColor(plotColors().muted);
    label->setBrush(QBrush(plotColors().background));  // over a T₀ line
    label->setPadding(QMargins(kSpace2, kSpace1, kSpace2, kSpace1));
    label->setText(text);
    label->setPositionAlignment(Qt::AlignCenter);
    label->position->setType(QCPItemPosition::ptAxisRectRatio);
    label->position->setCoords(0.5, 0.5);
}

}  // namespace ballast
