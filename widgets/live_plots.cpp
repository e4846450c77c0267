#include "widgets/live_plots.h"

#include <QActionGroup>
#include <QFontMetrics>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QPixmap>
#include <QSignalBlocker>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

#include "widgets/flow_layout.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/plot_key.h"
#include "widgets/plot_panel.h"
#include "widgets/plot_style.h"

namespace ballast {
namespace {

constexpr int kFrame = 40;            // ms between repaints: 25 a second
constexpr double kLeastEpochs = 2.0;  // in view
constexpr int kChipLetters = 44;      // of a run's name
constexpr double kSmoothings[] = {0.0, 0.6, 0.9, 0.97};

QIcon swatch(int color_index, bool on, qreal scale) {
    QPixmap pixels(QSize(12, 12) * scale);
    pixels.setDevicePixelRatio(scale);
    pixels.fill(Qt::transparent);
    QPainter painter(&pixels);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor color = seriesColor(color_index);
    painter.setPen(QPen(color, 1.5));
    painter.setBrush(on ? QBrush(color) : Qt::NoBrush);
    painter.drawRoundedRect(QRectF(1, 1, 10, 10), 2.5, 2.5);
    return QIcon(pixels);
}

}  // namespace

class LivePlots::Private {
public:
    struct Run {
        RunCurves curves;
        bool visible = true;
        QToolButton* chip = nullptr;
    };

    /// The legend's button of a group.
    struct Group {
        PlotGroup group;
        QToolButton* chip = nullptr;
    };

    explicit Private(LivePlots* owner) : q(owner) {}

    Run* find(const QString& id) {
        const auto found =
            std::ranges::find_if(runs, [&](const Run& run) { return run.curves.info().id == id; });
        return found == runs.end() ? nullptr : &*found;
    }

    std::vector<const RunCurves*> visible() const {
        std::vector<const RunCurves*> list;
        for (const Run& run : runs) {
            if (run.visible) list.push_back(&run.curves);
        }
        return list;
    }

    void addChip(Run& run) {
        const QString id = run.curves.info().id;
        run.chip = makeChip(QStringLiteral("chip/") + id);
        run.chip->setChecked(run.visible);
        QObject::connect(run.chip, &QToolButton::toggled, q, [this, id](bool on) {
            Run* toggled = find(id);
            if (!toggled || toggled->visible == on) return;
            toggled->visible = on;
            dressChip(*toggled);
            changed();
            Q_EMIT q->runVisibilityChanged(id, on);
        });
        dressChip(run);
    }

    QToolButton* makeChip(const QString& name) {
        auto* chip = new QToolButton(q);
        chip->setObjectName(name);
        chip->setCheckable(true);
        chip->setAutoRaise(true);
        chip->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        chip->setFocusPolicy(Qt::StrongFocus);
        chip->installEventFilter(q);  // what the pointer is on stands out
        chips->addWidget(chip);
        chip->show();
        return chip;
    }

    void dropChip(QToolButton* chip) {
        chip->disconnect(q);
        chip->removeEventFilter(q);
        chip->hide();
        chips->removeWidget(chip);
        chip->deleteLater();
    }

    void dress(QToolButton& chip, const QString& name, int color_index, bool on) const {
        // Long names would take a line each; the tool tip has them whole.
        const QFontMetrics metrics = chip.fontMetrics();
        chip.setText(
            metrics.elidedText(name, Qt::ElideRight, kChipLetters * metrics.averageCharWidth()));
        chip.setIcon(swatch(color_index, on, q->devicePixelRatioF()));
        chip.setIconSize(QSize(12, 12));
    }

