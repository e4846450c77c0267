#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/analysis/figure_field.h"

namespace ballast {

/// Runs that one point of a figure stands for.
using PointRuns = std::vector<const IndexedRun*>;

/// A field of the config in which the runs of a line differ although the figure does not show it.
struct HiddenDifference {
    std::string pointer;              // "/phases" and "/lr_schedule/steps": their number
    std::vector<std::string> values;  // for people, as they appear; the first six of those
                                      // that are in one mean, or of all where none are
    bool within_a_point = false;      // some point's mean is over several values
};

/// What varies in the configs of a line's points and is neither a field that is shown, nor the
/// training seed or the name, nor the place of equal images. A learning-rate step that begins with
/// a phase goes with it. Costs about two microseconds a run.
std::vector<HiddenDifference> hiddenDifferences(std::span<const PointRuns> points,
                                                std::span<const FigureField> shown);

}  // namespace ballast
