#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/experiment/config.h"

namespace ballast {

/// Which of the three class-dependent terms of Eq. 3 a rule can give.
enum class ClassTerm { alpha, beta, delta };

struct RuleParameter {
    std::string_view name;
    std::string_view symbol;
    std::string_view help;
    double minimum;
    double maximum;
    double default_value;
    bool open = false;  // the bounds themselves are excluded
};

/// What a run has measured about each class, for the rules that depend on it.
struct ClassEstimates {
    std::vector<double> kappa;  // κ_y of CVS, updated every epoch; empty: 1 for every class
    // Chosen where the phase begins; nothing: 1.
    std::optional<double> nu = {};   // ν̂ of Auto-ADRW
    std::optional<double> tau = {};  // τ̂ of Auto-LA
};

/// What a rule makes its values of.
struct RuleInputs {
    const ClassRule& rule;
    ClassTerm term;
    std::span<const std::int64_t> counts;
    double total;     // images of all classes
    double largest;   // N_1
    double smallest;  // N_C
    const ClassEstimates& estimates;
    std::span<const double> beta;  // β_y, for the shift Δ_y; empty while α and β are made

    double parameter(const char* name) const { return rule.parameters.at(name); }
    /// ν̂ of Auto-ADRW.
    double nu() const { return estimates.nu.value_or(1.0); }
    /// τ̂ of Auto-LA.
    double tau() const { return estimates.tau.value_or(1.0); }
    /// κ_y of CVS.
    double kappa(std::size_t y) const {
        return estimates.kappa.empty() ? 1.0 : estimates.kappa.at(y);
    }
};

/// A class rule: a formula in the class counts, one number per class. A rule is one entry of the
/// array in class_rules.cpp; form, command line, schema and table of fields follow from it.
struct ClassRuleInfo {
    std::string_view name;
    std::string_view label;
    std::string_view formula;  // for people
    std::vector<ClassTerm> terms;
    std::optional<RuleParameter> parameter;
    std::vector<double> (*values)(const RuleInputs&);
    bool class_values = false;    // instead of the parameter, one positive number per class will do
    bool sums_to_c = false;       // the values are then normalised to sum to C
    bool on_true_class = false;   // a shift that is added to the true class's logit only
    bool uses_estimates = false;  // follows what the run itself has measured, from epoch to epoch
    bool chosen_at_start = false;  // … once, where the phase begins
};

std::span<const ClassRuleInfo> classRules();

/// The rule of that name, or nullptr.
const ClassRuleInfo* findClassRule(std::string_view name);

/// The rules that can give `term`, in the array's order.
std::vector<const ClassRuleInfo*> rulesFor(ClassTerm term);

}  // namespace ballast
