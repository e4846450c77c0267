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
constexpr auto kFrontLayer = "front";  // of the curves that stand out
constexpr double kZoomStep = 0.82;  // of the range that stays in view, for one notch of the wheel
constexpr int kFaint = 80;          // opacity of curves behind others, of 255

QString words(const SeedSpread& value, Spread spread, int decimals) {
    const QString mean = readableNumber(value.mean, decimals);
    if (value.n < 2) return mean;
    // The half width; the range's edges are not symmetrical.
    if (spread == Spread::range) {
        return QStringLiteral("%1…%2").arg(readableNumber(value.lower, decimals),
                                           readableNumber(value.upper, decimals));
    }
    return QStringLiteral("%1 ±%2").arg(mean, readableNumber(value.upper - value.mean, decimals));
}

}  // namespace

PlotPanel::PlotPanel(const Panel& panel, QWidget* parent)
    : QWidget(parent),
      panel_(&panel),
      title_(new QLabel(this)),
      note_(new QLabel(this)),
      choose_(new QToolButton(this)),
      remove_(new QToolButton(this)),
      log_(new QAction(tr("Logarithmic values"), this)),
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
    menu->addSeparator();
    log_->setObjectName(QStringLiteral("log"));
    log_->setCheckable(true);
    connect(log_, &QAction::triggered, this, &PlotPanel::logChosen);
    menu->addAction(log_);
    choose_->setMenu(menu);
    remove_->setObjectName(QStringLiteral("remove_panel"));
    remove_->setAutoRaise(true);
    remove_->setIcon(icon(QStringLiteral("remove")));
    remove_->setToolTip(tr("Remove this plot"));
    remove_->setAccessibleName(tr("Remove this plot"));
    connect(remove_, &QToolButton::clicked, this, &PlotPanel::removeRequested);
    header->addWidget(title_);
    header->addWidget(choose_);
    header->addSpacing(kSpace3);
    header->addWidget(note_);
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
    plot_->addLayer(QString::fromLatin1(kFrontLayer), plot_->layer(QStringLiteral("main")));
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
        Q_EMIT pointedAt(static_cast<int>(std::lround(epoch)));
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
    setTitle({});
    log_->setVisible(panel.positive);
    choose_->setAccessibleName(tr("Plot: %1. Choose another").arg(panel.title));
    plot_->setAccessibleName(panel.title);
    values_->setAccessibleName(tr("Values: %1").arg(panel.title));
    built_.clear();
    fit_values_ = true;
}

void PlotPanel::setTitle(const PlotView& view) {
    QStringList remarks;
    if (!panel_->unit.isEmpty()) remarks << panel_->unit;
    if (view.smoothing > 0.0) remarks << tr("smoothed, %1").arg(view.smoothing);
    if (log_->isChecked()) remarks << tr("log");
    QString title = panel_->title.toHtmlEscaped();
    if (!remarks.isEmpty()) {
        title += QStringLiteral("  <span style='font-weight:400'>%1</span>")
                     .arg(remarks.join(QStringLiteral(" · ")));
    }
    title_->setText(title.replace(QStringLiteral("B_y"), QStringLiteral("B<sub>y</sub>")));
}

QString PlotPanel::title() const {
    return title_->text();
}

