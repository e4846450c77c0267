#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/analysis/figure_points.h"

namespace ballast {

struct ParallelAxis {
    std::string label;
    AxisScale scale = AxisScale::linear;  // linear, or categories where there is text or a gap
    std::vector<FieldValue> values;       // each once: numbers ascending, then text; "–" is a gap
    double lowest = 0.0;                  // of the positions; categories count from 0
    double highest = 0.0;
};

/// A line through all axes: runs with the same values on them, their value a mean over seeds.
struct ParallelLine {
    std::vector<double> positions;  // [axis]: the number, or the category's index
    std::vector<SeedValue> values;  // by seed
    SeedSpread spread;
};

/// What a figure of kind "parallel" draws.
struct ParallelCoordinates {
    std::vector<ParallelAxis> axes;
    std::string value_label;          // what colours the lines
    std::vector<ParallelLine> lines;  // from the worst to the best, which is drawn on top
    std::string protocol;
    std::vector<std::string> warnings;
};

/// The coordinates of `figure`, whose kind is parallel. What else varies among the runs is named in
/// the warnings. Throws ConfigError with a JSON pointer where there is nothing to draw. Works in
/// any thread.
ParallelCoordinates parallelCoordinates(std::span<const IndexedRun* const> runs,
                                        const FigureDescription& figure);

}  // namespace ballast
