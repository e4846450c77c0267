#include "widgets/response_picture.h"

#include <QCoreApplication>
#include <QStringList>
#include <algorithm>
#include <cmath>

#include "widgets/line_look.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

struct PictureWords {
    Q_DECLARE_TR_FUNCTIONS(PictureWords)
};

constexpr double kMargin = 0.07;         // of the range, on each side
constexpr double kCategoryWidth = 0.64;  // of which lines use, where a category is 1 wide
constexpr double kMostDodge = 0.12;      // between two lines there

double factorOf(const ResponsePicture& picture) {
    return picture.percent ? 100.0 : 1.0;
}

QString number(const ResponsePicture& picture, double value) {
    return std::isnan(value)
               ? QStringLiteral("–")
               : QString::number(factorOf(picture) * value, 'f', picture.percent ? 1 : 4);
}

/// Room about the smallest and the largest of some values.
QCPRange roomFor(const std::vector<double>& values, bool log) {
    auto [low, high] = std::ranges::minmax(values);
    if (log) {
        const double ratio = std::max(high / low, 1.5);
        return {low / std::pow(ratio, kMargin), high * std::pow(ratio, kMargin)};
    }
    const double room = high > low ? kMargin * (high - low) : std::max(0.5, 0.01 * std::abs(low));
    return {low - room, high + room};
}

void setXAxis(QCPAxis& axis, const ResponseCurves& curves) {
    axis.setLabel(text(curves.x_label));
    std::vector<double> positions;
    for (const ResponseLine& line : curves.lines) {
        for (const ResponsePoint& point : line.points) positions.push_back(point.position);
    }
    if (curves.x_scale == AxisScale::categories) {
        const QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
        for (std::size_t i = 0; i < curves.categories.size(); ++i) {
            ticker->addTick(static_cast<double>(i), text(curves.categories[i]));
        }
        useLinearTicks(axis);
        axis.setTicker(ticker);
        axis.setRange(-0.5, static_cast<double>(curves.categories.size()) - 0.5);
        return;
    }
    const bool log = curves.x_scale == AxisScale::log;
    if (log) {
        useLogTicks(axis);
    } else {
        useLinearTicks(axis);
    }
    if (!positions.empty()) axis.setRange(roomFor(positions, log));
}

QCPGraph* addRing(QCustomPlot& plot, double x, double y, const QColor& color, double size,
                  const PlotScale& scale) {
    QCPGraph* ring = addCurve(plot);
    ring->addData(x, y);
    ring->setLineStyle(QCPGraph::lsNone);
    ring->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(color, 1.5 * scale.unit),
                                          Qt::NoBrush, size * scale.unit));
    return ring;
}

void drawSeeds(QCustomPlot& plot, const ResponsePicture& picture, std::size_t l,
               const QColor& color, const PlotScale& scale) {
    const ResponseLine& line = picture.curves.lines[l];
    QColor faint = color;
    faint.setAlpha(110);
    QCPGraph* seeds = addCurve(plot);
    for (std::size_t p = 0; p < line.points.size(); ++p) {
        const std::vector<SeedValue>& values = line.points[p].values;
        if (values.size() < 2) continue;  // it is the mean
        for (const SeedValue& seed : values) {
            seeds->addData(placeOnAxis(picture, {l, p}), factorOf(picture) * seed.value);
        }
    }
    seeds->setLineStyle(QCPGraph::lsNone);
    seeds->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(faint, scale.unit),
                                           Qt::NoBrush, 4.0 * scale.unit));
}

void drawLine(QCustomPlot& plot, const ResponsePicture& picture, std::size_t l,
              const LineLook& look, const PlotScale& scale) {
    const ResponseLine& line = picture.curves.lines[l];
    QCPGraph* means = addCurve(plot);
    QVector<double> below;
    QVector<double> above;
    for (std::size_t p = 0; p < line.points.size(); ++p) {
        const ResponsePoint& point = line.points[p];
        const double mean = factorOf(picture) * point.spread.mean;
        means->addData(placeOnAxis(picture, {l, p}), mean);
        below << mean - factorOf(picture) * point.spread.lower;
        above << factorOf(picture) * point.spread.upper - mean;
    }
    means->setPen(penOf(look, kCurveWidth * scale.unit));
    if (picture.curves.x_scale == AxisScale::categories) means->setLineStyle(QCPGraph::lsNone);
    means->setScatterStyle(markerOf(look, kCurveWidth * scale.unit, kMarkerSize * scale.unit));
    auto* bars = new QCPErrorBars(plot.xAxis, plot.yAxis);
    bars->removeFromLegend();
    bars->setSelectable(QCP::stNone);
    bars->setDataPlottable(means);
    bars->setData(below, above);
    bars->setPen(QPen(look.color, 1.1 * scale.unit));
    bars->setWhiskerWidth(6.0 * scale.unit);
    bars->setSymbolGap(0);
    if (line.best && line.points.size() > 1) {
        const ResponsePoint& best = line.points[*line.best];
        addRing(plot, placeOnAxis(picture, {l, *line.best}), factorOf(picture) * best.spread.mean,
                look.color, 12.0, scale);
    }
}

}  // namespace

