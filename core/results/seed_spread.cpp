#include "core/results/seed_spread.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/results/statistics.h"

namespace ballast {

double studentQuantile975(int degrees_of_freedom) {
    // As in every table of Student's t.
    static constexpr std::array kFew = {
        12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004,
        2.262157,  2.228139, 2.200985, 2.178813, 2.160369, 2.144787, 2.131450, 2.119905,
        2.109816,  2.100922, 2.093024, 2.085963, 2.079614, 2.073873, 2.068658, 2.063899,
        2.059539,  2.055529, 2.051831, 2.048407, 2.045230, 2.042272};
    if (degrees_of_freedom < 1) return kMissing;
    const auto index = static_cast<std::size_t>(degrees_of_freedom) - 1;
    if (index < kFew.size()) return kFew[index];
    // Abramowitz and Stegun 26.7.5: the normal quantile, corrected in powers of 1/ν.
    constexpr double kNormal = 1.959963985;
    const double nu = degrees_of_freedom;
    const double z3 = kNormal * kNormal * kNormal;
    const double z5 = z3 * kNormal * kNormal;
    const double z7 = z5 * kNormal * kNormal;
    return kNormal + (z3 + kNormal) / (4.0 * nu) +
           (5.0 * z5 + 16.0 * z3 + 3.0 * kNormal) / (96.0 * nu * nu) +
           (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * kNormal) / (384.0 * nu * nu * nu);
}

SeedSpread seedSpread(std::span<const double> values, Spread spread) {
    const Statistics statistics = statisticsOf(values);
    SeedSpread result;
    result.mean = statistics.mean;
    result.n = statistics.n;
    if (statistics.n < 2) return result;
    if (spread == Spread::range) {
        for (const double value : values) {
            if (std::isnan(value)) continue;
            result.lower = std::isnan(result.lower) ? value : std::min(result.lower, value);
            result.upper = std::isnan(result.upper) ? value : std::max(result.upper, value);
        }
        return result;
    }
    double half = statistics.standard_deviation;
    if (spread != Spread::standard_deviation) half /= std::sqrt(statistics.n);
    if (spread == Spread::t_interval) half *= studentQuantile975(statistics.n - 1);
    result.lower = result.mean - half;
    result.upper = result.mean + half;
    return result;
}

}  // namespace ballast
