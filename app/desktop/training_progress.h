#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;

namespace ballast {

class RunController;

/// For the status bar: the run in training, how far it is, and how many wait.
class TrainingProgress : public QWidget {
    Q_OBJECT
public:
    /// `controller` must outlive it.
    explicit TrainingProgress(RunController& controller, QWidget* parent = nullptr);

Q_SIGNALS:
    /// How long an epoch of the run in training takes.
    void paceKnown(double seconds_per_epoch);

private:
    void refresh();

    RunController& controller_;
    QProgressBar* bar_;
    QLabel* text_;
};

}  // namespace ballast
