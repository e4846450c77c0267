#include "widgets/parallel_picture.h"

#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/analysis/figure_values.h"
#include "widgets/palette.h"
#include "widgets/plot_crowd.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr std::size_t kMostMarks = 24;  // values of an axis that are all marked

/// Viridis, which reads in grey and to colour-blind people.
constexpr std::array<QRgb, 5> kScale{0xff440154, 0xff3b528b, 0xff21918c, 0xff5ec962, 0xfffde725};

/// The colour at `share` of the way from the worst result to the best, which stands out most.
QColor resultColor(double share, bool dark) {
    constexpr double kPale = 0.88;  // beyond it yellow on white
    constexpr double kDeep = 0.14;  // below it violet on black
    const double at = 4.0 * (dark ? kDeep + (1.0 - kDeep) * share : kPale * (1.0 - share));
    const auto stop = std::min<std::size_t>(3, static_cast<std::size_t>(std::max(0.0, at)));
    const double part = at - static_cast<double>(stop);
    const QColor from(kScale[stop]);
    const QColor to(kScale[stop + 1]);
    const auto mixed = [part](int a, int b) {
        return static_cast<int>(std::lround(a + part * (b - a)));
    };
    return {mixed(from.red(), to.red()), mixed(from.green(), to.green()),
            mixed(from.blue(), to.blue())};
}

std::pair<double, double> resultsOf(const ParallelPicture& picture) {
    double low = kMissing;
    double high = kMissing;
    for (const ParallelLine& line : picture.drawn.lines) {
        low = std::fmin(low, line.spread.mean);
        high = std::fmax(high, line.spread.mean);
    }
    return std::isnan(low) ? std::pair(0.0, 1.0) : std::pair(low, high);
}

/// From the worst result (0) to the best (1).
double goodness(double value, std::pair<double, double> results, int better) {
    const double width = results.second - results.first;
    if (width <= 0.0) return 1.0;
    const double share = (value - results.first) / width;
    return better < 0 ? 1.0 - share : share;
}

/// Round steps through the range of the results.
std::vector<double> resultMarks(std::pair<double, double> range) {
    const double least = (range.second - range.first) / 6.0;
    if (least <= 0.0) return {range.first};
    const double power = std::pow(10.0, std::floor(std::log10(least)));
    double step = 10.0 * power;
    for (const double digit : {5.0, 2.0, 1.0}) {
        if (digit * power >= least) step = digit * power;
    }
    std::vector<double> marks;
    for (double at = std::ceil(range.first / step) * step; at <= range.second; at += step) {
        marks.push_back(at);
    }
    return marks;
}

std::vector<double> marksOf(const ParallelPicture& picture, const ParallelPlaces& places,
                            std::size_t axis) {
    if (axis == picture.drawn.axes.size()) return resultMarks(places.range(axis));
    const ParallelAxis& its = picture.drawn.axes[axis];
    std::vector<double> marks;
    const std::size_t step = its.values.size() / kMostMarks + 1;
    for (std::size_t i = 0; i < its.values.size(); i += step) {
        marks.push_back(its.scale == AxisScale::categories ? static_cast<double>(i)
                                                           : numberOf(its.values[i]));
    }
    return marks;
}

QString titleOf(const ParallelPicture& picture, std::size_t axis) {
    if (axis < picture.drawn.axes.size()) return text(picture.drawn.axes[axis].label);
    return text(picture.drawn.value_label) + (picture.percent ? QStringLiteral(" (%)") : QString());
}

