#pragma once

#include <span>
#include <string>

#include "core/results/run_index.h"
#include "core/results/table_text.h"

namespace ballast {

/// Which number of a run a table shows.
struct TableValue {
    enum Kind { best, last, after } kind = best;
    int epochs_done = 0;  // of `after`
};

/// A table of methods, in the shape of the paper's Table 1.
struct MethodTable {
    std::string text;            // with a caption that says the number of seeds and the selection
    std::size_t shown = 0;       // runs that count
    std::size_t unfinished = 0;  // runs that do not, for they have not got so far
    std::size_t repeated = 0;    // runs that do not, for another has the same config and seed
};

/// Methods (rows, those with SAM apart) against data set, profile and imbalance ratio (columns);
/// each cell is the mean and sample standard deviation over the seeds of one config of the balanced
/// test accuracy in %. Different configs that would share a cell are rows of their own, named by
/// what differs (see groupNames). In each column and each block of rows the best mean is bold and
/// the runner-up underlined. CSV is long: one line a cell, with mean and std as shares of 1, in
/// full. A run that has not trained all its epochs does not count, or with `after`, one that has
/// not got so far.
MethodTable methodTable(std::span<const IndexedRun* const> runs, TableValue value,
                        TableFormat format);

}  // namespace ballast