    /// In the groups' chips: as many as are visible count.
    void dressGroups() {
        std::set<QString> grouped;
        for (Group& group : groups) {
            int here = 0;
            int shown = 0;
            for (const QString& id : group.group.runs) {
                grouped.insert(id);
                const Run* run = find(id);
                here += run != nullptr ? 1 : 0;
                shown += run != nullptr && run->visible ? 1 : 0;
            }
            const auto all = static_cast<int>(group.group.runs.size());
            const QString seeds =
                shown > 0 && shown < all
                    ? LivePlots::tr("%1 of %2 seeds").arg(shown).arg(all)
                    : (all == 1 ? LivePlots::tr("1 seed") : LivePlots::tr("%1 seeds").arg(all));
            const QString name = QStringLiteral("%1 · %2").arg(group.group.label, seeds);
            group.chip->setVisible(view.means && here > 0);
            const QSignalBlocker quiet(group.chip);
            group.chip->setChecked(shown > 0);
            dress(*group.chip, name, group.group.color_index, shown > 0);
            group.chip->setAccessibleName(LivePlots::tr("Show %1 on the plots").arg(name));
            group.chip->setToolTip(shown > 0 ? LivePlots::tr("Hide all runs of %1").arg(name)
                                             : LivePlots::tr("Show all runs of %1").arg(name));
        }
        for (const Run& run : runs) {
            run.chip->setVisible(!view.means || !grouped.contains(run.curves.info().id));
        }
    }

    void toggleGroup(const QStringList& ids, bool on) {
        for (const QString& id : ids) {
            q->setRunVisible(id, on);
            Q_EMIT q->runVisibilityChanged(id, on);  // the owner may add it
        }
    }

    void dressChip(Run& run) const {
        const RunPlotInfo& info = run.curves.info();
        dress(*run.chip, info.name, info.color_index, run.visible);
        run.chip->setAccessibleName(LivePlots::tr("Show %1 on the plots").arg(info.name));
        run.chip->setToolTip(run.visible ? LivePlots::tr("Hide %1").arg(info.name)
                                         : LivePlots::tr("Show %1").arg(info.name));
    }

    /// Something to draw has changed: draw it with the next frame, or when shown again.
    void changed() {
        dirty = true;
        if (q->isVisible() && !frame.isActive()) frame.start();
    }

    void draw() {
        if (!q->isVisible() || !dirty) return;
        dirty = false;
        dressGroups();
        key->setBand(view.means
                         ? LivePlots::tr("mean and %1 over seeds").arg(spreadName(view.spread))
                         : LivePlots::tr("lowest to highest class"));
        const std::vector<const RunCurves*> list = visible();
        const std::vector<PlotSeries> series = seriesOf(list);
        if (fit_epochs) {
            int first = 0;
            int last = 0;
            for (const PlotSeries& one : series) {
                first = std::min(first, -one.shift);
                last = std::max(last, std::max(one.info().epochs, one.mostEpochs()) - one.shift);
            }
            showEpochs(first, last > first ? last : first + 10, false);
        }
        for (std::size_t i = 0; i < panels.size(); ++i) {
            panels[i]->draw(series, view, emptyText(i, list),
                            i == 0 ? note(list, series) : QString());
        }
        if (crosshair) q->setCrosshair(crosshair);
        updateValues();
    }

    std::vector<PlotSeries> seriesOf(const std::vector<const RunCurves*>& list) const {
        std::vector<PlotGroup> plain;
        for (const Group& group : groups) plain.push_back(group.group);
        return plotSeries(list, plain, view, pointed.isEmpty() ? highlighted : pointed);
    }

    /// What of the runs is not, or not wholly, drawn.
    QString note(const std::vector<const RunCurves*>& list,
                 const std::vector<PlotSeries>& series) const {
        QStringList lines;
        const auto left_out = std::ranges::count_if(
            list, [](const RunCurves* run) { return !transitionEpoch(run->info()).has_value(); });
        if (view.since_t0 && left_out > 0) {
            lines << (left_out == 1
                          ? LivePlots::tr("1 run without a T₀ is not drawn")
                          : LivePlots::tr("%1 runs without a T₀ are not drawn").arg(left_out));
        }
        const bool fewer = std::ranges::any_of(series, [](const PlotSeries& one) {
            return one.mean && std::ranges::any_of(one.runs, [&](const RunCurves* run) {
                       return run->epochsDone() != one.mostEpochs();
                   });
        });
        if (fewer) lines << LivePlots::tr("thin lines: means of fewer seeds");
        return lines.join(QStringLiteral(" · "));
    }

