#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/analysis/figure_description.h"
#include "core/results/run_index.h"

namespace ballast {

/// A field that a figure of some runs can have on an axis.
struct FieldChoice {
    std::string name;    // of figureField()
    std::string label;   // for people
    std::size_t values;  // how many it has
    bool numeric = false;
};

/// The fields of the config that differ among the runs that can be read, but for seeds and names,
/// in the order in which people read them; also the method and the data where they do, and T0.
std::vector<FieldChoice> varyingFields(std::span<const IndexedRun* const> runs);

/// The figure that answers what a sweep was most likely run for: the best accuracy over the number
/// with most values, those of the last phase before others, a line for each method. `choices` as
/// varyingFields(); without any it is the description's default, which cannot be drawn.
FigureDescription suggestedFigure(std::span<const FieldChoice> choices);

/// The fields that parallel coordinates show of these: method, data and T0 before others, one of
/// those that say the same, at most eight.
std::vector<std::string> suggestedAxes(std::span<const FieldChoice> choices);

/// Puts a field on the axis and takes it out of the lines; where it is a part of "data", the other
/// parts that vary make lines instead.
void setAxis(FigureDescription& figure, const std::string& x, std::span<const FieldChoice> choices);

}  // namespace ballast
