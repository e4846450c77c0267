#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/experiment/config.h"

namespace ballast {

/// Training images of each class, in the data set's class order: long-tailed
/// N_y = int(n_max · ratio^(-y/(C-1))), step n_max for the first half and int(n_max / ratio) for
/// the rest, none n_max throughout.
/// Throws ConfigError where the ratio would leave a class without images.
std::vector<std::int64_t> classCounts(const ImbalanceConfig& imbalance, int classes,
                                      std::int64_t largest_class);

/// The class counts of a config's data set, once its validation images are held out. Throws
/// ConfigError for a listed data set, whose counts only its training list tells
/// (DataStore::classCounts reads it).
std::vector<std::int64_t> classCounts(const DataConfig& data);

/// The images that stay, as the papers' NumPy code draws them: one legacy generator for all classes
/// in turn; each class's indices, ascending, are shuffled and the first N_y kept.
/// `labels` holds the class of every training image. Returns indices into it, class by class.
/// Throws DataError where a class has fewer images than `counts` asks for.
std::vector<std::int64_t> subsetIndices(std::span<const std::int32_t> labels,
                                        std::span<const std::int64_t> counts, std::uint32_t seed);

/// What a config trains on and what it holds out, as indices into the training images.
struct DataSplit {
    std::vector<std::int64_t> train;       // the imbalanced subset, class by class
    std::vector<std::int64_t> validation;  // validation_per_class of every class, ascending
};

/// Holds out the validation images (a random choice of each class by the imbalance's seed) and
/// draws the subset from the rest. Without validation images the subset is the papers'.
/// Throws DataError as subsetIndices does.
DataSplit splitIndices(std::span<const std::int32_t> labels, std::span<const std::int64_t> counts,
                       const DataConfig& data);

/// Which classes are in the majority: the ⌊C/2⌋ largest (ties: the earlier class). All others are
/// the minority. Where all classes are equally large there is neither, and the result is empty.
std::vector<bool> majorityClasses(std::span<const std::int64_t> counts);

}  // namespace ballast