/// The picture alone in a plot without axes of its own.
class ParallelLayer : public QCPLayerable {
public:
    ParallelLayer(QCustomPlot& plot, const ParallelPicture& picture, const PlotColors& colors,
                  const PlotScale& scale)
        : QCPLayerable(&plot, QStringLiteral("main")),
          plot_(plot),
          picture_(picture),
          colors_(colors),
          scale_(scale) {}

protected:
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override {
        painter->setAntialiasing(true);
    }
    QRect clipRect() const override { return plot_.viewport(); }
    void draw(QCPPainter* painter) override {
        const double margin = 4.0 * scale_.unit;
        const QRectF area = QRectF(plot_.viewport()).adjusted(margin, margin, -margin, -margin);
        const ParallelPlaces places(picture_, area, scale_.font);
        const ParallelLook look{colors_, scale_, false};
        paintParallelLines(*painter, places, picture_,
                           std::vector<bool>(picture_.drawn.lines.size(), true), look);
        paintParallelAxes(*painter, places, picture_, look);
    }

private:
    QCustomPlot& plot_;
    const ParallelPicture& picture_;
    const PlotColors colors_;
    const PlotScale scale_;
};

void composeParallel(QCustomPlot& plot, const ParallelPicture& picture, const PlotColors& colors,
                     const PlotScale& scale) {
    stylePlot(plot, colors, scale);
    plot.axisRect()->setVisible(false);
    for (QCPAxis* axis : {plot.xAxis, plot.yAxis}) axis->setVisible(false);
    new ParallelLayer(plot, picture, colors, scale);  // the plot's
}

PgfPlot parallelPgf(const ParallelPicture& picture) {
    const ParallelCoordinates& drawn = picture.drawn;
    PgfPlot plot;
    plot.y_label = "place on the axis, from its smallest value (0) to its largest (1)";
    for (const ParallelAxis& axis : drawn.axes) plot.categories.push_back(axis.label);
    plot.categories.push_back(drawn.value_label);
    const auto [lowest, highest] = resultsOf(picture);
    const auto share = [](double value, double low, double high) {
        return high > low ? (value - low) / (high - low) : 0.5;
    };
    for (const ParallelLine& line : drawn.lines) {
        PgfLine made;
        for (std::size_t a = 0; a < drawn.axes.size(); ++a) {
            const ParallelAxis& axis = drawn.axes[a];
            const double place = share(line.positions[a], axis.lowest, axis.highest);
            made.points.push_back({static_cast<double>(a), place, kMissing, kMissing});
        }
        const double result = share(line.spread.mean, lowest, highest);
        made.points.push_back({static_cast<double>(drawn.axes.size()), result, kMissing, kMissing});
        made.rgb = resultColor(picture.better < 0 ? 1.0 - result : result, false).rgb() & 0xffffffU;
        made.marker = -1;
        plot.lines.push_back(std::move(made));
    }
    return plot;
}

}  // namespace

std::vector<bool> brushedLines(const ParallelPicture& picture,
                               const std::vector<ParallelBrush>& brushes) {
    std::map<std::size_t, std::vector<ParallelBrush>> by_axis;
    for (const ParallelBrush& brush : brushes) by_axis[brush.axis].push_back(brush);
    std::vector<bool> brushed;
    for (const ParallelLine& line : picture.drawn.lines) {
        brushed.push_back(std::ranges::all_of(by_axis, [&](const auto& entry) {
            const double at = entry.first < line.positions.size() ? line.positions[entry.first]
                                                                  : line.spread.mean;
            return std::ranges::any_of(entry.second, [at](const ParallelBrush& brush) {
                return at >= brush.lower && at <= brush.upper;
            });
        }));
    }
    return brushed;
}

QString parallelWords(const ParallelPicture& picture, std::size_t axis, double position) {
    if (axis >= picture.drawn.axes.size()) {
        return picture.percent ? QString::number(100.0 * position, 'f', 1)
                               : QString::number(position, 'g', 4);
    }
    const ParallelAxis& its = picture.drawn.axes[axis];
    if (its.scale != AxisScale::categories) return QString::number(position, 'g', 6);
    const auto index = static_cast<std::size_t>(std::max(0.0, std::round(position)));
    const std::string words = index < its.values.size() ? valueText(its.values[index]) : "";
    return words.empty() ? QStringLiteral("–") : text(words);
}

