#pragma once

#include <torch/torch.h>

#include "core/experiment/config.h"
#include "core/learning/data/image_source.h"
#include "core/learning/losses/class_loss.h"
#include "core/learning/losses/distillation.h"
#include "core/learning/models/network.h"
#include "core/learning/optimizers/sgd.h"
#include "core/learning/parallel/ranks.h"

namespace ballast {

/// What the model said of a batch at its weights (not at SAM's perturbed ones), detached.
struct StepResult {
    torch::Tensor loss;               // scalar
    torch::Tensor logits;             // f(x) [B, C]
    torch::Tensor log_probabilities;  // of the adjusted logits [B, C]
};

/// Lines 9 and 10 of Algorithm 1 up to the gradient: leaves the gradients of the batch's loss in
/// the model's trainable parameters; with `sam_radius` above 0 those at the perturbed weights.
/// With a `lesson` the loss is of that too. Where nothing is trainable, or gradients are switched
/// off, it only evaluates. Of a batch that `ranks` divide, `batch` is this process's part, which
/// may be empty: loss and gradients are the whole batch's, the rest is the part's; without a
/// lesson, of images that are not mixed.
StepResult trainingStep(ImageNetwork& model, Sgd& optimizer, const Batch& batch,
                        const ClassTermTensors& terms, const LossConfig& loss, double sam_radius,
                        const Lesson* lesson = nullptr, const Ranks& ranks = alone());

}  // namespace ballast
