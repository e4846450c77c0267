#pragma once

#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

#include "core/experiment/config.h"
#include "widgets/schedule_handles.h"

namespace ballast {

/// The learning rate over the epochs, the phases as bands behind it. What can be dragged: the line
/// at the start of each phase but the first, the learning-rate steps, and the level of SAM's radius
/// in each phase. With the keyboard Up and Down choose one of these, Left and Right move it (Home
/// and End: as far as it goes), + and - change a step's factor or a radius, Insert adds a step,
/// Delete removes it; the context menu has all of it. Epochs count as in the config: `from` is the
/// number of epochs done when the phase begins.
class ScheduleTimeline : public QWidget {
    Q_OBJECT
public:
    explicit ScheduleTimeline(QWidget* parent = nullptr);
    ~ScheduleTimeline() override;

    /// `config` is a valid one.
    void setConfig(const RunConfig& config);
    /// Marks the epoch in training (0-based); nothing: no mark.
    void setCurrentEpoch(std::optional<int> epoch);

    /// First epoch of a phase (0-based index), as shown.
    int phaseStart(int phase) const;
    /// Where a phase's line stands, in this widget's coordinates; for tests and tours.
    QPoint phaseLinePosition(int phase) const;
    /// The phase whose line the keyboard moves; nothing while it is at something else.
    std::optional<int> selectedPhase() const;
    /// What the keyboard is at; a config has at least the first phase's radius.
    ScheduleHandle selected() const;
    void select(const ScheduleHandle& handle);
    /// Where to take hold of it, in this widget's coordinates; for tests and tours.
    QPoint handlePosition(const ScheduleHandle& handle) const;
    const RunConfig& config() const;

public Q_SLOTS:
    /// Shows all epochs.
    void fit();

Q_SIGNALS:
    /// The user moved the start of `phase` to `epoch`; once for every epoch passed while dragging.
    void phaseMoved(int phase, int epoch);
    /// The user moved, added, removed or changed learning-rate steps; these are all there are now.
    void stepsChanged(const std::vector<ballast::LrStep>& steps);
    /// The user changed SAM's radius of `phase`.
    void radiusChanged(int phase, double radius);
    /// The user wants to type the value of the field at this JSON pointer.
    void fieldRequested(const QString& pointer);
    /// A drag has ended or the focus has gone: the next change is another one.
    void settled();

protected:
    bool event(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

}  // namespace ballast
