#pragma once

#include "core/analysis/figure_description.h"
#include "widgets/panels.h"
#include "widgets/plot_view.h"

namespace ballast {

/// What plots of that view show in a panel, as a figure's description, without its runs.
FigureDescription curvesFigure(const Panel& panel, const PlotView& view);

/// The panel that a figure of curves shows. Throws ConfigError naming `subject` and the nearest
/// panel where there is none of that name.
const Panel& panelOf(const FigureDescription& figure, const std::string& subject);

/// How its plot shows what it holds.
PlotView viewOf(const FigureDescription& figure);

}  // namespace ballast
