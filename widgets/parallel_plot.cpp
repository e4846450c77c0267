#include "widgets/parallel_plot.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr double kNearAxis = 14.0;      // pixels beside an axis that belong to it
constexpr double kClickDistance = 4.0;  // pixels that a click may move
constexpr double kNearLine = 5.0;
constexpr double kBrushWidth = 12.0;
constexpr std::size_t kManyLines = 100;  // lines beyond which anti-aliasing takes too long

}  // namespace

ParallelPlot::ParallelPlot(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("parallel_plot"));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("Runs as lines through their settings"));
}

QSize ParallelPlot::minimumSizeHint() const {
    return {320, 160};
}

void ParallelPlot::setPicture(const ParallelPicture& picture) {
    const auto labels = [](const ParallelPicture& of) {
        std::vector<std::string> all{of.drawn.value_label};
        for (const ParallelAxis& axis : of.drawn.axes) all.push_back(axis.label);
        return all;
    };
    const bool same = labels(picture) == labels(picture_);
    picture_ = picture;
    if (!same) {
        brushes_.clear();
        axis_ = stop_ = 0;
    }
    redraw();
    Q_EMIT brushesChanged();
}

void ParallelPlot::setBrushes(std::vector<ParallelBrush> brushes) {
    brushes_ = std::move(brushes);
    redraw();
    Q_EMIT brushesChanged();
}

std::size_t ParallelPlot::brushedCount() const {
    return static_cast<std::size_t>(std::ranges::count(brushed_, true));
}

QStringList ParallelPlot::brushedRuns() const {
    QStringList runs;
    for (std::size_t l = 0; l < brushed_.size(); ++l) {
        if (!brushed_[l]) continue;
        for (const SeedValue& value : picture_.drawn.lines[l].values) runs << text(value.run);
    }
    return runs;
}

ParallelPlaces ParallelPlot::places() const {
    const QRectF area = QRectF(rect()).adjusted(kSpace3, kSpace2, -kSpace3, -kSpace2);
    return {picture_, area, screenScale().font};
}

QPointF ParallelPlot::placeOf(std::size_t axis, double position) const {
    const ParallelPlaces at = places();
    return {at.x(axis), at.y(axis, position)};
}

/// What is brushed has changed, or how it looks.
void ParallelPlot::redraw() {
    std::vector<ParallelBrush> all = brushes_;
    if (drawing_) all.push_back(*drawing_);
    brushed_ = brushedLines(picture_, all);
    lines_ = {};
    update();
}

void ParallelPlot::drawLines() {
    const double ratio = devicePixelRatioF();
    QImage image((QSizeF(size()) * ratio).toSize(), QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(ratio);
    const PlotColors colors = plotColors();
    image.fill(colors.background);
    const ParallelPlaces at = places();
    const PlotScale scale = screenScale();
    const ParallelLook look{colors, scale, isDarkTheme()};
    const bool crowd = picture_.drawn.lines.size() > kManyLines;
    if (crowd) drawParallelLines(image, at, picture_, brushed_, look);
    QPainter painter(&image);
    if (!crowd) paintParallelLines(painter, at, picture_, brushed_, look);
    paintParallelAxes(painter, at, picture_, look);
    painter.end();
    lines_ = QPixmap::fromImage(std::move(image));
}

void ParallelPlot::paintEvent(QPaintEvent*) {
    if (lines_.isNull()) drawLines();
    QPainter painter(this);
    painter.drawPixmap(0, 0, lines_);
    if (picture_.drawn.axes.empty()) return;
    const ParallelPlaces at = places();
    painter.setRenderHint(QPainter::Antialiasing);
    QColor fill = plotColors().accent;
    painter.setPen(QPen(fill, 1.0));
    fill.setAlphaF(0.28F);
    painter.setBrush(fill);
    std::vector<ParallelBrush> all = brushes_;
    if (drawing_) all.push_back(*drawing_);
    for (const ParallelBrush& brush : all) {
        const double upper = at.y(brush.axis, brush.upper);
        const double lower = at.y(brush.axis, brush.lower);
        painter.drawRoundedRect(QRectF(at.x(brush.axis) - kBrushWidth / 2.0, upper - 3.0,
                                       kBrushWidth, lower - upper + 6.0),
                                3.0, 3.0);
    }
    if (!hasFocus()) return;
    const std::vector<double> stops = stopsOf(axis_);
    if (stops.empty()) return;
    const double y = at.y(axis_, stops[std::min(stop_, stops.size() - 1)]);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(plotColors().accent, 1.6));
    painter.drawEllipse(QPointF(at.x(axis_), y), 7.0, 7.0);
}

void ParallelPlot::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    lines_ = {};
}

void ParallelPlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (changesLooks(*event)) redraw();
}

std::optional<std::size_t> ParallelPlot::axisAt(const QPointF& place) const {
    const ParallelPlaces at = places();
    for (std::size_t a = 0; a < at.axes() && !picture_.drawn.axes.empty(); ++a) {
        if (std::abs(place.x() - at.x(a)) <= kNearAxis) return a;
    }
    return std::nullopt;
}

void ParallelPlot::mousePressEvent(QMouseEvent* event) {
    const auto axis = axisAt(event->position());
    if (event->button() != Qt::LeftButton || !axis) return QWidget::mousePressEvent(event);
    pressed_ = event->position();
    const double position = places().positionAt(*axis, pressed_.y());
    drawing_ = ParallelBrush{*axis, position, position};
}

