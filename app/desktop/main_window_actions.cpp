#include <QActionGroup>
#include <QLabel>
#include <QMenuBar>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolBar>

#include "app/desktop/data_menu.h"
#include "app/desktop/edit_actions.h"
#include "app/desktop/experiment_actions.h"
#include "app/desktop/main_window.h"
#include "app/desktop/manual.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/pages/sweep_page.h"
#include "app/desktop/pointer_help.h"
#include "app/desktop/recent_files.h"
#include "app/desktop/run_actions.h"
#include "app/desktop/run_controller.h"
#include "app/desktop/slots_panel.h"
#include "app/desktop/training_progress.h"
#include "app/desktop/window_commands.h"
#include "app/desktop/workspace_menu.h"
#include "widgets/banner.h"
#include "widgets/icons.h"
#include "widgets/live_plots.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

// What the window consists of: actions and when they can be, menus, tool bar, status bar.

namespace ballast {
namespace {

QAction* action(QObject* owner, const char* icon_name, const QString& label,
                const QKeySequence& shortcut, const QString& help) {
    auto* made = new QAction(icon(QLatin1String(icon_name)), label, owner);
    made->setShortcut(shortcut);
    QString plain = label;
    plain.remove(QLatin1Char('&')).remove(QStringLiteral("…"));
    const QString keys = shortcut.toString(QKeySequence::NativeText);
    made->setToolTip(keys.isEmpty() ? QStringLiteral("%1. %2").arg(plain, help)
                                    : QStringLiteral("%1 (%2). %3").arg(plain, keys, help));
    return made;
}

}  // namespace

void MainWindow::makeActions() {
    new_ = action(this, "add", tr("&New draft"), QKeySequence::New,
                  tr("Begin with the paper's CE+DRW demo in a tab of its own"));
    new_->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_T), QKeySequence(QKeySequence::New)});
    open_ = action(
        this, "open", tr("&Open…"), QKeySequence::Open,
        tr("Read a config, a sweep or a figure from its file, or from a figure that was exported"));
    save_ = action(this, "save", tr("&Save config"), QKeySequence::Save,
                   tr("Write the config to its JSON file"));
    save_as_ =
        action(this, "save", tr("Save config &as…"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_S),
               tr("Write the config to another JSON file"));
    export_ = action(
        this, "export", tr("&Export figures…"), QKeySequence(Qt::CTRL | Qt::Key_E),
        tr("Write the page's figures, for papers and as numbers, and its tables into a folder"));
    show_experiment_ =
        action(this, "settings", tr("&Experiment"), QKeySequence(Qt::CTRL | Qt::Key_1),
               tr("Edit a config and see what it means"));
    show_runs_ = action(this, "plots", tr("&Runs"), QKeySequence(Qt::CTRL | Qt::Key_2),
                        tr("Watch and compare runs"));
    show_sweep_ = action(this, "sweep", tr("S&weep"), QKeySequence(Qt::CTRL | Qt::Key_3),
                         tr("Vary the config in the editor"));
    show_compare_ = action(this, "compare", tr("&Compare"), QKeySequence(Qt::CTRL | Qt::Key_4),
                           tr("See which setting is best, and by how much"));
    show_explain_ = action(this, "explain", tr("Explai&n"), QKeySequence(Qt::CTRL | Qt::Key_5),
                           tr("See why a method works: what a run's bound is made of"));
    start_ = action(this, "play", tr("S&tart training"), QKeySequence(Qt::CTRL | Qt::Key_Return),
                    tr("Queue a run of the config in the editor, or the runs of the sweep"));
    pause_ = action(this, "pause", tr("&Pause"), QKeySequence(Qt::CTRL | Qt::Key_P),
                    tr("Hold the run within one batch"));
    resume_ = action(this, "resume", tr("&Resume"), QKeySequence(Qt::CTRL | Qt::Key_R),
                     tr("Resume a paused, stopped or interrupted run"));
    stop_ = action(this, "stop", tr("S&top"), QKeySequence(Qt::CTRL | Qt::Key_Period),
                   tr("End the run within one batch; it can be resumed"));
    edit_ = action(this, "duplicate", tr("&Copy config to editor"),
                   QKeySequence(Qt::CTRL | Qt::Key_D), tr("Start from the selected run's config"));
    remove_ = action(this, "delete", tr("&Move to trash"), QKeySequence(Qt::Key_Delete),
                     tr("Move the selected runs' folders into the workspace's trash"));
    remove_->setShortcutContext(Qt::WidgetShortcut);  // Delete belongs to the table

    find_command_ = action(this, "search", tr("&Commands…"), QKeySequence(Qt::CTRL | Qt::Key_K),
                           tr("Find anything that can be done by its name, and do it"));
    explain_here_ = action(this, "help", tr("&What is this?"), QKeySequence(Qt::Key_F1),
                           tr("Explain what is under the pointer, or what has the focus"));
    explain_here_->setShortcuts({Qt::Key_F1, Qt::Key_Question});

    auto* group = new QActionGroup(this);
    for (QAction* page :
         {show_experiment_, show_runs_, show_sweep_, show_compare_, show_explain_}) {
        page->setCheckable(true);
        group->addAction(page);
    }
    connect(new_, &QAction::triggered, this, &MainWindow::newDraft);
    connect(open_, &QAction::triggered, this, &MainWindow::openConfigDialog);
    connect(save_, &QAction::triggered, this, &MainWindow::saveConfig);
    connect(save_as_, &QAction::triggered, this, &MainWindow::saveConfigDialog);
    connect(export_, &QAction::triggered, this, &MainWindow::exportFiguresDialog);
    connect(show_experiment_, &QAction::triggered, this, &MainWindow::showExperiment);
    connect(show_runs_, &QAction::triggered, this, &MainWindow::showRuns);
    connect(show_sweep_, &QAction::triggered, this, &MainWindow::showSweep);
    connect(show_compare_, &QAction::triggered, this, &MainWindow::showCompare);
    connect(show_explain_, &QAction::triggered, this, &MainWindow::showExplain);
    connect(find_command_, &QAction::triggered, this, &MainWindow::showCommands);
    connect(explain_here_, &QAction::triggered, this, [this] { explainUnderPointer(*this); });
    connect(start_, &QAction::triggered, this, &MainWindow::start);
    connect(pause_, &QAction::triggered, this, [this] {
        for (const QString& run : chosenRuns()) controller_.setPaused(run, true);
    });
    connect(resume_, &QAction::triggered, this, [this] {
        for (const QString& run : chosenRuns()) {
            if (controller_.holds(run)) {
                controller_.setPaused(run, false);
            } else if (controller_.find(run)->status.state != RunState::finished) {
                controller_.resume(run);
            }
        }
    });
    connect(stop_, &QAction::triggered, this, [this] {
        for (const QString& run : chosenRuns()) controller_.stop(run);
    });
    connect(edit_, &QAction::triggered, this, [this] {
        const QStringList runs = chosenRuns();
        if (!runs.isEmpty()) editRun(runs.front());
    });
    guard_.add({start_, resume_, edits_->forkAction(), edits_->editAction(), remove_});
    guard_.add(run_actions_->writingActions());
    connect(remove_, &QAction::triggered, this, [this] { removeRuns(runs_->selectedRuns()); });
}

