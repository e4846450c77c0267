#include "core/theory/bound_factors.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/theory/bound.h"

namespace ballast {
namespace {

double total(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace

std::string_view sourceName(StatisticsSource source) {
    return source == StatisticsSource::exact ? "exact" : "streaming";
}

const ClassStatistics* statisticsOf(const EpochRecord& record, StatisticsSource source) {
    const ClassStatistics* found = source == StatisticsSource::streaming ? &record.streaming
                                   : record.exact                        ? &*record.exact
                                                                         : nullptr;
    return found != nullptr && !found->min_logit.empty() ? found : nullptr;
}

ClassTerms termsOf(const RunConfig& config, std::span<const std::int64_t> class_counts,
                   const EpochRecord& record) {
    return classTerms(phaseAt(config, record.epoch), class_counts, estimatesOf(record));
}

double BoundFactors::sum() const {
    return scale * total(product);
}

double BoundFactors::observedSum() const {
    return scale * total(observed_product);
}

BoundFactors boundFactors(const ClassTerms& terms, std::span<const std::int64_t> class_counts,
                          const ClassStatistics& statistics) {
    const auto images = static_cast<double>(
        std::accumulate(class_counts.begin(), class_counts.end(), std::int64_t{0}));
    BoundFactors factors;
    factors.alpha = terms.alpha;
    factors.beta = terms.beta;
    factors.delta = terms.delta;
    factors.beta_tilde = betaTilde(terms.beta);
    factors.min_logit = statistics.min_logit;
    factors.one_minus_softmax = oneMinusSoftmax(terms, statistics.min_logit);
    factors.observed_lipschitz = statistics.observed_lipschitz;
    factors.observed_lipschitz.resize(class_counts.size(), kMissing);
    factors.scale = boundScale(class_counts);
    for (std::size_t y = 0; y < class_counts.size(); ++y) {
        const double root = std::sqrt(static_cast<double>(class_counts[y]) / images);
        factors.root_share.push_back(root);
        factors.lipschitz.push_back(factors.alpha[y] * factors.beta_tilde[y] *
                                    factors.one_minus_softmax[y]);
        factors.product.push_back(factors.lipschitz[y] * root);
        factors.observed_product.push_back(factors.observed_lipschitz[y] * root);
    }
    return factors;
}

std::optional<BoundFactors> boundFactors(const RunConfig& config,
                                         std::span<const std::int64_t> class_counts,
                                         const EpochRecord& record, StatisticsSource source) {
    const ClassStatistics* statistics = statisticsOf(record, source);
    if (statistics == nullptr || statistics->min_logit.size() != class_counts.size()) return {};
    return boundFactors(termsOf(config, class_counts, record), class_counts, *statistics);
}

std::vector<BoundPoint> boundOverTime(const RunConfig& config,
                                      std::span<const std::int64_t> class_counts,
                                      std::span<const EpochRecord> records,
                                      StatisticsSource source) {
    std::vector<BoundPoint> points;
    for (const EpochRecord& record : records) {
        const auto factors = boundFactors(config, class_counts, record, source);
        if (factors) points.push_back({record.epoch + 1, factors->sum()});
    }
    return points;
}

std::vector<std::size_t> classesByFrequency(std::span<const std::int64_t> class_counts) {
    std::vector<std::size_t> order(class_counts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::ranges::greater{},
                             [&](std::size_t y) { return class_counts[y]; });
    return order;
}

}  // namespace ballast
