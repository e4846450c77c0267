#include "app/desktop/pages/runs_page.h"

#include <QDataStream>
#include <QHBoxLayout>
#include <QIODevice>
#include <QSplitter>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

#include "app/desktop/figures.h"
#include "app/desktop/pages/run_closeup.h"
#include "app/desktop/run_controller.h"
#include "core/experiment/catalog.h"
#include "core/results/run_groups.h"
#include "widgets/live_plots.h"
#include "widgets/palette.h"
#include "widgets/run_list.h"
#include "widgets/run_table.h"

namespace ballast {
namespace {

constexpr int kWaitsInterval = 500;  // ms

QString nameOf(const IndexedRun& run) {
    const std::string& name = run.description.config.name;
    return QString::fromStdString(name.empty() ? run.id : name);
}

double progressOf(const IndexedRun& run, const RunController& controller) {
    const int epochs = std::max(1, run.description.config.training.epochs);
    if (run.status.state == RunState::finished || !run.error.empty()) return -1.0;
    double done = static_cast<double>(run.epochs.size());
    if (const auto step = controller.progress(QString::fromStdString(run.id));
        step && step->steps > 0) {
        done = step->epoch + static_cast<double>(step->step) / step->steps;
    }
    return std::min(1.0, done / epochs);
}

}  // namespace

RunsPage::RunsPage(RunController& controller, QWidget* parent)
    : QWidget(parent),
      controller_(controller),
      across_(new QSplitter(Qt::Horizontal)),
      down_(new QSplitter(Qt::Vertical)),
      seen_(new QSplitter(Qt::Vertical)),
      list_(new RunList),
      plots_(new LivePlots),
      closeup_(new RunCloseup(controller, *plots_)),
      table_(new RunTable([this] { return tableRuns(); })),
      waits_(new QTimer(this)),
      regroup_(new QTimer(this)) {
    seen_->addWidget(plots_);
    seen_->addWidget(closeup_);
    seen_->setStretchFactor(0, 1);
    seen_->setChildrenCollapsible(false);
    seen_->setSizes({400, 280});
    down_->addWidget(seen_);
    down_->addWidget(makeLower());
    down_->setStretchFactor(0, 1);
    down_->setStretchFactor(1, 0);
    down_->setSizes({600, 170});
    down_->setCollapsible(0, false);
    across_->addWidget(list_);
    across_->addWidget(down_);
    across_->setStretchFactor(0, 0);
    across_->setStretchFactor(1, 1);
    across_->setSizes({290, 990});
    across_->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(across_);

    connect(list_, &RunList::selectionChanged, this, [this] {
        if (following_) return;
        selected_ = list_->selectedIds();
        table_->setSelectedIds(selected_);
        showSelected();
        Q_EMIT selectionChanged();
    });
    connect(table_, &RunTable::selectionChanged, this, [this] {
        following_ = true;
        selected_ = table_->selectedIds();  // of which the list may leave out archived ones
        list_->setSelectedIds(selected_);
        showSelected();
        following_ = false;
        Q_EMIT selectionChanged();
    });
    connect(list_, &RunList::menuRequested, this, &RunsPage::menuRequested);
    connect(table_, &RunTable::menuRequested, this, &RunsPage::menuRequested);
    connect(table_, &RunTable::visibilityToggled, this, &RunsPage::setVisible);
    connect(table_, &RunTable::activated, this, &RunsPage::editRequested);
    connect(table_, &RunTable::removeRequested, this, &RunsPage::removeRequested);
    connect(table_, &RunTable::archivedToggled, this, &RunsPage::listArchived);
    connect(list_, &RunList::activated, this, &RunsPage::editRequested);
    connect(list_, &RunList::removeRequested, this, &RunsPage::removeRequested);
    connect(list_, &RunList::visibilityToggled, this, &RunsPage::setVisible);
    connect(plots_, &LivePlots::runVisibilityChanged, this, &RunsPage::setVisible);

    connect(plots_, &LivePlots::viewChanged, this, &RunsPage::showView);
    connect(plots_, &LivePlots::eventActivated, this, &RunsPage::select);
    regroup_->setSingleShot(true);
    connect(regroup_, &QTimer::timeout, this, &RunsPage::groupPlots);

    connect(&controller_, &RunController::opened, this, &RunsPage::addAllRuns);
    connect(&controller_, &RunController::runAdded, this, &RunsPage::addRun);
    connect(&controller_, &RunController::runRemoved, this, &RunsPage::removeRun);
    connect(&controller_, &RunController::runChanged, this, &RunsPage::showRun);
    connect(&controller_, &RunController::recordArrived, this,
            [this](const QString& run, const EpochRecord& record) {
                plots_->appendRecord(run, record);
                showRun(run);
            });
    connect(&controller_, &RunController::recordsReplaced, this, [this](const QString& run) {
        if (isOnPlots(run)) plots_->setRecords(run, controller_.readRecords(run));
        showRun(run);
    });
    connect(&controller_, &RunController::configChanged, this, [this](const QString& run) {
        if (isOnPlots(run)) putOnPlots(run);
        showRun(run);
    });
    // Which runs wait for others is decided by the workers, some time after a state has changed.
    waits_->setSingleShot(true);
    waits_->setInterval(kWaitsInterval);
    connect(waits_, &QTimer::timeout, this, &RunsPage::showWaiting);
    const auto later = [this] {
        if (!waits_->isActive()) waits_->start();
    };
    connect(&controller_, &RunController::opened, this, later);
    connect(&controller_, &RunController::runAdded, this, later);
    connect(&controller_, &RunController::runChanged, this, later);
    connect(&controller_, &RunController::progressed, this, later);
    connect(&controller_, &RunController::progressed, this, &RunsPage::showState);
}

/// The table, and its filter and buttons above.
QWidget* RunsPage::makeLower() {
    auto* lower = new QWidget;
    auto* row = new QHBoxLayout;
    row->setContentsMargins(kSpace2, kSpace1, kSpace2, kSpace1);
    row->addWidget(table_->bar(), 1);
    auto* column = new QVBoxLayout(lower);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(table_, 1);
    return lower;
}

std::vector<TableRun> RunsPage::tableRuns() const {
    std::vector<TableRun> runs;
    for (const IndexedRun* run : controller_.runs()) {
        const QString id = QString::fromStdString(run->id);
        const auto color = colors_.find(id);
        runs.push_back(
            {run, color == colors_.end() ? 0 : shownColor(id), plots_->isRunVisible(id)});
    }
    return runs;
}

void RunsPage::addAllRuns() {
    const auto runs = controller_.runs();
    std::set<QString> newest;
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {  // the newest are shown
        if (!(*run)->error.empty() || (*run)->notes.archived) continue;
        if (newest.size() == kSeriesColors) break;
        newest.insert(QString::fromStdString((*run)->id));
    }
    for (const IndexedRun* run : runs) {
        const QString id = QString::fromStdString(run->id);
        if (colors_.contains(id)) continue;
        giveColor(id);
        if (newest.contains(id)) putOnPlots(id);
        showRun(id);
    }
    if (plots_->view().means) completeGroups();
}

void RunsPage::addRun(const QString& id) {
    const IndexedRun* run = controller_.find(id);
    if (run == nullptr) return;
    giveColor(id);
    if (run->error.empty()) {
        putOnPlots(id);
        // Beyond eight the colours repeat: the newest eight are shown.
        const QStringList on_plots = plots_->runIds();
        auto visible = std::ranges::count_if(
            on_plots, [&](const QString& other) { return plots_->isRunVisible(other); });
        for (const QString& other : on_plots) {
            if (visible <= kSeriesColors || plots_->view().means) break;
            if (!plots_->isRunVisible(other)) continue;
            plots_->removeRun(other);
            showState(other);
            --visible;
        }
    }
    showRun(id);
}

void RunsPage::removeRun(const QString& run) {
    taken_colors_.erase(colors_[run]);
    colors_.erase(run);
    list_->removeItem(run);
    plots_->removeRun(run);
    labelPlots();
    table_->refreshSoon();
}

/// The lowest number no other run has.
void RunsPage::giveColor(const QString& run) {
    if (colors_.contains(run)) return;
    int color = 0;
    for (const int taken : taken_colors_) {
        if (taken != color) break;
        ++color;
    }
    taken_colors_.insert(color);
    colors_[run] = color;
}

bool RunsPage::isOnPlots(const QString& run) const {
    return plots_->runIds().contains(run);
}

/// The selected runs stand out on the plots, the first of them is shown closely.
void RunsPage::showSelected() {
    plots_->setHighlighted(selected_);
    const QString first = selected_.value(0);
    closeup_->setRun(first, shownColor(first));
    closeup_->compareWith(selected_.size() == 2 ? selected_[1] : QString());
}

/// Adds the run, or renews it; it stays hidden where it was.
void RunsPage::putOnPlots(const QString& id) {
    plots_->addRun(plotInfo(*controller_.find(id), colors_[id]));
    plots_->setRecords(id, controller_.readRecords(id));
    labelPlots();
}

/// Where several runs on the plots have one name, what differs tells them apart.
void RunsPage::labelPlots() {
    if (plots_->view().means) regroup_->start();
    std::vector<const IndexedRun*> runs;
    for (const QString& id : plots_->runIds()) {
        if (const IndexedRun* run = controller_.find(id)) runs.push_back(run);
    }
    const std::vector<std::string> labels = runLabels(runs);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        plots_->setRunName(QString::fromStdString(runs[i]->id), QString::fromStdString(labels[i]));
    }
}