QStringList MainWindow::chosenRuns() const {
    const QStringList selected = runs_->selectedRuns();
    if (!selected.isEmpty()) return selected;
    const QString current = controller_.current();
    return current.isEmpty() ? QStringList() : QStringList(current);
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
    run_actions_->setRuns(runs_->selectedRuns());
    edit_->setEnabled(!runs.isEmpty());
    remove_->setEnabled(!runs_->selectedRuns().isEmpty());
    export_->setEnabled(!controller_.runs().empty());
    if (controller_.readOnly()) guard_.apply(readOnlySentence());
}

void MainWindow::makeMenus() {
    QMenu* file = menuBar()->addMenu(tr("&File"));
    file->setToolTipsVisible(true);
    file->addActions({new_, open_});
    file->addMenu(recent_);
    file->addActions({save_, save_as_});
    connect(file->addAction(tr("Save s&weep…")), &QAction::triggered, this,
            &MainWindow::saveSweepDialog);
    file->addSeparator();
    file->addActions(workspaces_->actions());
    file->addSeparator();
    QAction* demo = file->addAction(tr("Run the &demo experiment"));
    demo->setObjectName(QStringLiteral("demo"));
    connect(demo, &QAction::triggered, this, &MainWindow::startDemo);
    QAction* import = file->addAction(tr("&Import runs…"));
    import->setObjectName(QStringLiteral("import"));
    connect(import, &QAction::triggered, this, &MainWindow::importRuns);
    guard_.add({demo, import});
    file->addAction(export_);
    file->addSeparator();
    QAction* settings = file->addAction(icon(QStringLiteral("settings")), tr("Se&ttings…"));
    settings->setObjectName(QStringLiteral("settings"));
    settings->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Comma));
    connect(settings, &QAction::triggered, this, &MainWindow::changeSettings);
    QAction* quit = file->addAction(tr("&Quit"));
    quit->setShortcut(QKeySequence::Quit);
    connect(quit, &QAction::triggered, this, &QWidget::close);

    QMenu* edit = menuBar()->addMenu(tr("&Edit"));
    for (QAction* one : experiment_actions_->editActions()) {
        if (one != nullptr) {
            edit->addAction(one);
        } else {
            edit->addSeparator();
        }
    }
    edit->addSeparator();
    edit->addActions(experiment_actions_->draftActions());

    QMenu* run = menuBar()->addMenu(tr("&Run"));
    run->setToolTipsVisible(true);
    run->addActions(
        {start_, pause_, resume_, stop_, edits_->editAction(), edits_->forkAction(), edit_});
    run->addSeparator();
    run->addActions(run_actions_->noteActions());
    run->addSeparator();
    run->addAction(remove_);

    QMenu* view = menuBar()->addMenu(tr("&View"));
    view->addActions({show_experiment_, show_runs_, show_sweep_, show_compare_, show_explain_});
    view->addAction(slots_panel_->action());
    view->addSeparator();
    view->addActions(run_actions_->viewActions());
    QAction* fit = view->addAction(icon(QStringLiteral("fit")), tr("&Fit plots"));
    connect(fit, &QAction::triggered, &runs_->plots(), &LivePlots::fit);
    view->addSeparator();
    auto* themes = new QActionGroup(this);
    const std::pair<QString, Theme> choices[] = {{tr("Theme of the &system"), Theme::system},
                                                 {tr("&Light"), Theme::light},
                                                 {tr("&Dark"), Theme::dark}};
    for (const auto& [label, theme] : choices) {
        QAction* choice = view->addAction(label);
        choice->setCheckable(true);
        choice->setChecked(settings_.theme() == theme);
        themes->addAction(choice);
        connect(choice, &QAction::triggered, this,
                [this, theme = theme] { applyChosenTheme(theme); });
        connect(view, &QMenu::aboutToShow, choice, [this, choice, theme = theme] {
            choice->setChecked(settings_.theme() == theme);  // the settings may have changed it
        });
    }

    auto* data_menu = new DataMenu(controller_.dataStore(), this);
    menuBar()->addMenu(data_menu);
    connect(data_menu, &DataMenu::said, this,
            [this](const QString& sentence) { banner_->showMessage(sentence); });
    connect(data_menu, &DataMenu::failed, this, &MainWindow::showError);
    connect(data_menu, &DataMenu::fetched, this, &MainWindow::updateObstacle);

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    help->addActions({find_command_, explain_here_});
    help->addSeparator();
    addManual(*help, this);
    connect(help->addAction(tr("&About Ballast")), &QAction::triggered, this, &MainWindow::about);
}

