#include "widgets/plot_events.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "widgets/palette.h"
#include "widgets/plot_style.h"

namespace ballast {
namespace {

constexpr double kHalf = 4.5;   // of a symbol, in pixels
constexpr double kRow = 11.0;   // of those above each other
constexpr double kReach = 6.0;  // around a symbol that a click still means

EventMark markOf(const PlotSeries& series, const HistoryEvent& event) {
    EventMark mark;
    mark.run = series.info().id;
    mark.name = series.name;
    mark.event = event;
    mark.x = event.epoch - series.shift;
    mark.color = seriesColor(series.color_index);
    return mark;
}

}  // namespace

std::vector<EventMark> eventMarks(std::span<const PlotSeries> series) {
    std::vector<EventMark> marks;
    for (const PlotSeries& one : series) {
        if (!one.events) continue;
        for (const HistoryEvent& event : one.runs.front()->events()) {
            marks.push_back(markOf(one, event));
        }
    }
    std::ranges::stable_sort(marks, {}, &EventMark::x);
    return marks;
}

std::vector<EventMark> phaseMarks(std::span<const PlotSeries> series) {
    std::map<int, std::pair<const PlotSeries*, const HistoryEvent*>> lines;
    for (const PlotSeries& one : series) {
        const std::vector<int>& starts = one.info().phase_starts;
        for (const HistoryEvent& event : one.info().events) {
            if (event.kind != HistoryEvent::Kind::phase && event.kind != HistoryEvent::Kind::edit)
                continue;
            if (std::ranges::find(starts, event.epoch) == starts.end()) continue;
            const auto [line, added] =
                lines.emplace(event.epoch - one.shift, std::pair(&one, &event));
            if (!added && one.events && !line->second.first->events) line->second = {&one, &event};
        }
    }
    std::vector<EventMark> marks;
    for (const auto& [epoch, line] : lines) marks.push_back(markOf(*line.first, *line.second));
    return marks;
}

void paintEventSymbol(QPainter& painter, HistoryEvent::Kind kind, QPointF center,
                      const QColor& color, const QColor& background) {
    const auto polygon = [&](std::initializer_list<QPointF> points) {
        QPolygonF shape;
        for (const QPointF& point : points) shape << center + kHalf * point;
        painter.drawPolygon(shape);
    };
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(background, 1.0));  // apart from curves behind it
    painter.setBrush(color);
    switch (kind) {
        case HistoryEvent::Kind::phase:
            polygon({{0, -1}, {1, 0.8}, {-1, 0.8}});
            break;
        case HistoryEvent::Kind::learning_rate:
            polygon({{0, 1}, {1, -0.8}, {-1, -0.8}});
            break;
        case HistoryEvent::Kind::edit:
            polygon({{0, -1.1}, {1.1, 0}, {0, 1.1}, {-1.1, 0}});
            break;
        case HistoryEvent::Kind::fork:
            polygon({{-0.8, -0.8}, {0.8, -0.8}, {0.8, 0.8}, {-0.8, 0.8}});
            break;
        case HistoryEvent::Kind::best:
            painter.setPen(QPen(color, 1.8));
            painter.setBrush(background);
            painter.drawEllipse(center, kHalf - 1.0, kHalf - 1.0);
            break;
    }
    painter.restore();
}

PlotEvents::PlotEvents(QCustomPlot& plot, const QString& layer)
    : QCPLayerable(&plot, layer), plot_(plot) {}

QRect PlotEvents::clipRect() const {
    // A mark of epoch 0 stands on the corner.
    const int room = static_cast<int>(kReach);
    return plot_.axisRect()->rect().adjusted(-room, 0, room, room);
}

void PlotEvents::applyDefaultAntialiasingHint(QCPPainter*) const {}

std::vector<QPointF> PlotEvents::places() const {
    std::vector<QPointF> places;
    const double axis = plot_.axisRect()->bottom() - kHalf;
    for (const EventMark& mark : marks_) {
        QPointF place(plot_.xAxis->coordToPixel(mark.x), axis);
        // Marks come by ascending epoch: only the ones before can be in the way.
        const auto taken = [&](const QPointF& other) {
            return std::abs(other.x() - place.x()) < 2.0 * kHalf &&
                   std::abs(other.y() - place.y()) < kRow - 1.0;
        };
        while (std::ranges::any_of(places, taken)) place.ry() -= kRow;
        places.push_back(place);
    }
    return places;
}

const EventMark* PlotEvents::at(QPointF pixel) const {
    const std::vector<QPointF> centers = places();
    for (std::size_t i = 0; i < centers.size(); ++i) {
        const QPointF away = centers[i] - pixel;
        if (std::hypot(away.x(), away.y()) <= kReach) return &marks_[i];
    }
    return nullptr;
}

void PlotEvents::draw(QCPPainter* painter) {
    const std::vector<QPointF> centers = places();
    const QRect rect = clipRect();
    for (std::size_t i = 0; i < centers.size(); ++i) {
        if (!rect.contains(centers[i].toPoint())) continue;
        paintEventSymbol(*painter, marks_[i].event.kind, centers[i], marks_[i].color,
                         plotColors().background);
    }
}

}  // namespace ballast
