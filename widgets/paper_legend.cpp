#include "widgets/paper_legend.h"

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
constexpr double kUsable = 0.97;  // of the figure's width

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

/// The most columns that are not wider together than the figure.
int fittingColumns(QCPLegend& legend, const FigureStyle& style) {
    const QFontMetricsF metrics(legend.font());
    std::vector<double> widths;
    for (int i = 0; i < legend.itemCount(); ++i) {
        auto* item = qobject_cast<QCPPlottableLegendItem*>(legend.item(i));
        if (item == nullptr) continue;
        widths.push_back(metrics.horizontalAdvance(item->plottable()->name()) +
                         units(kIconWidth + kIconGap));
    }
    for (std::size_t columns = widths.size(); columns > 1; --columns) {
        std::vector<double> widest(columns, 0.0);
        for (std::size_t i = 0; i < widths.size(); ++i) {
            widest[i % columns] = std::max(widest[i % columns], widths[i]);
        }
        const double gaps = units(kColumnGap) * static_cast<double>(columns - 1);
        if (std::accumulate(widest.begin(), widest.end(), gaps) <=
            kUsable * paperUnits(style.width)) {
            return static_cast<int>(columns);
        }
    }
    return 1;
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

void fitPaperLegend(QCustomPlot& plot, const FigureStyle& style) {
    if (style.legend == LegendPlace::above) {
        plot.legend->setWrap(fittingColumns(*plot.legend, style));
        plot.legend->setFillOrder(QCPLegend::foColumnsFirst, true);  // anew, by the columns
    }
    plot.legend->setMaximumSize(plot.legend->minimumOuterSizeHint());
}

}  // namespace ballast
