#include "widgets/live_plots.h"

#include <QElapsedTimer>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QSet>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>
#include <set>

#include "widgets/palette.h"
#include "widgets/plot_key.h"
#include "widgets/plot_legend.h"
#include "widgets/plot_notes.h"
#include "widgets/plot_panel.h"
#include "widgets/plot_stack.h"
#include "widgets/plot_tools.h"

namespace ballast {
namespace {

constexpr int kFrame = 40;        // ms between repaints: 25 a second
constexpr int kSlowFrame = 1000;  // … where drawing is slow, so that it takes a quarter of the time

std::vector<HistoryEvent::Kind> eventKinds(std::span<const PlotSeries> series) {
    std::set<HistoryEvent::Kind> kinds;
    for (const PlotSeries& one : series) {
        if (!one.events) continue;
        for (const HistoryEvent& event : one.runs.front()->events()) kinds.insert(event.kind);
    }
    return {kinds.begin(), kinds.end()};
}

}  // namespace

class LivePlots::Private {
public:
    struct Run {
        RunCurves curves;
        bool visible = true;
    };

    explicit Private(LivePlots* owner) : q(owner) {}

    Run* find(const QString& id) const { return by_id.value(id, nullptr); }

    std::vector<const RunCurves*> visible() const {
        std::vector<const RunCurves*> list;
        for (const auto& run : runs) {
            if (run->visible) list.push_back(&run->curves);
        }
        return list;
    }

    void add(RunCurves curves) {
        const QString id = curves.info().id;
        if (Run* old = find(id)) {
            old->curves = std::move(curves);
        } else {
            runs.push_back(std::make_unique<Run>(Run{std::move(curves)}));
            by_id.insert(id, runs.back().get());
        }
    }

    /// Something to draw has changed: draw it with the next frame, or when shown again.
    void changed() {
        dirty = true;
        series.reset();
        if (q->isVisible() && !frame.isActive()) frame.start();
    }

    void draw() {
        if (!q->isVisible() || !dirty) return;
        dirty = false;
        QElapsedTimer timer;
        timer.start();
        showLegend();
        key->setBand(view.means
                         ? LivePlots::tr("mean and %1 over seeds").arg(spreadName(view.spread))
                         : LivePlots::tr("lowest to highest class"));
        const std::vector<PlotSeries>& shown = seriesShown();
        key->setEvents(eventKinds(shown));
        if (fit_epochs) {
            int first = 0;
            int last = 0;
            for (const PlotSeries& one : shown) {
                first = std::min(first, -one.shift);
                last = std::max(last, std::max(one.info().epochs, one.mostEpochs()) - one.shift);
            }
            stack->showEpochs(first, last > first ? last : first + 10, true);
        }
        const std::vector<const RunCurves*> list = visible();
        bool is_first = true;
        for (PlotPanel* panel : stack->panels()) {
            panel->draw(shown, view, emptyText(list, !runs.empty(), is_first),
                        is_first ? drawnNote(list, shown, view) : QString());
            is_first = false;
        }
        if (crosshair) q->setCrosshair(crosshair);
        updateValues();
        frame.setInterval(std::clamp(4 * static_cast<int>(timer.elapsed()), kFrame, kSlowFrame));
    }

    /// What is drawn; valid until something changes.
    const std::vector<PlotSeries>& seriesShown() {
        if (!series) {
            series = plotSeries(visible(), groups, view, pointed.isEmpty() ? highlighted : pointed);
        }
        return *series;
    }

    /// A chip for each group, and for each run that is in none; where there are too many, for those
    /// that are selected first, then for the visible ones.
    void showLegend() {
        struct Entry {
            const PlotGroup* group = nullptr;
            const Run* run = nullptr;
            int shown = 0;  // visible runs
            bool selected = false;
        };
        const QSet<QString> selected(highlighted.begin(), highlighted.end());
        std::vector<Entry> entries;
        QSet<QString> grouped;
        for (const PlotGroup& group : groups) {
            if (!view.means || group.runs.isEmpty()) continue;
            Entry entry{&group};
            bool any = false;
            for (const QString& id : group.runs) {
                grouped.insert(id);
                const Run* run = find(id);
                any = any || run != nullptr;
                entry.shown += run != nullptr && run->visible ? 1 : 0;
                entry.selected = entry.selected || selected.contains(id);
            }
            if (any) entries.push_back(entry);
        }
        for (const auto& run : runs) {
            const QString& id = run->curves.info().id;
            if (grouped.contains(id)) continue;
            entries.push_back({nullptr, run.get(), run->visible ? 1 : 0, selected.contains(id)});
        }
        const int more = static_cast<int>(entries.size()) - static_cast<int>(kMostChips);
        if (more > 0) {
            std::ranges::stable_partition(entries, [](const Entry& e) { return e.shown > 0; });
            std::ranges::stable_partition(entries, &Entry::selected);
            entries.resize(kMostChips);
        }
        std::vector<LegendChip> chips;
        for (const Entry& entry : entries) {
            chips.push_back(entry.group != nullptr
                                ? groupChip(*entry.group, entry.shown)
                                : runChip(entry.run->curves.info(), entry.run->visible));
        }
        legend->setChips(chips, std::max(0, more));
    }

