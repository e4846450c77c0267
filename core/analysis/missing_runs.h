#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/analysis/figure_description.h"
#include "core/analysis/response.h"
#include "core/experiment/config.h"

namespace ballast {

/// A place of response curves and the seeds without a run there.
struct MissingRuns {
    std::size_t line = 0;              // index into the curves
    FieldValue x;                      // on the axis
    std::vector<std::uint64_t> seeds;  // ascending
    bool operator==(const MissingRuns&) const = default;
};

/// The training seeds of any point of the curves, ascending.
std::vector<std::uint64_t> seedsOf(const ResponseCurves& curves);

/// Where curves lack runs: each value on the axis that any line has, and each seed that two points
/// have, are wanted of every line; a seed of one point alone is an accident. Those of a surface are
/// the cells of its rows. Line by line, the values in the axis's order.
std::vector<MissingRuns> missingRuns(const ResponseCurves& curves);

/// The config of a run of the figure, by its ID; may throw Error.
using ConfigOf = std::function<RunConfig(const std::string& run)>;

/// Configs as JSON that train what is missing, one a seed: that of the line's run nearest on the
/// axis, with the axis's field and the seed set. Where the field cannot be set, as a method's, it
/// is the run of another line at the same place, with the line's fields set. A learning-rate step
/// that begins with a phase goes with it. Nothing is checked: an invalid config comes out as it is.
/// `figure` as responseCurves had it. Throws ConfigError naming the fields where neither can be
/// set.
std::vector<nlohmann::json> configsFor(const MissingRuns& missing, const ResponseCurves& curves,
                                       const FigureDescription& figure, const ConfigOf& config_of);

}  // namespace ballast