    QString emptyText(std::size_t panel, const std::vector<const RunCurves*>& list) const {
        const bool any =
            std::ranges::any_of(list, [](const RunCurves* run) { return run->epochsDone() > 0; });
        if (any) return {};
        if (!runs.empty() && list.empty()) return LivePlots::tr("All runs are hidden");
        if (panel != 0) return {};
        return runs.empty() ? LivePlots::tr(
                                  "Start a run: its accuracy on majority and minority classes\n"
                                  "appears here, epoch by epoch")
                            : LivePlots::tr("The first values appear here after the first epoch");
    }

    void updateValues() {
        const std::vector<PlotSeries> series = seriesOf(visible());
        for (PlotPanel* panel : panels) panel->setValues(series, view, crosshair);
    }

    void showEpochs(double first, double last, bool by_user) {
        if (by_user) fit_epochs = false;
        const double room = std::max(1.0, (last - first) * 0.01);
        if (!by_user) last += std::min(room, 0.5);
        if (last - first < kLeastEpochs) {
            const double center = (first + last) / 2.0;
            first = center - kLeastEpochs / 2.0;
            last = center + kLeastEpochs / 2.0;
        }
        first_epoch = first;
        last_epoch = last;
        for (PlotPanel* panel : panels) {
            panel->setEpochs(first, last);
            panel->replotSoon();
        }
        Q_EMIT q->epochsInViewChanged();
    }

    static QString nameOf(const Panel& panel) {
        return QString::fromUtf8(panel.name.data(), static_cast<qsizetype>(panel.name.size()));
    }

    void addPanel(const Panel& shown) {
        auto* panel = new PlotPanel(shown, q);
        panels.push_back(panel);
        column->addWidget(panel, 1);
        QObject::connect(panel, &PlotPanel::fitRequested, q, &LivePlots::fit);
        QObject::connect(panel, &PlotPanel::pointedAt, q,
                         [this](int epoch) { q->setCrosshair(epoch); });
        QObject::connect(panel, &PlotPanel::pointerLeft, q, [this] { q->setCrosshair({}); });
        QObject::connect(panel, &PlotPanel::logChosen, q, [this, panel](bool log) {
            PlotView wanted = view;
            wanted.log_panels.removeAll(nameOf(panel->panel()));
            if (log) wanted.log_panels << nameOf(panel->panel());
            q->setView(wanted);
        });
        QObject::connect(panel, &PlotPanel::pressed, q,
                         [this] { q->setFocus(Qt::MouseFocusReason); });
        QObject::connect(panel, &PlotPanel::epochsChangedByUser, q,
                         [this](double first, double last) { showEpochs(first, last, true); });
        QObject::connect(panel, &PlotPanel::panelChosen, q,
                         [this, panel](const QString& name) { choose(panel, name); });
        // Later: the button that asks goes with the panel.
        QObject::connect(
            panel, &PlotPanel::removeRequested, q, [this, panel] { choose(panel, {}); },
            Qt::QueuedConnection);
    }

    /// Puts another panel in the place of one, or takes it away; one that is shown elsewhere
    /// changes places with it.
    void choose(const PlotPanel* panel, const QString& name) {
        QStringList names = q->panelNames();
        const auto at = std::ranges::find(panels, panel) - panels.begin();
        if (at == std::ssize(panels)) return;
        if (name.isEmpty()) {
            names.removeAt(at);
        } else {
            const qsizetype other = names.indexOf(name);
            if (other >= 0) names[other] = names[at];
            names[at] = name;
        }
        q->setPanels(names);
        Q_EMIT q->panelsChanged();
    }