    void toggle(const QStringList& ids, bool on) {
        for (const QString& id : ids) {
            q->setRunVisible(id, on);
            Q_EMIT q->runVisibilityChanged(id, on);  // the owner may add it
        }
    }

    void updateValues() {
        for (PlotPanel* panel : stack->panels()) panel->setValues(seriesShown(), view, crosshair);
    }

    /// The first and last epoch of the axis for which visible runs have values; an empty range (the
    /// last before the first) where there is none.
    std::pair<int, int> epochsWithValues() {
        std::pair<int, int> range{std::numeric_limits<int>::max(), std::numeric_limits<int>::min()};
        for (const PlotSeries& one : seriesShown()) {
            if (one.mostEpochs() == 0) continue;
            range.first = std::min(range.first, 1 - one.shift);
            range.second = std::max(range.second, one.mostEpochs() - one.shift);
        }
        return range;
    }

    void showEpochs(double first, double last) {
        fit_epochs = false;
        stack->showEpochs(first, last, false);
    }

    void layOut();
    void listen();

    LivePlots* q;
    std::vector<std::unique_ptr<Run>> runs;
    QHash<QString, Run*> by_id;
    std::vector<PlotGroup> groups;
    PlotView view;
    QStringList highlighted;
    QStringList pointed;  // at, in the legend
    std::optional<std::vector<PlotSeries>> series;
    QHBoxLayout* row = nullptr;  // above the plots: the key, the owner's, the tools
    PlotKey* key = nullptr;
    PlotTools* tools = nullptr;
    PlotLegend* legend = nullptr;
    PlotStack* stack = nullptr;
    QTimer frame;
    bool dirty = true;
    bool fit_epochs = true;
    std::optional<int> crosshair;
};

void LivePlots::Private::layOut() {
    auto* layout = new QVBoxLayout(q);
    layout->setContentsMargins(0, kSpace1, 0, 0);
    layout->setSpacing(0);
    row = new QHBoxLayout;
    row->setContentsMargins(kSpace2, 0, kSpace3, 0);
    row->setSpacing(kSpace3);
    key = new PlotKey(q);
    tools = new PlotTools(q);
    row->addWidget(key);
    row->addStretch(1);
    row->addWidget(tools);
    layout->addLayout(row);
    auto* chips_row = new QHBoxLayout;  // of their own: many runs need its whole width
    chips_row->setContentsMargins(kSpace2, 0, kSpace3, 0);
    legend = new PlotLegend(q);
    chips_row->addWidget(legend);
    layout->addLayout(chips_row);
    stack = new PlotStack(q);
    layout->addWidget(stack, 1);
}

void LivePlots::Private::listen() {
    connect(tools, &PlotTools::viewChosen, q, &LivePlots::setView);
    connect(tools, &PlotTools::fitRequested, q, &LivePlots::fit);
    connect(tools, &PlotTools::panelAdded, q, [this](const QString& name) {
        stack->setPanels(stack->panelNames() << name);
        Q_EMIT q->panelsChanged();
    });
    connect(legend, &PlotLegend::toggled, q,
            [this](const QStringList& ids, bool on) { toggle(ids, on); });
    connect(legend, &PlotLegend::pointedAt, q, [this](const QStringList& ids) {
        if (pointed == ids) return;
        pointed = ids;
        changed();
    });
    connect(stack, &PlotStack::panelsReplaced, q, [this] {
        tools->setPanels(stack->panelNames());
        changed();
    });
    connect(stack, &PlotStack::panelsChosen, q, &LivePlots::panelsChanged);
    connect(stack, &PlotStack::fitRequested, q, &LivePlots::fit);
    connect(stack, &PlotStack::eventActivated, q, &LivePlots::eventActivated);
    connect(stack, &PlotStack::pressed, q, [this] { q->setFocus(Qt::MouseFocusReason); });
    connect(stack, &PlotStack::pointedAt, q, [this](int epoch) { q->setCrosshair(epoch); });
    connect(stack, &PlotStack::pointerLeft, q, [this] { q->setCrosshair({}); });
    connect(stack, &PlotStack::epochsInViewChanged, q, &LivePlots::epochsInViewChanged);
    connect(stack, &PlotStack::epochsChosen, q,
            [this](double first, double last) { showEpochs(first, last); });
    connect(stack, &PlotStack::logChosen, q, [this](const QString& panel, bool log) {
        PlotView wanted = view;
        wanted.log_panels.removeAll(panel);
        if (log) wanted.log_panels << panel;
        q->setView(wanted);
    });
    frame.setSingleShot(true);
    frame.setInterval(kFrame);
    connect(&frame, &QTimer::timeout, q, [this] { draw(); });
}

LivePlots::LivePlots(QWidget* parent) : QWidget(parent), d(std::make_unique<Private>(this)) {
    setObjectName(QStringLiteral("live_plots"));
    setAccessibleName(tr("Live plots"));
    setFocusPolicy(Qt::StrongFocus);
    d->layOut();  // before the first change of the palette, which restyles
    d->listen();
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    setPanels({QStringLiteral("training-accuracy"), QStringLiteral("min-logit"),
               QStringLiteral("balanced-test-accuracy")});
}

LivePlots::~LivePlots() {
    // Their signals reach into d, which dies before them.
    d->legend->disconnect(this);
    d->tools->disconnect(this);
    d->stack->disconnect(this);
}

void LivePlots::setRuns(const std::vector<RunPlotInfo>& runs) {
    std::set<QString> hidden;
    for (const auto& run : d->runs) {
        if (!run->visible) hidden.insert(run->curves.info().id);
    }
    d->runs.clear();
    d->by_id.clear();
    d->pointed.clear();
    for (const RunPlotInfo& run : runs) {
        d->add(RunCurves(run));
        if (hidden.contains(run.id)) d->runs.back()->visible = false;
    }
    d->changed();
}

void LivePlots::addRun(const RunPlotInfo& run) {
    d->add(RunCurves(run));
    d->changed();
}

void LivePlots::addRuns(std::vector<RunCurves> runs) {
    for (RunCurves& run : runs) d->add(std::move(run));
    d->changed();
}

void LivePlots::removeRun(const QString& run_id) {
    Private::Run* run = d->find(run_id);
    if (run == nullptr) return;
    d->pointed.removeAll(run_id);
    d->by_id.remove(run_id);
    std::erase_if(d->runs, [&](const auto& other) { return other.get() == run; });
    d->changed();
}

void LivePlots::setRunName(const QString& run_id, const QString& name) {
    Private::Run* run = d->find(run_id);
    if (run == nullptr || run->curves.info().name == name) return;
    run->curves.setName(name);
    d->changed();
}

void LivePlots::setRunNames(const QHash<QString, QString>& names) {
    for (auto name = names.begin(); name != names.end(); ++name) {
        setRunName(name.key(), name.value());
    }
}

void LivePlots::appendRecord(const QString& run_id, const EpochRecord& record) {
    if (Private::Run* run = d->find(run_id)) {
        run->curves.append(record);
        d->changed();
    }
}

void LivePlots::setRecords(const QString& run_id, std::span<const EpochRecord> records) {
    if (Private::Run* run = d->find(run_id)) {
        run->curves.setRecords(records);
        d->changed();
    }
}

void LivePlots::setRunVisible(const QString& run_id, bool visible) {
    Private::Run* run = d->find(run_id);
    if (run == nullptr || run->visible == visible) return;
    run->visible = visible;
    d->changed();
}

bool LivePlots::hasRun(const QString& run_id) const {
    return d->find(run_id) != nullptr;
}

bool LivePlots::isRunVisible(const QString& run_id) const {
    const Private::Run* run = d->find(run_id);
    return run && run->visible;
}

QStringList LivePlots::runIds() const {
    QStringList ids;
    for (const auto& run : d->runs) ids << run->curves.info().id;
    return ids;
}

void LivePlots::setPanels(const QStringList& names) {
    d->stack->setPanels(names);
}

QStringList LivePlots::panelNames() const {
    return d->stack->panelNames();
}

void LivePlots::setGroups(const std::vector<PlotGroup>& groups) {
    if (d->groups == groups) return;
    d->groups = groups;
    d->pointed.clear();
    d->changed();
}

const PlotView& LivePlots::view() const {
    return d->view;
}

void LivePlots::setView(const PlotView& view) {
    if (view == d->view) return d->tools->setView(view);
    if (view.since_t0 != d->view.since_t0) {
        d->fit_epochs = true;
        setCrosshair({});
    }
    d->view = view;
    d->tools->setView(view);
    d->changed();
    Q_EMIT viewChanged();
}

void LivePlots::setHighlighted(const QStringList& run_ids) {
    if (d->highlighted == run_ids) return;
    d->highlighted = run_ids;
    d->changed();
}

void LivePlots::addToLegend(QWidget* widget) {
    d->row->insertWidget(2, widget);
}

void LivePlots::setCrosshair(std::optional<int> epoch) {
    if (epoch) {
        // Where there is nothing to read there is no line.
        const auto [first, last] = d->epochsWithValues();
        epoch = first <= last ? std::optional(std::clamp(*epoch, first, last)) : std::nullopt;
    }
    if (epoch == d->crosshair) return;
    d->crosshair = epoch;
    d->stack->setCrosshair(epoch);
    d->updateValues();
    Q_EMIT crosshairMoved();
}

std::optional<int> LivePlots::crosshair() const {
    return d->crosshair;
}
double LivePlots::firstEpoch() const {
    return d->stack->firstEpoch();
}
double LivePlots::lastEpoch() const {
    return d->stack->lastEpoch();
}

int LivePlots::valueColumnWidth() const {
    return d->stack->panels().front()->values().width();
}

std::vector<QPointF> LivePlots::curve(const QString& run_id, const CurveKey& key) const {
    const Private::Run* run = d->find(run_id);
    return run ? run->curves.points(key) : std::vector<QPointF>{};
}

std::vector<QPointF> LivePlots::drawnCurve(const QString& series_id, const CurveKey& key) const {
    for (const PlotPanel* panel : d->stack->panels()) {
        std::vector<QPointF> points = panel->drawnCurve(series_id, key);
        if (!points.empty()) return points;
    }
    return {};
}

std::vector<RunCurves> LivePlots::visibleCurves() const {
    std::vector<RunCurves> list;
    for (const RunCurves* run : d->visible()) list.push_back(*run);
    return list;
}

std::vector<PlotSeries> LivePlots::shownSeries() const {
    std::vector<PlotSeries> series = plotSeries(d->visible(), d->groups, d->view, {});
    for (PlotSeries& one : series) one.band_of_classes = one.listed && !one.mean;
    return series;
}

int LivePlots::replotCount() const {
    int count = 0;
    for (const PlotPanel* panel : d->stack->panels()) count += panel->replotCount();
    return count;
}

void LivePlots::fit() {
    d->fit_epochs = true;
    for (PlotPanel* panel : d->stack->panels()) panel->fitValues();
    d->changed();
}

void LivePlots::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    d->changed();
}

