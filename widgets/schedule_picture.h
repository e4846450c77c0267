#pragma once

#include <QPointF>
#include <optional>
#include <utility>
#include <vector>

#include "core/experiment/config.h"
#include "widgets/schedule_handles.h"

class QCPItemText;
class QCustomPlot;

namespace ballast {

struct PlotColors;

/// How a schedule is drawn: the learning rate on a log axis, phases as bands behind it with what
/// they do, and what can be taken hold of: the lines of phases, the drops of steps, the dashed
/// levels of SAM's radius (0 at the bottom, kTopRadius at the top).
class SchedulePicture {
public:
    /// `plot` outlives it.
    explicit SchedulePicture(QCustomPlot& plot) : plot_(plot) {}

    struct Marks {
        std::optional<int> current;              // the epoch in training
        std::optional<ScheduleHandle> selected;  // of the keyboard, while it has the focus
        std::optional<ScheduleHandle> dragged;
    };
    void draw(const RunConfig& config, const Marks& marks);

    /// What the mouse takes hold of at `pixel` of the plot, as it was drawn last.
    std::optional<ScheduleHandle> handleAt(const RunConfig& config, QPointF pixel) const;
    /// Where to take hold of it.
    QPointF positionOf(const RunConfig& config, const ScheduleHandle& handle) const;

    int epochAt(QPointF pixel) const;
    /// Radius at that height, in steps of 0.05, or of 0.01 where `fine`.
    double radiusAt(const RunConfig& config, QPointF pixel, bool fine) const;

private:
    void drawRate(const RunConfig& config, const PlotColors& colors);
    void drawPhases(const RunConfig& config, const PlotColors& colors);
    void drawStart(const RunConfig& config, std::size_t phase, const PlotColors& colors,
                   const Marks& marks);
    void drawStep(const RunConfig& config, std::size_t step, const PlotColors& colors,
                  const Marks& marks);
    void drawRadius(const RunConfig& config, std::size_t phase, const PlotColors& colors,
                    const Marks& marks);
    QString phaseLabel(const RunConfig& config, std::size_t phase) const;
    double heightOf(const RunConfig& config, double radius) const;

    QCustomPlot& plot_;
    std::vector<std::pair<ScheduleHandle, QCPItemText*>> flags_;
};

}  // namespace ballast
