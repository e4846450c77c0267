#pragma once

#include <QColor>
#include <QPointF>
#include <span>
#include <vector>

#include "core/results/run_events.h"
#include "widgets/plot_series.h"
#include "widgets/qcustomplot_wrapper.h"

// For widgets/*.cpp only.

namespace ballast {

/// Something that happened to a run, as a mark on the epoch axis.
struct EventMark {
    QString run;  // id
    QString name;
    HistoryEvent event;
    double x = 0.0;  // epoch of the axis
    QColor color;
};

/// Of the series whose events are shown.
std::vector<EventMark> eventMarks(std::span<const PlotSeries> series);

/// The events behind the phase lines, one for each: of a series whose events are shown, else of the
/// first that has one.
std::vector<EventMark> phaseMarks(std::span<const PlotSeries> series);

/// A phase as a triangle, a learning-rate step as one that points down, an edit as a diamond, a
/// fork as a square, the best epoch as a ring; 9 pixels wide.
void paintEventSymbol(QPainter& painter, HistoryEvent::Kind kind, QPointF center,
                      const QColor& color, const QColor& background);

/// The marks of a plot, above its epoch axis; those that would cover each other stand one above the
/// other.
class PlotEvents : public QCPLayerable {
public:
    PlotEvents(QCustomPlot& plot, const QString& layer);

    void setMarks(std::vector<EventMark> marks) { marks_ = std::move(marks); }
    const std::vector<EventMark>& marks() const { return marks_; }
    /// The mark under the pointer, or nullptr.
    const EventMark* at(QPointF pixel) const;
    /// Where the marks are, in pixels of the plot.
    std::vector<QPointF> places() const;

protected:
    QRect clipRect() const override;
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override;
    void draw(QCPPainter* painter) override;

private:
    QCustomPlot& plot_;
    std::vector<EventMark> marks_;
};

}  // namespace ballast