void LivePlots::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    const bool restyle = event->type() == QEvent::PaletteChange ||
                         event->type() == QEvent::ApplicationPaletteChange ||
                         event->type() == QEvent::FontChange;
    if (!restyle) return;
    for (PlotPanel* panel : d->stack->panels()) panel->restyle();
    d->legend->restyle();
    d->changed();
}

void LivePlots::keyPressEvent(QKeyEvent* event) {
    const auto [first, last] = d->epochsWithValues();
    const double middle = (firstEpoch() + lastEpoch()) / 2.0;
    const double half = (lastEpoch() - firstEpoch()) / 2.0;
    switch (event->key()) {
        case Qt::Key_Left:
            setCrosshair(d->crosshair ? *d->crosshair - 1 : last);
            break;
        case Qt::Key_Right:
            setCrosshair(d->crosshair ? *d->crosshair + 1 : first);
            break;
        case Qt::Key_Home:
            setCrosshair(first);
            break;
        case Qt::Key_End:
            setCrosshair(last);
            break;
        case Qt::Key_Escape:
            setCrosshair({});
            break;
        case Qt::Key_Plus:
            d->showEpochs(middle - half * 0.8, middle + half * 0.8);
            break;
        case Qt::Key_Minus:
            d->showEpochs(middle - half / 0.8, middle + half / 0.8);
            break;
        case Qt::Key_F:
            fit();
            break;
        default:
            QWidget::keyPressEvent(event);
    }
}

}  // namespace ballast
