#pragma once

#include <QHash>
#include <QPointF>
#include <QString>
#include <QWidget>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "widgets/plot_series.h"

namespace ballast {

/// Plots over one epoch axis, one for each panel (panels.h) that is chosen; at first training
/// accuracy of majority and minority classes, B_y(f), balanced test accuracy. Colour is the run, a
/// solid line the majority, a dashed one the minority; lines are streaming values, markers exact
/// ones.
///
/// Pointing at a plot, or Left and Right with the keyboard, moves one crosshair over all; the
/// column beside each plot shows the values at that epoch. Wheel zooms the epochs, with Ctrl or
/// over the value axis the values; drag pans; double click or F fits. All calls on the window's
/// thread. Seeds of a config can be drawn as mean and band, runs with different T0 on each other,
/// and curves smoothed (PlotView): three buttons of the legend. Repaints are coalesced (at most 25
/// a second), and nothing is drawn while the widget is hidden. What happened to the run that stands
/// out or is alone is marked on the epoch axis: forks, phases, learning-rate steps, edits, the best
/// epoch.
class LivePlots : public QWidget {
    Q_OBJECT
public:
    explicit LivePlots(QWidget* parent = nullptr);
    ~LivePlots() override;

    /// Replaces all runs, without records. Runs of the same id keep their visibility.
    void setRuns(const std::vector<RunPlotInfo>& runs);
    /// Adds a run at the end, or replaces the one of the same id, which loses its records.
    void addRun(const RunPlotInfo& run);
    /// The same for many runs with their records, in one pass.
    void addRuns(std::vector<RunCurves> runs);
    void removeRun(const QString& run_id);
    /// Calls a run otherwise, where it is shown; its curves stay.
    void setRunName(const QString& run_id, const QString& name);
    /// The same for many, by their ids.
    void setRunNames(const QHash<QString, QString>& names);
    /// Unknown ids are ignored.
    void appendRecord(const QString& run_id, const EpochRecord& record);
    void setRecords(const QString& run_id, std::span<const EpochRecord> records);
    void setRunVisible(const QString& run_id, bool visible);
    bool hasRun(const QString& run_id) const;
    bool isRunVisible(const QString& run_id) const;
    QStringList runIds() const;

    /// The panels that are shown, from above, by their names; unknown ones and repetitions are left
    /// out, and there is always one.
    void setPanels(const QStringList& names);
    QStringList panelNames() const;

    /// Runs that can be drawn as one, while the view says means. A run that is in no group is drawn
    /// itself; ids of runs that are not here are for the chip, which says how many are shown.
    void setGroups(const std::vector<PlotGroup>& groups);

    const PlotView& view() const;
    void setView(const PlotView& view);

    /// These runs, or their groups, stand out: their curves are thicker, the others faint, and
    /// theirs alone show the band over classes. What the pointer is on in the legend does so for as
    /// long.
    void setHighlighted(const QStringList& run_ids);

    /// A widget of the owner's, in the legend's row.
    void addToLegend(QWidget* widget);

    /// Puts the crosshair on an epoch of the axis (epochs done, or since T0), or takes it away. It
    /// goes no further than where the visible runs have values.
    void setCrosshair(std::optional<int> epoch);
    std::optional<int> crosshair() const;

    /// The epochs in view.
    double firstEpoch() const;
    double lastEpoch() const;
    /// Of the values beside the plots.
    int valueColumnWidth() const;

    /// Exactly the points held for a run; empty for an unknown one.
    std::vector<QPointF> curve(const QString& run_id, const CurveKey& key) const;
    /// The points the plots last drew, from the plot itself; empty for hidden runs. By the id of a
    /// PlotSeries.
    std::vector<QPointF> drawnCurve(const QString& series_id, const CurveKey& key) const;
    /// Copies of the visible runs' curves.
    std::vector<RunCurves> visibleCurves() const;
    /// What the plots show, for figure_export.h: runs, or means over seeds; nothing stands out. To
    /// be used before anything else is called.
    std::vector<PlotSeries> shownSeries() const;
    /// Replots since the widget was made, of all plots together.
    int replotCount() const;

public Q_SLOTS:
    /// Shows all epochs and all values.
    void fit();

Q_SIGNALS:
    /// The user toggled a run with its chip in the legend.
    void runVisibilityChanged(const QString& run_id, bool visible);
    void crosshairMoved();
    /// A click on the mark of something that happened to a run, or on the line of a phase.
    void eventActivated(const QString& run_id, HistoryEvent::Kind kind, int epochs_done);
    void epochsInViewChanged();
    /// By the user or setView().
    void viewChanged();
    /// The user chose other panels.
    void panelsChanged();

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

}  // namespace ballast
