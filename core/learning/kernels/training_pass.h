#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "core/learning/kernels/batch_norm.h"
#include "core/learning/kernels/conv_plan.h"

namespace ballast {

/// What follows from how the units of a stack read each other.
struct UnitGraph {
    explicit UnitGraph(const std::vector<ConvUnit>& units);
    std::vector<bool> keeps;        // the unit's output for the way back; else it is made again
    std::vector<int> first_reader;  // the first unit that convolves it, or kNone
    std::vector<int> last_use;      // the last unit that convolves or adds it
};

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
        torch::Tensor y;  // the convolution's output
        torch::Tensor z;  // the unit's, where it is kept
        bool z_made = false;
        ChannelMoments moments;
        std::vector<float> mean;
        std::vector<float> scale;  // γ / √(variance + ε)
        std::vector<float> shift;  // β − mean · scale
    };
    /// Of a unit's output.
    struct Gradient {
        torch::Tensor own;          // from the convolutions that read it
        torch::Tensor of_sum;       // from the sum that it is a shortcut to ...
        int sum = ConvUnit::kNone;  // ... of this unit
        std::vector<float> sums;    // see reluGradient
        bool ready = false;         // `own` is all of it, before the ReLU, and `sums` is there
    };

    const float* input(const ConvUnit& unit, const Chunk& chunk, Workbench& bench);
    const float* output(std::size_t k, const Chunk& chunk, Workbench& bench);
    void convolve(std::size_t k);
    void normaliseFrom(std::size_t k, const std::vector<float>& sums,
                       const std::vector<float>& centre);
    void finish(std::size_t k, float* fresh, const float* z, const Chunk& chunk);
    void beginGradient(std::size_t k, const torch::Tensor& of_features);
    torch::Tensor throughConvolution(std::size_t k, const NormGradient& norm);

    const std::vector<ConvUnit>& units_;
    const UnitGraph& graph_;
    ConvPlan& plan_;
    Buffers& buffers_;
    torch::Tensor images_;
    std::vector<State> states_;
    std::vector<Gradient> gradients_;
    Scratch weight_gradients_;  // chunk by chunk
};

}  // namespace ballast
