#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/experiment/class_terms.h"
#include "core/results/records.h"

namespace ballast {

/// What the bounds of Proposition 1 and Theorem 1 leave open. What no run can tell is 1 and said to
/// be: c, and the constants that ≲ hides, which are 1 in both bounds.
struct BoundConstants {
    double delta = 0.05;          // δ: both bounds hold with probability 1 − δ
    double loss_bound = 1.0;      // M: the loss is taken to lie in [0, M]
    double function_class = 1.0;  // c of Asm. 1: Ĉ_S(F) = c / √|S|
    bool operator==(const BoundConstants&) const = default;
};

/// Throws ConfigError: δ outside (0, 1), M or c not positive and finite.
void checkBoundConstants(const BoundConstants& constants);

/// A bound on the balanced risk, term by term.
struct BoundParts {
    double risk = kMissing;        // what the training loss contributes; NaN: not known
    double complexity = kMissing;  // what the function class contributes
    double confidence = kMissing;  // what δ and M contribute

    /// What the bound adds to the training loss.
    double gap() const { return complexity + confidence; }
};

/// Proposition 1, Eq. 7: 1/C Σ_y (R̂_y + Ĉ_{S_y}(G) + 3 M √(log(2C/δ) / (2 N_y))). The loss has one
/// Lipschitz constant for all classes there (Def. 1), so it is the largest μ_y; with Lemma 1 and
/// Asm. 1, Ĉ_{S_y}(G) ≤ max_j μ_j · c / √N_y. `class_risks` are R̂_y, or empty where not known.
/// Throws ConfigError as checkBoundConstants().
BoundParts unionBound(std::span<const double> class_risks, std::span<const double> lipschitz,
                      std::span<const std::int64_t> class_counts, const BoundConstants& constants);

/// Theorem 1, Eq. 14, with Φ of Lemma 2; with the μ_y of Eq. 15 it is Proposition 3, Eq. 16:
/// 1/(C π_C) (R̂ + 3 M √(log(2/δ) / (2 N)) + c/√N Σ_y μ_y √π_y). `risk` is R̂ over the training set,
/// NaN where not known. Throws as unionBound().
BoundParts dataDependentBound(double risk, std::span<const double> lipschitz,
                              std::span<const std::int64_t> class_counts,
                              const BoundConstants& constants);

/// R̂, the mean of α_y ℓ over the training images, as the epoch's passes measured it. A loss that
/// was divided by its weights (Σ α ℓ / Σ α) is multiplied by their mean, Σ π_y α_y. NaN where the
/// epoch does not tell: images drawn otherwise than one by one, or a loss that is not Eq. 3's.
double empiricalRisk(const RunConfig& config, const ClassTerms& terms,
                     std::span<const std::int64_t> class_counts, const EpochRecord& record);

/// Between what the mean over classes of R̂_y lies, given R̂ = Σ π_y R̂_y ≥ 0: R̂ / (C π_1) and
/// R̂ / (C π_C). An epoch records no loss by class.
struct RiskRange {
    double lower = kMissing;
    double upper = kMissing;
};
RiskRange classRiskRange(double risk, std::span<const std::int64_t> class_counts);

/// The slope of Proposition 2: μ_y ∝ N_y^−κ.
struct LipschitzSlope {
    double kappa = kMissing;  // minus the least-squares slope of log μ_y on log N_y
    double lower = kMissing;  // 95 % interval, by Student's t with n − 2 degrees of freedom
    double upper = kMissing;
    int classes = 0;        // that count: those with μ_y > 0
    std::string undefined;  // why there is no κ; "" where there is one

    enum class Verdict { undefined, above_one, below_one, undecided };
    /// Whether κ > 1, where the interval tells.
    Verdict verdict() const;
};

/// Undefined with fewer than three classes with μ_y > 0, and where these are all of one size.
LipschitzSlope lipschitzSlope(std::span<const double> lipschitz,
                              std::span<const std::int64_t> class_counts);

/// "κ = 1.32 (95 % interval 1.10 … 1.54, 10 classes)"; where there is none, why.
std::string slopeText(const LipschitzSlope& slope);

/// The same, and whether κ > 1 holds and what follows.
std::string slopeSentence(const LipschitzSlope& slope);

}  // namespace ballast
