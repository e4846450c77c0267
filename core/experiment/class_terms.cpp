#include "core/experiment/class_terms.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "core/error.h"

namespace ballast {
namespace {

std::vector<double> normalisedToSumC(std::vector<double> weights) {
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight *= static_cast<double>(weights.size()) / sum;
    return weights;
}

}  // namespace

std::vector<double> classTerm(const ClassRule& rule, std::span<const std::int64_t> counts) {
    if (rule.rule == "values") {
        if (rule.values.size() != counts.size()) {
            throw ConfigError("a list of class values has " + std::to_string(rule.values.size()) +
                              " numbers; the data set has " + std::to_string(counts.size()) +
                              " classes");
        }
        return rule.values;
    }
    const auto total =
        static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
    const auto largest = static_cast<double>(std::ranges::max(counts));
    const auto each = [&](auto formula) {
        std::vector<double> term;
        term.reserve(counts.size());
        for (const std::int64_t count : counts) term.push_back(formula(static_cast<double>(count)));
        return term;
    };
    const auto parameter = [&](const char* name) { return rule.parameters.at(name); };

    if (rule.rule == "one") return each([](double) { return 1.0; });
    if (rule.rule == "zero") return each([](double) { return 0.0; });
    if (rule.rule == "inverse") {
        return normalisedToSumC(each([&](double n) { return total / n; }));
    }
    if (rule.rule == "power") {
        const double nu = parameter("nu");
        return normalisedToSumC(each([&](double n) { return std::pow(n / total, -nu); }));
    }
    if (rule.rule == "effective-number") {
        const double p = parameter("p");
        // (1-p) / (1-p^n); expm1 keeps the digits that 1 - p^n would lose for p near 1.
        return normalisedToSumC(
            each([&](double n) { return (1.0 - p) / -std::expm1(n * std::log(p)); }));
    }
    if (rule.rule == "cdt") {
        const double gamma = parameter("gamma");
        return each([&](double n) { return std::pow(n / largest, gamma); });
    }
    if (rule.rule == "la") {
        const double tau = parameter("tau");
        return each([&](double n) { return tau * std::log(n / total); });
    }
    throw ConfigError("unknown class rule \"" + rule.rule + "\"");
}

ClassTerms classTerms(const Phase& phase, std::span<const std::int64_t> counts) {
    return {classTerm(phase.alpha, counts), classTerm(phase.beta, counts),
            classTerm(phase.delta, counts)};
}

}  // namespace ballast