    /// Fills the menu of those that can be added.
    void offerPanels() {
        more->clear();
        const QStringList shown = q->panelNames();
        for (const Panel& panel : ballast::panels()) {
            const QString name = nameOf(panel);
            if (shown.contains(name)) continue;
            QObject::connect(more->addAction(panel.title), &QAction::triggered, q, [this, name] {
                q->setPanels(q->panelNames() << name);
                Q_EMIT q->panelsChanged();
            });
        }
        if (more->isEmpty())
            more->addAction(LivePlots::tr("All plots are shown"))->setEnabled(false);
    }

    /// The first and last epoch of the axis for which visible runs have values; an empty range (the
    /// last before the first) where there is none.
    std::pair<int, int> epochsWithValues() const {
        std::pair<int, int> range{std::numeric_limits<int>::max(), std::numeric_limits<int>::min()};
        for (const PlotSeries& one : seriesOf(visible())) {
            if (one.mostEpochs() == 0) continue;
            range.first = std::min(range.first, 1 - one.shift);
            range.second = std::max(range.second, one.mostEpochs() - one.shift);
        }
        return range;
    }

    QToolButton* addButton(const QString& name, const QString& icon_name, const QString& tip) {
        auto* button = new QToolButton(q);
        button->setObjectName(name);
        button->setAutoRaise(true);
        if (!icon_name.isEmpty()) button->setIcon(icon(icon_name));
        button->setToolTip(tip);
        button->setAccessibleName(tip);
        legend->addWidget(button);
        return button;
    }

    /// A choice of the view: exclusive among those of `group`, where one is given.
    void addChoice(QMenu& menu, const QString& text, QActionGroup* group,
                   std::function<bool(const PlotView&)> is,
                   std::function<void(PlotView&, bool)> choose) {
        QAction* action = menu.addAction(text);
        action->setCheckable(true);
        if (group != nullptr) group->addAction(action);
        QObject::connect(action, &QAction::triggered, q, [this, choose](bool on) {
            PlotView wanted = view;
            choose(wanted, on);
            q->setView(wanted);
        });
        choices.push_back({action, std::move(is)});
    }

    void makeMeansButton() {
        means = addButton(QStringLiteral("means"), {},
                          LivePlots::tr("Draw runs that differ in the seed only as mean and band"));
        means->setText(LivePlots::tr("Mean over seeds"));
        means->setToolButtonStyle(Qt::ToolButtonTextOnly);
        means->setCheckable(true);
        means->setPopupMode(QToolButton::MenuButtonPopup);
        QObject::connect(means, &QToolButton::clicked, q, [this](bool on) {
            PlotView wanted = view;
            wanted.means = on;
            q->setView(wanted);
        });
        auto* menu = new QMenu(means);
        auto* bands = new QActionGroup(menu);
        for (const Spread spread : {Spread::standard_deviation, Spread::standard_error,
                                    Spread::range, Spread::t_interval}) {
            addChoice(
                *menu, LivePlots::tr("Band: %1").arg(spreadName(spread)), bands,
                [spread](const PlotView& v) { return v.spread == spread; },
                [spread](PlotView& v, bool) { v.spread = spread; });
        }
        menu->addSeparator();
        addChoice(
            *menu, LivePlots::tr("Single seeds, faint"), nullptr,
            [](const PlotView& v) { return v.single_seeds; },
            [](PlotView& v, bool on) { v.single_seeds = on; });
        means->setMenu(menu);
    }

