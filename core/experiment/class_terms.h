#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/experiment/class_rules.h"
#include "core/experiment/config.h"

namespace ballast {

/// The class-dependent terms of Eq. 3 and label smoothing, one number per class, in the data set's
/// class order.
struct ClassTerms {
    std::vector<double> alpha;         // class weight α_y
    std::vector<double> beta;          // logit scale β_y
    std::vector<double> delta;         // logit shift Δ_y
    bool delta_on_true_class = false;  // Δ is added to the true class's logit only (LDAM)
    std::vector<double> epsilon = {};  // label smoothing ε_y; empty: 0 for every class
    bool operator==(const ClassTerms&) const = default;
};

/// α, β, Δ and ε of one phase for these class counts. The weights inverse, power, effective-number
/// and fisher are normalised to sum to C; the rule ldam gives Δ_y = −β_y m_y, on the true class
/// only. With smoothing, ε_y = ε_C + (ε_1 − ε_C) s(x), where x = (N_y − N_C) / (N_1 − N_C) and s(x)
/// is sin(½π x) (concave), x (linear) or 1 − cos(½π x) (convex); where all classes have as many
/// images, ε_1. Throws ConfigError where a list of values has the wrong length, or there are no
/// classes.
ClassTerms classTerms(const Phase& phase, std::span<const std::int64_t> counts,
                      const ClassEstimates& estimates = {});

/// Whether a rule of the phase follows the run's own estimates, so that its terms may change from
/// epoch to epoch.
bool usesEstimates(const Phase& phase);

/// Whether the run chooses the phase's class weights where the phase begins (Auto-ADRW), …
bool choosesWeights(const Phase& phase);
/// … or its logit shifts (Auto-LA).
bool choosesShifts(const Phase& phase);

}  // namespace ballast
