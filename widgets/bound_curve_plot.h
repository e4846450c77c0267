#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "core/theory/bound_inspection.h"
#include "widgets/paper_figure.h"

class QCustomPlot;
class QLabel;
class QCPItemStraightLine;

namespace ballast {

struct PlotColors;
struct PlotScale;

/// A run's sum of Eq. 16 over its epochs, and how it is drawn.
struct BoundSeries {
    BoundCurve curve;
    int color_index = 0;            // see seriesColor()
    std::vector<int> phase_starts;  // after how many epochs a phase begins, the first not included
    bool faint = false;             // in the background, behind those that are looked at
};

/// Draws the curves into an empty plot: streaming as a thin dashed line, exact as points on a line,
/// a dotted line where a phase begins. For widgets/*.cpp.
void drawBoundCurves(QCustomPlot& plot, const std::vector<BoundSeries>& series,
                     const PlotColors& colors, const PlotScale& scale);

/// For print.
PaperFigure paperFigure(const std::vector<BoundSeries>& series);

/// Eq. 16's sum over the epochs, a curve a run; a click or drag chooses the epoch.
class BoundCurvePlot : public QWidget {
    Q_OBJECT
public:
    explicit BoundCurvePlot(QWidget* parent = nullptr);

    void setSeries(std::vector<BoundSeries> series);
    const std::vector<BoundSeries>& series() const { return series_; }
    /// The epochs that are looked at, as lines: the first chosen, others beside it.
    void setEpochs(const std::vector<int>& epochs_done);

Q_SIGNALS:
    void epochChosen(int epochs_done);

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void draw();
    void drawEpochs();
    QString wordsAt(double epochs_done) const;

    QLabel* title_;
    QCustomPlot* plot_;
    std::vector<BoundSeries> series_;
    std::vector<int> epochs_;
    std::vector<QCPItemStraightLine*> lines_;
};

}  // namespace ballast