double placeOnAxis(const ResponsePicture& picture, ResponseAt at) {
    const ResponseCurves& curves = picture.curves;
    const double position = curves.lines[at.first].points[at.second].position;
    if (curves.x_scale != AxisScale::categories) return position;
    const auto lines = static_cast<double>(curves.lines.size());
    const double step = std::min(kMostDodge, kCategoryWidth / lines);
    return position + step * (static_cast<double>(at.first) - (lines - 1.0) / 2.0);
}

QString spreadWords(Spread spread) {
    switch (spread) {
        case Spread::standard_deviation:
            return PictureWords::tr("mean ± standard deviation over seeds");
        case Spread::standard_error:
            return PictureWords::tr("mean ± standard error over seeds");
        case Spread::range:
            return PictureWords::tr("mean, smallest and largest of the seeds");
        case Spread::t_interval:
            return PictureWords::tr("mean and its 95 % interval over seeds (Student's t)");
    }
    return {};
}

QString pointWords(const ResponsePicture& picture, ResponseAt at) {
    const ResponseLine& line = picture.curves.lines[at.first];
    const ResponsePoint& point = line.points[at.second];
    const QString unit = picture.percent ? QStringLiteral(" %") : QString();
    QString words =
        PictureWords::tr("%1 at %2: %3")
            .arg(text(line.name), text(valueText(point.x)), number(picture, point.spread.mean));
    if (point.spread.n > 1) {
        words +=
            picture.spread == Spread::standard_deviation || picture.spread == Spread::standard_error
                ? QStringLiteral(" ± ") + number(picture, point.spread.upper - point.spread.mean)
                : QStringLiteral(" (%1 … %2)")
                      .arg(number(picture, point.spread.lower),
                           number(picture, point.spread.upper));
    }
    words += unit + QStringLiteral(" (n = %1)").arg(point.spread.n);
    for (const SeedValue& seed : point.values) {
        words += PictureWords::tr("\nseed %1: %2").arg(seed.seed).arg(number(picture, seed.value)) +
                 unit;
    }
    return words;
}

void drawResponse(QCustomPlot& plot, const ResponsePicture& picture, const PlotColors& colors,
                  const PlotScale& scale, bool dark, std::optional<ResponseAt> marked) {
    stylePlot(plot, colors, scale);
    const ResponseCurves& curves = picture.curves;
    setXAxis(*plot.xAxis, curves);
    plot.yAxis->setLabel(picture.percent ? QStringLiteral("%1 (%)").arg(text(curves.y_label))
                                         : text(curves.y_label));
    std::vector<double> values;
    for (std::size_t l = 0; l < curves.lines.size(); ++l) {
        const ResponseLine& line = curves.lines[l];
        const LineLook look = lineLook(static_cast<int>(l), static_cast<int>(curves.lines.size()),
                                       scale.grey_safe, dark);
        if (picture.seeds_as_points) drawSeeds(plot, picture, l, look.color, scale);
        drawLine(plot, picture, l, look, scale);
        for (const ResponsePoint& point : line.points) {
            for (const double value : {point.spread.mean, point.spread.lower, point.spread.upper}) {
                if (!std::isnan(value)) values.push_back(factorOf(picture) * value);
            }
            for (const SeedValue& seed : point.values) {
                values.push_back(factorOf(picture) * seed.value);
            }
        }
    }
    if (!values.empty()) plot.yAxis->setRange(roomFor(values, false));
    if (!marked || marked->first >= curves.lines.size()) return;
    const ResponseLine& line = curves.lines[marked->first];
    if (marked->second >= line.points.size()) return;
    const ResponsePoint& point = line.points[marked->second];
    addRing(plot, placeOnAxis(picture, *marked), factorOf(picture) * point.spread.mean,
            colors.accent, 17.0, scale)
        ->setName(QStringLiteral("marked"));
}

}  // namespace ballast