    void makeViewButton() {
        QToolButton* button = addButton(QStringLiteral("view"), QStringLiteral("settings"),
                                        LivePlots::tr("Epochs and smoothing"));
        button->setPopupMode(QToolButton::InstantPopup);
        auto* menu = new QMenu(button);
        auto* axis = new QActionGroup(menu);
        for (const bool since_t0 : {false, true}) {
            addChoice(
                *menu, since_t0 ? LivePlots::tr("Epochs since T₀") : LivePlots::tr("Epochs done"),
                axis, [since_t0](const PlotView& v) { return v.since_t0 == since_t0; },
                [since_t0](PlotView& v, bool) { v.since_t0 = since_t0; });
        }
        menu->addSeparator();
        auto* smoothings = new QActionGroup(menu);
        for (const double weight : kSmoothings) {
            addChoice(
                *menu,
                weight == 0.0 ? LivePlots::tr("No smoothing")
                              : LivePlots::tr("Smoothing %1: exponential mean").arg(weight),
                smoothings, [weight](const PlotView& v) { return v.smoothing == weight; },
                [weight](PlotView& v, bool) { v.smoothing = weight; });
        }
        button->setMenu(menu);
    }

    void showChoices() {
        means->setChecked(view.means);
        for (const auto& [action, is] : choices) action->setChecked(is(view));
    }

    LivePlots* q;
    std::vector<Run> runs;
    std::vector<PlotPanel*> panels;
    QVBoxLayout* column = nullptr;
    FlowLayout* chips = nullptr;
    QHBoxLayout* legend = nullptr;
    PlotKey* key = nullptr;
    QToolButton* means = nullptr;
    std::vector<std::pair<QAction*, std::function<bool(const PlotView&)>>> choices;
    std::vector<Group> groups;
    PlotView view;
    QStringList highlighted;
    QStringList pointed;  // at, in the legend
    QMenu* more = nullptr;
    QTimer frame;
    bool dirty = true;
    bool fit_epochs = true;
    std::optional<int> crosshair;
    double first_epoch = 0.0;
    double last_epoch = 10.0;
};

LivePlots::LivePlots(QWidget* parent) : QWidget(parent), d(std::make_unique<Private>(this)) {
    setObjectName(QStringLiteral("live_plots"));
    setAccessibleName(tr("Live plots"));
    setFocusPolicy(Qt::StrongFocus);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, kSpace1, 0, 0);
    layout->setSpacing(0);

    auto* legend = new QHBoxLayout;
    legend->setContentsMargins(kSpace2, 0, kSpace3, 0);
    legend->setSpacing(kSpace3);
    auto* chips = new QWidget(this);
    d->chips = new FlowLayout(kSpace1, chips);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    chips->setSizePolicy(policy);
    d->legend = legend;
    d->key = new PlotKey(this);
    legend->addWidget(d->key);
    legend->addStretch(1);
    d->makeMeansButton();
    d->makeViewButton();
    QToolButton* add_button =
        d->addButton(QStringLiteral("add_panel"), QStringLiteral("add"), tr("Add a plot"));
    QToolButton* fit_button = d->addButton(QStringLiteral("fit"), QStringLiteral("fit"),
                                           tr("Show everything (F, or double-click a plot)"));
    connect(fit_button, &QToolButton::clicked, this, &LivePlots::fit);
    d->showChoices();
    add_button->setPopupMode(QToolButton::InstantPopup);
    d->more = new QMenu(add_button);
    add_button->setMenu(d->more);
    connect(d->more, &QMenu::aboutToShow, this, [this] { d->offerPanels(); });
    layout->addLayout(legend);
    auto* row = new QHBoxLayout;  // of their own: many runs need its whole width
    row->setContentsMargins(kSpace2, 0, kSpace3, 0);
    row->addWidget(chips);
    layout->addLayout(row);

    d->column = layout;
    setPanels({QStringLiteral("training-accuracy"), QStringLiteral("min-logit"),
               QStringLiteral("balanced-test-accuracy")});

    d->frame.setSingleShot(true);
    d->frame.setInterval(kFrame);
    connect(&d->frame, &QTimer::timeout, this, [this] { d->draw(); });
}

