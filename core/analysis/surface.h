#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/analysis/figure_points.h"

namespace ballast {

struct SurfaceCell {
    std::vector<SeedValue> values;  // by seed; empty: no run is here
    SeedSpread spread;
};

/// What a figure of kind "surface" draws: a value over two fields.
struct Surface {
    std::string x_label;
    std::string y_label;
    std::string value_label;
    AxisScale x_scale = AxisScale::linear;  // never automatic
    AxisScale y_scale = AxisScale::linear;
    std::vector<FieldValue> xs;       // of the columns, numbers ascending
    std::vector<FieldValue> ys;       // of the rows
    std::vector<SurfaceCell> cells;   // [y · xs.size() + x]
    std::size_t missing = 0;          // cells without a run
    std::optional<std::size_t> best;  // index of the cell with the best mean
    SeedSpread best_interval;         // 95 % of that mean
    std::string protocol;
    std::vector<std::string> warnings;

    const SurfaceCell& at(std::size_t x, std::size_t y) const { return cells[y * xs.size() + x]; }
};

/// The surface of `figure`, whose kind is surface. What else varies among the runs is named in the
/// warnings. Throws ConfigError with a JSON pointer where there is nothing to draw. Works in any
/// thread.
Surface surfaceOf(std::span<const IndexedRun* const> runs, const FigureDescription& figure);

}  // namespace ballast
