#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/analysis/setting_pairs.h"
#include "core/analysis/surface.h"
#include "core/results/confusion_matrix.h"

namespace ballast {

/// Which classes test images are taken for, over seeds: a grid of the classes, most training images
/// at the top and on the left. A cell is the share of its row's images that are taken for its
/// column's class; of two settings, the first's share minus the second's.
struct ConfusionGrid {
    Surface surface;
    bool difference = false;        // of two settings, seed by seed
    std::vector<std::string> runs;  // IDs of those that it is made of
};

/// More classes cannot be told apart on a page: those that are confused most are shown.
inline constexpr std::size_t kMostConfusedClasses = 100;

/// Of the first runs, or of the differences first − second where the pairs have a second. Each run
/// counts with its best epoch, or where that was not measured exactly with the nearest that was,
/// which a warning says. Runs that cannot be read or have no confusions are left out, with a
/// warning. Throws ConfigError where none is left, or where the runs have other classes or class
/// counts than the first's. Any thread; reads the runs whole, milliseconds each.
ConfusionGrid confusionGrid(std::span<const RunPair> pairs, Spread spread);

/// The same of a figure of kind confusion, see settingPairs().
ConfusionGrid confusionGrid(std::span<const IndexedRun* const> runs,
                            const FigureDescription& figure);

/// The same of one matrix, of classes with these names and numbers of training images.
ConfusionGrid confusionGrid(const ConfusionMatrix& matrix, const std::vector<std::string>& names,
                            const std::vector<std::int64_t>& class_counts);

/// What stands out in a grid, in a sentence: "Shirt is taken for T-shirt most often (21.3 %), then
/// …", or which mistakes the first of two settings makes more and less often. Empty where no image
/// is taken for another class.
std::string confusionSentence(const ConfusionGrid& grid);

}  // namespace ballast
