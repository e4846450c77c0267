#include "core/analysis/paired_comparison.h"

#include <algorithm>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "core/results/seed_spread.h"
#include "core/results/statistics.h"
#include "core/results/table_text.h"

namespace ballast {
namespace {

constexpr double kPower = 0.8;
constexpr int kMostSeeds = 100'000;
constexpr std::size_t kMostRanks = 200;
constexpr double kEqualMagnitude = 1e-9;  // of the largest

std::vector<double> present(std::span<const double> values) {
    std::vector<double> kept;
    std::ranges::copy_if(values, std::back_inserter(kept),
                         [](double value) { return !std::isnan(value); });
    return kept;
}

double largestMagnitude(std::span<const double> values) {
    double largest = 0.0;
    for (const double value : values) largest = std::max(largest, std::abs(value));
    return largest;
}

/// Ranks of the magnitudes, ascending and doubled, so that a mean of ranks is a whole number.
std::vector<std::size_t> doubledRanks(std::span<const double> magnitudes, double tolerance) {
    std::vector<std::size_t> order(magnitudes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return magnitudes[i]; });
    std::vector<std::size_t> ranks(magnitudes.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first + 1;
        while (end < order.size() &&
               magnitudes[order[end]] - magnitudes[order[end - 1]] <= tolerance) {
            ++end;
        }
        // Ranks first + 1 … end, whose mean is half of this.
        for (std::size_t i = first; i < end; ++i) ranks[order[i]] = first + 1 + end;
        first = end;
    }
    return ranks;
}

double twoSidedT(double t, int degrees_of_freedom) {
    const boost::math::students_t distribution(degrees_of_freedom);
    return 2.0 * boost::math::cdf(boost::math::complement(distribution, std::abs(t)));
}

/// Power of the two-sided paired t-test with n pairs.
double powerOf(double effect, int n) {
    const boost::math::students_t central(n - 1);
    const double critical =
        boost::math::quantile(boost::math::complement(central, kSignificanceLevel / 2));
    const boost::math::non_central_t shifted(n - 1, effect * std::sqrt(n));
    return boost::math::cdf(boost::math::complement(shifted, critical)) +
           boost::math::cdf(shifted, -critical);
}

/// Without a plus: an end of an interval.
std::string edgeText(double value, int digits) {
    const std::string text = signedText(value, digits);
    return text.starts_with('+') ? text.substr(1) : text;
}

}  // namespace

std::string signedText(double value, int digits) {
    std::string text = fixedText(std::abs(value), digits);
    const bool zero = text.find_first_not_of("0.") == std::string::npos;
    return (zero ? "" : value < 0.0 ? "−" : "+") + text;
}

PairedStatistics pairedStatistics(std::span<const double> given) {
    const std::vector<double> differences = present(given);
    const Statistics sample = statisticsOf(differences);
    PairedStatistics result;
    result.n = sample.n;
    result.mean = sample.mean;
    result.standard_deviation = sample.standard_deviation;
    if (sample.n < 2) return result;
    const SeedSpread interval = seedSpread(differences, Spread::t_interval);
    result.lower = interval.lower;
    result.upper = interval.upper;
    result.wilcoxon_p = signedRankP(differences);
    result.permutation_p = signFlipP(differences);
    const double largest = largestMagnitude(differences);
    if (largest == 0.0) {
        result.t_p = 1.0;
        return result;
    }
    // Without any spread but rounding there is no test: two seeds would "prove" everything.
    if (sample.standard_deviation <= kEqualMagnitude * largest) return result;
    result.effect = sample.mean / sample.standard_deviation;
    result.t_p = twoSidedT(result.effect * std::sqrt(sample.n), sample.n - 1);
    result.seeds_for_power = seedsForPower(result.effect);
    return result;
}

double signedRankP(std::span<const double> given) {
    const std::vector<double> differences = present(given);
    if (differences.empty()) return kMissing;
    const double tolerance = kEqualMagnitude * largestMagnitude(differences);
    std::vector<double> magnitudes;
    std::vector<bool> positive;
    for (const double difference : differences) {
        if (std::abs(difference) <= tolerance) continue;
        magnitudes.push_back(std::abs(difference));
        positive.push_back(difference > 0.0);
    }
    if (magnitudes.empty()) return 1.0;
    if (magnitudes.size() > kMostRanks) return kMissing;
    const std::vector<std::size_t> ranks = doubledRanks(magnitudes, tolerance);
    std::size_t total = 0;
    std::size_t observed = 0;
    for (std::size_t i = 0; i < ranks.size(); ++i) {
        total += ranks[i];
        if (positive[i]) observed += ranks[i];
    }
    // share[s]: of the sign choices looked at so far, those whose positive ranks sum to s.
    std::vector<double> share(total + 1, 0.0);
    share[0] = 1.0;
    std::size_t reached = 0;
    for (const std::size_t rank : ranks) {
        reached += rank;
        for (std::size_t sum = reached + 1; sum-- > 0;) {
            share[sum] = 0.5 * (share[sum] + (sum >= rank ? share[sum - rank] : 0.0));
        }
    }
    const std::size_t smaller = std::min(observed, total - observed);
    double tail = 0.0;
    for (std::size_t sum = 0; sum <= smaller; ++sum) tail += share[sum];
    return std::min(1.0, 2.0 * tail);
}

