#pragma once

#include <QWidget>
#include <vector>

class QLabel;
class QSlider;
class QToolButton;

namespace ballast {

/// Moves through a run's epochs: a slider with marks where a phase begins, buttons to the phases,
/// and what epoch it is. Left and right are one measured epoch, Page Up and Down one phase, Home
/// and End the first and the last.
class EpochScrubber : public QWidget {
    Q_OBJECT
public:
    explicit EpochScrubber(QWidget* parent = nullptr);

    /// The epochs (done, ascending) among which to choose, and after how many a phase begins, the
    /// first phase not included. Keeps the epoch where it can, or takes the nearest before.
    void setEpochs(const std::vector<int>& epochs_done, const std::vector<int>& phase_starts,
                   int all_epochs);

    /// The chosen epoch; 0 where there is none.
    int epoch() const;
    bool atLast() const;
    /// The nearest of the epochs that is not later, or else the first. Emits nothing.
    void setEpoch(int epochs_done);
    QString words() const;

    /// To the last epoch before the phase that begins before here, or the first after the next
    /// phase's beginning.
    void previousPhase();
    void nextPhase();

Q_SIGNALS:
    /// By the user.
    void epochChosen(int epochs_done);

private:
    void say();
    void choose(std::size_t index);
    int phaseOf(int epochs_done) const;

    QToolButton* back_;
    QSlider* slider_;
    QToolButton* forward_;
    QLabel* words_;
    std::vector<int> epochs_;
    std::vector<int> starts_;
    int all_epochs_ = 0;
};

}  // namespace ballast
