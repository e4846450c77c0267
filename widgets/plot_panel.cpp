#include "widgets/plot_panel.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHelpEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "widgets/plot_crowd.h"
#include "widgets/plot_events.h"
#include "widgets/plot_header.h"
#include "widgets/plot_marks.h"
#include "widgets/plot_style.h"
#include "widgets/plot_values.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"
#include "widgets/tool_tips.h"

namespace ballast {
namespace {

constexpr auto kCrosshairLayer = "crosshair";
constexpr auto kFrontLayer = "front";  // of the curves that stand out
constexpr auto kCrowdLayer = "crowd";
constexpr double kClick = 3.0;      // pixels that the pointer may move in one
constexpr double kLineReach = 3.0;  // pixels beside a phase line that still mean it
constexpr double kZoomStep = 0.82;  // of the range that stays in view, for one notch of the wheel

}  // namespace

PlotPanel::PlotPanel(const Panel& panel, QWidget* parent)
    : QWidget(parent),
      panel_(&panel),
      header_(new PlotHeader(this)),
      plot_(new QCustomPlot(this)),
      values_(new ValueColumn(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(header_);
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
    plot_->addLayer(QString::fromLatin1(kCrowdLayer), plot_->layer(QStringLiteral("main")),
                    QCustomPlot::limBelow);
    crowd_ = new PlotCrowd(*plot_, QString::fromLatin1(kCrowdLayer));
    events_ = new PlotEvents(*plot_, QString::fromLatin1(kFrontLayer));
    crosshair_ = new QCPItemStraightLine(plot_);
    crosshair_->setLayer(QString::fromLatin1(kCrosshairLayer));
    crosshair_->setSelectable(false);
    crosshair_->setVisible(false);
    useIntegerTicks(*plot_->xAxis);

    connect(header_, &PlotHeader::panelChosen, this, &PlotPanel::panelChosen);
    connect(header_, &PlotHeader::logChosen, this, &PlotPanel::logChosen);
    connect(header_, &PlotHeader::removeRequested, this, &PlotPanel::removeRequested);
    connect(plot_, &QCustomPlot::afterReplot, this, [this] { ++replots_; });
    connect(plot_, &QCustomPlot::mouseDoubleClick, this, &PlotPanel::fitRequested);
    connect(plot_, &QCustomPlot::mousePress, this, &PlotPanel::pressed);
    connect(plot_, &QCustomPlot::mousePress, this,
            [this](const QMouseEvent* event) { pressed_at_ = event->position(); });
    connect(plot_, &QCustomPlot::mouseRelease, this, [this](const QMouseEvent* event) {
        const bool click = event->button() == Qt::LeftButton &&
                           (event->position() - pressed_at_).manhattanLength() <= kClick;
        if (const auto mark = click ? eventAt(pressed_at_) : std::nullopt) {
            Q_EMIT eventActivated(mark->run, mark->event.kind, mark->event.epoch);
        }
    });
    connect(plot_, &QCustomPlot::mouseWheel, this, [this](QWheelEvent* event) { wheel(*event); });
    connect(plot_, &QCustomPlot::mouseMove, this, [this](const QMouseEvent* event) {
        const double epoch = plot_->xAxis->pixelToCoord(event->position().x());
        Q_EMIT pointedAt(static_cast<int>(std::lround(epoch)));
        plot_->setCursor(eventAt(event->position()) ? Qt::PointingHandCursor : Qt::ArrowCursor);
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

PlotPanel::~PlotPanel() = default;

void PlotPanel::setPanel(const Panel& panel) {
    panel_ = &panel;
    header_->setPanel(panel);
    plot_->setAccessibleName(panel.title);
    values_->setAccessibleName(tr("Values: %1").arg(panel.title));
    built_.clear();
    fit_values_ = true;
}

QString PlotPanel::title() const {
    return header_->title();
}

QString PlotPanel::note() const {
    return header_->note();
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
    header_->setRemovable(removable);
}

void PlotPanel::restyle() {
    const PlotColors colors = plotColors();
    const PlotScale scale = screenScale();
    stylePlot(*plot_, colors, scale);
    header_->restyle();
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
    crosshair_->setPen(QPen(colors.muted, 1));
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
        built_.push_back({one.id, one.crowd});
        if (one.crowd) continue;
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
    if (series.emphasis == Emphasis::faint) color.setAlpha(kFaintAlpha);
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
    const auto same = [](const PlotSeries& one, const Built& built) {
        return one.id == built.id && one.crowd == built.crowd;
    };
    if (!std::ranges::equal(series, built_, same)) build(series);
    const bool log = panel_->positive && view.log_panels.contains(text(panel_->name));
    setLog(log);
    header_->describe(view, log);
    if (since_t0_ != view.since_t0) {
        since_t0_ = view.since_t0;
        restyle();
        build(series);
    }

    std::vector<double> values;
    std::vector<CrowdSeries> crowd;
    for (const PlotSeries& one : series) {
        if (one.crowd) {
            crowd.push_back(crowdSeries(one, *panel_, view));
            for (const CrowdCurve& curve : crowd.back().curves) {
                for (const QPointF& point : curve.points) values.push_back(point.y());
            }
            continue;
        }
        const std::vector<double> drawn = drawSeries(one, view);
        values.insert(values.end(), drawn.begin(), drawn.end());
    }
    crowd_->setSeries(std::move(crowd));
    for (int i = plot_->itemCount() - 1; i >= 0; --i) {
        if (plot_->item(i) != crosshair_) plot_->removeItem(i);
    }
    drawPhases(*plot_, series, view.since_t0, first_);
    if (panel_->marks_best) {
        for (const PlotSeries& one : series) {
            if (!one.mean && one.listed && !one.crowd) drawBest(*plot_, one);
        }
    }
    events_->setMarks(last_ ? eventMarks(series) : std::vector<EventMark>());
    phases_ = phaseMarks(series);
    drawEmpty(*plot_, *panel_, series, empty_text);
    header_->setNote(note);
    if (fit_values_) {
        const ValueRange range = fittingRange(*panel_, values, log);
        own_change_ = true;
        plot_->yAxis->setRange(range.lower, range.upper);
        own_change_ = false;
        drawNote(*plot_, outsideText(values, range));
    }
    replotSoon();
}

std::optional<EventMark> PlotPanel::eventAt(QPointF pixel) const {
    if (const EventMark* mark = events_->at(pixel)) return *mark;
    if (!plot_->axisRect()->rect().contains(pixel.toPoint())) return std::nullopt;
    const double x = plot_->xAxis->pixelToCoord(pixel.x());
    const double reach = plot_->xAxis->pixelToCoord(pixel.x() + kLineReach) - x;
    const auto line = std::ranges::find_if(
        phases_, [&](const EventMark& mark) { return std::abs(mark.x - x) <= reach; });
    return line == phases_.end() ? std::nullopt : std::optional(*line);
}

std::vector<QPointF> PlotPanel::eventPlaces() const {
    return events_->places();
}

QString PlotPanel::eventTip(QPointF pixel) const {
    const auto mark = eventAt(pixel);
    if (!mark) return {};
    return QStringLiteral("%1: %2").arg(mark->name, QString::fromStdString(mark->event.text));
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
    showValues(*values_, *panel_, series, view, epoch);
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
    if (key.panel != panel_->name) return points;
    const std::vector<CrowdSeries>& crowd = crowd_->series();
    if (const auto one = std::ranges::find(crowd, series_id, &CrowdSeries::id);
        one != crowd.end()) {
        const auto curve = std::ranges::find(panel_->curves, key.curve, &PanelCurve::key);
        if (curve == panel_->curves.end()) return points;
        return one->curves[static_cast<std::size_t>(curve - panel_->curves.begin())].points;
    }
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
    if (watched == plot_ && event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QString tip = eventTip(help->pos());
        if (!tip.isEmpty()) QToolTip::showText(help->globalPos(), wrappedToolTip(tip), plot_);
        return !tip.isEmpty();
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace ballast
