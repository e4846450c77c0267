#pragma once

#include "core/analysis/figure_description.h"
#include "core/theory/what_if.h"
#include "widgets/bound_curve_plot.h"

namespace ballast {

// The figures of the Explain page as descriptions, and back.

/// Of these inspections: one, or two beside each other.
FigureDescription boundFigure(const std::vector<BoundInspection>& inspections);

/// Of those that are not faint.
FigureDescription boundSumsFigure(const std::vector<BoundSeries>& series);

FigureDescription whatIfFigure(const std::string& run, int epochs_done, LogitSplit split,
                               const WhatIf& adjustment);

/// After how many epochs a phase begins, the first not included.
std::vector<int> laterPhaseStarts(const RunConfig& config);

/// What a what-if's description does to the logits.
WhatIf adjustmentOf(const FigureDescription& figure);
LogitSplit splitOf(const FigureDescription& figure);

}  // namespace ballast