ParallelPlaces::ParallelPlaces(const ParallelPicture& picture, const QRectF& area,
                               const QFont& font)
    : picture_(picture), area_left_(area.left()), results_(resultsOf(picture)) {
    const QFontMetricsF metrics(font);
    const auto widest = [&](std::size_t axis) {
        double width = 0.0;
        for (const double mark : marksOf(picture, *this, axis)) {
            width = std::max(width, metrics.horizontalAdvance(parallelWords(picture, axis, mark)));
        }
        return width;
    };
    // Values stand left of their axis, and right of the result's the scale of colours.
    const double room = metrics.height();
    left_ = area.left() + std::min(widest(0) + room, 0.2 * area.width());
    const double right = area.right() - 2.5 * room - 0.5 * metrics.averageCharWidth();
    gap_ = axes() > 1 ? (right - left_) / static_cast<double>(axes() - 1) : 0.0;
    top_ = area.top() + 2.6 * room;
    bottom_ = area.bottom() - 0.8 * room;
}

double ParallelPlaces::x(std::size_t axis) const {
    return left_ + gap_ * static_cast<double>(axis);
}

std::pair<double, double> ParallelPlaces::range(std::size_t axis) const {
    if (axis >= picture_.drawn.axes.size()) return results_;
    return {picture_.drawn.axes[axis].lowest, picture_.drawn.axes[axis].highest};
}

double ParallelPlaces::y(std::size_t axis, double position) const {
    const auto [low, high] = range(axis);
    const double share = high > low ? (position - low) / (high - low) : 0.5;
    return bottom_ - share * (bottom_ - top_);
}

double ParallelPlaces::positionAt(std::size_t axis, double y) const {
    const auto [low, high] = range(axis);
    if (!(high > low) || !(bottom_ > top_)) return low;
    return low + (bottom_ - y) / (bottom_ - top_) * (high - low);
}

double ParallelPlaces::position(const ParallelLine& line, std::size_t axis) const {
    return axis < line.positions.size() ? line.positions[axis] : line.spread.mean;
}

namespace {

/// Where a line crosses the axes, and in what colour; `draw` gets those that are faint first.
template<class Draw>
void eachLine(const ParallelPlaces& places, const ParallelPicture& picture,
              const std::vector<bool>& brushed, const ParallelLook& look, const Draw& draw) {
    const std::vector<ParallelLine>& lines = picture.drawn.lines;
    const std::pair<double, double> results = places.range(picture.drawn.axes.size());
    std::vector<QPointF> points(places.axes());
    for (const bool on_top : {false, true}) {
        for (std::size_t l = 0; l < lines.size(); ++l) {
            if (brushed[l] != on_top) continue;
            for (std::size_t a = 0; a < points.size(); ++a) {
                points[a] = {places.x(a), places.y(a, places.position(lines[l], a))};
            }
            const double good = goodness(lines[l].spread.mean, results, picture.better);
            draw(points, on_top ? resultColor(good, look.dark) : look.colors.grid);
        }
    }
}

}  // namespace

void paintParallelLines(QPainter& painter, const ParallelPlaces& places,
                        const ParallelPicture& picture, const std::vector<bool>& brushed,
                        const ParallelLook& look) {
    const bool crowd = picture.drawn.lines.size() > 200;
    const double width = (crowd ? 0.8 : 1.4) * look.scale.unit;
    painter.setRenderHint(QPainter::Antialiasing, true);
    eachLine(places, picture, brushed, look,
             [&](const std::vector<QPointF>& points, const QColor& color) {
                 painter.setPen(QPen(color, width));
                 painter.drawPolyline(points.data(), static_cast<int>(points.size()));
             });
}

void drawParallelLines(QImage& image, const ParallelPlaces& places, const ParallelPicture& picture,
                       const std::vector<bool>& brushed, const ParallelLook& look) {
    std::vector<CrowdSeries> series;
    series.reserve(picture.drawn.lines.size());
    eachLine(places, picture, brushed, look,
             [&](const std::vector<QPointF>& points, const QColor& color) {
                 series.push_back({{}, color.rgb(), {{points, CrowdCurve::Look::line}}});
             });
    PixelMap map;
    map.x_scale = map.y_scale = image.devicePixelRatio();
    drawCrowd(image, series, map);
}

