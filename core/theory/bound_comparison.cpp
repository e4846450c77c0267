#include "core/theory/bound_comparison.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/results/seed_spread.h"
#include "core/results/table_text.h"
#include "core/theory/bound.h"

namespace ballast {
namespace {

constexpr std::size_t kLeastClasses = 3;  // a line through two points has no spread

double imagesOf(std::span<const std::int64_t> class_counts) {
    return static_cast<double>(
        std::accumulate(class_counts.begin(), class_counts.end(), std::int64_t{0}));
}

std::string shortest(double value) {
    std::string digits = fixedText(value, 6);
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits.pop_back();
    return digits;
}

/// 3 M √(log(2 k / δ) / (2 n))
double confidenceTerm(const BoundConstants& constants, double k, double n) {
    return 3.0 * constants.loss_bound * std::sqrt(std::log(2.0 * k / constants.delta) / (2.0 * n));
}

}  // namespace

void checkBoundConstants(const BoundConstants& constants) {
    if (!(constants.delta > 0.0 && constants.delta < 1.0)) {
        throw ConfigError(
            "δ is " + shortest(constants.delta) +
            "; it must lie between 0 and 1, as the bound holds with probability 1 − δ");
    }
    const auto positive = [](double value, const std::string& what) {
        if (value > 0.0 && std::isfinite(value)) return;
        throw ConfigError(what + " is " + shortest(value) + "; it must be a number above 0");
    };
    positive(constants.loss_bound, "M, the bound of the loss,");
    positive(constants.function_class, "c, the constant of the function class,");
}

BoundParts unionBound(std::span<const double> class_risks, std::span<const double> lipschitz,
                      std::span<const std::int64_t> class_counts, const BoundConstants& constants) {
    checkBoundConstants(constants);
    const auto classes = static_cast<double>(class_counts.size());
    double largest = 0.0;
    for (const double mu : lipschitz) largest = std::isnan(mu) ? mu : std::max(largest, mu);
    BoundParts parts{kMissing, 0.0, 0.0};
    for (const std::int64_t count : class_counts) {
        const auto n = static_cast<double>(count);
        parts.complexity += largest * constants.function_class / std::sqrt(n) / classes;
        parts.confidence += confidenceTerm(constants, classes, n) / classes;
    }
    if (!class_risks.empty()) {
        parts.risk = std::accumulate(class_risks.begin(), class_risks.end(), 0.0) / classes;
    }
    return parts;
}

BoundParts dataDependentBound(double risk, std::span<const double> lipschitz,
                              std::span<const std::int64_t> class_counts,
                              const BoundConstants& constants) {
    checkBoundConstants(constants);
    const double images = imagesOf(class_counts);
    const double scale = boundScale(class_counts);
    double sum = 0.0;
    for (std::size_t y = 0; y < class_counts.size(); ++y) {
        sum += lipschitz[y] * std::sqrt(static_cast<double>(class_counts[y]) / images);
    }
    return {scale * risk, scale * constants.function_class / std::sqrt(images) * sum,
            scale * confidenceTerm(constants, 1.0, images)};
}

double empiricalRisk(const RunConfig& config, const ClassTerms& terms,
                     std::span<const std::int64_t> class_counts, const EpochRecord& record) {
    const Phase& phase = phaseAt(config, record.epoch);
    if (phase.sampling != Sampling::instance || lossOf(config.loss, phase).name != "vs") {
        return kMissing;
    }
    if (config.loss.reduction == Reduction::mean) return record.loss;
    double mean_weight = 0.0;
    for (std::size_t y = 0; y < class_counts.size(); ++y) {
        mean_weight += terms.alpha[y] * static_cast<double>(class_counts[y]);
    }
    return record.loss * mean_weight / imagesOf(class_counts);
}

RiskRange classRiskRange(double risk, std::span<const std::int64_t> class_counts) {
    const double largest_share =
        static_cast<double>(std::ranges::max(class_counts)) / imagesOf(class_counts);
    const auto classes = static_cast<double>(class_counts.size());
    return {risk / (classes * largest_share), risk * boundScale(class_counts)};
}

LipschitzSlope::Verdict LipschitzSlope::verdict() const {
    if (!undefined.empty()) return Verdict::undefined;
    if (lower > 1.0) return Verdict::above_one;
    return upper <= 1.0 ? Verdict::below_one : Verdict::undecided;
}

LipschitzSlope lipschitzSlope(std::span<const double> lipschitz,
                              std::span<const std::int64_t> class_counts) {
    LipschitzSlope slope;
    std::vector<double> x;
    std::vector<double> y;
    for (std::size_t i = 0; i < class_counts.size(); ++i) {
        if (!(lipschitz[i] > 0.0) || !std::isfinite(lipschitz[i]) || class_counts[i] <= 0) continue;
        x.push_back(std::log(static_cast<double>(class_counts[i])));
        y.push_back(std::log(lipschitz[i]));
    }
    slope.classes = static_cast<int>(x.size());
    if (x.size() < kLeastClasses) {
        slope.undefined = class_counts.size() < kLeastClasses
                              ? "fewer than three classes"
                              : "fewer than three classes with a μ above 0";
        return slope;
    }
    if (std::ranges::min(x) == std::ranges::max(x)) {
        slope.undefined = "these classes have the same number of images";
        return slope;
    }
    const auto n = static_cast<double>(x.size());
    const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n;
    const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
    double squares = 0.0;
    double products = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        squares += (x[i] - mean_x) * (x[i] - mean_x);
        products += (x[i] - mean_x) * (y[i] - mean_y);
    }
    const double gradient = products / squares;
    double residuals = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double off = y[i] - mean_y - gradient * (x[i] - mean_x);
        residuals += off * off;
    }
    const int freedom = slope.classes - 2;
    const double error = std::sqrt(residuals / freedom / squares);
    const double half = studentQuantile975(freedom) * error;
    slope.kappa = -gradient;
    slope.lower = slope.kappa - half;
    slope.upper = slope.kappa + half;
    return slope;
}

std::string slopeText(const LipschitzSlope& slope) {
    if (slope.verdict() == LipschitzSlope::Verdict::undefined) {
        return "κ is not defined: " + slope.undefined;
    }
    const auto number = [](double value) {
        std::string digits = fixedText(std::abs(value), 2);
        const bool zero = digits.find_first_not_of("0.") == std::string::npos;
        return (value < 0.0 && !zero ? "−" : "") + digits;
    };
    return "κ = " + number(slope.kappa) + " (95 % interval " + number(slope.lower) + " … " +
           number(slope.upper) + ", " + std::to_string(slope.classes) + " classes)";
}

std::string slopeSentence(const LipschitzSlope& slope) {
    const std::string text = slopeText(slope);
    switch (slope.verdict()) {
        case LipschitzSlope::Verdict::above_one:
            return text + ": κ > 1 holds, so the data-dependent bound is the sharper one (Prop. 2)";
        case LipschitzSlope::Verdict::below_one:
            return text + ": κ > 1 does not hold, so Prop. 2 promises no sharper bound";
        case LipschitzSlope::Verdict::undecided:
            return text + ": whether κ > 1 cannot be told";
        default:
            return text;
    }
}

}  // namespace ballast
