#pragma once

#include <torch/torch.h>

#include "core/experiment/class_terms.h"
#include "core/experiment/config.h"

namespace ballast {

/// The class terms of Eq. 3 and label smoothing as tensors [C] of the logits' type, on their
/// device.
struct ClassTermTensors {
    ClassTermTensors(const ClassTerms& terms, const torch::TensorOptions& options);

    /// Takes over other terms of as many classes, in the same tensors.
    void set(const ClassTerms& terms);

    torch::Tensor alpha;
    torch::Tensor beta;
    torch::Tensor delta;
    bool delta_on_true_class = false;
    torch::Tensor epsilon;  // ε; undefined where nothing is smoothed
};

/// log softmax of β ⊙ f(x) + Δ, [B, C]; with Δ added to the true class's logit only where the terms
/// say so. `labels` int64 [B].
torch::Tensor adjustedLogProbabilities(const torch::Tensor& logits, const torch::Tensor& labels,
                                       const ClassTermTensors& terms);

/// The loss of a batch, from `log_probabilities` log p [B, C] as above. With ℓ_i = −log p of the
/// true class (the VS loss of Eq. 3), with smoothing ℓ_i = (1 − ε_{y_i}) (−log p_{i,y_i}) +
/// ε_{y_i}/C · Σ_j −log p_{i,j}, and w_i = α_{y_i} ℓ_i:
///   vs, ce  Σ w_i           focal  Σ (1 − exp(−w_i))^γ w_i
///   softmax-bce  Σ α_{y_i}/C · (−log p_{y_i} − Σ_{j≠y_i} log(1 − p_j)), logarithms from −100 up
/// divided, by the reduction, by Σ α_{y_i} ("weighted-mean") or by m ("mean"). Returns a scalar.
/// Smoothing is of "vs" and "ce" alone.
torch::Tensor classLoss(const torch::Tensor& log_probabilities, const torch::Tensor& labels,
                        const ClassTermTensors& terms, const LossConfig& loss);

/// The labels of what was mixed into a batch's images.
struct MixedLabels {
    torch::Tensor log_probabilities;  // [B, C], as above, of these labels
    torch::Tensor labels;             // int64 [B]
    torch::Tensor share;              // [B]: s_i, what the image's own labels have of the loss
};

/// The loss of mixed images: each contributes s_i times what it would with its own label y and
/// 1 − s_i times what it would with the other one y', and the weighted mean divides by
/// Σ (s_i α_y + (1 − s_i) α_y'). Returns a scalar.
torch::Tensor mixedLoss(const torch::Tensor& log_probabilities, const torch::Tensor& labels,
                        const MixedLabels& others, const ClassTermTensors& terms,
                        const LossConfig& loss);

/// classLoss as two scalars whose quotient it is, for batches that are divided: their sums over the
/// parts are those of the batch. The divisor has no gradient. Parts may be empty.
struct LossQuotient {
    torch::Tensor sum;
    torch::Tensor divisor;
};
LossQuotient lossQuotient(const torch::Tensor& log_probabilities, const torch::Tensor& labels,
                          const ClassTermTensors& terms, const LossConfig& loss);

}  // namespace ballast