void PlotPanel::setLog(bool log) {
    if (log == (plot_->yAxis->scaleType() == QCPAxis::stLogarithmic)) return;
    fit_values_ = true;  // a range in view of one axis is none of the other
    log ? useLogTicks(*plot_->yAxis) : useLinearTicks(*plot_->yAxis);
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
    note_->setFont(scale.font);
    QPalette muted = note_->palette();
    muted.setColor(QPalette::WindowText, colors.muted);
    note_->setPalette(muted);
    // One left margin for all panels, so that the epoch axes stand under one another.
    const QFontMetrics metrics(scale.font);
    QCPAxisRect* rect = plot_->axisRect();
    const int bottom = last_ ? 2 * metrics.height() + 3 * kSpace1 + 2 : kSpace2;
    rect->setAutoMargins(QCP::msNone);
    rect->setMargins(QMargins(metrics.horizontalAdvance(QStringLiteral("−1000")) + kSpace4,
                              first_ ? metrics.height() + kSpace2 : kSpace2, kSpace3, bottom));
    plot_->xAxis->setTickLabels(last_);
    plot_->xAxis->setLabel(!last_      ? QString()
                           : since_t0_ ? tr("epochs done since T₀")
                                       : tr("epochs done"));
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

void PlotPanel::build(std::span<const PlotSeries> series) {
    plot_->clearGraphs();
    graphs_.clear();
    built_.clear();
    for (const PlotSeries& one : series) {
        built_.push_back(one.id);
        std::vector<Graphs>& graphs = graphs_[one.id];
        for (std::size_t i = 0; i < panel_->curves.size(); ++i) {
            graphs.push_back({addCurve(*plot_)});
            if (!one.mean) continue;
            graphs.back().fewer = addCurve(*plot_);
            graphs.back().lower = addCurve(*plot_);
            graphs.back().upper = addCurve(*plot_);
        }
    }
}

/// Returns all values that are drawn.
std::vector<double> PlotPanel::drawSeries(const PlotSeries& series, const PlotView& view) {
    const PlotColors colors = plotColors();
    const PlotScale scale = screenScale();
    const bool strong = series.emphasis == Emphasis::strong;
    QColor color = seriesColor(series.color_index);
    if (series.emphasis == Emphasis::faint) color.setAlpha(kFaint);
    const double weight = strong ? 1.5 : series.listed ? 1.0 : 0.6;
    const QString layer = QString::fromLatin1(strong ? kFrontLayer : "main");
    std::vector<double> values;
    const auto set = [&](QCPGraph& graph, const std::vector<QPointF>& points) {
        for (const QPointF& point : points) values.push_back(point.y());
        setCurveData(graph, points);
        graph.setLayer(layer);
    };
    const std::vector<SeriesCurve> curves = curvesOf(series, *panel_, view);
    const std::vector<Graphs>& graphs = graphs_[series.id];
    QCPGraph* edge = nullptr;
    for (std::size_t i = 0; i < graphs.size(); ++i) {
        const PanelCurve& curve = panel_->curves[i];
        const Graphs& drawn = graphs[i];
        set(*drawn.line, curves[i].points);
        styleCurve(*drawn.line, curve, color, colors.background, scale, weight);
        if (series.mean) {
            set(*drawn.fewer, curves[i].fewer);
            set(*drawn.lower, curves[i].lower);
            set(*drawn.upper, curves[i].upper);
            styleCurve(*drawn.fewer, curve, color, colors.background, scale, 0.5 * weight);
            for (QCPGraph* limit : {drawn.lower, drawn.upper}) limit->setPen(Qt::NoPen);
            fillBand(*drawn.lower, *drawn.upper, color);
            if (curve.exact) {  // hollow, where not all seeds were measured
                drawn.fewer->setScatterStyle(QCPScatterStyle::ssCross);
            }
        }
        if (curve.look != CurveLook::edge) continue;
        if (edge != nullptr) fillBand(*edge, *drawn.line, color);
        edge = edge == nullptr ? drawn.line : nullptr;
    }
    return values;
}

void PlotPanel::draw(std::span<const PlotSeries> series, const PlotView& view,
                     const QString& empty_text, const QString& note) {
    std::vector<QString> ids;
    for (const PlotSeries& one : series) ids.push_back(one.id);
    if (ids != built_) build(series);
    const bool log =
        panel_->positive && view.log_panels.contains(QString::fromUtf8(
                                panel_->name.data(), static_cast<qsizetype>(panel_->name.size())));
    log_->setChecked(log);
    setLog(log);
    setTitle(view);
    if (since_t0_ != view.since_t0) {
        since_t0_ = view.since_t0;
        restyle();
        build(series);
    }

    std::vector<double> values;
    for (const PlotSeries& one : series) {
        const std::vector<double> drawn = drawSeries(one, view);
        values.insert(values.end(), drawn.begin(), drawn.end());
    }
    for (int i = plot_->itemCount() - 1; i >= 0; --i) {
        if (plot_->item(i) != crosshair_) plot_->removeItem(i);
    }
    drawPhases(series, view.since_t0);
    if (panel_->marks_best) {
        for (const PlotSeries& one : series) {
            if (!one.mean && one.listed) drawBest(one);
        }
    }
    drawEmpty(series, empty_text);
    note_->setText(note);
    if (fit_values_) {
        const ValueRange range = fittingRange(*panel_, values, log);
        own_change_ = true;
        plot_->yAxis->setRange(range.lower, range.upper);
        own_change_ = false;
        drawNote(outsideText(values, range));
    }
    replotSoon();
}

void PlotPanel::drawPhases(std::span<const PlotSeries> series, bool since_t0) {
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
        auto* mark = new QCPItemStraightLine(plot_);
        mark->setSelectable(false);
        mark->setPen(QPen(color, 1.2, Qt::DotLine));
        mark->point1->setCoords(epoch, 1);
        mark->point2->setCoords(epoch, 2);
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

void PlotPanel::drawBest(const PlotSeries& series) {
    QPointF best = series.runs.front()->best();
    if (std::isnan(best.y())) return;
    best.rx() -= series.shift;
    QColor color = seriesColor(series.color_index);
    if (series.emphasis == Emphasis::faint) color.setAlpha(kFaint);
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

void PlotPanel::drawEmpty(std::span<const PlotSeries> series, const QString& empty_text) {
    QString text = empty_text;
    const bool needs_minority = panel_->of_training;
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

void PlotPanel::setCrosshair(std::optional<int> epoch) {
    crosshair_->setVisible(epoch.has_value());
    // Two heights that every axis has, a logarithmic one too.
    crosshair_->point1->setCoords(epoch.value_or(0), 1);
    crosshair_->point2->setCoords(epoch.value_or(0), 2);
    // Its own buffer: the curves below are not drawn again.
    crosshair_->layer()->replot();
}

void PlotPanel::setValues(std::span<const PlotSeries> series, const PlotView& view,
                          std::optional<int> epoch) {
    std::vector<ValueColumn::Row> rows;
    QStringList headings;
    const bool means = std::ranges::any_of(series, &PlotSeries::mean);
    for (const PlotSeries& one : series) {
        if (!one.listed) continue;
        const int at = epoch ? *epoch + one.shift : one.epochsDone();
        QStringList values;
        int n = static_cast<int>(one.runs.size());
        for (const ReadOut& column : panel_->read_outs) {
            const SeedSpread value = valueOf(one, {panel_->name, column.curve}, at, view.spread);
            values << words(value, view.spread, column.decimals);
            n = std::min(n, value.n);
        }
        if (panel_->marks_best) {
            const SeedSpread best = bestOf(one, view.spread);
            const double x = one.runs.front()->best().x() - one.shift;
            values << (one.mean || best.n == 0 ? words(best, view.spread, 1)
                                               : tr("%1 @%2").arg(best.mean, 0, 'f', 1).arg(x));
        }
        if (panel_->of_training && !one.runs.front()->hasMinority()) {
            values.back() = tr("balanced");
            n = static_cast<int>(one.runs.size());
        }
        if (means) {
            const int all = static_cast<int>(one.runs.size());
            values << (n < all ? tr("%1 of %2").arg(n).arg(all) : QString::number(n));
        }
        rows.push_back({seriesColor(one.color_index), one.name, values});
    }
    for (const ReadOut& column : panel_->read_outs) headings << column.heading;
    if (panel_->marks_best) headings << tr("best");
    if (means) headings << tr("n");
    QStringList when;
    when << (!epoch ? tr("latest")
             : view.since_t0
                 ? tr("T₀ %1 %2").arg(QChar(*epoch < 0 ? u'−' : u'+')).arg(std::abs(*epoch))
                 : tr("epoch %1").arg(*epoch));
    if (panel_->of_training) when << tr("running");
    if (view.smoothing > 0.0) when << tr("not smoothed");
    values_->setRoom(means ? 3 : 2, means ? QStringLiteral("00.0 ±0.0") : tr("majority"));
    values_->setValues(when.join(QStringLiteral(", ")), headings, rows);
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

const PlotPanel::Graphs* PlotPanel::find(const QString& series_id, const CurveKey& key) const {
    const auto series = graphs_.find(series_id);
    const auto curve = std::ranges::find(panel_->curves, key.curve, &PanelCurve::key);
    if (series == graphs_.end() || key.panel != panel_->name || curve == panel_->curves.end()) {
        return nullptr;
    }
    return &series->second[static_cast<std::size_t>(curve - panel_->curves.begin())];
}

std::vector<QPointF> PlotPanel::drawnCurve(const QString& series_id, const CurveKey& key) const {
    std::vector<QPointF> points;
    const Graphs* graphs = find(series_id, key);
    if (graphs == nullptr) return points;
    for (const QCPGraphData& point : *graphs->line->data()) {
        points.emplace_back(point.key, point.value);
    }
    return points;
}

double PlotPanel::drawnWidth(const QString& series_id, const CurveKey& key) const {
    const Graphs* graphs = find(series_id, key);
    return graphs == nullptr ? 0.0 : graphs->line->pen().widthF();
}

bool PlotPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == plot_ && event->type() == QEvent::Leave) Q_EMIT pointerLeft();
    return QWidget::eventFilter(watched, event);
}

}  // namespace ballast
