#pragma once

#include <QWidget>
#include <memory>
#include <optional>

#include "core/experiment/config.h"

namespace ballast {

/// The learning rate over the epochs, the phases as bands behind it, and a line at the start of
/// each phase but the first that can be dragged, or moved with Left and Right (Home and End: as far
/// as it goes) once Tab or a click has chosen it. Epochs count as in the config: `from` is the
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
    /// The phase whose line the keyboard moves; nothing while there is one phase only.
    std::optional<int> selectedPhase() const;

public Q_SLOTS:
    /// Shows all epochs.
    void fit();

Q_SIGNALS:
    /// The user moved the start of `phase` to `epoch`; once for every epoch passed while dragging.
    void phaseMoved(int phase, int epoch);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

}  // namespace ballast
