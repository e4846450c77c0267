#include "core/experiment/imbalance.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <utility>

#include "core/base/error.h"
#include "core/base/keyed_random.h"
#include "core/experiment/catalog.h"

namespace ballast {
namespace {

/// NumPy's legacy bounded draw: the low bits of one output, rejected while above `maximum`.
std::uint32_t legacyDraw(std::mt19937& generator, std::uint32_t maximum) {
    std::uint32_t mask = maximum;
    for (const int shift : {1, 2, 4, 8, 16}) mask |= mask >> shift;
    std::uint32_t value = static_cast<std::uint32_t>(generator()) & mask;
    while (value > maximum) value = static_cast<std::uint32_t>(generator()) & mask;
    return value;
}

using IndicesByClass = std::vector<std::vector<std::int64_t>>;

/// The indices of each class's images, ascending.
IndicesByClass indicesByClass(std::span<const std::int32_t> labels, std::size_t classes) {
    IndicesByClass by_class(classes);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] < 0 || static_cast<std::size_t>(labels[i]) >= classes) {
            throw DataError("image " + std::to_string(i) + " has label " +
                            std::to_string(labels[i]) + "; allowed are 0 … " +
                            std::to_string(classes - 1));
        }
        by_class[static_cast<std::size_t>(labels[i])].push_back(static_cast<std::int64_t>(i));
    }
    return by_class;
}

/// Shuffles each class and keeps the first of it, with one generator for all classes in turn.
std::vector<std::int64_t> drawn(IndicesByClass by_class, std::span<const std::int64_t> counts,
                                std::uint32_t seed) {
    std::mt19937 generator(seed);
    std::vector<std::int64_t> kept;
    for (std::size_t y = 0; y < counts.size(); ++y) {
        std::vector<std::int64_t>& indices = by_class[y];
        const auto count = static_cast<std::size_t>(counts[y]);
        if (indices.size() < count) {
            throw DataError("class " + std::to_string(y) + " has " +
                            std::to_string(indices.size()) + " images, the profile asks for " +
                            std::to_string(count));
        }
        for (std::size_t i = indices.size(); i-- > 1;) {
            std::swap(indices[i], indices[legacyDraw(generator, static_cast<std::uint32_t>(i))]);
        }
        kept.insert(kept.end(), indices.begin(),
                    indices.begin() + static_cast<std::ptrdiff_t>(count));
    }
    return kept;
}

}  // namespace

std::vector<std::int64_t> classCounts(const ImbalanceConfig& imbalance, int classes,
                                      std::int64_t largest_class) {
    const double share = 1.0 / imbalance.ratio;
    const auto largest = static_cast<double>(largest_class);
    std::vector<std::int64_t> counts(static_cast<std::size_t>(classes), largest_class);
    for (int y = 0; y < classes; ++y) {
        auto& count = counts[static_cast<std::size_t>(y)];
        if (imbalance.profile == Profile::long_tailed && classes > 1) {
            count = static_cast<std::int64_t>(largest * std::pow(share, y / (classes - 1.0)));
        } else if (imbalance.profile == Profile::step && y >= classes / 2) {
            count = static_cast<std::int64_t>(largest * share);
        }
        if (count < 1) {
            throw ConfigError("invalid config",
                              {{"/data/imbalance/ratio",
                                "a ratio of " + std::to_string(imbalance.ratio) + " leaves class " +
                                    std::to_string(y) + " without images; allowed here: 1 … " +
                                    std::to_string(largest_class)}});
        }
    }
    return counts;
}

std::vector<std::int64_t> classCounts(const DataConfig& data) {
    const DatasetInfo* info = findDataset(data.dataset);
    if (info == nullptr) throw ConfigError("unknown data set \"" + data.dataset + "\"");
    if (info->listed()) {
        throw ConfigError("how many images the classes of " + std::string(info->label) +
                          " have stands in its training list, " + std::string(info->lists->train) +
                          "; it must be read");
    }
    const int left = info->train_per_class - data.validation_per_class;
    if (left < 1) {
        throw ConfigError(
            "invalid config",
            {{"/data/validation_per_class", std::to_string(data.validation_per_class) +
                                                " leaves no image to train on; allowed here: 0 … " +
                                                std::to_string(info->train_per_class - 1)}});
    }
    return classCounts(data.imbalance, info->classes, left);
}

std::vector<std::int64_t> subsetIndices(std::span<const std::int32_t> labels,
                                        std::span<const std::int64_t> counts, std::uint32_t seed) {
    return drawn(indicesByClass(labels, counts.size()), counts, seed);
}

DataSplit splitIndices(std::span<const std::int32_t> labels, std::span<const std::int64_t> counts,
                       const DataConfig& data) {
    IndicesByClass by_class = indicesByClass(labels, counts.size());
    DataSplit split;
    const auto held_out = static_cast<std::size_t>(data.validation_per_class);
    for (std::size_t y = 0; held_out > 0 && y < by_class.size(); ++y) {
        std::vector<std::int64_t>& indices = by_class[y];
        const auto order = KeyedRandom(data.imbalance.seed, Purpose::validation_split,
                                       static_cast<std::uint32_t>(y))
                               .permutation(static_cast<std::int64_t>(indices.size()));
        std::vector<bool> chosen(indices.size(), false);
        for (std::size_t i = 0; i < std::min(held_out, order.size()); ++i) {
            chosen[static_cast<std::size_t>(order[i])] = true;
        }
        std::vector<std::int64_t> rest;
        for (std::size_t i = 0; i < indices.size(); ++i) {
            (chosen[i] ? split.validation : rest).push_back(indices[i]);
        }
        indices = std::move(rest);
    }
    std::ranges::sort(split.validation);
    split.train = drawn(std::move(by_class), counts, data.imbalance.seed);
    return split;
}

std::vector<bool> majorityClasses(std::span<const std::int64_t> counts) {
    if (counts.empty() || std::ranges::min(counts) == std::ranges::max(counts)) return {};
    std::vector<std::size_t> order(counts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order,
                             [&](std::size_t a, std::size_t b) { return counts[a] > counts[b]; });
    std::vector<bool> majority(counts.size(), false);
    for (std::size_t i = 0; i < counts.size() / 2; ++i) majority[order[i]] = true;
    return majority;
}

}  // namespace ballast