LivePlots::~LivePlots() {
    // The chips' signals reach into d, which dies before them.
    for (const Private::Run& run : d->runs) {
        run.chip->disconnect(this);
        run.chip->removeEventFilter(this);
    }
    for (const Private::Group& group : d->groups) {
        group.chip->disconnect(this);
        group.chip->removeEventFilter(this);
    }
}

void LivePlots::setRuns(const std::vector<RunPlotInfo>& runs) {
    std::vector<QString> hidden;
    for (const Private::Run& run : d->runs) {
        if (!run.visible) hidden.push_back(run.curves.info().id);
    }
    for (const QString& id : runIds()) removeRun(id);
    for (const RunPlotInfo& run : runs) {
        addRun(run);
        if (std::ranges::find(hidden, run.id) != hidden.end()) setRunVisible(run.id, false);
    }
}

void LivePlots::addRun(const RunPlotInfo& run) {
    if (Private::Run* old = d->find(run.id)) {
        old->curves = RunCurves(run);
        d->dressChip(*old);
    } else {
        d->runs.push_back({RunCurves(run), true, nullptr});
        d->addChip(d->runs.back());
    }
    d->changed();
}

void LivePlots::removeRun(const QString& run_id) {
    Private::Run* run = d->find(run_id);
    if (!run) return;
    d->dropChip(run->chip);
    d->pointed.removeAll(run_id);
    std::erase_if(d->runs, [&](const Private::Run& r) { return r.curves.info().id == run_id; });
    d->changed();
}

void LivePlots::setRunName(const QString& run_id, const QString& name) {
    Private::Run* run = d->find(run_id);
    if (run == nullptr || run->curves.info().name == name) return;
    run->curves.setName(name);
    d->dressChip(*run);
    d->changed();
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
    if (!run || run->visible == visible) return;
    run->visible = visible;
    run->chip->setChecked(visible);
    d->dressChip(*run);
    d->changed();
}

bool LivePlots::isRunVisible(const QString& run_id) const {
    const Private::Run* run = d->find(run_id);
    return run && run->visible;
}

QStringList LivePlots::runIds() const {
    QStringList ids;
    for (const Private::Run& run : d->runs) ids << run.curves.info().id;
    return ids;
}

void LivePlots::setPanels(const QStringList& names) {
    std::vector<const Panel*> wanted;
    for (const QString& name : names) {
        const Panel* panel = findPanel(name.toStdString());
        if (panel != nullptr && std::ranges::find(wanted, panel) == wanted.end()) {
            wanted.push_back(panel);
        }
    }
    if (wanted.empty()) wanted.push_back(&panels().front());
    while (d->panels.size() > wanted.size()) {
        d->panels.back()->hide();
        d->panels.back()->deleteLater();
        d->panels.pop_back();
    }
    while (d->panels.size() < wanted.size()) d->addPanel(*wanted[d->panels.size()]);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        PlotPanel* panel = d->panels[i];
        if (&panel->panel() != wanted[i]) panel->setPanel(*wanted[i]);
        panel->setPlace(i == 0, i + 1 == wanted.size());
        panel->setRemovable(wanted.size() > 1);
        panel->setEpochs(d->first_epoch, d->last_epoch);
        panel->setCrosshair(d->crosshair);
    }
    d->changed();
}

QStringList LivePlots::panelNames() const {
    QStringList names;
    for (const PlotPanel* panel : d->panels) names << Private::nameOf(panel->panel());
    return names;
}

void LivePlots::setGroups(const std::vector<PlotGroup>& groups) {
    const auto same = [](const Private::Group& a, const PlotGroup& b) { return a.group == b; };
    if (std::ranges::equal(d->groups, groups, same)) return;
    for (const Private::Group& group : d->groups) d->dropChip(group.chip);
    d->groups.clear();
    d->pointed.clear();
    for (const PlotGroup& group : groups) {
        if (group.runs.isEmpty()) continue;
        QToolButton* chip = d->makeChip(QStringLiteral("group/") + group.runs.front());
        connect(chip, &QToolButton::toggled, this,
                [this, ids = group.runs](bool on) { d->toggleGroup(ids, on); });
        d->groups.push_back({group, chip});
    }
    d->dressGroups();
    d->changed();
}

