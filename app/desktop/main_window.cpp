#include "app/desktop/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMessageBox>
#include <QProgressBar>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "app/desktop/edit_actions.h"
#include "app/desktop/figures.h"
#include "app/desktop/pages/experiment_page.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/pages/sweep_page.h"
#include "app/desktop/run_controller.h"
#include "core/base/atomic_file.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"
#include "core/experiment/sweep.h"
#include "core/runs/foreign_runs.h"
#include "widgets/banner.h"
#include "widgets/live_plots.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/run_list.h"

// Resources of a static library must be asked for, from outside any namespace.
static void initDemoResources() {
    Q_INIT_RESOURCE(demo);
}

namespace ballast {
namespace {

constexpr std::array kDemo = {"1-ce", "2-cb", "3-ce-drw"};

std::filesystem::path toPath(const QString& path) {
    return path.toStdString();
}

/// A config of experiments/demo, as it was built in.
nlohmann::json demoConfig(const char* name) {
    initDemoResources();
    QFile file(QStringLiteral(":/experiments/demo/%1.json").arg(QLatin1String(name)));
    if (!file.open(QIODevice::ReadOnly)) {
        throw StorageError("the demo " + std::string(name) + " is not built in");
    }
    return nlohmann::json::parse(file.readAll().toStdString());
}

}  // namespace

MainWindow::MainWindow(RunController& controller, QWidget* parent)
    : QMainWindow(parent),
      controller_(controller),
      banner_(new Banner),
      pages_(new QStackedWidget),
      experiment_(new ExperimentPage([store = controller.dataStore()](const DataConfig& wanted) {
          return store.classCounts(wanted);
      })),
      runs_(new RunsPage(controller)),
      sweep_(new SweepPage([store = controller.dataStore()](const DataConfig& wanted) {
          return store.classCounts(wanted);
      })),
      edits_(new EditActions(controller, this)) {
    setWindowTitle(tr("Ballast"));
    auto* middle = new QWidget;
    auto* column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(banner_);
    column->addWidget(pages_);
    pages_->addWidget(experiment_);
    pages_->addWidget(runs_);
    pages_->addWidget(sweep_);
    setCentralWidget(middle);
    makeActions();
    makeMenus();
    makeToolBar();
    makeStatusBar();

    connect(experiment_, &ExperimentPage::changed, this, &MainWindow::updateObstacle);
    connect(experiment_, &ExperimentPage::startRequested, this, &MainWindow::start);
    connect(sweep_, &SweepPage::startRequested, this, &MainWindow::startSweep);
    connect(edits_, &EditActions::failed, this, &MainWindow::showError);
    connect(edits_, &EditActions::done, this, [this](const QString& run) {
        showRuns();
        runs_->select(run);
    });
    connect(&controller_, &RunController::sweepStarted, this, [this](int queued, int finished) {
        banner_->showMessage(finished == 0 ? tr("The sweep has %L1 runs.").arg(queued)
                                           : tr("The sweep has %L1 runs; %L2 are finished already.")
                                                 .arg(queued + finished)
                                                 .arg(finished));
    });
    connect(&controller_, &RunController::sweepFailed, this, &MainWindow::showError);
    connect(runs_, &RunsPage::selectionChanged, this, &MainWindow::updateActions);
    connect(runs_, &RunsPage::editRequested, this, &MainWindow::editRun);
    connect(runs_, &RunsPage::removeRequested, this, &MainWindow::removeRuns);
    connect(&controller_, &RunController::opened, this, &MainWindow::updateActions);
    connect(&controller_, &RunController::runAdded, this, &MainWindow::updateActions);
    connect(&controller_, &RunController::runRemoved, this, &MainWindow::updateActions);
    connect(&controller_, &RunController::runChanged, this, [this] {
        updateActions();
        updateProgress();
    });
    connect(&controller_, &RunController::progressed, this, &MainWindow::updateProgress);
    connect(&controller_, &RunController::ended, this, &MainWindow::runEnded);
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

    const nlohmann::json edited =
        nlohmann::json::parse(settings_.editorConfig().toStdString(), nullptr, false);
    experiment_->setConfig(edited.is_object() ? edited : demoConfig(kDemo.back()));
    const nlohmann::json swept =
        nlohmann::json::parse(settings_.sweep().toStdString(), nullptr, false);
    if (swept.is_object()) sweep_->restoreSweep(swept);
    connect(sweep_, &SweepPage::changed, this, [this] {
        nlohmann::json sweep = sweep_->sweep();
        sweep.erase("base");  // that is the editor's
        settings_.setSweep(QString::fromStdString(sweep.dump()));
    });
    experiment_->restoreLayout(settings_.layout(QStringLiteral("experiment")));
    runs_->restoreLayout(settings_.layout(QStringLiteral("runs")));
    sweep_->restoreLayout(settings_.layout(QStringLiteral("sweep")));
    resize(1320, 860);
    restoreGeometry(settings_.layout(QStringLiteral("window")));
    showExperiment();
    updateActions();
    updateProgress();
}

void MainWindow::showPage(QWidget* page, QAction* action) {
    pages_->setCurrentWidget(page);
    action->setChecked(true);
    start_->setText(page == sweep_ ? tr("S&tart sweep") : tr("S&tart training"));
}

void MainWindow::showExperiment() {
    showPage(experiment_, show_experiment_);
}

void MainWindow::showRuns() {
    showPage(runs_, show_runs_);
}

void MainWindow::showSweep() {
    sweep_->setBase(experiment_->config());
    showPage(sweep_, show_sweep_);
}

void MainWindow::newConfig() {
    experiment_->setConfig(demoConfig(kDemo.back()));
    showExperiment();
}

void MainWindow::openConfigDialog() {
    const QString file = QFileDialog::getOpenFileName(
        this, tr("Open config"), settings_.lastFolder(), tr("Configs (*.json);;All files (*)"));
    if (file.isEmpty()) return;
    settings_.setLastFolder(QFileInfo(file).absolutePath());
    openConfig(toPath(file));
}

void MainWindow::openConfig(const std::filesystem::path& file) {
    carryOut([&] {
        const nlohmann::json config = parseJson(readFile(file), file.string());
        if (!config.is_object())
            throw ConfigError(file.string() + " is not a config: not a JSON object");
        if (config.contains("base") || config.contains("axes") || config.contains("presets")) {
            sweep_->setSweep(config);
            experiment_->setConfig(config.at("base"));
            return showSweep();
        }
        experiment_->setConfig(config);
        showExperiment();
    });
}

void MainWindow::importRunDialog() {
    const QString folder = QFileDialog::getExistingDirectory(
        this, tr("Folder with log_train.csv, log_test.csv and args.txt"), settings_.lastFolder());
    if (folder.isEmpty()) return;
    settings_.setLastFolder(folder);
    importRunFrom(toPath(folder));
}

void MainWindow::importRunFrom(const std::filesystem::path& folder) {
    const bool begun = import_job_.start(
        [&learning = controller_.learning(), workspace = controller_.workspace(),
         folder](BackgroundJob::Task& task) {
            return importRun(learning, workspace, folder, task.cancelled()).said;
        },
        [this](const std::vector<std::string>& said) {
            QStringList lines{tr("The run is imported.")};
            for (const std::string& line : said) lines << text(line) + QLatin1Char('.');
            banner_->showMessage(lines.join(QLatin1Char(' ')));
            showRuns();
        },
        [this](const QString& sentence) { showError(sentence); });
    banner_->showMessage(begun ? tr("Importing %1…").arg(text(folder.string()))
                               : tr("Another run is being imported; wait for it."));
}

void MainWindow::saveConfigDialog() {
    QString file = QFileDialog::getSaveFileName(this, tr("Save config"), settings_.lastFolder(),
                                                tr("Configs (*.json);;All files (*)"));
    if (file.isEmpty()) return;
    if (QFileInfo(file).suffix().isEmpty()) file += QStringLiteral(".json");
    settings_.setLastFolder(QFileInfo(file).absolutePath());
    carryOut([&] {
        // A valid config is written in the order people read it in, with every default.
        const nlohmann::json config = experiment_->config();
        const std::string content = experiment_->problems().empty()
                                        ? toJson(configFromJson(config, "the config")).dump(2)
                                        : config.dump(2);
        replaceFile(toPath(file), content + "\n");
        banner_->showMessage(tr("Saved %1").arg(file));
    });
}

void MainWindow::saveSweepDialog() {
    QString file = QFileDialog::getSaveFileName(this, tr("Save sweep"), settings_.lastFolder(),
                                                tr("Sweeps (*.json);;All files (*)"));
    if (file.isEmpty()) return;
    if (QFileInfo(file).suffix().isEmpty()) file += QStringLiteral(".json");
    settings_.setLastFolder(QFileInfo(file).absolutePath());
    carryOut([&] {
        sweep_->setBase(experiment_->config());
        replaceFile(toPath(file), sweep_->sweep().dump(2) + "\n");
        banner_->showMessage(tr("Saved %1").arg(file));
    });
}

void MainWindow::exportFiguresDialog() {
    const QString folder = QFileDialog::getExistingDirectory(
        this, tr("Folder for figures and tables"), settings_.lastFolder());
    if (folder.isEmpty()) return;
    settings_.setLastFolder(folder);
    carryOut([&] {
        const std::vector<RunCurves> curves = runs_->plots().visibleCurves();
        if (curves.empty())
            throw ConfigError("no run is visible; tick the runs to export in the list");
        std::vector<const IndexedRun*> runs;
        for (const RunCurves& curve : curves) runs.push_back(controller_.find(curve.info().id));
        const auto files = writeFigures(curves, runs, toPath(folder));
        banner_->showMessage(tr("Wrote %1 files to %2").arg(files.size()).arg(folder));
    });
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
    carryOut([&] {
        for (const char* name : kDemo) {
            const nlohmann::json config = demoConfig(name);
            const RunConfig wanted = configFromJson(config, name);
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
    experiment_->setConfig(nlohmann::json(toJson(summary->description.config)));
    showExperiment();
}

void MainWindow::removeRuns(const QStringList& runs) {
    if (runs.isEmpty()) return;
    const auto answer = QMessageBox::question(
        this, tr("Move to trash"),
        (runs.size() == 1 ? tr("Move the run to the workspace's trash?")
                          : tr("Move %1 runs to the workspace's trash?").arg(runs.size())) +
            QLatin1Char(' ') + tr("Folders there can be put back by hand."));
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

QStringList MainWindow::chosenRuns() const {
    const QStringList selected = runs_->selectedRuns();
    if (!selected.isEmpty()) return selected;
    const QString current = controller_.current();
    return current.isEmpty() ? QStringList() : QStringList(current);
}

void MainWindow::updateObstacle() {
    QString reason;
    const std::vector<Problem>& problems = experiment_->problems();
    if (!problems.empty()) {
        const Problem& problem = problems.front();
        const Field* field = findField(problem.pointer);
        reason = tr("Cannot start: %1: %2")
                     .arg(field ? text(field->label) : QString::fromStdString(problem.pointer),
                          QString::fromStdString(problem.message));
        if (problems.size() > 1) {
            reason += tr(" (and %1 more)").arg(problems.size() - 1);
        }
    } else {
        const RunConfig config = configFromJson(experiment_->config(), "the config");
        const DatasetInfo& dataset = *findDataset(config.data.dataset);
        if (!controller_.dataStore().find(config.data)) {
            reason = dataset.listed()
                         ? tr("Cannot start: there is no folder with the lists of %1; Data → Fetch "
                              "%1 says where to get it.")
                               .arg(text(dataset.label))
                         : tr("Cannot start: %1 is not on this machine; fetch it with Data → Fetch "
                              "%1.")
                               .arg(text(dataset.label));
        }
    }
    experiment_->setObstacle(reason);
    sweep_->setBase(experiment_->config());
    sweep_->setObstacle(problems.empty() ? reason : QString());  // it says the problems itself
    start_->setEnabled(reason.isEmpty());
    settings_.setEditorConfig(QString::fromStdString(experiment_->config().dump()));
}

void MainWindow::updateActions() {
    bool can_pause = false;
    bool can_resume = false;
    bool can_stop = false;
    const QStringList runs = chosenRuns();
    for (const QString& id : runs) {
        const IndexedRun* run = controller_.find(id);
        if (run == nullptr || !run->error.empty()) continue;
        const bool here = controller_.holds(id);
        const RunState state = run->status.state;
        can_stop = can_stop || here;
        can_pause = can_pause || (here && state == RunState::running);
        const bool at_rest =
            !here && state != RunState::finished &&
            (run->interrupted || (state != RunState::running && state != RunState::paused));
        can_resume = can_resume || at_rest || (here && state == RunState::paused);
    }
    pause_->setEnabled(can_pause);
    resume_->setEnabled(can_resume);
    stop_->setEnabled(can_stop);
    edits_->setRuns(runs);
    edit_->setEnabled(!runs.isEmpty());
    remove_->setEnabled(!runs_->selectedRuns().isEmpty());
    export_->setEnabled(!controller_.runs().empty());
}

void MainWindow::updateProgress() {
    const QString id = controller_.current();
    const IndexedRun* run = id.isEmpty() ? nullptr : controller_.find(id);
    progress_bar_->setVisible(run != nullptr);
    if (run == nullptr) {
        progress_text_->setText(tr("No run in training"));
        return;
    }
    const auto all = controller_.runs();
    const auto waiting = std::ranges::count_if(all, [&](const IndexedRun* other) {
        return other->status.state == RunState::queued && other->error.empty() &&
               controller_.holds(QString::fromStdString(other->id));
    });
    QString line = QString::fromStdString(run->description.config.name) + QStringLiteral(" · ") +
                   RunsPage::statusText(*run, controller_);
    if (waiting > 0) line += tr(" · %n more in the queue", nullptr, static_cast<int>(waiting));
    progress_text_->setText(line);
    if (const auto progress = controller_.progress(id); progress && progress->steps > 0) {
        const double epochs =
            progress->epoch + static_cast<double>(progress->step) / progress->steps;
        if (progress->seconds_left > 0.0 && epochs < progress->epochs) {
            sweep_->setSecondsPerEpoch(progress->seconds_left / (progress->epochs - epochs));
        }
        progress_bar_->setValue(static_cast<int>(1000.0 * epochs / std::max(1, progress->epochs)));
    }
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
    settings_.setLayout(QStringLiteral("window"), saveGeometry());
    settings_.setLayout(QStringLiteral("experiment"), experiment_->layoutState());
    settings_.setLayout(QStringLiteral("runs"), runs_->layoutState());
    settings_.setLayout(QStringLiteral("sweep"), sweep_->layoutState());
    import_job_.cancel();
    if (may_close_ || controller_.idle()) {
        event->accept();
        return;
    }
    event->ignore();
    banner_->showMessage(
        tr("Stopping… The run goes on from its last epoch when Ballast is opened again."));
    centralWidget()->setEnabled(false);
    controller_.close();
}

}  // namespace ballast
