#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <vector>

#include "core/learning/kernels/conv_plan.h"

namespace ballast {

/// One batch's way through the units of a stack with the running statistics, folded into the
/// convolutions: z = relu(conv(x, weight · scale) + bias [+ shortcut]).
class EvaluationPass {
public:
    /// `images` [B, channels, S, S] in channels_last. All must outlive the pass.
    EvaluationPass(const std::vector<ConvUnit>& units, const UnitGraph& graph, ConvPlan& plan,
                   Buffers& buffers, const torch::Tensor& images);

    /// The last unit's output averaged over the pixels [B, F].
    torch::Tensor forward();

private:
    void fold(std::size_t k);
    void convolve(std::size_t k, const Chunk& chunk, Workbench& bench);
    void release(std::size_t k);
    float* output(std::size_t k, const Chunk& chunk) const;

    const std::vector<ConvUnit>& units_;
    const UnitGraph& graph_;
    ConvPlan& plan_;
    Buffers& buffers_;
    const torch::Tensor& images_;
    std::vector<torch::Tensor> z_;  // of each unit, while it is needed
};

}  // namespace ballast
