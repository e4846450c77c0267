#pragma once

#include <torch/torch.h>

#include "core/learning/losses/class_loss.h"
#include "core/learning/parallel/ranks.h"

namespace ballast {

/// Of a batch that `ranks` divide: makes the gradients of each part's `part.sum`, which the model's
/// parameters hold, those of the batch's loss, Σ sums / Σ divisors over all processes, in one
/// exchange. A parameter that has a gradient in no process keeps none. Returns that loss, a scalar.
torch::Tensor sumGradients(torch::nn::Module& model, const LossQuotient& part, const Ranks& ranks);

}  // namespace ballast
