#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/experiment/class_terms.h"

namespace ballast {

/// Whether class terms belong to the Fisher-consistent family of Eq. 4: β_y = 1 and, for some
/// positive constants δ_y, α_y ∝ δ_y / π_y and Δ_y = log δ_y + const, so that log(α_y π_y) − Δ_y is
/// the same for every class.
struct FisherConsistency {
    bool consistent = false;
    std::string reason;  // one sentence: why, or what would have to change
};
FisherConsistency fisherConsistency(const ClassTerms& terms, std::span<const std::int64_t> counts);

}  // namespace ballast
