#pragma once

#include <QStringList>
#include <QWidget>
#include <optional>
#include <span>
#include <vector>

#include "widgets/plot_series.h"

class QVBoxLayout;

namespace ballast {

class PlotPanel;

/// The chosen panels of live plots, one below the other in step over one epoch axis: which they
/// are, the epochs in view, the crosshair.
class PlotStack : public QWidget {
    Q_OBJECT
public:
    explicit PlotStack(QWidget* parent = nullptr);

    /// From above, by their names; unknown ones and repetitions are left out, and there is always
    /// one.
    void setPanels(const QStringList& names);
    QStringList panelNames() const;
    std::span<PlotPanel* const> panels() const { return panels_; }

    /// The epochs in view, at least two; `with_room` for the last epoch's marker.
    void showEpochs(double first, double last, bool with_room);
    double firstEpoch() const { return first_epoch_; }
    double lastEpoch() const { return last_epoch_; }

    /// Draws a line at an epoch of the axis, on a layer of its own, or takes it away.
    void setCrosshair(std::optional<int> epoch);

Q_SIGNALS:
    void epochsInViewChanged();
    void epochsChosen(double first, double last);  // by the user, in one of the panels
    void pointedAt(int epoch);
    void pointerLeft();
    void pressed();
    void eventActivated(const QString& run, HistoryEvent::Kind kind, int epochs_done);
    void fitRequested();
    void logChosen(const QString& panel, bool log);
    /// setPanels() chose others.
    void panelsReplaced();
    /// The user chose others.
    void panelsChosen();

private:
    void addPanel(const Panel& shown);
    void choose(const PlotPanel* panel, const QString& name);

    QVBoxLayout* column_;
    std::vector<PlotPanel*> panels_;
    std::optional<int> crosshair_;
    double first_epoch_ = 0.0;
    double last_epoch_ = 10.0;
};

}  // namespace ballast