/// Hands the plots the groups of what is on them.
void RunsPage::groupPlots() {
    std::vector<const IndexedRun*> shown;
    for (const QString& id : plots_->runIds()) {
        if (const IndexedRun* run = controller_.find(id)) shown.push_back(run);
    }
    const std::vector<PlotGroup> before = groups_.groups();
    if (groups_.update(controller_.runs(), shown) == before) return;
    plots_->setGroups(groups_.groups());
    for (const IndexedRun* run : controller_.runs()) showState(QString::fromStdString(run->id));
}

/// Shows each visible group whole: a mean over the few seeds that happened to be ticked would not
/// be the group's.
void RunsPage::completeGroups() {
    groupPlots();
    const auto visible = [this](const QString& id) { return plots_->isRunVisible(id); };
    QStringList missing;
    for (const PlotGroup& group : groups_.groups()) {
        if (!std::ranges::any_of(group.runs, visible)) continue;
        for (const QString& id : group.runs) {
            if (!visible(id)) missing << id;
        }
    }
    for (const QString& id : missing) setVisible(id, true);
}

void RunsPage::showView() {
    const bool means = plots_->view().means;
    if (means == means_) return;
    means_ = means;
    if (means) completeGroups();
    for (const IndexedRun* run : controller_.runs()) showState(QString::fromStdString(run->id));
}

