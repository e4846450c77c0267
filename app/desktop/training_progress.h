#pragma once

#include <QWidget>

class QAction;
class QLabel;
class QProgressBar;

namespace ballast {

class RunController;

/// For the status bar: the run in training, how far it is, and how many train and wait besides. A
/// button and a click on it trigger an action that shows more.
class TrainingProgress : public QWidget {
    Q_OBJECT
public:
    /// `controller` and `more` must outlive it.
    TrainingProgress(RunController& controller, QAction* more, QWidget* parent = nullptr);

Q_SIGNALS:
    /// How long an epoch of the run in training takes.
    void paceKnown(double seconds_per_epoch);

protected:
    void mousePressEvent(QMouseEvent* event) override;

private:
    void refresh();

    RunController& controller_;
    QAction* more_;
    QProgressBar* bar_;
    QLabel* text_;
};

}  // namespace ballast
