#pragma once

#include <QWidget>
#include <vector>

#include "app/desktop/plot_groups.h"
#include "app/desktop/run_colors.h"

class QSplitter;
class QStackedLayout;
class QTimer;
class QToolButton;

namespace ballast {

class LivePlots;
class RecordsReader;
class RunCloseup;
class RunCurves;
class RunController;
class RunTable;
class SetMenu;
class Welcome;
class WorkingSet;
struct EpochRecord;
struct FigureDescription;
struct IndexedRun;
struct TableRun;

/// Where runs are watched and compared: the run table, below the plots or beside them, and the live
/// plots of the working set. It shows what the controller knows and changes nothing but what is
/// visible. A run's numbers are on the plots at once, those of each class when they have been read.
class RunsPage : public QWidget {
    Q_OBJECT
public:
    explicit RunsPage(RunController& controller, QWidget* parent = nullptr);

    /// Runs that the user has selected in the table, in its order.
    QStringList selectedRuns() const;
    void select(const QString& run);
    /// Ticks these runs and no others.
    void showOnly(const QStringList& runs);
    /// The same of the runs of a sweep that begins: seeds as means where runs are more than
    /// colours.
    void showSweep(const QStringList& runs);
    /// Shows a figure of curves: its plot alone, of these runs.
    void showFigure(const FigureDescription& figure, const QStringList& runs);
    WorkingSet& workingSet() { return *working_set_; }
    LivePlots& plots() { return *plots_; }
    RunTable& table() { return *table_; }
    RunCloseup& closeup() { return *closeup_; }
    /// Working sets saved by name, of the workspace.
    SetMenu& sets() { return *sets_; }

    /// What stands in the page's place while the workspace has no runs.
    const Welcome& welcome() const { return *welcome_; }

    /// Why no sets can be saved; "": they can.
    void setReadOnly(const QString& reason);

    /// The colour of a run on the plots, see seriesColor().
    int shownColor(const QString& run) const;

    /// Reads what is still being read for the plots, at once: for exports.
    void finishReading();

    bool tableIsBeside() const;
    void setTableBeside(bool beside);

    QByteArray layoutState() const;
    void restoreLayout(const QByteArray& state);

Q_SIGNALS:
    void selectionChanged();
    void editRequested(const QString& run);
    void removeRequested(const QStringList& runs);
    void menuRequested(const QPoint& at);  // on the screen, for the selected runs
    void failed(const QString& sentence);

private:
    void makeSetMenu();
    void makeSideButton();
    void showWaysToBegin();
    TableRun tableRun(const IndexedRun& run) const;
    std::vector<TableRun> tableRuns() const;
    void addAllRuns();
    void addRun(const QString& run);
    void removeRun(const QString& run);
    bool isOnPlots(const QString& run) const;
    void showSet(const QStringList& ticked, const QStringList& unticked);
    RunCurves curvesOf(const IndexedRun& run) const;
    void putOnPlots(const QString& run);
    void takeRecords(const QString& run, const std::vector<EpochRecord>& records);
    void labelPlots();
    void showSelected();
    void groupPlots();
    void completeGroups();
    void showView();
    void showRun(const QString& run);
    void renewRow(const QString& run);
    void renewAllRows();
    void showWaiting();  // what queued runs wait for

    RunController& controller_;
    WorkingSet* working_set_;
    RecordsReader* reader_;
    Welcome* welcome_;
    QStackedLayout* stack_;  // the ways to begin, or what follows
    QSplitter* split_;       // the plots and the table
    QSplitter* seen_;        // the plots, and the closeup where it is shown
    LivePlots* plots_;
    RunCloseup* closeup_;  // under the plots
    RunTable* table_;
    SetMenu* sets_;
    QToolButton* beside_;
    QTimer* waits_;
    QTimer* regroup_;  // once for many changes
    QByteArray sizes_below_;
    QByteArray sizes_beside_;
    QStringList ticked_before_;  // when the workspace was open last
    QStringList selected_before_;
    PlotGroups groups_;
    bool in_legend_ = false;  // the user unticks a run there
    bool means_ = false;      // what the plots showed last
    RunColors colors_;
};

}  // namespace ballast
