#pragma once

#include <QString>
#include <span>

#include "widgets/plot_series.h"

// The sentences of live plots about all they show.

namespace ballast {

/// What of the visible runs is not, or not wholly, drawn by `series`; empty: nothing.
QString drawnNote(std::span<const RunCurves* const> visible, std::span<const PlotSeries> series,
                  const PlotView& view);

/// What stands in plots without a value, of which `first` is the uppermost; empty where there are
/// values. `runs` are there, visible or not.
QString emptyText(std::span<const RunCurves* const> visible, bool runs, bool first);

}  // namespace ballast
