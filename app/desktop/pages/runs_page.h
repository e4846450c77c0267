#pragma once

#include <QWidget>
#include <map>
#include <set>

class QSplitter;
class QTimer;

namespace ballast {

class LivePlots;
class ResultView;
class RunController;
class RunList;
struct IndexedRun;

/// Where runs are watched and compared: the list, the live plots, the result table. It shows what
/// the controller knows and changes nothing but what is visible. A run's records are read when it
/// is put on the plots.
class RunsPage : public QWidget {
    Q_OBJECT
public:
    explicit RunsPage(RunController& controller, QWidget* parent = nullptr);

    /// Runs that the user has selected in the list, in its order.
    QStringList selectedRuns() const;
    void select(const QString& run);
    LivePlots& plots() { return *plots_; }
    RunList& list() { return *list_; }
    ResultView& results() { return *results_; }

    QByteArray layoutState() const;
    void restoreLayout(const QByteArray& state);

    /// One line about a run's state, for the list.
    static QString statusText(const IndexedRun& run, const RunController& controller);

Q_SIGNALS:
    void selectionChanged();
    void editRequested(const QString& run);
    void removeRequested(const QStringList& runs);

private:
    void addAllRuns();
    void addRun(const QString& run);
    void removeRun(const QString& run);
    void giveColor(const QString& run);
    bool isOnPlots(const QString& run) const;
    void putOnPlots(const QString& run);
    void showRun(const QString& run);
    void showState(const QString& run);
    void showWaiting();  // what queued runs wait for
    void showResult(const QString& run);
    void setVisible(const QString& run, bool visible);

    RunController& controller_;
    QSplitter* across_;
    QSplitter* down_;
    RunList* list_;
    LivePlots* plots_;
    ResultView* results_;
    QTimer* waits_;
    std::map<QString, int> colors_;  // a run keeps its colour for as long as the page lives
    std::set<int> taken_colors_;
};

}  // namespace ballast
