#pragma once

class QCustomPlot;

namespace ballast {

struct FigureStyle;
struct PlotColors;
struct PlotScale;

// For widgets/*.cpp.

/// Puts the plot's legend where the style has it. Add the entries, then call fitPaperLegend().
void addPaperLegend(QCustomPlot& plot, const FigureStyle& style, const PlotColors& colors,
                    const PlotScale& scale);

/// Above the plot: as many columns as fit, side by side and not spread, each as wide as its widest
/// entry. The first `lines` entries are lines: of more than there is room for, the rest is counted
/// in an entry of its own, so that the plot keeps its room.
void fitPaperLegend(QCustomPlot& plot, const FigureStyle& style, int lines);

}  // namespace ballast
