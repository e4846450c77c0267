#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/results/run_query.h"

namespace ballast {

/// How much of a value's variation goes with one field, by a one-way analysis of variance in which
/// each value of the field is a group.
struct FieldImportance {
    std::string pointer;  // of a field of the config
    std::string label;
    std::size_t groups = 0;    // values that the field takes
    std::size_t n = 0;         // runs
    double eta_squared = 0.0;  // η², the share of the squares between groups in all of them
    double f = 0.0;            // F; NaN where the groups have no freedom within
    double p = 0.0;            // of F; NaN as above
};

struct Importance {
    std::vector<FieldImportance> fields;  // largest η² first
    std::size_t n = 0;                    // runs that count
    std::vector<std::string> warnings;    // what the numbers do not say; always some
};

/// Ranks every field of the config that varies among the runs by the share of `value`'s variation
/// that goes with it. Exploratory: fields that vary together explain the same variation twice,
/// interactions go unseen, and p-values are of many tests without adjustment. A field that takes
/// another value in each run explains all and says nothing, so it is left out. Runs count as in
/// countedRuns. Works in any thread.
Importance importanceOf(std::span<const IndexedRun* const> runs, const std::string& value);

/// One-way analysis of variance of groups of values.
struct VarianceAnalysis {
    double eta_squared = 0.0;
    double f = 0.0;
    double p = 0.0;
};
VarianceAnalysis analysisOfVariance(std::span<const std::vector<double>> groups);

}  // namespace ballast