void paintParallelAxes(QPainter& painter, const ParallelPlaces& places,
                       const ParallelPicture& picture, const ParallelLook& look) {
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setFont(look.scale.font);
    const QFontMetricsF metrics(look.scale.font);
    const double unit = look.scale.unit;
    const double tick = 4.0 * unit;
    const auto write = [&](const QRectF& box, int flags, const QString& words,
                           const QColor& color) {
        // Legible where lines pass behind.
        QRectF ink = metrics.boundingRect(box, flags, words);
        QColor ground = look.colors.background;
        ground.setAlphaF(0.92F);
        painter.fillRect(ink.adjusted(-unit, 0.0, unit, 0.0), ground);
        painter.setPen(color);
        painter.drawText(box, flags, words);
    };
    for (std::size_t a = 0; a < places.axes(); ++a) {
        const double x = places.x(a);
        painter.setPen(QPen(look.colors.axis, 1.2 * unit));
        painter.drawLine(QPointF(x, places.top()), QPointF(x, places.bottom()));
        double last = kMissing;
        for (const double mark : marksOf(picture, places, a)) {
            const double y = places.y(a, mark);
            painter.setPen(QPen(look.colors.axis, 1.2 * unit));
            painter.drawLine(QPointF(x - tick, y), QPointF(x, y));
            if (std::abs(last - y) < metrics.height()) continue;
            last = y;
            const double room = a == 0 ? x : places.gap();
            const QString words = metrics.elidedText(parallelWords(picture, a, mark),
                                                     Qt::ElideRight, 0.9 * room - 2.0 * tick);
            const QRectF box(x - room, y - metrics.height() / 2.0, room - 1.6 * tick,
                             metrics.height());
            write(box, Qt::AlignRight | Qt::AlignVCenter, words, look.colors.muted);
        }
        // Names in two lines above their axis; the outer ones stay within the area.
        const double half = places.gap() / 2.0 - unit;
        const double left = a == 0 ? std::max(x - half, places.areaLeft()) : x - half;
        const bool last_axis = a + 1 == places.axes();
        const QRectF box(last_axis ? x - 1.7 * half : left, places.top() - 2.5 * metrics.height(),
                         last_axis ? 1.7 * half + 2.5 * metrics.height() : x + half - left,
                         2.1 * metrics.height());
        const int align = last_axis ? Qt::AlignRight : a == 0 ? Qt::AlignLeft : Qt::AlignHCenter;
        QString title = titleOf(picture, a);
        if (metrics.horizontalAdvance(title) > 1.9 * box.width()) {
            title = metrics.elidedText(title, Qt::ElideRight, 1.7 * box.width());
        }
        painter.setPen(look.colors.text);
        painter.drawText(box, align | Qt::AlignBottom | Qt::TextWordWrap, title);
    }
    const std::size_t result = places.axes() - 1;
    const QRectF bar(places.x(result) + 0.7 * metrics.height(), places.top(),
                     0.9 * metrics.height(), places.bottom() - places.top());
    QLinearGradient scale(bar.bottomLeft(), bar.topLeft());
    for (int i = 0; i <= 16; ++i) {
        const double share = i / 16.0;
        scale.setColorAt(share, resultColor(picture.better < 0 ? 1.0 - share : share, look.dark));
    }
    painter.fillRect(bar, scale);
    painter.setPen(QPen(look.colors.axis, unit));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(bar);
}

PaperFigure paperFigure(const ParallelPicture& picture) {
    PaperFigure figure;
    figure.title = text(picture.drawn.value_label + " over all fields");
    figure.compose = [picture](QCustomPlot& plot, const PlotColors& colors, const PlotScale& scale,
                               const FigureStyle&) {
        composeParallel(plot, picture, colors, scale);
    };
    figure.csv = [drawn = picture.drawn] { return QByteArray::fromStdString(valuesCsv(drawn)); };
    figure.pgf = [picture, title = figure.title.toStdString()](const FigureStyle& style,
                                                               const std::string& data_file) {
        PgfPlot plot = parallelPgf(picture);
        plot.title = title;
        return pgfFigure(plot, style, data_file);
    };
    return figure;
}

}  // namespace ballast
