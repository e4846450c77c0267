#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/experiment/class_terms.h"

namespace ballast {

/// Chooses where a phase begins, from a model's logits on its training images, ν̂ of Auto-ADRW,
/// α_y ∝ π_y^(−ν̂), or τ̂ of Auto-LA, Δ_y = τ̂ log π_y.
///
/// A model trained with weights α, scales β and shifts Δ tends to β f(x) + Δ = log(α_y P(y | x)) +
/// const. With the coming phase's α', β', Δ' it would tend to the f' whose β' f' + Δ' = β f + Δ −
/// log α + log α'. Weights π^(−e) and shifts e log π take the same e log π off β' f'. So f'(x) can
/// be told for every e without training, and the choice is the e whose f' has the greatest balanced
/// accuracy on the training images; the middle of the best where several are. Candidates are 0,
/// 0.05, … 1: 1 is the balanced risk itself, and what one state of a model asks for beyond that is
/// the noise of its last steps. LDAM's shifts, on the true class alone, are taken for none.
class TermChoice {
public:
    static constexpr int kCandidates = 21;
    static constexpr double kPerOne = 20.0;  // candidates

    /// The terms of the phase that ends and of the one that begins, there with ν̂ or τ̂ 0.
    TermChoice(const ClassTerms& before, const ClassTerms& after,
               std::span<const std::int64_t> class_counts, torch::Device device);

    /// Logits f(x) [B, C] and labels int64 [B] of training images.
    void add(const torch::Tensor& logits, const torch::Tensor& labels);

    /// The balanced accuracy of each candidate over all images added; NaN without any.
    std::vector<double> accuracies() const;

    /// ν̂ or τ̂.
    double exponent() const;

private:
    torch::Tensor scale_;  // [C]: β / β'
    torch::Tensor shift_;  // [K, 1, C]: (Δ − log α + log α' − e log π − Δ') / β'
    torch::Tensor seen_;   // int64 [C]
    torch::Tensor right_;  // int64 [K, C]
};

}  // namespace ballast
