#include "core/theory/fisher_consistency.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/experiment/class_sampling.h"
#include "core/experiment/teacher.h"

namespace ballast {
namespace {

constexpr double kTolerance = 1e-6;

/// Whether all values are the same, to rounding.
bool allSame(const std::vector<double>& values) {
    const auto [smallest, largest] = std::ranges::minmax(values);
    return largest - smallest <= kTolerance * std::max(1.0, std::abs(largest));
}

/// `shares`: of each class among the images that are drawn, to a factor.
FisherConsistency consistencyOf(const ClassTerms& terms, const std::vector<double>& shares) {
    const std::size_t classes = shares.size();
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
    const bool smooths = std::ranges::any_of(terms.epsilon, [](double e) { return e > 0.0; });
    std::vector<double> log_constants;
    for (std::size_t y = 0; y < classes; ++y) {
        const double label = smooths ? 1.0 - terms.epsilon[y] : 1.0;
        log_constants.push_back(std::log(terms.alpha[y] * label * shares[y]) - terms.delta[y]);
    }
    if (smooths) {
        if (!allSame(terms.delta)) {
            return {false, "with label smoothing Δ would have to be the same for every class"};
        }
        if (allSame(log_constants)) {
            return {true, "β = 1, Δ is constant and α_y (1 − ε_y) π_y the same for every class"};
        }
        return {false, "with label smoothing α_y (1 − ε_y) π_y would have to be constant"};
    }
    if (allSame(log_constants)) {
        return {true, "β = 1 and Δ_y = log(α_y π_y) + const: Eq. 4 with δ_y = α_y π_y"};
    }
    return {false, "with these weights Δ_y would have to be log(α_y π_y) + const"};
}

}  // namespace

FisherConsistency fisherConsistency(const ClassTerms& terms, std::span<const std::int64_t> counts) {
    return consistencyOf(terms, std::vector<double>(counts.begin(), counts.end()));
}

FisherConsistency fisherConsistency(const Phase& phase, const LossConfig& loss,
                                    const ClassTerms& terms, std::span<const std::int64_t> counts) {
    if (loss.name != "vs" && loss.name != "ce") {
        return {false, "the loss " + loss.name + " is not of this form"};
    }
    if (learnsFromTeacher(phase)) {
        return {false, "the loss is also of a teacher's answers, which are not of this form"};
    }
    if (phase.mixing != Mixing::none) {
        return {false, "images are mixed, and each has the losses of two labels"};
    }
    if (phase.sampling == Sampling::progressive) {
        return {false, "the classes' shares of the draws change from epoch to epoch"};
    }
    return consistencyOf(terms, drawWeights(phase.sampling, counts));
}

}  // namespace ballast
