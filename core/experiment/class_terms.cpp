#include "core/experiment/class_terms.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "core/base/error.h"
#include "core/experiment/catalog.h"

namespace ballast {
namespace {

std::vector<double> normalisedToSumC(std::vector<double> weights) {
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight *= static_cast<double>(weights.size()) / sum;
    return weights;
}

/// What one rule needs to know.
struct Inputs {
    std::span<const std::int64_t> counts;
    const ClassEstimates& estimates;
    std::span<const double> beta;  // for the rule ldam; empty while β itself is made
};

std::vector<double> classTerm(const ClassRule& rule, ClassTerm term, const Inputs& inputs) {
    const std::span<const std::int64_t> counts = inputs.counts;
    const auto of_values = [&] {
        if (rule.values.size() != counts.size()) {
            throw ConfigError("a list of class values has " + std::to_string(rule.values.size()) +
                              " numbers; the data set has " + std::to_string(counts.size()) +
                              " classes");
        }
        return rule.values;
    };
    if (rule.rule == "values") return of_values();

    const auto total =
        static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
    const auto largest = static_cast<double>(std::ranges::max(counts));
    const auto smallest = static_cast<double>(std::ranges::min(counts));
    const auto each = [&](auto formula) {
        std::vector<double> values;
        values.reserve(counts.size());
        for (std::size_t y = 0; y < counts.size(); ++y) {
            values.push_back(formula(static_cast<double>(counts[y]), y));
        }
        return values;
    };
    const auto by_count = [&](auto formula) {
        return each([&](double n, std::size_t) { return formula(n); });
    };
    const auto parameter = [&](const char* name) { return rule.parameters.at(name); };
    const auto kappa = [&](std::size_t y) {
        return inputs.estimates.kappa.empty() ? 1.0 : inputs.estimates.kappa.at(y);
    };

    if (rule.rule == "one") return by_count([](double) { return 1.0; });
    if (rule.rule == "zero") return by_count([](double) { return 0.0; });
    if (rule.rule == "constant") return by_count([&](double) { return parameter("scale"); });
    if (rule.rule == "inverse") {
        return normalisedToSumC(by_count([&](double n) { return total / n; }));
    }
    if (rule.rule == "power") {
        const double nu = parameter("nu");
        return normalisedToSumC(by_count([&](double n) { return std::pow(n / total, -nu); }));
    }
    if (rule.rule == "effective-number") {
        const double p = parameter("p");
        // (1-p) / (1-p^n); expm1 keeps the digits that 1 - p^n would lose for p near 1.
        return normalisedToSumC(
            by_count([&](double n) { return (1.0 - p) / -std::expm1(n * std::log(p)); }));
    }
    if (rule.rule == "cdt") {
        const double gamma = parameter("gamma");
        return by_count([&](double n) { return std::pow(n / largest, gamma); });
    }
    if (rule.rule == "la") {
        const double tau = parameter("tau");
        return by_count([&](double n) { return tau * std::log(n / total); });
    }
    if (rule.rule == "ldam") {
        const double max_margin = parameter("max_margin");
        return each([&](double n, std::size_t y) {
            return -inputs.beta[y] * max_margin * std::pow(smallest / n, 0.25);
        });
    }
    if (rule.rule == "fisher") {
        std::vector<double> constant;  // δ_y of Eq. 4
        if (rule.values.empty()) {
            const double exponent = parameter("exponent");
            constant = by_count([&](double n) { return std::pow(n / total, exponent); });
        } else {
            constant = of_values();
        }
        if (term == ClassTerm::delta) {
            return each([&](double, std::size_t y) { return std::log(constant[y]); });
        }
        return normalisedToSumC(
            each([&](double n, std::size_t y) { return constant[y] * total / n; }));
    }
    if (rule.rule == "cvs-scale") {
        const double gamma = parameter("gamma");
        return each([&](double n, std::size_t y) { return std::pow(n / total, gamma) / kappa(y); });
    }
    if (rule.rule == "cvs-shift") {
        const double tau = parameter("tau");
        return each([&](double n, std::size_t y) { return tau * std::log(n / total / kappa(y)); });
    }
    throw ConfigError("unknown class rule \"" + rule.rule + "\"");
}

}  // namespace

ClassTerms classTerms(const Phase& phase, std::span<const std::int64_t> counts,
                      const ClassEstimates& estimates) {
    ClassTerms terms;
    terms.alpha = classTerm(phase.alpha, ClassTerm::alpha, {counts, estimates, {}});
    terms.beta = classTerm(phase.beta, ClassTerm::beta, {counts, estimates, {}});
    terms.delta = classTerm(phase.delta, ClassTerm::delta, {counts, estimates, terms.beta});
    terms.delta_on_true_class = phase.delta.rule == "ldam";
    return terms;
}

bool usesEstimates(const Phase& phase) {
    return phase.beta.rule == "cvs-scale" || phase.delta.rule == "cvs-shift";
}

}  // namespace ballast
