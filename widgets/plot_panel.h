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
class QHBoxLayout;
class QLabel;

namespace ballast {

/// One of LivePlots' plots: a header with the title, the plot, and the column of values beside it.
/// It draws what it is given and reports what the user does; LivePlots keeps the three in step.
class PlotPanel : public QWidget {
    Q_OBJECT
public:
    /// `last` is the lowest panel, the one that labels the epochs; `first` names the phase lines.
    PlotPanel(Figure figure, bool first, bool last, QWidget* parent = nullptr);

    Figure figure() const { return figure_; }
    void setFigure(Figure figure);
    /// A control for the header's right end.
    void addToHeader(QWidget* widget);

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

    std::vector<QPointF> drawnCurve(const QString& run_id, Series series) const;
    int replotCount() const { return replots_; }
    const ValueColumn& values() const { return *values_; }

Q_SIGNALS:
    void epochsChangedByUser(double first, double last);
    void pointedAt(int epochs_done);  // 0: the pointer left
    void fitRequested();
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

    Figure figure_;
    const bool first_;
    const bool last_;
    QLabel* title_;
    QHBoxLayout* header_;
    QCustomPlot* plot_;
    ValueColumn* values_;
    QCPItemStraightLine* crosshair_;
    std::vector<QString> built_;
    std::map<QString, std::map<Series, QCPGraph*>> graphs_;
    std::vector<const RunCurves*> runs_;
    bool fit_values_ = true;
    bool own_change_ = false;
    int replots_ = 0;
};

}  // namespace ballast
