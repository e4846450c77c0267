#include "core/theory/fisher_consistency.h"

#include <algorithm>
#include <cmath>

namespace ballast {
namespace {

constexpr double kTolerance = 1e-6;

}  // namespace

FisherConsistency fisherConsistency(const ClassTerms& terms, std::span<const std::int64_t> counts) {
    const std::size_t classes = counts.size();
    if (std::ranges::any_of(terms.beta, [](double b) { return std::abs(b - 1.0) > kTolerance; })) {
        return {false, "the logit scale β is not 1 for every class"};
    }
    if (terms.delta_on_true_class && std::ranges::any_of(terms.delta, [](double shift) {
            return std::abs(shift) > kTolerance;
        })) {
        return {false, "a margin on the true class alone is not of this form"};
    }
    if (std::ranges::any_of(terms.alpha, [](double weight) { return !(weight > 0.0); })) {
        return {false, "a class weight α is 0"};
    }
    // A common factor of α and a common shift change nothing.
    double smallest = INFINITY;
    double largest = -INFINITY;
    for (std::size_t y = 0; y < classes; ++y) {
        const double log_constant =
            std::log(terms.alpha[y] * static_cast<double>(counts[y])) - terms.delta[y];
        smallest = std::min(smallest, log_constant);
        largest = std::max(largest, log_constant);
    }
    if (largest - smallest <= kTolerance * std::max(1.0, std::abs(largest))) {
        return {true, "β = 1 and Δ_y = log(α_y π_y) + const: Eq. 4 with δ_y = α_y π_y"};
    }
    return {false, "with these weights Δ_y would have to be log(α_y π_y) + const"};
}

}  // namespace ballast
