#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "core/learning/kernels/batch_norm.h"
#include "core/learning/kernels/conv_plan.h"

namespace ballast {

/// One batch's way through the units of a stack and back. Threads share the images, a few at a
/// time, and do to these all they can while they are in the cache: normalise, convolve, sum.
class TrainingPass {
public:
    /// `images` [B, channels, S, S] in channels_last. All but `images` must outlive the pass.
    TrainingPass(const std::vector<ConvUnit>& units, const UnitGraph& graph, ConvPlan& plan,
                 Buffers& buffers, torch::Tensor images);

    /// The last unit's output averaged over the pixels [B, F]; updates the running statistics.
    torch::Tensor forward();

    /// The gradients by each unit's weights, γ and β, in this order, from that by the features;
    /// once, after forward().
    std::vector<torch::Tensor> backward(const torch::Tensor& of_features);

private:
    struct State {
        std::vector<float> centre;  // see centredSums
        std::vector<float> sums;
        torch::Tensor y;  // the convolution's output
        torch::Tensor z;  // the unit's, where it is kept
        bool z_made = false;
        ChannelMoments moments;
        std::vector<float> mean;
        std::vector<float> scale;  // γ / √(variance + ε)
        std::vector<float> shift;  // β − mean · scale
    };
    /// Of a unit's output before the ReLU.
    struct Gradient {
        torch::Tensor own;
        std::vector<float> sums;  // see reluGradient
        torch::Tensor of_sum;     // of the sum that the unit is a shortcut to ...
        std::size_t sum = 0;      // ... of this unit
    };

    /// What the backward pass through a unit's convolution is about.
    struct ConvGradient {
        std::size_t k = 0;
        NormSums sums;
        NormGradient norm;
        std::int64_t floats = 0;
        float* of_chunks = nullptr;  // the weight's, [chunks, floats]
    };

    const float* input(std::size_t k, const Chunk& chunk, Workbench& bench);
    const float* output(std::size_t k, const Chunk& chunk, Workbench& bench);

    void setWeight(std::size_t k);
    void convolve(std::size_t k, const Chunk& chunk, Workbench& bench);
    void normaliseFrom(std::size_t k);

    void begin(const torch::Tensor& of_features, const Chunk& chunk, Workbench& bench);
    void finish(std::size_t k, float* fresh, const float* z, const Chunk& chunk);
    ConvGradient gradientOf(std::size_t k, Scratch& weight_gradients);
    void throughConvolution(const ConvGradient& gradient, const Chunk& chunk, Workbench& bench);
    torch::Tensor weightGradient(const ConvGradient& gradient) const;

    const std::vector<ConvUnit>& units_;
    const UnitGraph& graph_;
    ConvPlan& plan_;
    Buffers& buffers_;
    torch::Tensor images_;
    std::vector<State> states_;
    std::vector<Gradient> gradients_;
    Scratch weight_gradients_[2];  // of units in turn
};

}  // namespace ballast
