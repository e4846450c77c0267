#include "core/experiment/class_terms.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>

#include "core/base/error.h"

namespace ballast {
namespace {

std::vector<double> normalisedToSumC(std::vector<double> weights) {
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight *= static_cast<double>(weights.size()) / sum;
    return weights;
}

/// α, β or Δ of the rule; `beta` as in RuleInputs.
std::vector<double> classTerm(const ClassRule& rule, ClassTerm term,
                              std::span<const std::int64_t> counts, const ClassEstimates& estimates,
                              std::span<const double> beta = {}) {
    const ClassRuleInfo* info = findClassRule(rule.rule);
    if (info == nullptr) throw ConfigError("unknown class rule \"" + rule.rule + "\"");
    const auto total =
        static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
    const auto largest = static_cast<double>(std::ranges::max(counts));
    const auto smallest = static_cast<double>(std::ranges::min(counts));
    std::vector<double> values =
        info->values({rule, term, counts, total, largest, smallest, estimates, beta});
    // A shift has no scale of its own that could be normalised.
    const bool normalised = info->sums_to_c && term != ClassTerm::delta;
    return normalised ? normalisedToSumC(std::move(values)) : values;
}

/// s(x): how much of the way from the smallest class's ε to the largest's, for x in [0, 1].
double smoothingShape(Smoothing smoothing, double x) {
    const double angle = 0.5 * std::numbers::pi * x;
    switch (smoothing) {
        case Smoothing::concave:
            return std::sin(angle);
        case Smoothing::convex:
            return 1.0 - std::cos(angle);
        case Smoothing::linear:
        case Smoothing::none:
            break;
    }
    return x;
}

/// ε per class; empty where nothing is smoothed.
std::vector<double> smoothingTerm(const Phase& phase, std::span<const std::int64_t> counts) {
    if (phase.smoothing == Smoothing::none) return {};
    const auto [smallest, largest] = std::ranges::minmax(counts);
    const auto range = static_cast<double>(largest - smallest);
    std::vector<double> epsilon;
    epsilon.reserve(counts.size());
    for (const std::int64_t count : counts) {
        const double x = range > 0.0 ? static_cast<double>(count - smallest) / range : 1.0;
        epsilon.push_back(phase.smoothing_tail + (phase.smoothing_head - phase.smoothing_tail) *
                                                     smoothingShape(phase.smoothing, x));
    }
    return epsilon;
}

bool followsEstimates(const ClassRule& rule) {
    const ClassRuleInfo* info = findClassRule(rule.rule);
    return info != nullptr && info->uses_estimates;
}

bool isChosenAtStart(const ClassRule& rule) {
    const ClassRuleInfo* info = findClassRule(rule.rule);
    return info != nullptr && info->chosen_at_start;
}

}  // namespace

ClassTerms classTerms(const Phase& phase, std::span<const std::int64_t> counts,
                      const ClassEstimates& estimates) {
    if (counts.empty()) throw ConfigError("there are no class counts; class terms need some");
    ClassTerms terms;
    terms.alpha = classTerm(phase.alpha, ClassTerm::alpha, counts, estimates);
    terms.beta = classTerm(phase.beta, ClassTerm::beta, counts, estimates);
    terms.delta = classTerm(phase.delta, ClassTerm::delta, counts, estimates, terms.beta);
    terms.delta_on_true_class = findClassRule(phase.delta.rule)->on_true_class;
    terms.epsilon = smoothingTerm(phase, counts);
    return terms;
}

bool usesEstimates(const Phase& phase) {
    return followsEstimates(phase.alpha) || followsEstimates(phase.beta) ||
           followsEstimates(phase.delta);
}

bool choosesWeights(const Phase& phase) {
    return isChosenAtStart(phase.alpha);
}

bool choosesShifts(const Phase& phase) {
    return isChosenAtStart(phase.delta);
}

}  // namespace ballast
