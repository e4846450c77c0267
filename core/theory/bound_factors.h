#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/experiment/class_terms.h"
#include "core/results/records.h"

namespace ballast {

/// Which measurement of B_y(f) is meant; the two are never mixed.
enum class StatisticsSource {
    streaming,  // of the training passes, with augmentation, while the weights change; every epoch
    exact       // in evaluation mode after the epoch; only where it was due
};

/// "streaming" or "exact".
std::string_view sourceName(StatisticsSource source);

/// The epoch's statistics of that source; nullptr where it has none (not measured, imported).
const ClassStatistics* statisticsOf(const EpochRecord& record, StatisticsSource source);

/// α, β and Δ that the epoch of `record` was trained with. Throws as classTerms().
ClassTerms termsOf(const RunConfig& config, std::span<const std::int64_t> class_counts,
                   const EpochRecord& record);

/// What Eq. 16's sum is made of, one number per class in the data set's order. NaN where a B_y(f)
/// is missing.
struct BoundFactors {
    std::vector<double> root_share;          // √π_y
    std::vector<double> alpha;               // class weight α_y
    std::vector<double> beta;                // logit scale β_y
    std::vector<double> delta;               // logit shift Δ_y
    std::vector<double> beta_tilde;          // β̃_y, Lemma 4
    std::vector<double> min_logit;           // B_y(f)
    std::vector<double> one_minus_softmax;   // [1 − softmax_y], Eq. 15
    std::vector<double> lipschitz;           // μ_y = α_y β̃_y [1 − softmax_y], Eq. 15
    std::vector<double> observed_lipschitz;  // μ̂_y, as the epoch recorded it
    std::vector<double> product;  // √π_y α_y β̃_y [1 − softmax_y], Eq. 16's summand
    std::vector<double> observed_product;  // √π_y μ̂_y
    double scale = kMissing;               // 1 / (C π_C)

    /// Eq. 16's complexity without Ĉ_S(F): scale · Σ product. NaN where a class's is missing.
    double sum() const;
    /// The same with μ̂_y.
    double observedSum() const;
    bool operator==(const BoundFactors&) const = default;
};

BoundFactors boundFactors(const ClassTerms& terms, std::span<const std::int64_t> class_counts,
                          const ClassStatistics& statistics);

/// The same of an epoch; nothing where it has no statistics of that source. Throws as classTerms().
std::optional<BoundFactors> boundFactors(const RunConfig& config,
                                         std::span<const std::int64_t> class_counts,
                                         const EpochRecord& record, StatisticsSource source);

/// Eq. 16's sum after so many epochs.
struct BoundPoint {
    int epochs_done = 0;
    double sum = kMissing;
    bool operator==(const BoundPoint&) const = default;
};

/// The sum over the epochs that have statistics of that source, in their order. Throws as
/// classTerms().
std::vector<BoundPoint> boundOverTime(const RunConfig& config,
                                      std::span<const std::int64_t> class_counts,
                                      std::span<const EpochRecord> records,
                                      StatisticsSource source);

/// The classes with most training images first; ties in the data set's order.
std::vector<std::size_t> classesByFrequency(std::span<const std::int64_t> class_counts);

}  // namespace ballast
