#include "core/theory/bound.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ballast {

std::vector<double> betaTilde(std::span<const double> beta) {
    const double sum = std::accumulate(beta.begin(), beta.end(), 0.0);
    std::vector<double> result;
    result.reserve(beta.size());
    for (const double b : beta) result.push_back(std::hypot(b, sum - b));
    return result;
}

std::vector<double> localLipschitz(const ClassTerms& terms, std::span<const double> min_logit) {
    const std::size_t classes = min_logit.size();
    std::vector<double> scaled(classes);
    for (std::size_t y = 0; y < classes; ++y) scaled[y] = terms.beta[y] * min_logit[y];
    std::vector<double> mu = betaTilde(terms.beta);
    std::vector<double> adjusted(classes);
    for (std::size_t y = 0; y < classes; ++y) {
        if (y == 0 || terms.delta_on_true_class) {
            for (std::size_t j = 0; j < classes; ++j) {
                const bool shifted = !terms.delta_on_true_class || j == y;
                adjusted[j] = scaled[j] + (shifted ? terms.delta[j] : 0.0);
            }
            const double largest = *std::ranges::max_element(adjusted);
            double sum = 0.0;
            for (double& value : adjusted) sum += value = std::exp(value - largest);
            for (double& value : adjusted) value /= sum;
        }
        mu[y] *= terms.alpha[y] * (1.0 - adjusted[y]);
    }
    return mu;
}

std::vector<double> oneMinusSoftmax(const ClassTerms& terms, std::span<const double> min_logit) {
    const std::size_t classes = min_logit.size();
    std::vector<double> own(classes);     // exponent of the true class
    std::vector<double> others(classes);  // … of the same class where another one is true
    double largest = -std::numeric_limits<double>::infinity();
    for (std::size_t y = 0; y < classes; ++y) {
        const double scaled = terms.beta[y] * min_logit[y];
        own[y] = scaled + terms.delta[y];
        others[y] = terms.delta_on_true_class ? scaled : own[y];
        largest = std::max({largest, own[y], others[y]});
    }
    for (double& value : own) value = std::exp(value - largest);
    for (double& value : others) value = std::exp(value - largest);
    // Sums of those before and those after a class: no class's own part is subtracted again.
    std::vector<double> after(classes + 1, 0.0);
    for (std::size_t y = classes; y-- > 0;) after[y] = after[y + 1] + others[y];
    double before = 0.0;
    std::vector<double> rest(classes);
    for (std::size_t y = 0; y < classes; ++y) {
        const double others_sum = before + after[y + 1];
        rest[y] = others_sum / (others_sum + own[y]);
        before += others[y];
    }
    return rest;
}

double boundScale(std::span<const std::int64_t> class_counts) {
    const auto total = static_cast<double>(
        std::accumulate(class_counts.begin(), class_counts.end(), std::int64_t{0}));
    const double smallest_share = static_cast<double>(std::ranges::min(class_counts)) / total;
    return 1.0 / (static_cast<double>(class_counts.size()) * smallest_share);
}

std::vector<double> boundTerms(std::span<const double> lipschitz,
                               std::span<const std::int64_t> class_counts) {
    const auto total = static_cast<double>(
        std::accumulate(class_counts.begin(), class_counts.end(), std::int64_t{0}));
    const double smallest_share = static_cast<double>(std::ranges::min(class_counts)) / total;
    const auto classes = static_cast<double>(class_counts.size());
    std::vector<double> terms;
    terms.reserve(lipschitz.size());
    for (std::size_t y = 0; y < lipschitz.size(); ++y) {
        const double share = static_cast<double>(class_counts[y]) / total;
        terms.push_back(lipschitz[y] * std::sqrt(share) / (classes * smallest_share));
    }
    return terms;
}

}  // namespace ballast