double signFlipP(std::span<const double> given) {
    const std::vector<double> differences = present(given);
    const std::size_t n = differences.size();
    if (n == 0 || n > kMostFlips) return kMissing;
    const double observed = std::abs(std::accumulate(differences.begin(), differences.end(), 0.0));
    const double enough = observed - kEqualMagnitude * largestMagnitude(differences);
    // The other half of the choices has the same sums with the opposite sign.
    const std::uint32_t choices = std::uint32_t{1} << (n - 1);
    std::uint32_t as_far = 0;
    for (std::uint32_t choice = 0; choice < choices; ++choice) {
        double sum = differences[n - 1];
        for (std::size_t i = 0; i + 1 < n; ++i) {
            sum += (choice >> i & 1U) != 0 ? -differences[i] : differences[i];
        }
        if (std::abs(sum) >= enough) ++as_far;
    }
    return static_cast<double>(as_far) / static_cast<double>(choices);
}

int seedsForPower(double effect) {
    if (std::isnan(effect) || effect == 0.0) return 0;
    // Beyond this two pairs are enough, and the distribution is hard to compute.
    const double d = std::min(std::abs(effect), 50.0);
    int few = 1;  // not enough
    int enough = 2;
    while (powerOf(d, enough) < kPower) {
        few = enough;
        enough *= 2;
        if (enough > 2 * kMostSeeds) return 0;
    }
    while (enough - few > 1) {
        const int middle = few + (enough - few) / 2;
        (powerOf(d, middle) < kPower ? few : enough) = middle;
    }
    return enough <= kMostSeeds ? enough : 0;
}

std::vector<double> holmAdjusted(std::span<const double> p) {
    std::vector<double> adjusted(p.begin(), p.end());
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < p.size(); ++i) {
        if (!std::isnan(p[i])) order.push_back(i);
    }
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
    double before = 0.0;
    std::size_t left = order.size();
    for (const std::size_t i : order) {
        before = std::max(before, std::min(1.0, static_cast<double>(left--) * p[i]));
        adjusted[i] = before;
    }
    return adjusted;
}

std::string pValueText(double p) {
    if (std::isnan(p)) return "no p-value";
    if (p < 1e-4) return "p < 0.0001";
    // Two digits that say something.
    const int digits = p >= 0.1 ? 2 : p >= 0.01 ? 3 : 4;
    return "p = " + fixedText(p, digits);
}

std::string verdictText(const PairedStatistics& statistics, DifferenceUnit unit,
                        double adjusted_p) {
    if (statistics.n == 0) return "n = 0: no seed in common, so nothing can be compared";
    const bool points = unit == DifferenceUnit::percentage_points;
    const double factor = points ? 100.0 : 1.0;
    const int digits = points ? 2 : 4;
    if (statistics.n == 1) return "n = 1: one seed says nothing about the difference";
    const double mean = factor * statistics.mean;
    std::string text = signedText(mean, digits) + (points ? " points" : "") + ", 95 % interval " +
                       edgeText(factor * statistics.lower, digits) + " … " +
                       edgeText(factor * statistics.upper, digits) +
                       " (n = " + std::to_string(statistics.n) + ", ";
    const bool adjusted = !std::isnan(adjusted_p);
    const double p = adjusted ? adjusted_p : statistics.t_p;
    if (std::isnan(p)) {
        return text + "no p-value): the same difference in every seed, which no test can judge";
    }
    text += pValueText(p) + (adjusted ? " after Holm" : "") + "): ";
    if (p < kSignificanceLevel) return text + "more than chance between seeds";
    text += "may be chance between seeds";
    if (statistics.seeds_for_power > statistics.n) {
        text += "; a difference of this size takes about " +
                std::to_string(statistics.seeds_for_power) + " seeds to show";
    }
    return text;
}

}  // namespace ballast
