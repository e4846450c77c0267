#include "app/desktop/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QMessageBox>
#include <QStackedWidget>
#include <QStatusBar>
#include <QVBoxLayout>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/desktop/cluster_training.h"
#include "app/desktop/demo.h"
#include "app/desktop/edit_actions.h"
#include "app/desktop/experiment_actions.h"
#include "app/desktop/foreign_import.h"
#include "app/desktop/pages/compare_page.h"
#include "app/desktop/pages/experiment_page.h"
#include "app/desktop/pages/explain_page.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/pages/sweep_page.h"
#include "app/desktop/pages/welcome.h"
#include "app/desktop/planned_training.h"
#include "app/desktop/read_only_notice.h"
#include "app/desktop/recent_files.h"
#include "app/desktop/run_actions.h"
#include "app/desktop/run_controller.h"
#include "app/desktop/slots_panel.h"
#include "app/desktop/training_obstacle.h"
#include "app/desktop/workspace_menu.h"
#include "core/experiment/config_json.h"
#include "core/experiment/sweep.h"
#include "core/runs/saved_sweeps.h"
#include "core/runs/sweep_store.h"
#include "widgets/banner.h"
#include "widgets/config_form.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/run_table.h"

namespace ballast {

MainWindow::MainWindow(RunController& controller, QWidget* parent)
    : QMainWindow(parent),
      controller_(controller),
      settings_(controller.workspace()),
      banner_(new Banner),
      pages_(new QStackedWidget),
      experiment_(new ExperimentPage(
          [store = controller.dataStore()](const DataConfig& wanted) {
              return store.classCounts(wanted);
          },
          [store = controller.dataStore()](const DataConfig& wanted) {
              return store.classNames(wanted);
          })),
      runs_(new RunsPage(controller)),
      sweep_(new SweepPage([store = controller.dataStore()](const DataConfig& wanted) {
          return store.classCounts(wanted);
      })),
      compare_(new ComparePage(controller.workspace(), runs_->workingSet())),
      explain_(new ExplainPage(controller, runs_->workingSet(),
                               [this](const QString& run) { return runs_->shownColor(run); })),
      edits_(new EditActions(controller, this)),
      planned_(new PlannedTraining(controller, this)),
      cluster_(new ClusterTraining(controller, this)),
      import_(new ForeignImport(controller, settings_, this)),
      run_actions_(new RunActions(controller, this)),
      experiment_actions_(new ExperimentActions(*experiment_, this)),
      recent_(new RecentFiles(settings_, this)),
      slots_panel_(new SlotsPanel(controller, settings_, this, statusBar())),
      workspaces_(new WorkspaceMenu(controller, settings_, this)) {
    auto* middle = new QWidget;
    auto* column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* read_only = new ReadOnlyNotice(controller);
    connect(read_only, &ReadOnlyNotice::failed, this, &MainWindow::showError);
    column->addWidget(read_only);
    column->addWidget(banner_);
    column->addWidget(pages_);
    pages_->addWidget(experiment_);
    pages_->addWidget(runs_);
    pages_->addWidget(sweep_);
    pages_->addWidget(compare_);
    pages_->addWidget(explain_);
    setCentralWidget(middle);
    makeActions();
    makeMenus();
    makeToolBar();
    makeStatusBar();

    connect(experiment_, &ExperimentPage::changed, this, &MainWindow::updateObstacle);
    connect(experiment_, &ExperimentPage::startRequested, this, &MainWindow::start);
    connect(experiment_, &ExperimentPage::draftsChanged, this, &MainWindow::storeDrafts);
    connect(experiment_, &ExperimentPage::newDraftRequested, this, &MainWindow::newDraft);
    connect(experiment_actions_, &ExperimentActions::failed, this, &MainWindow::showError);
    connect(experiment_actions_, &ExperimentActions::said, this,
            [this](const QString& sentence) { banner_->showMessage(sentence); });
    connect(recent_, &RecentFiles::openRequested, this,
            [this](const QString& file) { openConfig(file.toStdString()); });
    connect(sweep_, &SweepPage::outlined, this, &MainWindow::updateSweepObstacle);
    connect(sweep_, &SweepPage::sweepRequested, this, &MainWindow::addToSweep);
    sweep_->setPlanner(controller_.planner());
    connect(&controller_, &RunController::slotsChanged, this, [this] {
        sweep_->setPlanner(controller_.planner());
        sweep_->forecastAgain();
    });
    sweep_->setSweepList([workspace = controller_.workspace()] {
        QStringList names;
        for (const std::string& name : savedSweepNames(workspace)) names << text(name);
        return names;
    });
    for (const auto signal : {&RunController::ended, &RunController::runRemoved}) {
        connect(&controller_, signal, sweep_, &SweepPage::forecastAgain);
    }
    connect(sweep_, &SweepPage::startRequested, this, &MainWindow::startSweep);
    connect(edits_, &EditActions::failed, this, &MainWindow::showError);
    connect(run_actions_, &RunActions::failed, this, &MainWindow::showError);
    connect(run_actions_, &RunActions::showOnlyRequested, runs_, &RunsPage::showOnly);
    connect(run_actions_, &RunActions::hideAllRequested, this, [this] { runs_->showOnly({}); });
    connect(runs_, &RunsPage::menuRequested, this, &MainWindow::showRunMenu);
    connect(edits_, &EditActions::done, this, [this](const QString& run) {
        showRuns();
        runs_->select(run);
    });
    connect(&controller_, &RunController::sweepStarted, this,
            [this](const QStringList& queued, int finished) {
                runs_->showSweep(queued);
                const int all = static_cast<int>(queued.size()) + finished;
                QString words =
                    all == 1 ? tr("The sweep has 1 run") : tr("The sweep has %L1 runs").arg(all);
                if (finished > 0) {
                    words += finished == 1 ? tr("; 1 is finished already")
                                           : tr("; %L1 are finished already").arg(finished);
                }
                banner_->showMessage(words + QLatin1Char('.'));
            });
    connect(&controller_, &RunController::runsStarted, this, [this](int queued) {
        banner_->showMessage(
            queued == 1
                ? tr("1 run waits to be trained; the figure fills as it ends.")
                : tr("%L1 runs wait to be trained; the figure fills as they end.").arg(queued));
    });
    connect(planned_, &PlannedTraining::failed, this, &MainWindow::showError);
    connect(planned_, &PlannedTraining::said, this,
            [this](const QString& sentence) { banner_->showMessage(sentence); });
    connect(sweep_, &SweepPage::submitRequested, cluster_, &ClusterTraining::ask);
    sweep_->setCluster(ClusterTraining::isHere());
    connect(cluster_, &ClusterTraining::failed, this, &MainWindow::showError);
    connect(cluster_, &ClusterTraining::said, this,
            [this](const QString& sentence) { banner_->showMessage(sentence); });
    connect(import_, &ForeignImport::failed, this, &MainWindow::showError);
    connect(import_, &ForeignImport::said, this,
            [this](const QString& sentence) { banner_->showMessage(sentence); });
    connect(import_, &ForeignImport::imported, this, &MainWindow::showRuns);
    connect(compare_, &ComparePage::trainRequested, planned_, &PlannedTraining::ask);
    connect(&controller_, &RunController::sweepFailed, this, &MainWindow::showError);
    connect(&controller_, &RunController::failed, this, &MainWindow::showError);
    connect(slots_panel_, &SlotsPanel::failed, this, &MainWindow::showError);
    connect(workspaces_, &WorkspaceMenu::failed, this, &MainWindow::showError);
    connect(workspaces_, &WorkspaceMenu::said, this,
            [this](const QString& sentence) { banner_->showMessage(sentence); });
    connect(&controller_, &RunController::accessChanged, this, &MainWindow::showAccess);
    const Welcome& welcome = runs_->welcome();
    connect(&welcome, &Welcome::demoRequested, this, &MainWindow::startDemo);
    connect(&welcome, &Welcome::presetRequested, this, [this] {
        showExperiment();
        experiment_->focusMethod();
    });
    connect(&welcome, &Welcome::importRequested, this, &MainWindow::importRuns);
    connect(&welcome, &Welcome::fileRequested, this, &MainWindow::openConfigDialog);
    connect(&welcome, &Welcome::workspaceRequested, workspaces_, [this] { workspaces_->choose(); });
    connect(runs_, &RunsPage::selectionChanged, this, &MainWindow::updateActions);
    connect(runs_, &RunsPage::selectionChanged, explain_,
            [this] { explain_->setSelected(runs_->selectedRuns()); });
    connect(explain_, &ExplainPage::said, this,
            [this](const QString& sentence) { banner_->showMessage(sentence); });
    connect(explain_, &ExplainPage::configRequested, this, [this](const RunConfig& config) {
        experiment_->openConfig(nlohmann::json(toJson(config)));
        showExperiment();
        banner_->showMessage(
            tr("The config of the run, changed as advised. Start training to see what it does."));
    });
    connect(runs_, &RunsPage::failed, this, &MainWindow::showError);
    connect(runs_, &RunsPage::editRequested, this, &MainWindow::editRun);
    connect(runs_, &RunsPage::removeRequested, this, &MainWindow::removeRuns);
    connect(&controller_, &RunController::trainingLoaded, this, [this] {
        experiment_->form().disableChoice("/training/convolution", "bfloat16",
                                          controller_.obstacleToBFloat16());
    });
    connect(&controller_, &RunController::opened, this, &MainWindow::updateActions);
    connect(&controller_, &RunController::runAdded, this, &MainWindow::updateActions);
    connect(&controller_, &RunController::runRemoved, this, &MainWindow::updateActions);
    connect(&controller_, &RunController::runChanged, this, &MainWindow::updateActions);
    connect(&controller_, &RunController::ended, this, &MainWindow::runEnded);
    for (const auto signal : {&RunController::ended, &RunController::runRemoved,
                              &RunController::runChanged, &RunController::configChanged}) {
        connect(&controller_, signal, compare_, &ComparePage::refreshSoon);
    }
    connect(&controller_, &RunController::opened, compare_, &ComparePage::refreshSoon);
    connect(compare_, &ComparePage::watchRequested, this, [this](const QStringList& runs) {
        runs_->showOnly(runs);
        showRuns();
    });
    connect(&controller_, &RunController::said, this,
            [this](const QString& run, const QString& line) {
                const IndexedRun* summary = controller_.find(run);
                const QString name =
                    summary ? QString::fromStdString(summary->description.config.name) : run;
                banner_->showMessage(tr("%1 %2").arg(name, line));
            });
    // Queued: where only waiting runs had to be given up, it is said within closeEvent(), in which
    // a window cannot be closed.
    connect(
        &controller_, &RunController::closed, this,
        [this] {
            may_close_ = true;
            close();
        },
        Qt::QueuedConnection);

    const nlohmann::json drafts =
        nlohmann::json::parse(settings_.drafts().toStdString(), nullptr, false);
    const nlohmann::json edited =
        nlohmann::json::parse(settings_.editorConfig().toStdString(), nullptr, false);
    if (drafts.is_object()) experiment_->restoreDrafts(drafts);
    if (experiment_->config().empty()) {
        experiment_->openConfig(edited.is_object() ? edited : newExperiment());
    }
    const nlohmann::json swept =
        nlohmann::json::parse(settings_.sweep().toStdString(), nullptr, false);
    if (swept.is_object()) sweep_->restoreSweep(swept);
    connect(sweep_, &SweepPage::changed, this, [this] {
        nlohmann::json sweep = sweep_->sweep();
        if (!sweep.contains("presets")) sweep.erase("base");  // that is the editor's
        settings_.setSweep(QString::fromStdString(sweep.dump()));
    });
    ViewMenu& views = runs_->table().views();
    views.setViews(settings_.runViews());
    connect(&views, &ViewMenu::viewsChanged, this,
            [this, &views] { settings_.setRunViews(views.views()); });
    ViewMenu& adjustments = explain_->adjustments();
    adjustments.setViews(settings_.adjustments());
    connect(&adjustments, &ViewMenu::viewsChanged, this,
            [this, &adjustments] { settings_.setAdjustments(adjustments.views()); });
    restoreLayouts();
    setAcceptDrops(true);
    showExperiment();
    showAccess();
}

void MainWindow::showPage(QWidget* page, QAction* action) {
    // The window need not be larger than the page that is shown: a stack asks for room for all.
    for (int i = 0; i < pages_->count(); ++i) {
        const auto policy =
            pages_->widget(i) == page ? QSizePolicy::Preferred : QSizePolicy::Ignored;
        pages_->widget(i)->setSizePolicy(policy, policy);
    }
    pages_->setCurrentWidget(page);
    action->setChecked(true);
    experiment_actions_->setInFront(page == experiment_);
    updateStart();
}

void MainWindow::showExperiment() {
    showPage(experiment_, show_experiment_);
}

void MainWindow::showRuns() {
    showPage(runs_, show_runs_);
}

void MainWindow::showSweep() {
    sweep_->setBase(experiment_->checked());
    showPage(sweep_, show_sweep_);
}

void MainWindow::showCompare() {
    showPage(compare_, show_compare_);
}

void MainWindow::showExplain() {
    showPage(explain_, show_explain_);
}

void MainWindow::start() {
    if (pages_->currentWidget() == sweep_) return sweep_->requestStart();
    if (!experiment_->obstacle().isEmpty()) {
        showExperiment();
        return;
    }
    carryOut([&] {
        const QString run = controller_.start(experiment_->config());
        showRuns();
        runs_->select(run);
    });
}

void MainWindow::startSweep(const nlohmann::json& sweep) {
    carryOut([&] {
        const Sweep read = sweepFromJson(sweep, "the sweep");
        if (read.size() > kManyRuns) {
            const auto answer =
                QMessageBox::question(this, tr("Start sweep"),
                                      tr("Make %L1 runs? Alone they would take %L2 epochs.")
                                          .arg(read.size())
                                          .arg(read.epochsAlone()));
            if (answer != QMessageBox::Yes) return;
        }
        controller_.startSweep(sweep);
        showRuns();
    });
}

void MainWindow::startDemo() {
    showRuns();
    if (controller_.readOnly()) return showError(readOnlySentence());
    carryOut([&] {
        for (const nlohmann::json& config : demoConfigs()) {
            const RunConfig wanted = configFromJson(config, "the demo");
            const auto runs = controller_.runs();
            const bool there = std::ranges::any_of(runs, [&](const IndexedRun* run) {
                return run->error.empty() && run->description.config == wanted;
            });
            if (!there) controller_.start(config);
        }
    });
}

void MainWindow::editRun(const QString& run) {
    const IndexedRun* summary = controller_.find(run);
    if (summary == nullptr || !summary->error.empty()) return;
    experiment_->openConfig(nlohmann::json(toJson(summary->description.config)));
    showExperiment();
}

void MainWindow::removeRuns(const QStringList& runs) {
    if (runs.isEmpty()) return;
    const auto answer = QMessageBox::question(
        this, tr("Move to trash"),
        (runs.size() == 1 ? tr("Move the run to the workspace's trash?")
                          : tr("Move %L1 runs to the workspace's trash?").arg(runs.size())) +
            QLatin1Char(' ') + tr("Folders there can be put back by hand."),
        QMessageBox::Yes | QMessageBox::No, QMessageBox::No);
    if (answer != QMessageBox::Yes) return;
    carryOut([&] {
        for (const QString& run : runs) controller_.moveToTrash(run);
    });
}

void MainWindow::applyChosenTheme(Theme theme) {
    settings_.setTheme(theme);
    applyTheme(*qApp, theme);
}

void MainWindow::about() {
    QMessageBox::about(
        this, tr("About Ballast"),
        tr("<b>Ballast %1</b><p>A laboratory for imbalanced learning, after “A Unified "
           "Generalization "
           "Analysis of Re-Weighting and Logit-Adjustment for Imbalanced Learning” (NeurIPS "
           "2023).</p>"
           "<p>Free software under the GNU General Public License, version 3 or later.</p>")
            .arg(QApplication::applicationVersion()));
}

void MainWindow::updateObstacle() {
    const CheckedConfig& checked = experiment_->checked();
    const QString reason = controller_.readOnly()
                               ? tr("Cannot start: %1").arg(readOnlySentence())
                               : trainingObstacle(checked, controller_.dataStore());
    experiment_->setObstacle(reason);
    sweep_->setBase(checked);
    estimateSweep(0.0);
    updateSweepObstacle();
}

/// A sweep may be over other data than the Experiment page's; its problems it says itself.
void MainWindow::updateSweepObstacle() {
    QString reason;
    if (controller_.readOnly()) reason = tr("Cannot start: %1").arg(readOnlySentence());
    for (const DataConfig& needed : sweep_->outline().data) {
        if (reason.isEmpty()) reason = dataObstacle(needed, controller_.dataStore());
    }
    sweep_->setObstacle(reason);
    updateStart();
}

/// The button starts what the page in front shows.
void MainWindow::updateStart() {
    const bool sweep = pages_->currentWidget() == sweep_;
    start_->setText(sweep ? tr("S&tart sweep") : tr("S&tart training"));
    start_->setEnabled(!controller_.readOnly() &&
                       (sweep ? sweep_->canStart() : experiment_->obstacle().isEmpty()));
}

/// Says how long the sweep may take: by the runs of the workspace that are like its base, or else
/// by the one in training, of which `pace` is the seconds an epoch.
void MainWindow::estimateSweep(double pace) {
    const CheckedConfig& base = experiment_->checked();
    if (!base.config) return;
    const auto runs = controller_.runs();
    sweep_->setSecondsPerEpoch(likeSecondsPerEpoch(*base.config, runs).value_or(pace));
}

void MainWindow::runEnded(const QString& run) {
    const IndexedRun* summary = controller_.find(run);
    if (summary == nullptr) return;
    const RunState state = summary->status.state;
    if (state == RunState::failed || state == RunState::diverged) {
        showError(tr("%1: %2").arg(QString::fromStdString(summary->description.config.name),
                                   QString::fromStdString(summary->status.message)));
    }
}

void MainWindow::showError(const QString& sentence) {
    banner_->showMessage(sentence, Banner::Kind::error);
}

/// Never blocks: asks the workers to stop, and closes when they have.
void MainWindow::closeEvent(QCloseEvent* event) {
    keepLayouts();
    import_->cancel();
    if (may_close_ || controller_.idle()) {
        event->accept();
        return;
    }
    event->ignore();
    banner_->showMessage(
        tr("Stopping… The run resumes after its last epoch when Ballast is opened again."));
    centralWidget()->setEnabled(false);
    controller_.close();
}

}  // namespace ballast
