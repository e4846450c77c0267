#include "widgets/plot_crowd.h"

#include <QElapsedTimer>
#include <QTimer>
#include <algorithm>
#include <cmath>

#include "widgets/palette.h"
#include "widgets/plot_marks.h"

namespace ballast {
namespace {

constexpr int kSettle = 80;          // ms after the last step of a zoom or pan
constexpr qint64 kBudget = 3;        // ms for a picture drawn in every step
constexpr double kLeastCover = 0.6;  // of the view, by a picture that stands in
constexpr int kDash = 4;             // pixels of a dash, and with its gap
constexpr int kDashes = 6;

/// The picture's pixels, and what is drawn into them.
class Canvas {
public:
    explicit Canvas(QImage& image)
        : width_(image.width()),
          height_(image.height()),
          stride_(image.bytesPerLine() / static_cast<qsizetype>(sizeof(QRgb))),
          pixels_(reinterpret_cast<QRgb*>(image.bits())) {}

    int width() const { return width_; }
    int height() const { return height_; }

    void dot(int x, int y, QRgb color) {
        if (x >= 0 && x < width_ && y >= 0 && y < height_) pixels_[y * stride_ + x] = color;
    }

    /// In column x, from one row to another, both included.
    void column(int x, int from, int to, QRgb color) {
        if (from > to) std::swap(from, to);
        from = std::max(from, 0);
        to = std::min(to, height_ - 1);
        QRgb* pixel = pixels_ + from * stride_ + x;
        for (int y = from; y <= to; ++y, pixel += stride_) *pixel = color;
    }

private:
    int width_;
    int height_;
    qsizetype stride_;
    QRgb* pixels_;
};

/// Rounds down. Far outside the picture an int would overflow; and a conversion is much faster than
/// std::floor without the instructions of later processors.
int row(float y) {
    constexpr float kFar = 100'000.0F;
    return static_cast<int>(std::clamp(y, -kFar, kFar) + kFar) - static_cast<int>(kFar);
}

/// A line of one pixel a column; `phase` shifts the dashes, so that those of many lines do not fall
/// into the same columns.
void drawSegment(Canvas& canvas, QPointF from, QPointF to, QRgb color, bool dashed, int phase) {
    const auto x0 = static_cast<float>(from.x());
    const auto x1 = static_cast<float>(to.x());
    const auto y0 = static_cast<float>(from.y());
    const auto y1 = static_cast<float>(to.y());
    const auto width = static_cast<float>(canvas.width());
    const auto height = static_cast<float>(canvas.height());
    if (x1 < 0.0F || x0 >= width || (y0 < 0.0F && y1 < 0.0F) || (y0 >= height && y1 >= height)) {
        return;
    }
    const float slope = x1 > x0 ? (y1 - y0) / (x1 - x0) : 0.0F;
    const int first = static_cast<int>(std::max(x0, 0.0F));
    const int last = static_cast<int>(std::min(x1, width - 1.0F));
    int before = row(x0 >= 0.0F ? y0 : y0 - slope * x0);
    for (int x = first; x <= last; ++x) {
        const float right = static_cast<float>(x + 1);
        const int after = row(right < x1 ? y0 + slope * (right - x0) : y1);
        if (!dashed || (x + phase) % kDashes < kDash) {
            // The next column begins where this one ends.
            const int end =
                after == before || x == last ? after : after + (after < before ? 1 : -1);
            canvas.column(x, before, end, color);
        }
        before = after;
    }
}

void drawMarker(Canvas& canvas, QPointF at, CrowdCurve::Look look, QRgb color) {
    const int x = row(static_cast<float>(at.x()));
    const int y = row(static_cast<float>(at.y()));
    const int reach = look == CrowdCurve::Look::best ? 3 : 1;
    for (int dy = -reach; dy <= reach; ++dy) {
        for (int dx = -reach; dx <= reach; ++dx) {
            const int away = dx * dx + dy * dy;
            const bool drawn = look == CrowdCurve::Look::dots    ? true
                               : look == CrowdCurve::Look::rings ? away > 0
                                                                 : away >= 7 && away <= 10;
            if (drawn) canvas.dot(x + dx, y + dy, color);
        }
    }
}

void drawCurve(Canvas& canvas, const CrowdCurve& curve, QRgb color, const PixelMap& map,
               int phase) {
    const bool line = curve.look == CrowdCurve::Look::line;
    const bool dashed = curve.look == CrowdCurve::Look::dashes;
    QPointF before;
    bool joined = false;
    for (std::size_t i = 0; i < curve.points.size(); ++i) {
        const QPointF& point = curve.points[i];
        const double y = map.log ? std::log10(point.y()) : point.y();
        if (!std::isfinite(y)) {
            joined = false;
            continue;
        }
        const QPointF at(point.x() * map.x_scale + map.x_offset, y * map.y_scale + map.y_offset);
        if (!line && !dashed) {
            drawMarker(canvas, at, curve.look, color);
        } else if (joined) {
            drawSegment(canvas, before, at, color, dashed, phase);
        } else if (curve.points.size() == 1) {
            drawMarker(canvas, at, CrowdCurve::Look::dots, color);  // one point makes no line
        }
        before = at;
        joined = true;
    }
}

}  // namespace

void drawCrowd(QImage& image, std::span<const CrowdSeries> series, const PixelMap& map) {
    Canvas canvas(image);
    int phase = 0;
    for (const CrowdSeries& one : series) {
        for (const CrowdCurve& curve : one.curves) {
            drawCurve(canvas, curve, one.color, map, phase % kDashes);
        }
        ++phase;
    }
}

CrowdSeries crowdSeries(const PlotSeries& series, const Panel& panel, const PlotView& view) {
    using Look = CrowdCurve::Look;
    CrowdSeries result;
    result.id = series.id;
    const QColor color = seriesColor(series.color_index);
    const QColor ground = plotColors().background;
    const int share = series.emphasis == Emphasis::faint ? kFaintAlpha : 255;
    const auto mixed = [&](int own, int behind) {
        return (own * share + behind * (255 - share)) / 255;
    };
    result.color = qRgb(mixed(color.red(), ground.red()), mixed(color.green(), ground.green()),
                        mixed(color.blue(), ground.blue()));
    std::vector<SeriesCurve> curves = curvesOf(series, panel, view);
    for (std::size_t i = 0; i < curves.size(); ++i) {
        const PanelCurve& curve = panel.curves[i];
        const bool dashed = curve.look == CurveLook::dashed;
        result.curves.push_back(
            {std::move(curves[i].points), curve.exact ? (dashed ? Look::rings : Look::dots)
                                          : dashed    ? Look::dashes
                                                      : Look::line});
    }
    for (SeriesCurve& curve : curves) {
        if (!curve.fewer.empty()) result.curves.push_back({std::move(curve.fewer), Look::dashes});
    }
    if (panel.marks_best && !series.mean && series.listed) {
        const QPointF best = series.runs.front()->best();
        result.curves.push_back({{best - QPointF(series.shift, 0.0)}, Look::best});
    }
    return result;
}

PlotCrowd::PlotCrowd(QCustomPlot& plot, const QString& layer)
    : QCPLayerable(&plot, layer), plot_(plot), settle_(new QTimer(this)) {
    settle_->setSingleShot(true);
    settle_->setInterval(kSettle);
    connect(settle_, &QTimer::timeout, this, [this] {
        stale_ = true;
        plot_.replot(QCustomPlot::rpQueuedReplot);
    });
}

void PlotCrowd::setSeries(std::vector<CrowdSeries> series) {
    series_ = std::move(series);
    stale_ = true;
}

QRect PlotCrowd::clipRect() const {
    return plot_.axisRect()->rect();
}

void PlotCrowd::applyDefaultAntialiasingHint(QCPPainter*) const {}

PixelMap PlotCrowd::mapNow(QSize size) const {
    const QCPRange x = plot_.xAxis->range();
    const QCPRange y = plot_.yAxis->range();
    PixelMap map;
    map.log = plot_.yAxis->scaleType() == QCPAxis::stLogarithmic;
    const double lower = map.log ? std::log10(y.lower) : y.lower;
    const double upper = map.log ? std::log10(y.upper) : y.upper;
    map.x_scale = size.width() / x.size();
    map.x_offset = -x.lower * map.x_scale;
    map.y_scale = -size.height() / (upper - lower);
    map.y_offset = -upper * map.y_scale;
    return map;
}

void PlotCrowd::draw(QCPPainter* painter) {
    if (series_.empty()) return;
    const QRect rect = plot_.axisRect()->rect();
    const double ratio = plot_.bufferDevicePixelRatio();
    const QSize size = (QSizeF(rect.size()) * ratio).toSize();
    if (size.isEmpty()) return;
    const PixelMap map = mapNow(size);
    if (image_.size() != size || image_.devicePixelRatio() != ratio || map.log != map_.log) {
        stale_ = true;
    }
    const QRectF moved = movedPicture(map);
    const bool slow = drawn_in_ > kBudget;
    const QRectF view(0.0, 0.0, size.width(), size.height());
    const QRectF seen = moved & view;
    const bool mostly = seen.width() * seen.height() > kLeastCover * view.width() * view.height();
    if (!stale_ && (map == map_ || (slow && mostly))) {
        if (map != map_) settle_->start();
        painter->drawImage(QRectF(moved.topLeft() / ratio + rect.topLeft(), moved.size() / ratio),
                           image_, QRectF(image_.rect()));
        return;
    }
    QElapsedTimer timer;
    timer.start();
    if (image_.size() != size) image_ = QImage(size, QImage::Format_ARGB32_Premultiplied);
    image_.setDevicePixelRatio(ratio);
    image_.fill(Qt::transparent);
    drawCrowd(image_, series_, map);
    drawn_in_ = timer.elapsed();
    map_ = map;
    stale_ = false;
    settle_->stop();
    painter->drawImage(rect.topLeft(), image_);
}

/// Where the picture's edges are on another map, in its pixels.
QRectF PlotCrowd::movedPicture(const PixelMap& now) const {
    const auto moved = [](double at, double scale, double offset, double to, double by) {
        return (at - offset) / scale * to + by;
    };
    const auto x = [&](double at) {
        return moved(at, map_.x_scale, map_.x_offset, now.x_scale, now.x_offset);
    };
    const auto y = [&](double at) {
        return moved(at, map_.y_scale, map_.y_offset, now.y_scale, now.y_offset);
    };
    return {QPointF(x(0.0), y(0.0)), QPointF(x(image_.width()), y(image_.height()))};
}

}  // namespace ballast
