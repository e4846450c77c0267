#pragma once

#include <torch/torch.h>

#include <string>

#include "core/experiment/class_terms.h"

namespace ballast {

/// The class terms of Eq. 3 as tensors [C] of the logits' type, on their device.
struct ClassTermTensors {
    ClassTermTensors(const ClassTerms& terms, const torch::TensorOptions& options);
    torch::Tensor alpha;
    torch::Tensor beta;
    torch::Tensor delta;
};

/// log softmax of β ⊙ f(x) + Δ, [B, C].
torch::Tensor adjustedLogProbabilities(const torch::Tensor& logits, const ClassTermTensors& terms);

/// The VS loss of Eq. 3 over a batch: ℓ_i = −log softmax_{y_i}(β ⊙ f(x_i) + Δ), and then, by
/// `reduction`, Σ α_{y_i} ℓ_i / Σ α_{y_i} ("weighted-mean") or Σ α_{y_i} ℓ_i / m ("mean").
/// `log_probabilities` [B, C] as above, `labels` int64 [B]; returns a scalar.
torch::Tensor vsLoss(const torch::Tensor& log_probabilities, const torch::Tensor& labels,
                     const torch::Tensor& alpha, const std::string& reduction);

}  // namespace ballast
