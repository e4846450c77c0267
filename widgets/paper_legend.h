#pragma once

#include <QStringList>

class QCustomPlot;

namespace ballast {

struct FigureStyle;
struct PlotColors;
struct PlotScale;

// For widgets/*.cpp.

/// Puts the plot's legend where the style has it, for entries of these names; above the plot in as
/// many columns as fit, side by side and not spread. Add the entries, then call fitPaperLegend().
void addPaperLegend(QCustomPlot& plot, const QStringList& names, int most_columns,
                    const FigureStyle& style, const PlotColors& colors, const PlotScale& scale);
void fitPaperLegend(QCustomPlot& plot);

}  // namespace ballast
