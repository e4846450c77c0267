#pragma once

#include <optional>
#include <span>

#include "widgets/plot_series.h"
#include "widgets/value_column.h"

namespace ballast {

/// Fills the column beside a panel: a row for each series with the panel's values at an epoch of
/// the axis, or the latest; of a mean with its spread and n.
void showValues(ValueColumn& beside, const Panel& panel, std::span<const PlotSeries> series,
                const PlotView& view, std::optional<int> epoch);

}  // namespace ballast
