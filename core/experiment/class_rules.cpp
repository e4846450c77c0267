#include "core/experiment/class_rules.h"

#include <cmath>
#include <string>

#include "core/base/error.h"

namespace ballast {
namespace {

/// One value per class, of its count and index.
template<class Formula>
std::vector<double> each(const RuleInputs& inputs, Formula formula) {
    std::vector<double> values;
    values.reserve(inputs.counts.size());
    for (std::size_t y = 0; y < inputs.counts.size(); ++y) {
        values.push_back(formula(static_cast<double>(inputs.counts[y]), y));
    }
    return values;
}

template<class Formula>
std::vector<double> byCount(const RuleInputs& inputs, Formula formula) {
    return each(inputs, [&](double n, std::size_t) { return formula(n); });
}

/// The numbers that the rule itself lists.
std::vector<double> ruleValues(const RuleInputs& inputs) {
    const std::vector<double>& values = inputs.rule.values;
    if (values.size() != inputs.counts.size()) {
        throw ConfigError("a list of class values has " + std::to_string(values.size()) +
                          " numbers; the data set has " + std::to_string(inputs.counts.size()) +
                          " classes");
    }
    return values;
}

/// δ_y of Eq. 4: π_y^s, or the numbers listed.
std::vector<double> fisherConstant(const RuleInputs& inputs) {
    if (!inputs.rule.values.empty()) return ruleValues(inputs);
    const double exponent = inputs.parameter("exponent");
    return byCount(inputs, [&](double n) { return std::pow(n / inputs.total, exponent); });
}

const std::vector<ClassRuleInfo> kClassRules = {
    {"one",
     "One",
     "1",
     {ClassTerm::alpha, ClassTerm::beta},
     std::nullopt,
     [](const RuleInputs& in) { return byCount(in, [](double) { return 1.0; }); }},
    {"constant",
     "Constant",
     "the same scale for every class",
     {ClassTerm::beta},
     RuleParameter{"scale", "s", "LDAM's scale of cosine logits is 30.", 0.0, 1000.0, 30.0, true},
     [](const RuleInputs& in) {
         return byCount(in, [&](double) { return in.parameter("scale"); });
     }},
    {"zero",
     "Zero",
     "0",
     {ClassTerm::delta},
     std::nullopt,
     [](const RuleInputs& in) { return byCount(in, [](double) { return 0.0; }); }},
    {.name = "inverse",
     .label = "Balanced",
     .formula = "π_y⁻¹, normalised to sum C",
     .terms = {ClassTerm::alpha},
     .parameter = std::nullopt,
     .values =
         [](const RuleInputs& in) { return byCount(in, [&](double n) { return in.total / n; }); },
     .sums_to_c = true},
    {.name = "power",
     .label = "Power (ADRW)",
     .formula = "π_y^(−ν), normalised to sum C",
     .terms = {ClassTerm::alpha},
     .parameter =
         RuleParameter{"nu", "ν", "0 weighs all images alike, 1 all classes.", 0.0, 5.0, 0.5},
     .values =
         [](const RuleInputs& in) {
             const double nu = in.parameter("nu");
             return byCount(in, [&](double n) { return std::pow(n / in.total, -nu); });
         },
     .sums_to_c = true},
    {.name = "power-auto",
     .label = "Power, chosen (Auto-ADRW)",
     .formula = "π_y^(−ν̂), normalised to sum C; the run chooses ν̂ where the phase begins",
     .terms = {ClassTerm::alpha},
     .parameter = std::nullopt,
     .values =
         [](const RuleInputs& in) {
             return byCount(in, [&](double n) { return std::pow(n / in.total, -in.nu()); });
         },
     .sums_to_c = true,
     .chosen_at_start = true},
    {.name = "effective-number",
     .label = "Class-balanced (CB)",
     .formula = "(1−p) / (1−p^N_y), normalised to sum C",
     .terms = {ClassTerm::alpha},
     .parameter =
         RuleParameter{"p", "p", "Closer to 1 weighs small classes more.", 0.0, 1.0, 0.9999, true},
     .values =
         [](const RuleInputs& in) {
             const double p = in.parameter("p");
             // expm1 keeps the digits that 1 - p^n would lose for p near 1.
             return byCount(in, [&](double n) { return (1.0 - p) / -std::expm1(n * std::log(p)); });
         },
     .sums_to_c = true},
    {"cdt",
     "Temperature (CDT)",
     "(N_y / N_1)^γ",
     {ClassTerm::beta},
     RuleParameter{"gamma", "γ", "CDT γ: 0 leaves every scale at 1.", 0.0, 5.0, 0.05},
     [](const RuleInputs& in) {
         const double gamma = in.parameter("gamma");
         return byCount(in, [&](double n) { return std::pow(n / in.largest, gamma); });
     }},
    {"la",
     "Logit adjustment (LA)",
     "τ log π_y",
     {ClassTerm::delta},
     RuleParameter{"tau", "τ", "0 leaves every shift at 0; 1 by itself is Fisher consistent.", 0.0,
                   10.0, 1.0},
     [](const RuleInputs& in) {
         const double tau = in.parameter("tau");
         return byCount(in, [&](double n) { return tau * std::log(n / in.total); });
     }},
    {.name = "la-auto",
     .label = "Logit adjustment, chosen (Auto-LA)",
     .formula = "τ̂ log π_y; the run chooses τ̂ where the phase begins",
     .terms = {ClassTerm::delta},
     .parameter = std::nullopt,
     .values =
         [](const RuleInputs& in) {
             return byCount(in, [&](double n) { return in.tau() * std::log(n / in.total); });
         },
     .chosen_at_start = true},
    {.name = "ldam",
     .label = "Margin (LDAM)",
     .formula = "−β_y m_y on the true class only, m_y = max m · (N_min / N_y)^¼",
     .terms = {ClassTerm::delta},
     .parameter =
         RuleParameter{"max_margin", "max m",
                       "Margin of the smallest class, in units of the logit.", 0.0, 10.0, 0.5},
     .values =
         [](const RuleInputs& in) {
             const double max_margin = in.parameter("max_margin");
             return each(in, [&](double n, std::size_t y) {
                 return -in.beta[y] * max_margin * std::pow(in.smallest / n, 0.25);
             });
         },
     .on_true_class = true},
    {.name = "fisher",
     .label = "Fisher consistent (Eq. 4)",
     .formula = "δ_y = π_y^s (or one number per class): weight δ_y / π_y, shift log δ_y",
     .terms = {ClassTerm::alpha, ClassTerm::delta},
     .parameter =
         RuleParameter{"exponent", "s", "0 is the balanced loss, 1 logit adjustment with τ = 1.",
                       -5.0, 5.0, 0.5},
     .values =
         [](const RuleInputs& in) {
             const std::vector<double> constant = fisherConstant(in);
             return each(in, [&](double n, std::size_t y) {
                 return in.term == ClassTerm::delta ? std::log(constant[y])
                                                    : constant[y] * in.total / n;
             });
         },
     .class_values = true,
     .sums_to_c = true},
    {.name = "cvs-scale",
     .label = "Calibrated scale (CVS)",
     .formula = "π_y^γ / κ_y, κ_y estimated from the run every epoch",
     .terms = {ClassTerm::beta},
     .parameter =
         RuleParameter{"gamma", "γ", "CVS γ: 0 leaves only the calibration.", 0.0, 5.0, 0.05},
     .values =
         [](const RuleInputs& in) {
             const double gamma = in.parameter("gamma");
             return each(in, [&](double n, std::size_t y) {
                 return std::pow(n / in.total, gamma) / in.kappa(y);
             });
         },
     .uses_estimates = true},
    {.name = "cvs-shift",
     .label = "Calibrated shift (CVS)",
     .formula = "τ log(π_y / κ_y), κ_y estimated from the run every epoch",
     .terms = {ClassTerm::delta},
     .parameter = RuleParameter{"tau", "τ", "0 leaves every shift at 0.", 0.0, 10.0, 1.0},
     .values =
         [](const RuleInputs& in) {
             const double tau = in.parameter("tau");
             return each(in, [&](double n, std::size_t y) {
                 return tau * std::log(n / in.total / in.kappa(y));
             });
         },
     .uses_estimates = true},
    {"values",
     "Values",
     "one number per class",
     {ClassTerm::alpha, ClassTerm::beta, ClassTerm::delta},
     std::nullopt,
     ruleValues},
};

}  // namespace

std::span<const ClassRuleInfo> classRules() {
    return kClassRules;
}

const ClassRuleInfo* findClassRule(std::string_view name) {
    for (const ClassRuleInfo& info : kClassRules) {
        if (info.name == name) return &info;
    }
    return nullptr;
}

std::vector<const ClassRuleInfo*> rulesFor(ClassTerm term) {
    std::vector<const ClassRuleInfo*> rules;
    for (const ClassRuleInfo& info : kClassRules) {
        for (const ClassTerm allowed : info.terms) {
            if (allowed == term) rules.push_back(&info);
        }
    }
    return rules;
}

}  // namespace ballast
