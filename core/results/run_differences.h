#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/results/run_index.h"

namespace ballast {

/// Something in which runs differ.
struct RunDifference {
    std::string pointer;  // into the config; empty: no field of it
    int from_epoch = 0;   // of an edit: epochs done when it began to hold; else 0
    std::string label;    // "ν of class weight α_y, phase 2"; "Learning rate, from epoch 40"
    std::vector<std::string> values;  // one for each run; empty: it has no such thing
    bool operator==(const RunDifference&) const = default;
};

/// What is not the same in all of the runs that can be read: the fields of their configs but for
/// the name, in the order in which people read them; then the edits, by epoch; then what they were
/// trained with. A run that cannot be read has empty values.
std::vector<RunDifference> runDifferences(std::span<const IndexedRun* const> runs);

}  // namespace ballast
