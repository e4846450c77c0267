#pragma once

#include <QWidget>
#include <map>
#include <set>
#include <vector>

#include "app/desktop/plot_groups.h"

class QSplitter;
class QTimer;

namespace ballast {

class LivePlots;
class RunCloseup;
class RunController;
class RunList;
class RunTable;
struct IndexedRun;
struct TableRun;

/// Where runs are watched and compared: the list, the live plots and the table. It shows
/// what the controller knows and changes nothing but what is visible. A run's records are read when
/// it is put on the plots.
class RunsPage : public QWidget {
    Q_OBJECT
public:
    explicit RunsPage(RunController& controller, QWidget* parent = nullptr);

    /// Runs that the user has selected in the list or the table, in its order.
    QStringList selectedRuns() const;
    void select(const QString& run);
    /// Puts these runs on the plots and takes all others off.
    void showOnly(const QStringList& runs);
    LivePlots& plots() { return *plots_; }
    RunList& list() { return *list_; }
    RunTable& table() { return *table_; }
    RunCloseup& closeup() { return *closeup_; }

    QByteArray layoutState() const;
    void restoreLayout(const QByteArray& state);

    /// One line about a run's state, for the list.
    static QString statusText(const IndexedRun& run, const RunController& controller);

Q_SIGNALS:
    void selectionChanged();
    void editRequested(const QString& run);
    void removeRequested(const QStringList& runs);
    void menuRequested(const QPoint& at);  // on the screen, for the selected runs

private:
    static QString stateText(const IndexedRun& run, const RunController& controller);
    QWidget* makeLower();
    std::vector<TableRun> tableRuns() const;
    void addAllRuns();
    void addRun(const QString& run);
    void removeRun(const QString& run);
    void giveColor(const QString& run);
    bool isOnPlots(const QString& run) const;
    void putOnPlots(const QString& run);
    void labelPlots();
    void showSelected();
    void groupPlots();
    void completeGroups();
    void showView();
    int shownColor(const QString& run) const;
    void showRun(const QString& run);
    void showState(const QString& run);
    void showWaiting();  // what queued runs wait for
    void listArchived();
    void setVisible(const QString& run, bool visible);

    RunController& controller_;
    QSplitter* across_;
    QSplitter* down_;
    QSplitter* seen_;  // the plots, and the closeup where it is shown
    RunList* list_;
    LivePlots* plots_;
    RunCloseup* closeup_;  // under the plots
    RunTable* table_;
    QTimer* waits_;
    QStringList selected_;
    bool following_ = false;  // the list follows the table
    QTimer* regroup_;         // once for many changes
    PlotGroups groups_;
    bool means_ = false;             // what the plots showed last
    std::map<QString, int> colors_;  // a run keeps its colour for as long as the page lives
    std::set<int> taken_colors_;
};

}  // namespace ballast
