#include "widgets/what_if_picture.h"

#include <QFontMetrics>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/experiment/imbalance.h"
#include "core/theory/what_if_table.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr std::size_t kMostNames = 12;  // more classes are counted
constexpr double kWideBar = 0.84;
constexpr double kNarrowBar = 0.46;
constexpr double kPerCent = 100.0;
constexpr const char* kAccuracyLabel = "accuracy, %";

QCPBars* addPairedBars(QCustomPlot& plot, double width, const QColor& color) {
    auto* bars = new QCPBars(plot.xAxis, plot.yAxis);
    bars->removeFromLegend();
    bars->setWidth(width);
    bars->setPen(Qt::NoPen);
    bars->setBrush(color);
    bars->setSelectable(QCP::stNone);
    return bars;
}

/// Names below the bars, at a slant where they do not fit side by side; or ranks.
void tickClasses(QCustomPlot& plot, const WhatIfPicture& picture,
                 const std::vector<std::size_t>& order, int width) {
    QCPAxis& axis = *plot.xAxis;
    axis.setTickLabelRotation(0.0);
    axis.setRange(-0.6, static_cast<double>(order.size()) - 0.4);
    axis.grid()->setVisible(false);
    if (order.size() > kMostNames) {
        useIntegerTicks(axis);
        axis.setLabel(tr("rank of the class, most training images first"));
        return;
    }
    const QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    const QFontMetrics metrics(axis.tickLabelFont());
    int widest = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const QString name = classWords(picture, order[i]);
        ticker->addTick(static_cast<double>(i), name);
        widest = std::max(widest, metrics.horizontalAdvance(name));
    }
    axis.setTicker(ticker);
    axis.setLabel(tr("class, most training images first"));
    const int room = width / std::max(1, static_cast<int>(order.size()));
    if (widest + metrics.averageCharWidth() > room) axis.setTickLabelRotation(-35.0);
}

void addDiagonal(QCustomPlot& plot, const PlotColors& colors, const PlotScale& scale) {
    auto* line = new QCPItemLine(&plot);
    line->start->setCoords(0.0, 0.0);
    line->end->setCoords(kPerCent, kPerCent);
    QPen pen(colors.text, scale.unit);
    pen.setStyle(Qt::DashLine);
    line->setPen(pen);
    line->setSelectable(false);
}

PgfPlot pgfAccuracies(const WhatIfPicture& picture) {
    PgfPlot plot;
    plot.y_label = kAccuracyLabel;
    const std::vector<std::size_t> order = byFrequency(picture);
    plot.x_label = order.size() > kMostNames ? "rank of the class, most training images first"
                                             : "class, most training images first";
    int marker = 0;
    for (const auto& [name, result] :
         {std::pair("as trained", &picture.before), std::pair("adjusted", &picture.after)}) {
        PgfLine line;
        line.name = name;
        line.connected = false;
        line.marker = marker++;
        line.rgb = result == &picture.after ? 0x0b4f8a : 0x969696;
        for (std::size_t i = 0; i < order.size(); ++i) {
            const double value = kPerCent * result->accuracy[order[i]];
            if (!std::isnan(value)) line.points.push_back({static_cast<double>(i), value});
        }
        plot.lines.push_back(std::move(line));
    }
    if (order.size() <= kMostNames) {
        for (const std::size_t y : order) {
            plot.categories.push_back(classWords(picture, y).toStdString());
        }
    }
    return plot;
}

}  // namespace

QColor asTrainedColor(const PlotColors& colors) {
    const auto mixed = [](int a, int b) { return (2 * a + 3 * b) / 5; };
    return {mixed(colors.muted.red(), colors.background.red()),
            mixed(colors.muted.green(), colors.background.green()),
            mixed(colors.muted.blue(), colors.background.blue())};
}

std::vector<std::size_t> byFrequency(const WhatIfPicture& picture) {
    std::vector<std::size_t> order(picture.class_counts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::ranges::greater{},
                             [&](std::size_t y) { return picture.class_counts[y]; });
    return order;
}

QString classWords(const WhatIfPicture& picture, std::size_t y) {
    const bool named = y < picture.names.size() && !picture.names[y].empty();
    return named ? text(picture.names[y]) : tr("class %1").arg(y);
}

