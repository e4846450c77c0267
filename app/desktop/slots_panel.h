#pragma once

#include <QFrame>
#include <optional>

#include "app/desktop/background_job.h"
#include "app/desktop/slot_words.h"

class QAction;
class QLabel;
class QScrollArea;
class QSpinBox;
class QTimer;

namespace ballast {

class QueueTable;
class RunController;
class Settings;
class SlotTable;

/// What trains and what waits: how many runs side by side and on how many threads, the machine's
/// cores, memory and disk, each slot with its run, and the queue, whose order can be changed. It
/// lies over the lower left corner of the window, above the status bar, and takes no room of the
/// pages; Escape closes it. It looks at nothing while it is hidden. From the first moment the
/// controller has the slots that were remembered.
class SlotsPanel : public QFrame {
    Q_OBJECT
public:
    /// Lies over `window`, above `anchor`. All must outlive it.
    SlotsPanel(RunController& controller, Settings& settings, QWidget* window, QWidget* anchor);

    /// Shows or hides it; checked while it is shown.
    QAction* action() { return action_; }

    /// Nothing is trained here, and no order is changed.
    void setReadOnly(bool read_only);

    SlotTable& slotTable() { return *slot_table_; }
    QueueTable& queue() { return *queue_; }
    QSpinBox& count() { return *count_; }
    QSpinBox& threads() { return *threads_; }
    QString machineText() const;
    QString queueText() const;

    /// Shows what is now; the forecast follows.
    void refresh();

Q_SIGNALS:
    void failed(const QString& sentence);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void makeRows();
    void place();
    void change();
    void apply(const QStringList& devices);
    void showSlots();
    void showQueue();
    void showMachine();
    void askForDevices();
    void measure();
    void forecastSoon();

    RunController& controller_;
    Settings& settings_;
    QWidget* window_;
    QWidget* anchor_;
    QAction* action_;
    QSpinBox* count_;
    QSpinBox* threads_;
    QLabel* advice_;
    SlotTable* slot_table_;
    QScrollArea* slots_area_;
    QLabel* machine_;
    QLabel* queue_title_;
    QueueTable* queue_;
    QLabel* queue_help_;
    QTimer* timer_;
    bool devices_known_ = false;
    bool showing_ = false;  // what the controller says, not what the user does

    std::optional<MachineState> measured_;
    std::optional<QueueForecast> forecast_;
    QStringList forecast_of_;  // the runs and slots that it was last made for
    int ticks_ = 0;
    BackgroundJob measuring_;
    BackgroundJob forecasting_;
    BackgroundJob asking_;  // the library for its devices
};

}  // namespace ballast
