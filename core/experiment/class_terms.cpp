#include "core/experiment/class_terms.h"

#include <algorithm>
#include <cmath>
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