void drawClassAccuracies(QCustomPlot& plot, const WhatIfPicture& picture, const PlotColors& colors,
                         const PlotScale& scale, int width) {
    stylePlot(plot, colors, scale);
    const std::vector<std::size_t> order = byFrequency(picture);
    const std::vector<bool> majority = majorityClasses(picture.class_counts);
    QCPBars* trained = addPairedBars(plot, kWideBar, asTrainedColor(colors));
    QCPBars* adjusted[2] = {
        addPairedBars(plot, kNarrowBar, scale.grey_safe ? QColor(0xff484848) : colors.minority),
        addPairedBars(plot, kNarrowBar, scale.grey_safe ? QColor(0xff484848) : colors.majority)};
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::size_t y = order[i];
        const auto place = static_cast<double>(i);
        const bool large = majority.empty() || majority[y];
        trained->addData(place, kPerCent * picture.before.accuracy[y]);
        adjusted[large ? 1 : 0]->addData(place, kPerCent * picture.after.accuracy[y]);
    }
    tickClasses(plot, picture, order, width);
    plot.yAxis->setLabel(QString::fromUtf8(kAccuracyLabel));
    plot.yAxis->setRange(0.0, kPerCent);
}

void drawReliability(QCustomPlot& plot, const WhatIfPicture& picture, const PlotColors& colors,
                     const PlotScale& scale) {
    stylePlot(plot, colors, scale);
    constexpr double kBinWidth = kPerCent / kReliabilityBins;
    QCPBars* trained = addPairedBars(plot, kWideBar * kBinWidth, asTrainedColor(colors));
    QCPBars* adjusted = addPairedBars(plot, kNarrowBar * kBinWidth,
                                      scale.grey_safe ? QColor(0xff484848) : colors.majority);
    for (std::size_t m = 0; m < kReliabilityBins; ++m) {
        const double middle = (static_cast<double>(m) + 0.5) * kBinWidth;
        for (const auto& [bars, result] :
             {std::pair(trained, &picture.before), std::pair(adjusted, &picture.after)}) {
            const ReliabilityBin& bin = result->bins[m];
            if (bin.images > 0) bars->addData(middle, kPerCent * bin.accuracy);
        }
    }
    addDiagonal(plot, colors, scale);
    plot.xAxis->setRange(0.0, kPerCent);
    plot.yAxis->setRange(0.0, kPerCent);
    plot.xAxis->setLabel(tr("confidence, %"));
    plot.yAxis->setLabel(QString::fromUtf8(kAccuracyLabel));
}

QString splitWords(LogitSplit split) {
    switch (split) {
        case LogitSplit::validation:
            return tr("validation images");
        case LogitSplit::train:
            return tr("training images");
        default:
            return tr("test images");
    }
}

QString adjustmentWords(LogitSplit split, const WhatIf& adjustment) {
    QStringList parts{splitWords(split)};
    const auto add = [&](const char* name, double value) {
        if (value != 0.0) parts << QStringLiteral("%1 = %2").arg(text(name)).arg(value);
    };
    add("τ", adjustment.tau);
    add("γ", adjustment.gamma);
    add("τ-norm", adjustment.tau_norm);
    if (adjustment.tde != 0.0) {
        parts << QStringLiteral("α_TDE %1%2")
                     .arg(adjustment.tde > 0.0 ? QStringLiteral("+") : QString())
                     .arg(adjustment.tde);
    }
    if (!adjustment.weights.empty()) parts << tr("decision weights");
    return parts.join(QStringLiteral(", "));
}

PaperFigure paperFigure(const WhatIfPicture& picture, const QString& title) {
    PaperFigure figure;
    figure.title = title;
    figure.compose = [picture](QCustomPlot& plot, const PlotColors& colors, const PlotScale& scale,
                               const FigureStyle& style) {
        // The axis with its labels takes about a sixth of the width.
        drawClassAccuracies(plot, picture, colors, scale, paperUnits(style.width) * 5 / 6);
    };
    figure.csv = [picture] {
        return QByteArray::fromStdString(
            whatIfCsv(picture.before, picture.after, picture.names, picture.class_counts));
    };
    figure.pgf = [picture, title = title.toStdString()](const FigureStyle& style,
                                                        const std::string& data_file) {
        PgfPlot plot = pgfAccuracies(picture);
        plot.title = title;
        return pgfFigure(plot, style, data_file);
    };
    return figure;
}

}  // namespace ballast
