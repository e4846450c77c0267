#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/experiment/class_terms.h"
#include "core/experiment/config.h"

namespace ballast {

/// Whether class terms belong to the Fisher-consistent family of Eq. 4: β_y = 1 and, for some
/// positive constants δ_y, α_y ∝ δ_y / π_y and Δ_y = log δ_y + const, so that log(α_y π_y) − Δ_y is
/// the same for every class.
///
/// With label smoothing the best p_j is ∝ α_j (1 − ε_j) P(j|x) + Σ_y α_y ε_y P(y|x) / C: the second
/// summand is the same for every class, so with Δ constant the top class is the right one where
/// α_y (1 − ε_y) π_y is the same for every class, and with another Δ it is not.
struct FisherConsistency {
    bool consistent = false;
    std::string reason;  // one sentence: why, or what would have to change
};
FisherConsistency fisherConsistency(const ClassTerms& terms, std::span<const std::int64_t> counts);

/// Whether what a phase trains belongs to it: its `loss`, with these terms, on images as it draws
/// them, of classes with these counts.
FisherConsistency fisherConsistency(const Phase& phase, const LossConfig& loss,
                                    const ClassTerms& terms, std::span<const std::int64_t> counts);

}  // namespace ballast
