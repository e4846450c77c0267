#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/analysis/paired_comparison.h"
#include "core/results/run_groups.h"

namespace ballast {

/// One class in two groups of runs.
struct ClassDifference {
    std::size_t index = 0;    // in the data set's order
    std::string name;         // "" where it has a number only
    std::int64_t images = 0;  // training images, of the first group's first run
    double first = kMissing;  // mean test accuracy over the common seeds, a share
    double second = kMissing;
    PairedStatistics statistics;  // of first − second
    double holm_p = kMissing;     // t_p, adjusted over the classes
};

struct ClassDifferences {
    std::vector<ClassDifference> classes;  // in the data set's order
    std::vector<std::uint64_t> seeds;      // in common and read
    std::vector<std::string> warnings;     // runs that could not be read, a sentence each
};

/// Compares two groups class by class over the training seeds that both have once, by the test
/// accuracy at the best epoch ("best") or the last ("last"). Reads the runs' records, which takes a
/// tenth of a second for each run of 200 epochs and 100 classes; works in any thread. Throws
/// ConfigError: another value, groups with other numbers of classes, no seed in common.
ClassDifferences classDifferences(const RunGroup& first, const RunGroup& second,
                                  const std::string& value);

}  // namespace ballast
