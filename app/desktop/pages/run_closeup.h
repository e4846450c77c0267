#pragma once

#include <QStackedWidget>
#include <QString>
#include <optional>
#include <utility>
#include <vector>

#include "core/results/records.h"
#include "widgets/run_curves.h"

class QToolButton;

namespace ballast {

class ClassHeatMap;
class LivePlots;
class RunController;
class TransitionView;

/// The selected run by class, or what its phase changes did: under the plots, by two switches in
/// their legend; hidden while neither is on. The run's records are read once it is needed, and grow
/// while it trains.
class RunCloseup : public QStackedWidget {
    Q_OBJECT
public:
    RunCloseup(RunController& controller, LivePlots& plots, QWidget* parent = nullptr);

    /// The selected run, in its colour; empty: none.
    void setRun(const QString& run, int color_index);

    /// The classes are shown as the run less this one; empty: as they are.
    void compareWith(const QString& other);

    /// "classes", "transitions" or nothing.
    void show(const QString& name);
    QString shown() const;

    /// What happened to a run, from close: of a phase its card among the transitions, of an edit or
    /// a fork what it changed, in a dialogue. The run's card comes once it is the selected one.
    void openEvent(const QString& run, HistoryEvent::Kind kind, int epochs_done);

    ClassHeatMap& classes() { return *classes_; }
    TransitionView& transitionCards() { return *transitions_; }

private:
    QToolButton* addSwitch(const QString& name, const QString& text, const QString& tip);
    void choose(QToolButton* chosen, bool on);
    void load();  // again
    void append(const EpochRecord& record);
    void showTransitions();
    void showWanted();
    void showEdit(const QString& run, int epochs_done);
    void showFork(const QString& run);
    void followPlots();
    int shift() const;  // between the plots' epochs and epochs done

    RunController& controller_;
    LivePlots& plots_;
    ClassHeatMap* classes_;
    TransitionView* transitions_;
    QToolButton* show_classes_;
    QToolButton* show_transitions_;
    void subtractOther();

    QString run_;
    QString other_;  // subtracted from it
    int color_index_ = 0;
    bool loaded_ = false;
    std::optional<std::pair<QString, int>> wanted_;  // the card of a run and epoch to scroll to
    RunPlotInfo info_;
    std::vector<EpochRecord> records_;  // of the run, once loaded
};

}  // namespace ballast
