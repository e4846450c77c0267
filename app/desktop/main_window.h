#pragma once

#include <QMainWindow>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "app/desktop/attempt.h"
#include "app/desktop/settings.h"
#include "app/desktop/write_guard.h"

class QAction;
class QStackedWidget;

namespace ballast {

class Banner;
class ComparePage;
class EditActions;
class ExperimentActions;
class ExperimentPage;
class ExplainPage;
class ClusterTraining;
class ForeignImport;
class PlannedTraining;
class RecentFiles;
class RunActions;
class RunController;
class RunsPage;
class SlotsPanel;
class SweepPage;
class WorkspaceMenu;
struct FigureDescription;

/// The main window: the pages of experiment, sweep, runs, comparison and explanation, and the
/// actions between them.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    MainWindow(RunController& controller, QWidget* parent = nullptr);

    /// Queues those of the three demo runs that the workspace does not have yet, and shows them.
    void startDemo();

    /// Puts a config file into the editor, a sweep or a figure onto its page; of a figure that was
    /// exported (PDF, SVG, PNG) also its runs, and the banner says which of them are missing. An
    /// unreadable one is said in the banner.
    void openConfig(const std::filesystem::path& file);

    ExperimentPage& experimentPage() { return *experiment_; }
    RunsPage& runsPage() { return *runs_; }
    SweepPage& sweepPage() { return *sweep_; }
    ComparePage& comparePage() { return *compare_; }
    ExplainPage& explainPage() { return *explain_; }
    EditActions& editActions() { return *edits_; }
    PlannedTraining& plannedTraining() { return *planned_; }
    ClusterTraining& clusterTraining() { return *cluster_; }
    ForeignImport& foreignImport() { return *import_; }
    RunActions& runActions() { return *run_actions_; }
    Banner& banner() { return *banner_; }
    SlotsPanel& slotsPanel() { return *slots_panel_; }
    /// The page that was in front when the workspace was open last, or else the runs.
    void showFirstPage();
    void showExperiment();
    void showRuns();
    void showSweep();
    void showCompare();
    void showExplain();

protected:
    void closeEvent(QCloseEvent* event) override;
    /// Files that are dropped are opened.
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void makeActions();
    void makeMenus();
    void makeToolBar();
    void showRunMenu(const QPoint& at);
    void makeStatusBar();

    void showPage(QWidget* page, QAction* action);
    std::vector<std::pair<QString, QAction*>> pageNames() const;
    void restoreLayouts();
    void keepLayouts();
    void changeSettings();
    void showAccess();
    QString readOnlySentence() const;
    void importRuns();
    void newDraft();
    void storeDrafts();
    void openConfigDialog();
    void saveConfig();
    void saveConfigDialog();
    void saveConfigTo(const QString& file);
    void saveSweepDialog();
    void showSweepOf(const nlohmann::json& sweep);
    void addToSweep(const QString& name);
    void startSweep(const nlohmann::json& sweep);
    void exportFiguresDialog();
    void openFigure(const std::filesystem::path& file);
    void showCurves(const FigureDescription& figure);
    void showExplained(const FigureDescription& figure);
    void start();
    void editRun(const QString& run);
    void removeRuns(const QStringList& runs);
    void applyChosenTheme(Theme theme);
    void showCommands();
    void about();

    /// The runs an action is meant for: the selected ones, or the one in training.
    QStringList chosenRuns() const;
    void updateObstacle();
    void updateSweepObstacle();
    void updateStart();
    void estimateSweep(double pace);
    void updateActions();
    void runEnded(const QString& run);
    void showError(const QString& sentence);

    /// Does `what`; the banner says what went wrong.
    template<class What>
    void carryOut(What&& what) {
        attempt(std::forward<What>(what), [this](const QString& sentence) { showError(sentence); });
    }

    RunController& controller_;
    Settings settings_;
    Banner* banner_;
    QStackedWidget* pages_;
    ExperimentPage* experiment_;
    RunsPage* runs_;
    SweepPage* sweep_;
    ComparePage* compare_;
    ExplainPage* explain_;
    EditActions* edits_;
    PlannedTraining* planned_;
    ClusterTraining* cluster_;
    ForeignImport* import_;
    RunActions* run_actions_;
    ExperimentActions* experiment_actions_;
    RecentFiles* recent_;
    SlotsPanel* slots_panel_;
    WorkspaceMenu* workspaces_;
    WriteGuard guard_;
    QAction* new_;
    QAction* open_;
    QAction* save_;
    QAction* save_as_;
    QAction* export_;
    QAction* show_experiment_;
    QAction* show_runs_;
    QAction* show_sweep_;
    QAction* show_compare_;
    QAction* show_explain_;
    QAction* start_;
    QAction* pause_;
    QAction* resume_;
    QAction* stop_;
    QAction* edit_;
    QAction* remove_;
    QAction* find_command_;
    QAction* explain_here_;
    QStringList recent_commands_;  // the latest first
    bool may_close_ = false;
};

}  // namespace ballast
