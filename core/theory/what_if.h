#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/results/confusion_matrix.h"
#include "core/results/records.h"
#include "core/results/saved_logits.h"

namespace ballast {

/// What is done to a trained model's logits f(x), in this order; as made it changes nothing.
///   effect        f_y ← f_y − δ Σ_k c_k u_yk: takes off δ more of De-confound's total direct
///   effect
///                 than the run's α_TDE does (Tang et al. 2020)
///   τ-norm        f_y ← (f_y − b_y) / ‖w_y‖^τ_norm: the head's weights divided by their norms, and
///                 without its bias b, as a phase that τ-normalises begins (Kang et al. 2020)
///   temperature   f_y ← f_y / T_y, T_y = (N_y / N_max)^γ: divides by what the VS loss multiplies
///   by
///                 in training (CDT's β_y); a negative γ multiplies
///   logit adjustment  f_y ← f_y − τ log π_y (Menon et al. 2021)
///   decision weights  p_y ∝ w_y softmax_y(f): the threshold at which a class is decided for
struct WhatIf {
    double tau = 0.0;               // τ of the post-hoc logit adjustment
    double gamma = 0.0;             // γ of the temperature per class
    double tau_norm = 0.0;          // τ of τ-norm; 0: the head as trained, with its bias
    double tde = 0.0;               // δ, added to α_TDE
    std::vector<double> weights{};  // decision weights per class, 0 or more; empty: all 1
    bool operator==(const WhatIf&) const = default;
};

/// Where each of these is useful; beyond, one class after the other takes all images.
struct WhatIfRange {
    double least;
    double most;
};
inline constexpr WhatIfRange kTauRange{-1.0, 3.0};
inline constexpr WhatIfRange kGammaRange{-0.5, 0.5};
inline constexpr WhatIfRange kTauNormRange{0.0, 2.0};
inline constexpr WhatIfRange kTdeRange{-3.0, 3.0};

/// With τ, γ, τ-norm and δ within their ranges. `said`, where given, gets a sentence for each that
/// was not.
WhatIf clamped(WhatIf adjustment, std::vector<std::string>* said = nullptr);

/// Why the head of these logits cannot be τ-normalised afterwards; "" where it can.
std::string tauNormObstacle(const LogitHead& head);

/// Why another effect cannot be taken off these logits; "" where it can.
std::string tdeObstacle(const SavedLogits& saved);

/// All of an adjustment but the effect as one factor and one summand per class, f_y ← scale_y f_y +
/// shift_y.
struct LogitMap {
    std::vector<float> scale;
    std::vector<float> shift;  // −∞ for a decision weight of 0
};

/// Throws ConfigError: a number that is not finite; weights of another count, negative or all 0;
/// a head that cannot be τ-normalised.
LogitMap logitMap(const WhatIf& adjustment, std::span<const std::int64_t> class_counts,
                  const LogitHead& head);

/// The images whose confidence, the largest of the p_y, lies in one of 15 equal bins.
struct ReliabilityBin {
    int images = 0;
    double confidence = kMissing;  // mean of the bin's images; NaN in an empty bin
    double accuracy = kMissing;    // share of them that are right; NaN in an empty bin
};
inline constexpr std::size_t kReliabilityBins = 15;

/// What the adjusted logits say of a split's images. An image with NaN among its logits is of no
/// class, thus wrong, and in no bin.
struct WhatIfResult {
    std::vector<double> accuracy;  // per class; NaN without images of it
    double balanced = kMissing;    // mean over the classes
    ShotAccuracy shots;
    ConfusionMatrix confusion;
    std::array<ReliabilityBin, kReliabilityBins> bins{};  // (0, 1/15], (1/15, 2/15], …
    double calibration_error = kMissing;  // ECE = Σ images_m / n · |accuracy_m − confidence_m|
};

/// Throws ConfigError as logitMap(), and where the split has no saved logits.
WhatIfResult whatIf(const SavedLogits& saved, LogitSplit split, const WhatIf& adjustment);

/// The τ with the highest balanced accuracy on a split, all else as `adjustment` has it.
struct BestTau {
    double tau = 0.0;
    double balanced = kMissing;
    double balanced_before = kMissing;          // with τ = 0
    LogitSplit split = LogitSplit::validation;  // that it was tuned on
};

/// Searches kTauRange in steps of 0.1, then around the best of these in steps of 0.01; of equals it
/// takes the smallest |τ|. Throws ConfigError as whatIf(), CancelledError.
BestTau bestTau(const SavedLogits& saved, LogitSplit split, const WhatIf& adjustment = {},
                const std::atomic<bool>& cancelled = kNeverCancelled);

/// "τ = 1.23 tuned on the validation images: …"; on test images that nothing is left to judge it
/// by.
std::string sentenceOf(const BestTau& best);

}  // namespace ballast
