#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "core/learning/kernels/conv_plan.h"
#include "core/learning/kernels/evaluation_pass.h"
#include "core/learning/kernels/training_pass.h"

namespace ballast {

/// The convolutional part of a network as one autograd function on the CPU, from images to their
/// features averaged over the pixels: oneDNN's convolutions and one pass over the memory for all
/// that stands between two of them, in buffers that are used again at every step. In evaluation
/// mode normalisation is folded into the convolutions. The units' modules keep the parameters; the
/// numbers are theirs to rounding, and the same for any number of threads. For one thread's use.
class ConvStack {
public:
    /// `rounding` of training; `fast` is exact where Winograd's algorithm is not.
    ConvStack(std::vector<ConvUnit> units, Convolution rounding);

    /// Whether features() can take these images now: square, float32, on the CPU; oneDNN has fast
    /// convolutions of their shape for the modules' mode; and gradients are asked for in training
    /// mode only.
    bool takes(const torch::Tensor& images);

    /// Images [B, channels, S, S] -> the last unit's output averaged over the pixels [B, F], in
    /// training or evaluation mode as the units' modules are. One backward pass may follow, before
    /// the next call.
    torch::Tensor features(const torch::Tensor& images);

private:
    friend struct StackFunction;

    std::vector<torch::Tensor> parameters() const;
    ConvPlan* plan(const torch::Tensor& images, PassMode mode);

    const std::vector<ConvUnit> units_;
    const UnitGraph graph_;
    const Convolution rounding_;
    const bool usable_;
    // nullptr where oneDNN has no fast convolutions.
    std::map<std::tuple<std::int64_t, std::int64_t, PassMode>, std::unique_ptr<ConvPlan>> plans_;
    Buffers buffers_;
    std::unique_ptr<TrainingPass> pass_;  // between forward and backward
    std::int64_t passes_ = 0;
};

}  // namespace ballast