void MainWindow::showCommands() {
    constexpr qsizetype kRemembered = 8;
    const QWidget& page = *pages_->currentWidget();
    QString page_name;
    for (const QAction* shown : show_runs_->actionGroup()->actions()) {
        if (shown->isChecked()) page_name = shown->text().remove(u'&');
    }
    auto* palette =
        new CommandPalette(windowCommands(*this, page, page_name), recent_commands_, this);
    palette->setAttribute(Qt::WA_DeleteOnClose);
    connect(palette, &CommandPalette::chosen, this, [this](const QString& name) {
        recent_commands_.removeAll(name);
        recent_commands_.prepend(name);
        recent_commands_ = recent_commands_.mid(0, kRemembered);
    });
    palette->show();
}

/// Of the selected runs, over the table.
void MainWindow::showRunMenu(const QPoint& at) {
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("run_menu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addActions(run_actions_->viewActions());
    menu->addSeparator();
    menu->addActions({edits_->forkAction(), edits_->editAction(), edit_});
    menu->addSeparator();
    menu->addActions(run_actions_->noteActions());
    menu->addSeparator();
    menu->addAction(remove_);
    menu->popup(at);
}

void MainWindow::makeToolBar() {
    QToolBar* bar = addToolBar(tr("Main"));
    bar->setObjectName(QStringLiteral("toolbar"));
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setIconSize({16, 16});
    bar->addActions({show_experiment_, show_runs_, show_sweep_, show_compare_, show_explain_});
    bar->addSeparator();
    bar->addActions({start_, pause_, resume_, stop_});
    auto* space = new QWidget;
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(space);
    bar->addActions({open_, save_, export_});
}

void MainWindow::makeStatusBar() {
    auto* progress = new TrainingProgress(controller_, slots_panel_->action());
    connect(progress, &TrainingProgress::paceKnown, this, &MainWindow::estimateSweep);
    auto* workspace = new QLabel(tr("Workspace %1").arg(text(controller_.workspace().string())));
    workspace->setTextInteractionFlags(Qt::TextSelectableByMouse);
    workspace->setForegroundRole(QPalette::PlaceholderText);
    statusBar()->setContentsMargins(kSpace3, 0, kSpace3, 0);
    statusBar()->addWidget(progress, 1);
    statusBar()->addPermanentWidget(workspace);
    statusBar()->setSizeGripEnabled(false);
}

}  // namespace ballast
