#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/experiment/class_terms.h"

namespace ballast {

/// What a phase's terms do as classes grow: least-squares slopes over all classes.
struct TermSlopes {
    double alpha = 0.0;    // of log α_y on log N_y: α_y ∝ N_y^alpha
    double beta = 0.0;     // of log β_y on log N_y
    bool against = false;  // α_y falls (never rises) and β_y rises (never falls) with N_y
};

/// Both slopes are 0 where all classes are of one size.
TermSlopes termSlopes(const ClassTerms& terms, std::span<const std::int64_t> class_counts);

/// A conclusion of the paper that a run's numbers call for, with these numbers, and the config that
/// follows it.
struct BoundAdvice {
    std::string sentence;
    std::string action;  // for a button: "Set β = 1 from epoch 160 on"
    RunConfig config;
    bool operator==(const BoundAdvice&) const = default;
};

/// Insight (In4-a) of Sec. 3.2: where α_y falls with N_y and β_y rises with it, the two work
/// against each other; truncated logit adjustment (TLA, Alg. 1 line 7) sets β = 1. The config has
/// it so from this phase on, wherever β_y rises. `terms` are those of an epoch of that phase.
/// Nothing where they do not say so.
std::optional<BoundAdvice> adviceOnTerms(const RunConfig& config, std::size_t phase,
                                         const ClassTerms& terms,
                                         std::span<const std::int64_t> class_counts);

}  // namespace ballast
