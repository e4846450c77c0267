#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/analysis/paired_comparison.h"
#include "core/analysis/setting_pairs.h"

namespace ballast {

/// How much of a class's test images a setting gets right, or how much more than another.
struct ClassDifference {
    std::size_t class_index = 0;
    std::string name;             // "" where it has a number only
    std::int64_t images = 0;      // of training
    PairedStatistics difference;  // of shares of test images, first − second or first, over seeds
};

struct ClassDifferences {
    std::vector<ClassDifference> classes;  // those with test images; most training images first
    PairedStatistics majority;             // of the mean over the majority classes
    PairedStatistics minority;
    int seeds = 0;                  // pairs that could be read
    bool difference = false;        // of two settings; else one's accuracies
    std::vector<std::string> runs;  // IDs of those that it is made of
    std::string protocol;           // of a figure's
    std::vector<std::string> warnings;
};

/// The test accuracies of each class at each run's best epoch, compared seed by seed. Pairs that
/// cannot be read or have no such accuracies are left out. Throws ConfigError where the runs have
/// other classes or class counts than the first pair's: they do not compare. Any thread; reads both
/// runs whole, milliseconds each.
ClassDifferences classDifferences(std::span<const RunPair> pairs);

/// The same of a figure of kind classes, see settingPairs(). Throws ConfigError where there is
/// nothing to draw.
ClassDifferences classDifferences(std::span<const IndexedRun* const> runs,
                                  const FigureDescription& figure);

/// What a class is called: its name, or else its number.
std::string shownName(const ClassDifference& one);

}  // namespace ballast
