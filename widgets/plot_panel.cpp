#include "widgets/plot_panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <set>

#include "widgets/icons.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"

namespace ballast {
namespace {

constexpr auto kCrosshairLayer = "crosshair";
constexpr double kZoomStep = 0.82;  // of the range that stays in view, for one notch of the wheel

}  // namespace

PlotPanel::PlotPanel(const Panel& panel, QWidget* parent)
    : QWidget(parent),
      panel_(&panel),
      title_(new QLabel(this)),
      choose_(new QToolButton(this)),
      remove_(new QToolButton(this)),
      plot_(new QCustomPlot(this)),
      values_(new ValueColumn(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* header = new QHBoxLayout;
    header->setContentsMargins(kSpace3, kSpace1, kSpace3, 0);
    header->setSpacing(kSpace1);
    choose_->setObjectName(QStringLiteral("panel"));
    choose_->setAutoRaise(true);
    choose_->setPopupMode(QToolButton::InstantPopup);
    choose_->setArrowType(Qt::DownArrow);
    choose_->setStyleSheet(QStringLiteral("QToolButton::menu-indicator { image: none; }"));
    choose_->setIconSize({10, 10});
    choose_->setFocusPolicy(Qt::StrongFocus);
    choose_->setToolTip(tr("Choose what this plot shows"));
    auto* menu = new QMenu(choose_);
    for (const Panel& choice : panels()) {
        const QString name = QString::fromUtf8(choice.name.data(), qsizetype(choice.name.size()));
        connect(menu->addAction(choice.title), &QAction::triggered, this,
                [this, name] { Q_EMIT panelChosen(name); });
    }
    choose_->setMenu(menu);
    remove_->setObjectName(QStringLiteral("remove_panel"));
    remove_->setAutoRaise(true);
    remove_->setIcon(icon(QStringLiteral("remove")));
    remove_->setToolTip(tr("Remove this plot"));
    remove_->setAccessibleName(tr("Remove this plot"));
    connect(remove_, &QToolButton::clicked, this, &PlotPanel::removeRequested);
    header->addWidget(title_);
    header->addWidget(choose_);
    header->addStretch(1);
    header->addWidget(remove_);
    layout->addLayout(header);
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    row->addWidget(plot_, 1);
    row->addWidget(values_);
    layout->addLayout(row, 1);

    plot_->setFocusPolicy(Qt::NoFocus);
    plot_->setMinimumHeight(72);
    plot_->setMouseTracking(true);
    plot_->installEventFilter(this);
    plot_->setInteraction(QCP::iRangeDrag, true);
    plot_->axisRect()->setRangeDrag(Qt::Horizontal | Qt::Vertical);
    plot_->plotLayout()->setMargins(QMargins());
    plot_->addLayer(QString::fromLatin1(kCrosshairLayer), nullptr, QCustomPlot::limAbove);
    plot_->layer(QString::fromLatin1(kCrosshairLayer))->setMode(QCPLayer::lmBuffered);
    crosshair_ = new QCPItemStraightLine(plot_);
    crosshair_->setLayer(QString::fromLatin1(kCrosshairLayer));
    crosshair_->setSelectable(false);
    crosshair_->setVisible(false);
    useIntegerTicks(*plot_->xAxis);

    connect(plot_, &QCustomPlot::afterReplot, this, [this] { ++replots_; });
    connect(plot_, &QCustomPlot::mouseDoubleClick, this, &PlotPanel::fitRequested);
    connect(plot_, &QCustomPlot::mousePress, this, &PlotPanel::pressed);
    connect(plot_, &QCustomPlot::mouseWheel, this, [this](QWheelEvent* event) { wheel(*event); });
    connect(plot_, &QCustomPlot::mouseMove, this, [this](const QMouseEvent* event) {
        const double epoch = plot_->xAxis->pixelToCoord(event->position().x());
        Q_EMIT pointedAt(std::max(1, static_cast<int>(std::lround(epoch))));
    });
    connect(plot_->xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this,
            [this](const QCPRange& range) {
                if (!own_change_) Q_EMIT epochsChangedByUser(range.lower, range.upper);
            });
    connect(plot_->yAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this, [this] {
        if (!own_change_) fit_values_ = false;
    });
    setPanel(panel);
    restyle();
}

void PlotPanel::setPanel(const Panel& panel) {
    panel_ = &panel;
    QString title = panel.title.toHtmlEscaped();
    if (!panel.unit.isEmpty()) {
        title += QStringLiteral("  <span style='font-weight:400'>%1</span>").arg(panel.unit);
    }
    title_->setText(title.replace(QStringLiteral("B_y"), QStringLiteral("B<sub>y</sub>")));
    choose_->setAccessibleName(tr("Plot: %1. Choose another").arg(panel.title));
    plot_->setAccessibleName(panel.title);
    values_->setAccessibleName(tr("Values: %1").arg(panel.title));
    built_.clear();
    fit_values_ = true;
}

void PlotPanel::setPlace(bool first, bool last) {
    first_ = first;
    last_ = last;
    restyle();
}

void PlotPanel::setRemovable(bool removable) {
    remove_->setVisible(removable);
}

void PlotPanel::restyle() {
    const PlotColors colors = plotColors();
    const PlotScale scale = screenScale();
    stylePlot(*plot_, colors, scale);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    title_->setFont(bold);
    // One left margin for all panels, so that the epoch axes stand under one another.
    const QFontMetrics metrics(scale.font);
    QCPAxisRect* rect = plot_->axisRect();
    const int bottom = last_ ? 2 * metrics.height() + 3 * kSpace1 + 2 : kSpace2;
    rect->setAutoMargins(QCP::msNone);
    rect->setMargins(QMargins(metrics.horizontalAdvance(QStringLiteral("−1000")) + kSpace4,
                              first_ ? metrics.height() + kSpace2 : kSpace2, kSpace3, bottom));
    plot_->xAxis->setTickLabels(last_);
    plot_->xAxis->setLabel(last_ ? tr("epochs done") : QString());
    QColor line = colors.muted;
    crosshair_->setPen(QPen(line, 1));
    built_.clear();
}

void PlotPanel::setEpochs(double first, double last) {
    own_change_ = true;
    plot_->xAxis->setRange(first, last);
    own_change_ = false;
}

void PlotPanel::fitValues() {
    fit_values_ = true;
}

void PlotPanel::replotSoon() {
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void PlotPanel::build(std::span<const RunCurves* const> runs) {
    plot_->clearGraphs();
    graphs_.clear();
    built_.clear();
    for (const RunCurves* run : runs) {
        built_.push_back(run->info().id);
        std::vector<QCPGraph*>& graphs = graphs_[run->info().id];
        graphs.clear();
        for (std::size_t i = 0; i < panel_->curves.size(); ++i) graphs.push_back(addCurve(*plot_));
    }
}

void PlotPanel::draw(std::span<const RunCurves* const> runs, const QString& empty_text) {
    std::vector<QString> ids;
    for (const RunCurves* run : runs) ids.push_back(run->info().id);
    if (ids != built_) build(runs);

    const PlotColors colors = plotColors();
    const PlotScale scale = screenScale();
    for (const RunCurves* run : runs) {
        const QColor color = seriesColor(run->info().color_index);
        const std::vector<QCPGraph*>& graphs = graphs_[run->info().id];
        QCPGraph* edge = nullptr;
        for (std::size_t i = 0; i < graphs.size(); ++i) {
            const PanelCurve& curve = panel_->curves[i];
            setCurveData(*graphs[i], run->points({panel_->name, curve.key}));
            styleCurve(*graphs[i], curve, color, colors.background, scale);
            if (curve.look != CurveLook::edge) continue;
            if (edge != nullptr) fillBand(*edge, *graphs[i], color);
            edge = edge == nullptr ? graphs[i] : nullptr;
        }
    }
    for (int i = plot_->itemCount() - 1; i >= 0; --i) {
        if (plot_->item(i) != crosshair_) plot_->removeItem(i);
    }
    drawPhases(runs);
    if (panel_->marks_best) {
        for (const RunCurves* run : runs) drawBest(*run);
    }
    drawEmpty(runs, empty_text);
    if (fit_values_) {
        const ValueRange range = fittingRange(*panel_, runs);
        own_change_ = true;
        plot_->yAxis->setRange(range.lower, range.upper);
        own_change_ = false;
        drawNote(outsideText(*panel_, runs, range));
    }
    replotSoon();
}

void PlotPanel::drawPhases(std::span<const RunCurves* const> runs) {
    struct Line {
        QString label;
        std::set<int> colors;
    };
    std::map<int, Line> lines;
    std::set<int> deferring;
    for (const RunCurves* run : runs) {
        const std::vector<int>& starts = run->info().phase_starts;
        for (std::size_t phase = 1; phase < starts.size(); ++phase) {
            Line& line = lines[starts[phase]];
            if (line.label.isEmpty()) {
                line.label = phase == 1 ? tr("T₀ = %1").arg(starts[phase])
                                        : tr("phase %1: %2").arg(phase + 1).arg(starts[phase]);
            }
            line.colors.insert(run->info().color_index);
            deferring.insert(run->info().color_index);
        }
    }
    const PlotColors colors = plotColors();
    int row = 0;
    for (const auto& [epoch, line] : lines) {
        const bool shared = line.colors == deferring;
        const QColor color = shared ? colors.muted : seriesColor(*line.colors.begin());
        auto* mark = new QCPItemStraightLine(plot_);
        mark->setSelectable(false);
        mark->setPen(QPen(color, 1.2, Qt::DotLine));
        mark->point1->setCoords(epoch, 0);
        mark->point2->setCoords(epoch, 1);
        if (!first_) continue;
        auto* label = new QCPItemText(plot_);
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

void PlotPanel::drawBest(const RunCurves& run) {
    const QPointF best = run.best();
    if (std::isnan(best.y())) return;
    const QColor color = seriesColor(run.info().color_index);
    auto* ring = new QCPItemEllipse(plot_);
    ring->setSelectable(false);
    ring->setPen(QPen(color, 1.8));
    ring->setBrush(QBrush(plotColors().background));
    auto* center = new QCPItemTracer(plot_);  // an anchor for a ring of constant size
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

/// In the upper right corner, where few curves pass.
void PlotPanel::drawNote(const QString& text) {
    if (text.isEmpty()) return;
    auto* label = new QCPItemText(plot_);
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

void PlotPanel::drawEmpty(std::span<const RunCurves* const> runs, const QString& empty_text) {
    QString text = empty_text;
    const bool needs_minority = panel_->of_training;
    bool all_balanced = !runs.empty();
    bool all_imported = !runs.empty();
    for (const RunCurves* run : runs) {
        all_balanced = all_balanced && !run->hasMinority();
        all_imported = all_imported && run->epochsDone() > 0 && !run->hasTrainingStatistics();
    }
    if (needs_minority && all_imported) text = tr("Imported runs have no training statistics");
    if (needs_minority && all_balanced) text = tr("No minority: classes are balanced");
    if (text.isEmpty()) return;
    auto* label = new QCPItemText(plot_);
    label->setSelectable(false);
    label->setFont(font());
    label->setColor(plotColors().muted);
    label->setBrush(QBrush(plotColors().background));  // over a T₀ line
    label->setPadding(QMargins(kSpace2, kSpace1, kSpace2, kSpace1));
    label->setText(text);
    label->setPositionAlignment(Qt::AlignCenter);
    label->position->setType(QCPItemPosition::ptAxisRectRatio);
    label->position->setCoords(0.5, 0.5);
}

void PlotPanel::setCrosshair(int epochs_done) {
    crosshair_->setVisible(epochs_done > 0);
    crosshair_->point1->setCoords(epochs_done, 0);
    crosshair_->point2->setCoords(epochs_done, 1);
    // Its own buffer: the curves below are not drawn again.
    crosshair_->layer()->replot();
}

void PlotPanel::setValues(std::span<const RunCurves* const> runs, int epochs_done) {
    std::vector<ValueColumn::Row> rows;
    QStringList headings;
    for (const RunCurves* run : runs) {
        const int epoch = epochs_done > 0 ? epochs_done : run->epochsDone();
        QStringList values;
        for (const ReadOut& column : panel_->read_outs) {
            values << readableNumber(run->valueAt({panel_->name, column.curve}, epoch),
                                     column.decimals);
        }
        if (panel_->marks_best) {
            const QPointF best = run->best();
            values << (std::isnan(best.y()) ? QStringLiteral("–")
                                            : tr("%1 @%2").arg(best.y(), 0, 'f', 1).arg(best.x()));
        }
        if (panel_->of_training && !run->hasMinority()) values.back() = tr("balanced");
        rows.push_back({seriesColor(run->info().color_index), run->info().name, values});
    }
    for (const ReadOut& column : panel_->read_outs) headings << column.heading;
    if (panel_->marks_best) headings << tr("best");
    const QString when = epochs_done > 0 ? tr("epoch %1").arg(epochs_done) : tr("latest");
    values_->setValues(panel_->of_training ? tr("%1, running").arg(when) : when, headings, rows);
    values_->setToolTip(panel_->of_training
                            ? tr("Running values are taken while the epoch is trained and its "
                                 "weights change; exact ones, the markers, after it.")
                            : QString());
}

void PlotPanel::wheel(QWheelEvent& event) {
    event.accept();
    const double notches = event.angleDelta().y() / 120.0;
    if (notches == 0.0) return;
    const double factor = std::pow(kZoomStep, notches);
    const bool values = event.modifiers().testFlag(Qt::ControlModifier) ||
                        event.position().x() < plot_->axisRect()->left();
    QCPAxis* axis = values ? plot_->yAxis : plot_->xAxis;
    const double at = values ? event.position().y() : event.position().x();
    axis->scaleRange(factor, axis->pixelToCoord(at));
    replotSoon();
}

std::vector<QPointF> PlotPanel::drawnCurve(const QString& run_id, const CurveKey& key) const {
    std::vector<QPointF> points;
    const auto run = graphs_.find(run_id);
    const auto curve = std::ranges::find(panel_->curves, key.curve, &PanelCurve::key);
    if (run == graphs_.end() || key.panel != panel_->name || curve == panel_->curves.end()) {
        return points;
    }
    const auto index = static_cast<std::size_t>(curve - panel_->curves.begin());
    for (const QCPGraphData& point : *run->second[index]->data()) {
        points.emplace_back(point.key, point.value);
    }
    return points;
}

bool PlotPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == plot_ && event->type() == QEvent::Leave) Q_EMIT pointedAt(0);
    return QWidget::eventFilter(watched, event);
}

}  // namespace ballast
