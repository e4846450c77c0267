#include "app/desktop/pages/runs_page.h"

#include <QDataStream>
#include <QIODevice>
#include <QSplitter>
#include <QStackedLayout>
#include <QTimer>
#include <QToolButton>
#include <algorithm>
#include <set>

#include "app/desktop/figures.h"
#include "app/desktop/pages/run_closeup.h"
#include "app/desktop/pages/welcome.h"
#include "app/desktop/records_reader.h"
#include "app/desktop/run_controller.h"
#include "app/desktop/run_status.h"
#include "app/desktop/set_menu.h"
#include "app/desktop/working_set.h"
#include "core/results/run_groups.h"
#include "widgets/curves_figure.h"
#include "widgets/icons.h"
#include "widgets/live_plots.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/run_table.h"
#include "widgets/saved_list.h"

namespace ballast {
namespace {

constexpr int kWaitsInterval = 500;  // ms
constexpr int kBeside = 420;         // the table's width at first, device-independent pixels

}  // namespace

RunsPage::RunsPage(RunController& controller, QWidget* parent)
    : QWidget(parent),
      controller_(controller),
      working_set_(new WorkingSet(this)),
      reader_(new RecordsReader(this)),
      welcome_(new Welcome(controller)),
      stack_(new QStackedLayout(this)),
      split_(new QSplitter(Qt::Vertical)),
      seen_(new QSplitter(Qt::Vertical)),
      plots_(new LivePlots),
      closeup_(new RunCloseup(controller, *plots_)),
      table_(new RunTable([this] { return tableRuns(); })),
      sets_(new SetMenu(*working_set_, controller.workspace(), this)),
      beside_(new QToolButton),
      waits_(new QTimer(this)),
      regroup_(new QTimer(this)) {
    seen_->addWidget(plots_);
    seen_->addWidget(closeup_);
    seen_->setStretchFactor(0, 1);
    seen_->setChildrenCollapsible(false);
    seen_->setSizes({400, 280});
    split_->addWidget(seen_);
    split_->addWidget(table_);
    split_->setStretchFactor(0, 1);
    split_->setStretchFactor(1, 0);
    split_->setSizes({560, 210});
    split_->setCollapsible(0, false);
    stack_->addWidget(split_);
    stack_->addWidget(welcome_);
    stack_->setCurrentWidget(controller_.hasRuns() ? static_cast<QWidget*>(split_) : welcome_);
    makeSetMenu();
    makeSideButton();

    connect(table_, &RunTable::selectionChanged, this, [this] {
        showSelected();
        Q_EMIT selectionChanged();
    });
    connect(table_, &RunTable::menuRequested, this, &RunsPage::menuRequested);
    connect(table_, &RunTable::activated, this, &RunsPage::editRequested);
    connect(table_, &RunTable::removeRequested, this, &RunsPage::removeRequested);
    const auto tick = [this](const QString& run, bool on) { working_set_->setTicked({run}, on); };
    connect(table_, &RunTable::visibilityToggled, this, tick);
    connect(plots_, &LivePlots::runVisibilityChanged, this,
            [this, tick](const QString& run, bool on) {
                in_legend_ = true;
                tick(run, on);
                in_legend_ = false;
            });
    connect(working_set_, &WorkingSet::changed, this, &RunsPage::showSet);
    connect(reader_, &RecordsReader::read, this, &RunsPage::takeRecords);

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
    const auto read_again = [this](const QString& run) {
        if (isOnPlots(run)) putOnPlots(run);
        labelPlots();
        showRun(run);
    };
    connect(&controller_, &RunController::recordsReplaced, this, read_again);
    connect(&controller_, &RunController::configChanged, this, read_again);
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
    connect(&controller_, &RunController::progressed, this, &RunsPage::renewRow);
}

/// What is ticked: only the selected, what the filter leaves, nothing, or a set of that name.
void RunsPage::makeSetMenu() {
    sets_->addChoice(tr("Only the selected"), tr("Untick all other runs"),
                     [this] { return selectedRuns(); });
    sets_->addChoice(tr("All in the table"), tr("What the filter leaves, and nothing else"),
                     [this] { return table_->shownIds(); });
    sets_->addChoice(tr("None"), tr("Untick all runs"), [] { return QStringList(); });
    connect(sets_, &SetMenu::failed, this, &RunsPage::failed);
    auto* button = new QToolButton;
    button->setObjectName(QStringLiteral("sets"));
    button->setText(tr("Ticked"));
    button->setToolTip(tr("Which runs are ticked, and sets of them saved by name"));
    button->setAutoRaise(true);
    button->setPopupMode(QToolButton::InstantPopup);
    button->setMenu(sets_);
    table_->addToBar(button);
}

void RunsPage::setReadOnly(const QString& reason) {
    sets_->setObstacle(reason);
}

void RunsPage::showWaysToBegin() {
    stack_->setCurrentWidget(controller_.runs().empty() ? static_cast<QWidget*>(welcome_) : split_);
}

void RunsPage::makeSideButton() {
    beside_->setObjectName(QStringLiteral("table_beside"));
    beside_->setAccessibleName(tr("Table beside the plots"));
    beside_->setIcon(icon(QStringLiteral("beside")));
    beside_->setToolTip(tr("Table beside the plots rather than below"));
    beside_->setCheckable(true);
    beside_->setAutoRaise(true);
    table_->addToBar(beside_);
    connect(beside_, &QToolButton::toggled, this, &RunsPage::setTableBeside);
}

bool RunsPage::tableIsBeside() const {
    return split_->orientation() == Qt::Horizontal;
}

void RunsPage::setTableBeside(bool beside) {
    beside_->setChecked(beside);
    if (beside == tableIsBeside()) return;
    (beside ? sizes_below_ : sizes_beside_) = split_->saveState();
    split_->setOrientation(beside ? Qt::Horizontal : Qt::Vertical);
    split_->insertWidget(beside ? 0 : 1, table_);
    split_->setStretchFactor(split_->indexOf(seen_), 1);
    split_->setStretchFactor(split_->indexOf(table_), 0);
    split_->setCollapsible(split_->indexOf(seen_), false);
    const QByteArray& sizes = beside ? sizes_beside_ : sizes_below_;
    if (!sizes.isEmpty()) {
        split_->restoreState(sizes);
    } else if (beside) {
        split_->setSizes({kBeside, std::max(1, width() - kBeside)});
    }
    table_->fitColumns();
}

TableRun RunsPage::tableRun(const IndexedRun& run) const {
    const QString id = text(run.id);
    return {&run, shownColor(id), working_set_->contains(id), statusText(run, controller_),
            progressOf(run, controller_)};
}

std::vector<TableRun> RunsPage::tableRuns() const {
    std::vector<TableRun> runs;
    for (const IndexedRun* run : controller_.runs()) runs.push_back(tableRun(*run));
    return runs;
}

/// Those that were ticked when the workspace was open last, or else the newest.
void RunsPage::addAllRuns() {
    const auto runs = controller_.runs();
    QStringList ticked;
    for (const IndexedRun* run : runs) {
        colors_.give(text(run->id));
        if (ticked_before_.contains(text(run->id))) ticked << text(run->id);
    }
    for (auto run = runs.rbegin(); run != runs.rend() && ticked.size() < kSeriesColors; ++run) {
        if (!ticked_before_.isEmpty() && !ticked.isEmpty()) break;
        if ((*run)->error.empty() && !(*run)->notes.archived) ticked.prepend(text((*run)->id));
    }
    showWaysToBegin();
    working_set_->setTicked(ticked, true);
    table_->refreshSoon();
    if (plots_->view().means) completeGroups();
    if (selected_before_.isEmpty()) return;
    table_->refresh();
    table_->setSelectedIds(selected_before_);
    selected_before_.clear();
    showSelected();
    Q_EMIT selectionChanged();
}

void RunsPage::addRun(const QString& id) {
    const IndexedRun* run = controller_.find(id);
    if (run == nullptr) return;
    showWaysToBegin();
    colors_.give(id);
    if (run->error.empty()) {
        // Beyond eight the colours repeat: the newest eight are shown.
        QStringList too_many;
        const QStringList on_plots = plots_->runIds();
        auto visible = working_set_->runs().size() + 1;
        for (const QString& other : on_plots) {
            if (visible <= kSeriesColors || plots_->view().means) break;
            if (!working_set_->contains(other)) continue;
            too_many << other;
            --visible;
        }
        working_set_->setTicked(too_many, false);
        working_set_->setTicked({id}, true);
    }
    table_->refreshSoon();
}

void RunsPage::removeRun(const QString& run) {
    colors_.forget(run);
    reader_->forget(run);
    plots_->removeRun(run);
    working_set_->setTicked({run}, false);
    labelPlots();
    table_->refreshSoon();
    showWaysToBegin();
}

bool RunsPage::isOnPlots(const QString& run) const {
    return plots_->hasRun(run);
}

/// The selected runs stand out on the plots, the first of them is shown closely.
void RunsPage::showSelected() {
    const QStringList selected = selectedRuns();
    plots_->setHighlighted(selected);
    const QString first = selected.value(0);
    closeup_->setRun(first, shownColor(first));
    closeup_->compareWith(selected.size() == 2 ? selected[1] : QString());
}

void RunsPage::showSet(const QStringList& ticked, const QStringList& unticked) {
    for (const QString& id : unticked) {
        if (in_legend_) {  // where it can be ticked again
            plots_->setRunVisible(id, false);
        } else {
            reader_->forget(id);
            plots_->removeRun(id);
        }
        renewRow(id);
    }
    std::vector<RunCurves> added;
    for (const QString& id : ticked) {
        const IndexedRun* run = controller_.find(id);
        if (run == nullptr) continue;
        if (run->error.empty() && !isOnPlots(id)) {
            added.push_back(curvesOf(*run));
            if (!run->epochs.empty()) reader_->want(id, run->folder);
        }
        plots_->setRunVisible(id, true);
        renewRow(id);
    }
    const bool others = !added.empty() || !unticked.isEmpty();
    if (!added.empty()) plots_->addRuns(std::move(added));
    if (others) labelPlots();
}

/// What the index holds of it; its classes follow from the reader.
RunCurves RunsPage::curvesOf(const IndexedRun& run) const {
    RunCurves curves(plotInfo(run, colors_.of(text(run.id))));
    std::vector<EpochRecord> records;
    records.reserve(run.epochs.size());
    for (const EpochScalars& epoch : run.epochs) {
        records.push_back(recordOf(epoch, static_cast<int>(records.size())));
    }
    curves.setRecords(records);
    return curves;
}

/// Adds the run, or renews it; it stays hidden where it was.
void RunsPage::putOnPlots(const QString& id) {
    const IndexedRun& run = *controller_.find(id);
    std::vector<RunCurves> renewed;
    renewed.push_back(curvesOf(run));
    plots_->addRuns(std::move(renewed));
    if (!run.epochs.empty()) reader_->want(id, run.folder);
}

void RunsPage::takeRecords(const QString& id, const std::vector<EpochRecord>& records) {
    const IndexedRun* run = controller_.find(id);
    if (run == nullptr || !isOnPlots(id)) return;
    plots_->setRecords(id, records);
    if (records.size() >= run->epochs.size()) return;
    // It has trained on meanwhile.
    for (std::size_t e = records.size(); e < run->epochs.size(); ++e) {
        plots_->appendRecord(id, recordOf(run->epochs[e], static_cast<int>(e)));
    }
    reader_->want(id, run->folder);
}

void RunsPage::finishReading() {
    for (const QString& id : reader_->takeWaiting()) takeRecords(id, controller_.readRecords(id));
}

/// Where several runs on the plots have one name, what differs tells them apart.
void RunsPage::labelPlots() {
    if (plots_->view().means) regroup_->start();
    std::vector<const IndexedRun*> runs;
    for (const QString& id : plots_->runIds()) {
        if (const IndexedRun* run = controller_.find(id)) runs.push_back(run);
    }
    const std::vector<std::string> labels = runLabels(runs);
    QHash<QString, QString> names;
    for (std::size_t i = 0; i < runs.size(); ++i) names[text(runs[i]->id)] = text(labels[i]);
    plots_->setRunNames(names);
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
    renewAllRows();
}

/// Shows each visible group whole: a mean over the few seeds that happened to be ticked would not
/// be the group's.
void RunsPage::completeGroups() {
    groupPlots();
    QStringList missing;
    for (const PlotGroup& group : groups_.groups()) {
        const bool shown = std::ranges::any_of(
            group.runs, [this](const QString& id) { return working_set_->contains(id); });
        if (shown) missing << group.runs;
    }
    working_set_->setTicked(missing, true);
}

void RunsPage::showView() {
    const bool means = plots_->view().means;
    if (means == means_) return;
    means_ = means;
    if (means) completeGroups();
    renewAllRows();
}

int RunsPage::shownColor(const QString& run) const {
    const int own = colors_.of(run);
    return plots_->view().means ? groups_.colorOf(run.toStdString(), own) : own;
}

void RunsPage::showOnly(const QStringList& runs) {
    working_set_->setOnly(runs);
}

void RunsPage::showSweep(const QStringList& runs) {
    if (runs.size() > kSeriesColors) {
        std::set<std::string> settings;
        for (const QString& id : runs) {
            if (const IndexedRun* run = controller_.find(id)) settings.insert(configKey(*run));
        }
        PlotView view = plots_->view();
        view.means = view.means || std::ssize(settings) < runs.size();
        plots_->setView(view);
    }
    if (!runs.isEmpty()) showOnly(runs);
}

void RunsPage::showFigure(const FigureDescription& figure, const QStringList& runs) {
    const std::string subject = tr("The figure").toStdString();
    const Panel& panel = panelOf(figure, subject);
    plots_->setPanels({text(panel.name)});
    plots_->setView(viewOf(figure));
    showOnly(runs);
}

void RunsPage::showRun(const QString& run) {
    renewRow(run);
    table_->refreshSoon();
}

void RunsPage::renewRow(const QString& id) {
    if (const IndexedRun* run = controller_.find(id)) table_->renew(tableRun(*run));
}

void RunsPage::renewAllRows() {
    for (const IndexedRun* run : controller_.runs()) table_->renew(tableRun(*run));
}

void RunsPage::showWaiting() {
    for (const IndexedRun* run : controller_.runs()) {
        if (run->status.state == RunState::queued) table_->renew(tableRun(*run));
    }
}

QStringList RunsPage::selectedRuns() const {
    return table_->selectedIds();
}

void RunsPage::select(const QString& run) {
    table_->select(run);
}

QByteArray RunsPage::layoutState() const {
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    const bool beside = tableIsBeside();
    const QByteArray sizes = split_->saveState();
    QStringList ticked(working_set_->runs().begin(), working_set_->runs().end());
    ticked.sort();
    stream << (beside ? sizes : sizes_beside_) << (beside ? sizes_below_ : sizes) << true
           << table_->state() << text(controller_.workspace().string()) << plots_->panelNames()
           << viewBytes(plots_->view()) << closeup_->shown() << seen_->saveState() << beside
           << ticked << selectedRuns();
    return state;
}

void RunsPage::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    bool table_shown = false;  // instead of the results, in earlier versions
    QByteArray table;
    QString workspace;
    QStringList panels;
    QByteArray view;
    stream >> sizes_beside_ >> sizes_below_ >> table_shown >> table >> workspace >>
        SavedList(panels) >> view;
    QString closeup;
    QByteArray seen;
    stream >> closeup >> seen;
    bool beside = false;
    QStringList ticked;
    if (stream.status() == QDataStream::Ok) stream >> beside >> SavedList(ticked);
    QStringList selected;
    if (stream.status() == QDataStream::Ok) stream >> SavedList(selected);
    closeup_->show(closeup);
    if (!seen.isEmpty()) seen_->restoreState(seen);
    plots_->setView(viewFromBytes(view));
    if (!panels.isEmpty()) plots_->setPanels(panels);
    if (!sizes_below_.isEmpty()) split_->restoreState(sizes_below_);
    setTableBeside(beside);
    // What was filtered, grouped and ticked elsewhere would hide runs here.
    const bool same = workspace == text(controller_.workspace().string());
    if (same) ticked_before_ = ticked;
    if (same) selected_before_ = selected;
    if (!table.isEmpty()) table_->restoreState(table, same);
}

}  // namespace ballast
