#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/experiment/class_terms.h"

namespace ballast {

/// Chooses ν̂ of Auto-ADRW, α_y ∝ π_y^(−ν̂), from a model's logits on its training images where a
/// phase begins.
///
/// A model trained with weights α, scales β and shifts Δ tends to β f(x) + Δ = log(α_y P(y | x)) +
/// const. With the coming phase's β', Δ' and weights π^(−ν) it would tend to the f' whose β' f' +
/// Δ' = β f + Δ − log α − ν log π. So f'(x) can be told for every ν without training, and ν̂ is the
/// one whose f' has the greatest balanced accuracy on the training images; the middle of the best
/// where several are. Candidates are 0, 0.05, … 1: ν = 1 is the balanced risk itself, and what one
/// state of a model asks for beyond that is the noise of its last steps. LDAM's shifts, on the true
/// class alone, are taken for none.
class WeightChoice {
public:
    static constexpr int kCandidates = 21;
    static constexpr double kPerOne = 20.0;  // candidates

    /// The terms of the phase that ends and of the one that begins, whose α is left out.
    WeightChoice(const ClassTerms& before, const ClassTerms& after,
                 std::span<const std::int64_t> class_counts, torch::Device device);

    /// Logits f(x) [B, C] and labels int64 [B] of training images.
    void add(const torch::Tensor& logits, const torch::Tensor& labels);

    /// The balanced accuracy of each candidate over all images added; NaN without any.
    std::vector<double> accuracies() const;

    /// ν̂.
    double nu() const;

private:
    torch::Tensor scale_;  // [C]: β / β'
    torch::Tensor shift_;  // [K, 1, C]: (Δ − log α − ν log π − Δ') / β'
    torch::Tensor seen_;   // int64 [C]
    torch::Tensor right_;  // int64 [K, C]
};

}  // namespace ballast
