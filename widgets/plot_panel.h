#pragma once

#include <QPointF>
#include <QWidget>
#include <map>
#include <span>
#include <vector>

#include "widgets/run_curves.h"
#include "widgets/value_column.h"

class QCustomPlot;
class QCPGraph;
class QCPItemStraightLine;
class QLabel;
class QToolButton;

namespace ballast {

/// One of LivePlots' plots: a header with the title, the plot, and the column of values beside it.
/// It draws what it is given and reports what the user does; LivePlots keeps them in step.
class PlotPanel : public QWidget {
    Q_OBJECT
public:
    explicit PlotPanel(const Panel& panel, QWidget* parent = nullptr);

    const Panel& panel() const { return *panel_; }
    void setPanel(const Panel& panel);
    /// `last` is the lowest panel, the one that labels the epochs; `first` names the phase lines.
    void setPlace(bool first, bool last);
    /// Whether there is another panel, so that this one can go.
    void setRemovable(bool removable);

    /// Draws these runs; `empty_text` stands in the plot where there is nothing to draw.
    void draw(std::span<const RunCurves* const> runs, const QString& empty_text);
    void setEpochs(double first, double last);
    /// `epochs_done` 0: no line.
    void setCrosshair(int epochs_done);
    void setValues(std::span<const RunCurves* const> runs, int epochs_done);
    /// Fonts and colours of the theme in use.
    void restyle();
    /// Fits the values, now and whenever they change, until the user zooms or pans.
    void fitValues();
    void replotSoon();

    /// The points the plot last drew; none of a curve that is not the panel's.
    std::vector<QPointF> drawnCurve(const QString& run_id, const CurveKey& key) const;
    int replotCount() const { return replots_; }
    const ValueColumn& values() const { return *values_; }

Q_SIGNALS:
    void epochsChangedByUser(double first, double last);
    void pointedAt(int epochs_done);  // 0: the pointer left
    void fitRequested();
    void panelChosen(const QString& name);  // another in its place
    void removeRequested();
    void pressed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void build(std::span<const RunCurves* const> runs);
    void drawPhases(std::span<const RunCurves* const> runs);
    void drawBest(const RunCurves& run);
    void drawNote(const QString& text);
    void drawEmpty(std::span<const RunCurves* const> runs, const QString& empty_text);
    void wheel(class QWheelEvent& event);

    const Panel* panel_;
    bool first_ = false;
    bool last_ = false;
    QLabel* title_;
    QToolButton* choose_;
    QToolButton* remove_;
    QCustomPlot* plot_;
    ValueColumn* values_;
    QCPItemStraightLine* crosshair_;
    std::vector<QString> built_;
    std::map<QString, std::vector<QCPGraph*>> graphs_;  // of the panel's curves
    std::vector<const RunCurves*> runs_;
    bool fit_values_ = true;
    bool own_change_ = false;
    int replots_ = 0;
};

}  // namespace ballast
