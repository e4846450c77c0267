#include "widgets/paper_legend.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "widgets/palette.h"
#include "widgets/paper.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"

namespace ballast {
namespace {

// In points.
constexpr double kIconWidth = 15;
constexpr double kIconGap = 3;
constexpr double kColumnGap = 7;
constexpr double kUsable = 0.97;  // of the figure's width and height
// Of its height, so that there is room for the plot.
constexpr double kMostAbove = 0.35;
constexpr double kMostInside = 0.6;

constexpr std::size_t kMostNamed = 24;  // lines, as in the window

QString others(std::size_t count) {
    return QCoreApplication::translate("ballast::Plots", "and %1 more").arg(count);
}

int units(double points) {
    return static_cast<int>(std::lround(points * kUnitsPerPoint));
}

/// Above the plot, an empty element beside it that takes the rest of the line, so that entries are
/// not spread.
void putAbove(QCustomPlot& plot) {
    plot.plotLayout()->insertRow(0);
    auto* line = new QCPLayoutGrid;
    plot.plotLayout()->addElement(0, 0, line);
    line->addElement(0, 0, plot.legend);
    line->addElement(0, 1, new QCPLayoutElement(&plot));
    plot.plotLayout()->setRowStretchFactor(0, 0.001);
    plot.plotLayout()->setRowSpacing(units(2));
}

/// Right of it, as putAbove() at the top of the column.
void putRight(QCustomPlot& plot) {
    auto* column = new QCPLayoutGrid;
    plot.plotLayout()->addElement(0, 1, column);
    column->addElement(0, 0, plot.legend);
    column->addElement(1, 0, new QCPLayoutElement(&plot));
    plot.plotLayout()->setColumnStretchFactor(1, 0.001);
    plot.plotLayout()->setColumnSpacing(units(4));
}

void putInside(QCustomPlot& plot, Qt::Alignment corner) {
    QColor ground = Qt::white;
    ground.setAlpha(215);
    plot.legend->setBrush(ground);
    plot.legend->setMargins(QMargins(units(2), units(1), units(2), units(1)));
    QCPLayoutInset* inside = plot.axisRect()->insetLayout();
    inside->setInsetPlacement(0, QCPLayoutInset::ipBorderAligned);
    inside->setInsetAlignment(0, corner);
    inside->setMargins(QMargins(units(3), units(3), units(3), units(3)));
}

/// The widths of the entries without the gaps between columns.
std::vector<double> widthsOf(QCPLegend& legend) {
    const QFontMetricsF metrics(legend.font());
    std::vector<double> widths;
    for (int i = 0; i < legend.itemCount(); ++i) {
        auto* item = qobject_cast<QCPPlottableLegendItem*>(legend.item(i));
        widths.push_back(metrics.horizontalAdvance(item->plottable()->name()) +
                         units(kIconWidth + kIconGap));
    }
    return widths;
}

/// The most columns that are not wider together than the figure.
std::size_t fittingColumns(const std::vector<double>& widths, const FigureStyle& style) {
    for (std::size_t columns = widths.size(); columns > 1; --columns) {
        std::vector<double> widest(columns, 0.0);
        for (std::size_t i = 0; i < widths.size(); ++i) {
            widest[i % columns] = std::max(widest[i % columns], widths[i]);
        }
        const double gaps = units(kColumnGap) * static_cast<double>(columns - 1);
        if (std::accumulate(widest.begin(), widest.end(), gaps) <=
            kUsable * paperUnits(style.width)) {
            return columns;
        }
    }
    return 1;
}

/// The lines that fit into the legend's room, so many of the first; all, or with room for the entry
/// that counts the others.
std::size_t fittingLines(QCPLegend& legend, const FigureStyle& style, std::size_t lines) {
    const double share = style.legend == LegendPlace::above   ? kMostAbove
                         : style.legend == LegendPlace::right ? kUsable
                                                              : kMostInside;
    const double row = std::max(QFontMetricsF(legend.font()).height(),
                                static_cast<double>(legend.iconSize().height())) +
                       legend.rowSpacing();
    const auto rows = static_cast<std::size_t>(share * paperUnits(style.height) / row);
    const std::vector<double> widths = widthsOf(legend);
    const double counting = QFontMetricsF(legend.font()).horizontalAdvance(others(lines)) +
                            units(kIconWidth + kIconGap);
    const auto fits = [&](std::size_t named) {
        std::vector<double> kept(widths.begin(), widths.begin() + static_cast<long>(named));
        if (named < lines) kept.push_back(counting);
        kept.insert(kept.end(), widths.begin() + static_cast<long>(lines), widths.end());
        const std::size_t columns =
            style.legend == LegendPlace::above ? fittingColumns(kept, style) : 1;
        return (kept.size() + columns - 1) / columns <= rows;
    };
    std::size_t named = lines > kMostNamed ? kMostNamed : lines;
    while (named > 1 && !fits(named)) --named;
    return named;
}

/// Leaves the first lines, and one entry that counts the others.
void shorten(QCPLegend& legend, std::size_t lines, std::size_t named) {
    if (named == lines) return;
    for (std::size_t i = lines - 1; i > named; --i) legend.removeItem(static_cast<int>(i));
    auto* last = qobject_cast<QCPPlottableLegendItem*>(legend.item(static_cast<int>(named)));
    auto* key = qobject_cast<QCPGraph*>(last->plottable());
    key->setName(others(lines - named));
    key->setPen(Qt::NoPen);
    key->setScatterStyle(QCPScatterStyle::ssNone);
}

}  // namespace

void addPaperLegend(QCustomPlot& plot, const FigureStyle& style, const PlotColors& colors,
                    const PlotScale& scale) {
    QCPLegend* legend = plot.legend;
    if (style.legend == LegendPlace::none) return;
    legend->setVisible(true);
    legend->setFont(scale.legend_font);
    legend->setTextColor(colors.text);
    legend->setBorderPen(Qt::NoPen);
    legend->setBrush(Qt::NoBrush);
    legend->setIconSize(units(kIconWidth), units(style.legend_size));
    legend->setIconTextPadding(units(kIconGap));
    legend->setColumnSpacing(units(kColumnGap));
    legend->setRowSpacing(units(1));
    legend->setMargins(QMargins(0, 0, 0, 0));
    legend->setFillOrder(QCPLegend::foColumnsFirst);
    legend->setWrap(1);
    switch (style.legend) {
        case LegendPlace::right:
            return putRight(plot);
        case LegendPlace::top_left:
            return putInside(plot, Qt::AlignTop | Qt::AlignLeft);
        case LegendPlace::top_right:
            return putInside(plot, Qt::AlignTop | Qt::AlignRight);
        case LegendPlace::bottom_left:
            return putInside(plot, Qt::AlignBottom | Qt::AlignLeft);
        case LegendPlace::bottom_right:
            return putInside(plot, Qt::AlignBottom | Qt::AlignRight);
        case LegendPlace::above:
        case LegendPlace::none:
            break;
    }
    putAbove(plot);
}

void fitPaperLegend(QCustomPlot& plot, const FigureStyle& style, int lines) {
    if (style.legend == LegendPlace::none) return;
    const auto all = static_cast<std::size_t>(lines);
    shorten(*plot.legend, all, fittingLines(*plot.legend, style, all));
    if (style.legend == LegendPlace::above) {
        plot.legend->setWrap(static_cast<int>(fittingColumns(widthsOf(*plot.legend), style)));
        plot.legend->setFillOrder(QCPLegend::foColumnsFirst, true);  // anew, by the columns
    }
    plot.legend->setMaximumSize(plot.legend->minimumOuterSizeHint());
}

}  // namespace ballast
