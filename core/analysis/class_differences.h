#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/analysis/paired_comparison.h"

namespace ballast {

/// Two runs of one seed.
struct RunPair {
    std::filesystem::path first;  // folders
    std::filesystem::path second;
};

/// How much more of a class's test images the first setting gets right.
struct ClassDifference {
    std::size_t class_index = 0;
    std::string name;             // "" where it has a number only
    std::int64_t images = 0;      // of training
    PairedStatistics difference;  // of shares of test images, first − second, over seeds
};

struct ClassDifferences {
    std::vector<ClassDifference> classes;  // those with test images; most training images first
    PairedStatistics majority;             // of the mean over the majority classes
    PairedStatistics minority;
    int seeds = 0;  // pairs that could be read
};

/// The test accuracies of each class at each run's best epoch, compared seed by seed. Pairs that
/// cannot be read or have no such accuracies are left out. Throws ConfigError where the runs have
/// other classes or class counts than the first pair's: they do not compare. Any thread; reads both
/// runs whole, milliseconds each.
ClassDifferences classDifferences(std::span<const RunPair> pairs);

}  // namespace ballast
