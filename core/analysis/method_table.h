#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/analysis/cross_table.h"
#include "core/results/run_index.h"

namespace ballast {

/// Which number of a run a table shows.
struct TableValue {
    enum Kind { best, last, after } kind = best;
    int epochs_done = 0;  // of `after`
};

/// A table of groups of runs, and what became of the others.
struct GroupTable {
    CrossTable table;
    std::size_t shown = 0;       // runs that count
    std::size_t unfinished = 0;  // runs that do not, for they have not got so far
    std::size_t repeated = 0;    // runs that do not, for another has the same config and seed
    std::vector<std::string> warnings;  // a sentence each
};

/// The shape of the paper's Table 1: methods (rows, those with SAM apart) against data set, profile
/// and imbalance ratio (columns); each cell is the balanced test accuracy over the seeds of one
/// config. Different configs that would share a cell are rows of their own, named by what differs
/// (see groupNames). A run that has not trained all its epochs does not count, or with `after`, one
/// that has not got so far.
GroupTable methodTable(std::span<const IndexedRun* const> runs, TableValue value);

/// The shape of the paper's Table 2: for each data, test accuracy of the classes with many, medium
/// and few training images, and of all, each at the run's best epoch.
GroupTable shotsTable(std::span<const IndexedRun* const> runs);

/// A table of one's own: a row for each combination of the `rows` fields' values, a column for each
/// of the `columns` fields', and in the cells the mean of `value`; see figureField(). Runs that are
/// not trained to the end do not count. Settings that differ within a cell without being shown are
/// named in a warning. Throws ConfigError for an unknown field, one that is no number, or where no
/// run is left.
GroupTable fieldTable(std::span<const IndexedRun* const> runs, const std::vector<std::string>& rows,
                      const std::vector<std::string>& columns, const std::string& value);

}  // namespace ballast