const PlotView& LivePlots::view() const {
    return d->view;
}

void LivePlots::setView(const PlotView& view) {
    if (view == d->view) return d->showChoices();
    if (view.since_t0 != d->view.since_t0) {
        d->fit_epochs = true;
        setCrosshair({});
    }
    d->view = view;
    d->showChoices();
    d->dressGroups();
    d->changed();
    Q_EMIT viewChanged();
}

void LivePlots::setHighlighted(const QStringList& run_ids) {
    if (d->highlighted == run_ids) return;
    d->highlighted = run_ids;
    d->changed();
}

void LivePlots::addToLegend(QWidget* widget) {
    d->legend->insertWidget(2, widget);
}

void LivePlots::setCrosshair(std::optional<int> epoch) {
    if (epoch) {
        // Where there is nothing to read there is no line.
        const auto [first, last] = d->epochsWithValues();
        epoch = first <= last ? std::optional(std::clamp(*epoch, first, last)) : std::nullopt;
    }
    if (epoch == d->crosshair) return;
    d->crosshair = epoch;
    for (PlotPanel* panel : d->panels) panel->setCrosshair(epoch);
    d->updateValues();
    Q_EMIT crosshairMoved();
}

std::optional<int> LivePlots::crosshair() const {
    return d->crosshair;
}
double LivePlots::firstEpoch() const {
    return d->first_epoch;
}
double LivePlots::lastEpoch() const {
    return d->last_epoch;
}

int LivePlots::valueColumnWidth() const {
    return d->panels.front()->values().width();
}

std::vector<QPointF> LivePlots::curve(const QString& run_id, const CurveKey& key) const {
    const Private::Run* run = d->find(run_id);
    return run ? run->curves.points(key) : std::vector<QPointF>{};
}

std::vector<QPointF> LivePlots::drawnCurve(const QString& series_id, const CurveKey& key) const {
    for (const PlotPanel* panel : d->panels) {
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

int LivePlots::replotCount() const {
    int count = 0;
    for (const PlotPanel* panel : d->panels) count += panel->replotCount();
    return count;
}

void LivePlots::fit() {
    d->fit_epochs = true;
    for (PlotPanel* panel : d->panels) panel->fitValues();
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
    for (PlotPanel* panel : d->panels) panel->restyle();
    for (Private::Run& run : d->runs) d->dressChip(run);
    d->dressGroups();
    d->changed();
}

bool LivePlots::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Enter || event->type() == QEvent::Leave) {
        QStringList pointed;
        if (event->type() == QEvent::Enter) {
            for (const Private::Run& run : d->runs) {
                if (run.chip == watched) pointed << run.curves.info().id;
            }
            for (const Private::Group& group : d->groups) {
                if (group.chip == watched) pointed << group.group.runs;
            }
        }
        if (pointed != d->pointed) {
            d->pointed = pointed;
            d->changed();
        }
    }
    return QWidget::eventFilter(watched, event);
}

void LivePlots::keyPressEvent(QKeyEvent* event) {
    const auto [first, last] = d->epochsWithValues();
    const double middle = (d->first_epoch + d->last_epoch) / 2.0;
    const double half = (d->last_epoch - d->first_epoch) / 2.0;
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
            d->showEpochs(middle - half * 0.8, middle + half * 0.8, true);
            break;
        case Qt::Key_Minus:
            d->showEpochs(middle - half / 0.8, middle + half / 0.8, true);
            break;
        case Qt::Key_F:
            fit();
            break;
        default:
            QWidget::keyPressEvent(event);
    }
}

}  // namespace ballast
