#include "widgets/class_difference_picture.h"

#include <algorithm>
#include <cmath>

#include "core/analysis/figure_values.h"
#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr std::size_t kNamedBars = 12;  // more are counted
constexpr double kBarWidth = 0.75;
constexpr double kMostReach = 2.5;  // of an interval, times the longest bar
constexpr const char* kOfClasses = "class, most training images first";
constexpr const char* kOfRanks = "rank of the class, most training images first";

const char* heightLabel(const ClassDifferences& differences) {
    return differences.difference ? "test accuracy, points" : "test accuracy, %";
}

/// Colours of bars above and below 0.
std::pair<QColor, QColor> barColors(const PlotColors& colors, const PlotScale& scale) {
    if (scale.grey_safe) return {QColor(0xff969696), QColor(0xff484848)};
    return {colors.majority, colors.minority};
}

PgfPlot pgfBars(const ClassDifferences& differences) {
    PgfPlot plot;
    plot.y_label = heightLabel(differences);
    const bool named = differences.classes.size() <= kNamedBars;
    plot.x_label = named ? kOfClasses : kOfRanks;
    PgfLine line;
    line.connected = false;
    line.error_bars = true;
    for (std::size_t i = 0; i < differences.classes.size(); ++i) {
        const ClassDifference& one = differences.classes[i];
        if (named) plot.categories.push_back(shownName(one));
        line.points.push_back({static_cast<double>(i), 100.0 * one.difference.mean,
                               100.0 * one.difference.lower, 100.0 * one.difference.upper});
    }
    plot.lines.push_back(std::move(line));
    return plot;
}

}  // namespace

std::vector<double> barHeights(const ClassDifferences& differences) {
    std::vector<double> heights;
    for (const ClassDifference& one : differences.classes) {
        heights.push_back(100.0 * one.difference.mean);
    }
    return heights;
}

void drawClassDifferences(QCustomPlot& plot, const ClassDifferences& differences,
                          const PlotColors& colors, const PlotScale& scale) {
    stylePlot(plot, colors, scale);
    const std::vector<double> heights = barHeights(differences);
    auto* worse = new QCPBars(plot.xAxis, plot.yAxis);
    auto* better = new QCPBars(plot.xAxis, plot.yAxis);
    QVector<double> places;
    QVector<double> below;
    QVector<double> above;
    double low = 0.0;
    double high = 0.0;
    // Of two seeds an interval can be wider than all accuracies there are, and would flatten the
    // bars: it goes out of the picture.
    double highest = 0.0;
    for (const double height : heights) highest = std::max(highest, std::abs(height));
    const double farthest = std::min(100.0, std::max(kMostReach * highest, 1.0));
    for (std::size_t i = 0; i < heights.size(); ++i) {
        const double place = static_cast<double>(i);
        (heights[i] < 0.0 ? worse : better)->addData(place, heights[i]);
        const PairedStatistics& difference = differences.classes[i].difference;
        places << place;
        below << heights[i] - 100.0 * difference.lower;
        above << 100.0 * difference.upper - heights[i];
        for (const double edge : {heights[i], 100.0 * difference.lower, 100.0 * difference.upper}) {
            if (std::isnan(edge)) continue;
            low = std::min(low, std::max(edge, -farthest));
            high = std::max(high, std::min(edge, farthest));
        }
    }
    const auto [above_zero, below_zero] = barColors(colors, scale);
    for (QCPBars* bars : {worse, better}) {
        bars->removeFromLegend();
        bars->setWidth(kBarWidth);
        bars->setPen(Qt::NoPen);
        bars->setBrush(bars == better ? above_zero : below_zero);
        bars->setSelectable(QCP::stNone);
    }
    QCPGraph* middles = addCurve(plot);
    middles->setData(places, QVector<double>(heights.begin(), heights.end()), true);
    middles->setLineStyle(QCPGraph::lsNone);
    auto* errors = new QCPErrorBars(plot.xAxis, plot.yAxis);
    errors->removeFromLegend();
    errors->setDataPlottable(middles);
    errors->setData(below, above);
    errors->setPen(QPen(colors.text, scale.unit));
    errors->setWhiskerWidth(heights.size() > 40 ? 0.0 : 5.0 * scale.unit);
    errors->setSymbolGap(0);
    errors->setSelectable(QCP::stNone);
    if (heights.size() <= kNamedBars) {
        const QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
        for (std::size_t i = 0; i < heights.size(); ++i) {
            ticker->addTick(static_cast<double>(i), text(shownName(differences.classes[i])));
        }
        plot.xAxis->setTicker(ticker);
        plot.xAxis->setLabel(QString::fromUtf8(kOfClasses));
    } else {
        useIntegerTicks(*plot.xAxis);
        plot.xAxis->setLabel(QString::fromUtf8(kOfRanks));
    }
    plot.yAxis->setLabel(QString::fromUtf8(heightLabel(differences)));
    plot.xAxis->setRange(-0.6, static_cast<double>(heights.size()) - 0.4);
    const double room = std::max(0.5, 0.06 * (high - low));
    plot.yAxis->setRange(low < 0.0 ? low - room : low, high + room);
    plot.yAxis->grid()->setZeroLinePen(QPen(colors.axis, scale.unit));
}

void turnClassNames(QCustomPlot& plot, const ClassDifferences& differences, int width) {
    const QFontMetrics metrics(plot.xAxis->tickLabelFont());
    const auto bars = static_cast<int>(differences.classes.size());
    int widest = 0;
    for (const ClassDifference& one : differences.classes) {
        widest = std::max(widest, metrics.horizontalAdvance(text(shownName(one))));
    }
    const int room = width / std::max(1, bars);
    const bool named = differences.classes.size() <= kNamedBars;
    plot.xAxis->setTickLabelRotation(named && widest + kSpace1 > room ? -35.0 : 0.0);
}

QString classTitle(const FigureDescription& figure) {
    const auto words = [](const std::vector<std::string>& conditions) {
        QStringList parts;
        for (const std::string& condition : conditions) parts << text(condition);
        return parts.join(QStringLiteral(", "));
    };
    QString title = QStringLiteral("Test accuracy by class");
    if (!figure.of.empty()) title += QStringLiteral(": ") + words(figure.of);
    if (!figure.minus.empty()) title += QStringLiteral(" − ") + words(figure.minus);
    return title;
}

PaperFigure paperFigure(const ClassDifferences& differences, const QString& title) {
    PaperFigure figure;
    figure.title = title;
    figure.compose = [differences](QCustomPlot& plot, const PlotColors& colors,
                                   const PlotScale& scale, const FigureStyle& style) {
        drawClassDifferences(plot, differences, colors, scale);
        // The axis with its labels takes about a sixth of the width.
        turnClassNames(plot, differences, paperUnits(style.width) * 5 / 6);
    };
    figure.csv = [differences] { return QByteArray::fromStdString(valuesCsv(differences)); };
    figure.pgf = [differences, title = title.toStdString()](const FigureStyle& style,
                                                            const std::string& data_file) {
        PgfPlot plot = pgfBars(differences);
        plot.title = title;
        return pgfFigure(plot, style, data_file);
    };
    return figure;
}

}  // namespace ballast