int RunsPage::shownColor(const QString& run) const {
    const auto found = colors_.find(run);
    const int own = found == colors_.end() ? 0 : found->second;
    return plots_->view().means ? groups_.colorOf(run.toStdString(), own) : own;
}

void RunsPage::setVisible(const QString& id, bool visible) {
    const IndexedRun* run = controller_.find(id);
    if (run == nullptr) return;
    if (visible && run->error.empty() && !isOnPlots(id)) putOnPlots(id);
    plots_->setRunVisible(id, visible);
    showState(id);
}

void RunsPage::showOnly(const QStringList& runs) {
    for (const QString& id : plots_->runIds()) {
        if (plots_->isRunVisible(id) && !runs.contains(id)) setVisible(id, false);
    }
    for (const QString& id : runs) setVisible(id, true);
}

void RunsPage::showRun(const QString& run) {
    showState(run);
    table_->refreshSoon();
}

/// Adds the archived runs to the list, or takes them out.
void RunsPage::listArchived() {
    for (const IndexedRun* run : controller_.runs()) {
        if (run->notes.archived) showState(QString::fromStdString(run->id));
    }
}

void RunsPage::showWaiting() {
    for (const IndexedRun* run : controller_.runs()) {
        if (run->status.state == RunState::queued) showState(QString::fromStdString(run->id));
    }
}