void ParallelPlot::mouseMoveEvent(QMouseEvent* event) {
    if (!drawing_) {
        setCursor(axisAt(event->position()) ? Qt::SplitVCursor : Qt::ArrowCursor);
        const QString words = wordsAt(event->position());
        if (words.isEmpty()) {
            QToolTip::hideText();
        } else {
            QToolTip::showText(event->globalPosition().toPoint(), words, this);
        }
        return;
    }
    const ParallelPlaces at = places();
    const double from = at.positionAt(drawing_->axis, pressed_.y());
    const double to = at.positionAt(drawing_->axis, event->position().y());
    drawing_->lower = std::min(from, to);
    drawing_->upper = std::max(from, to);
    redraw();
    Q_EMIT brushesChanged();
}

void ParallelPlot::mouseReleaseEvent(QMouseEvent* event) {
    if (!drawing_) return QWidget::mouseReleaseEvent(event);
    const ParallelBrush drawn = *drawing_;
    drawing_.reset();
    std::vector<ParallelBrush> kept = brushes_;
    if (std::abs(event->position().y() - pressed_.y()) > kClickDistance) {
        kept.push_back(drawn);
    } else {
        const ParallelPlaces at = places();
        const auto under = std::ranges::find_if(kept, [&](const ParallelBrush& brush) {
            return brush.axis == drawn.axis &&
                   pressed_.y() <= at.y(brush.axis, brush.lower) + kClickDistance &&
                   pressed_.y() >= at.y(brush.axis, brush.upper) - kClickDistance;
        });
        if (under != kept.end()) kept.erase(under);
    }
    setBrushes(std::move(kept));
}

/// Where the keyboard stops on an axis: its values, or tenths of the results.
std::vector<double> ParallelPlot::stopsOf(std::size_t axis) const {
    std::vector<double> stops;
    if (axis >= picture_.drawn.axes.size()) {
        const auto [low, high] = places().range(axis);
        for (int i = 0; i <= 10; ++i) stops.push_back(low + (high - low) * i / 10.0);
        return stops;
    }
    const ParallelAxis& its = picture_.drawn.axes[axis];
    for (std::size_t i = 0; i < its.values.size(); ++i) {
        stops.push_back(its.scale == AxisScale::categories ? static_cast<double>(i)
                                                           : numberOf(its.values[i]));
    }
    return stops;
}

void ParallelPlot::keyPressEvent(QKeyEvent* event) {
    const std::size_t axes = picture_.drawn.axes.size() + 1;
    const std::vector<double> stops = stopsOf(axis_);
    if (picture_.drawn.axes.empty() || stops.empty()) return QWidget::keyPressEvent(event);
    stop_ = std::min(stop_, stops.size() - 1);
    switch (event->key()) {
        case Qt::Key_Left:
            axis_ = axis_ > 0 ? axis_ - 1 : 0;
            break;
        case Qt::Key_Right:
            axis_ = std::min(axis_ + 1, axes - 1);
            break;
        case Qt::Key_Up:
            stop_ = std::min(stop_ + 1, stops.size() - 1);
            break;
        case Qt::Key_Down:
            stop_ = stop_ > 0 ? stop_ - 1 : 0;
            break;
        case Qt::Key_Space: {
            // Of the results all from there on: half a step below.
            const bool result = axis_ + 1 == axes;
            const double half = result ? (stops.back() - stops.front()) / 20.0 : 0.0;
            const ParallelBrush brush{axis_, stops[stop_] - half, stops[stop_] + half};
            std::vector<ParallelBrush> kept = brushes_;
            if (std::erase(kept, brush) == 0) kept.push_back(brush);
            return setBrushes(std::move(kept));
        }
        case Qt::Key_Delete:
        case Qt::Key_Backspace: {
            std::vector<ParallelBrush> kept = brushes_;
            std::erase_if(kept, [this](const ParallelBrush& brush) { return brush.axis == axis_; });
            return setBrushes(std::move(kept));
        }
        case Qt::Key_Escape:
            return setBrushes({});
        default:
            return QWidget::keyPressEvent(event);
    }
    const std::vector<double> there = stopsOf(axis_);
    setAccessibleDescription(
        parallelWords(picture_, axis_, there[std::min(stop_, there.size() - 1)]));
    update();
}

/// The line under the pointer, the topmost that is brushed.
QString ParallelPlot::wordsAt(const QPointF& place) const {
    const ParallelPlaces at = places();
    if (picture_.drawn.axes.empty() || place.x() < at.x(0) || place.x() > at.x(at.axes() - 1)) {
        return {};
    }
    const auto before =
        std::min(static_cast<std::size_t>((place.x() - at.x(0)) / at.gap()), at.axes() - 2);
    const double share = (place.x() - at.x(before)) / at.gap();
    for (std::size_t l = picture_.drawn.lines.size(); l-- > 0;) {
        const ParallelLine& line = picture_.drawn.lines[l];
        const double from = at.y(before, at.position(line, before));
        const double to = at.y(before + 1, at.position(line, before + 1));
        if (!brushed_[l] || std::abs(from + share * (to - from) - place.y()) > kNearLine) continue;
        QStringList words;
        for (std::size_t a = 0; a < picture_.drawn.axes.size(); ++a) {
            words << tr("%1 = %2").arg(text(picture_.drawn.axes[a].label),
                                       parallelWords(picture_, a, line.positions[a]));
        }
        words << tr("%1: %2 (n = %3)")
                     .arg(text(picture_.drawn.value_label),
                          parallelWords(picture_, at.axes() - 1, line.spread.mean) +
                              (picture_.percent ? QStringLiteral(" %") : QString()))
                     .arg(line.spread.n);
        return words.join(QLatin1Char('\n'));
    }
    return {};
}

}  // namespace ballast
