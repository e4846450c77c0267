#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/experiment/class_terms.h"

namespace ballast {

/// β̃_y = sqrt(β_y² + (Σ_{j≠y} β_j)²), Lemma 4; one number per class.
std::vector<double> betaTilde(std::span<const double> beta);

/// μ_y = α_y β̃_y [1 − softmax_y], Eq. 15, with softmax_y the y-th entry of the softmax over the
/// classes j of β_j B_j(f) + Δ_j (LDAM: Δ on y alone). `min_logit` is B_y(f) per class. NaN where a
/// B is missing.
std::vector<double> localLipschitz(const ClassTerms& terms, std::span<const double> min_logit);

/// [1 − softmax_y] of Eq. 15 per class, with softmax_y as in localLipschitz. Without its
/// cancellation: what is left of 1 is right to all digits, however close softmax_y is to 1.
std::vector<double> oneMinusSoftmax(const ClassTerms& terms, std::span<const double> min_logit);

/// 1 / (C π_C), the factor in front of Eq. 14's and Eq. 16's sums, with π_C the smallest class's
/// share.
double boundScale(std::span<const std::int64_t> class_counts);

/// Per-class terms of Eq. 16's complexity, μ_y √π_y / (C π_C), with π_C the smallest class's share.
/// Their sum is the bound's complexity term up to the factor of the function class.
std::vector<double> boundTerms(std::span<const double> lipschitz,
                               std::span<const std::int64_t> class_counts);

}  // namespace ballast
