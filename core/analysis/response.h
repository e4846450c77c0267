#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/analysis/figure_points.h"

namespace ballast {

struct ResponsePoint {
    FieldValue x;
    double position = 0.0;          // on the axis: the number, or the category's index from 0
    std::vector<SeedValue> values;  // by seed
    SeedSpread spread;              // mean and the band that the description asks for
};

struct ResponseLine {
    std::string name;
    std::vector<ResponsePoint> points;  // by position
    // The point with the best mean, and the 95 % interval of that mean. Chosen among several, it is
    // better than a repetition would be; nothing where neither direction is better.
    std::optional<std::size_t> best;
    SeedSpread best_interval;
    std::string protocol;  // see protocolText
};

/// What a figure of kind "response" draws.
struct ResponseCurves {
    std::string x_label;
    std::string y_label;
    AxisScale x_scale = AxisScale::linear;  // never automatic
    std::vector<std::string> categories;    // of AxisScale::categories, by position
    std::vector<ResponseLine> lines;        // in the order in which each first appears
    std::string protocol;                   // of all runs together
    std::vector<std::string> warnings;      // sentences; some begin with a JSON pointer
};

/// The curves of `figure`, whose kind is response. Runs equal but for the seed are one point; what
/// else varies within a line is named in the warnings, never averaged in silence. Throws
/// ConfigError with a JSON pointer where there is nothing to draw. Works in any thread; 10,000 runs
/// take less than 0.2 s once their fields are known.
ResponseCurves responseCurves(std::span<const IndexedRun* const> runs,
                              const FigureDescription& figure);

}  // namespace ballast
