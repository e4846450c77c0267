#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/experiment/config.h"

namespace ballast {

/// The class-dependent terms of Eq. 3, one number per class, in the data set's class order.
struct ClassTerms {
    std::vector<double> alpha;  // class weight α_y
    std::vector<double> beta;   // logit scale β_y
    std::vector<double> delta;  // logit shift Δ_y
    bool operator==(const ClassTerms&) const = default;
};

/// What `rule` gives for these class counts. The weights inverse, power and effective-number are
/// normalised to sum to C. Throws ConfigError where a list of values has the wrong length.
std::vector<double> classTerm(const ClassRule& rule, std::span<const std::int64_t> counts);

/// α, β and Δ of one phase.
ClassTerms classTerms(const Phase& phase, std::span<const std::int64_t> counts);

}  // namespace ballast
