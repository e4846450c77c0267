#pragma once

#include <torch/torch.h>

#include <memory>
#include <vector>

#include "core/learning/kernels/conv_plan.h"

namespace ballast {

/// One batch's way through the units of a stack and back. Threads share the images, a few at a
/// time, and do to these all they can while they are in the cache: normalise, convolve, sum.
class TrainingPass {
public:
    virtual ~TrainingPass() = default;

    /// The last unit's output averaged over the pixels [B, F]; updates the running statistics.
    virtual torch::Tensor forward() = 0;

    /// The gradients by each unit's weights, γ and β, in this order, from that by the features;
    /// once, after forward().
    virtual std::vector<torch::Tensor> backward(const torch::Tensor& of_features) = 0;
};

/// `images` [B, channels, S, S], float in channels_last; the plan's convolutions round as
/// `rounding` says. All but `images` must outlive the pass.
std::unique_ptr<TrainingPass> trainingPass(Convolution rounding, const std::vector<ConvUnit>& units,
                                           const UnitGraph& graph, ConvPlan& plan, Buffers& buffers,
                                           const torch::Tensor& images);

}  // namespace ballast
