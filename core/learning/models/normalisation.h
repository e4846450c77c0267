#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace ballast {

class Ranks;

/// Batch normalisation with LibTorch's names, numbers and defaults, over this process's part of a
/// batch or, where batches are divided, over all of it: mean and variance of the whole batch, and
/// the gradient that goes through them. With both kinds each process keeps running statistics; over
/// all they are the same everywhere.
class BatchNormImpl : public torch::nn::Module {
public:
    static constexpr double kEps = 1e-5;
    static constexpr double kMomentum = 0.1;  // of the running statistics

    explicit BatchNormImpl(std::int64_t channels);

    /// From now on over the batches that `ranks` divide, in training mode; they must outlive it.
    void normaliseOver(const Ranks& ranks) { ranks_ = &ranks; }

    /// [B, C, H, W]; B may be 0 where others have a part.
    torch::Tensor forward(const torch::Tensor& x);

    torch::Tensor weight;               // [C]
    torch::Tensor bias;                 // [C]
    torch::Tensor running_mean;         // [C]
    torch::Tensor running_var;          // [C]
    torch::Tensor num_batches_tracked;  // int64, scalar

private:
    const Ranks* ranks_ = nullptr;
};
TORCH_MODULE(BatchNorm);

}  // namespace ballast