void RunsPage::showState(const QString& id) {
    const IndexedRun* run = controller_.find(id);
    if (run == nullptr) return;
    if (run->notes.archived && !table_->archivedShown()) {
        list_->removeItem(id);
        return;
    }
    RunListItem item;
    item.id = id;
    item.name = run->notes.pinned ? QStringLiteral("★ ") + nameOf(*run) : nameOf(*run);
    item.color_index = shownColor(id);
    item.visible = plots_->isRunVisible(id);
    item.state = run->error.empty() ? run->status.state : RunState::failed;
    item.status = statusText(*run, controller_);
    item.progress = progressOf(*run, controller_);
    list_->setItem(item);
    table_->setRunVisible(id, item.visible);
}

QString RunsPage::statusText(const IndexedRun& run, const RunController& controller) {
    const QString state = stateText(run, controller);
    const auto edit = controller.pendingEdit(QString::fromStdString(run.id));
    return edit && run.error.empty() ? tr("%1 · an edit waits for epoch %2").arg(state).arg(*edit)
                                     : state;
}

QString RunsPage::stateText(const IndexedRun& run, const RunController& controller) {
    if (!run.error.empty()) return QString::fromStdString(run.error);
    const int epochs = run.description.config.training.epochs;
    const int done = static_cast<int>(run.epochs.size());
    const QString id = QString::fromStdString(run.id);
    if (run.interrupted) return tr("interrupted after %1 of %2 epochs").arg(done).arg(epochs);
    switch (run.status.state) {
        case RunState::queued:
            if (const IndexedRun* trunk = controller.find(controller.waitsFor(id))) {
                return tr("waits for the trunk of %1, %2 epochs").arg(nameOf(*trunk)).arg(epochs);
            }
            return done == 0 ? tr("queued, %1 epochs").arg(epochs)
                             : tr("queued, resumes after %1 of %2 epochs").arg(done).arg(epochs);
        case RunState::running:
            if (const auto progress = controller.progress(id)) return runningText(*progress);
            return controller.holds(id)
                       ? tr("loading the data…")
                       : tr("epoch %1/%2, in another process").arg(done + 1).arg(epochs);
        case RunState::paused:
            return tr("paused in epoch %1/%2").arg(done + 1).arg(epochs);
        case RunState::finished:
            if (const auto best = run.bestEpoch()) {
                return finishedText(run.best(), static_cast<int>(*best),
                                    run.description.config.training.selection);
            }
            return tr("finished");
        case RunState::stopped:
            return tr("stopped after %1 of %2 epochs").arg(done).arg(epochs);
        case RunState::diverged:
        case RunState::failed:
            break;
    }
    return QString::fromStdString(run.status.message);
}

QStringList RunsPage::selectedRuns() const {
    return selected_;
}

void RunsPage::select(const QString& run) {
    list_->select(run);
}

QByteArray RunsPage::layoutState() const {
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    stream << across_->saveState() << down_->saveState() << true << table_->state()
           << QString::fromStdString(controller_.workspace().string()) << plots_->panelNames()
           << viewBytes(plots_->view()) << closeup_->shown() << seen_->saveState();
    return state;
}

void RunsPage::restoreLayout(const QByteArray& state) {
    QByteArray across;
    QByteArray down;
    QDataStream stream(state);
    bool table_shown = false;  // instead of the results, in earlier versions
    QByteArray table;
    QString workspace;
    QStringList panels;
    QByteArray view;
    stream >> across >> down >> table_shown >> table >> workspace >> panels >> view;
    QString closeup;
    QByteArray seen;
    stream >> closeup >> seen;
    closeup_->show(closeup);
    if (!seen.isEmpty()) seen_->restoreState(seen);
    plots_->setView(viewFromBytes(view));
    if (!panels.isEmpty()) plots_->setPanels(panels);
    if (!across.isEmpty()) across_->restoreState(across);
    if (!down.isEmpty()) down_->restoreState(down);
    // What was filtered and grouped elsewhere would hide runs here.
    const bool same = workspace == QString::fromStdString(controller_.workspace().string());
    if (!table.isEmpty()) table_->restoreState(table, same);
}

}  // namespace ballast
