#pragma once

#include <torch/torch.h>

#include <cstdint>

#include "core/experiment/config.h"
#include "core/learning/models/head.h"

namespace ballast {

class Ranks;

/// What the trainer trains: images to logits, ending in a head.
class ImageNetworkImpl : public torch::nn::Module {
public:
    /// From now on batch normalisation of training, and what the head has of a batch, is over the
    /// batches that `ranks` divide, not over this process's parts; they must outlive the network.
    void normaliseTogether(const Ranks& ranks);
    bool normalisesTogether() const { return normalises_together_; }

    /// [B, channels, H, W] -> features z [B, F], which the head reads.
    virtual torch::Tensor features(const torch::Tensor& images) = 0;
    virtual Head& head() = 0;

    /// [B, channels, H, W] -> logits [B, C].
    torch::Tensor forward(const torch::Tensor& images) { return head()(features(images)); }

private:
    bool normalises_together_ = false;
};
TORCH_MODULE(ImageNetwork);

/// A convolution without bias whose padding keeps the size, in the type of `x`: the weight is
/// rounded to it. [B, in, H, W] -> [B, out, H / stride, W / stride].
torch::Tensor convolved(const torch::nn::Conv2dImpl& convolution, const torch::Tensor& x);

/// Images in the type that a network of LibTorch's modules computes its features in: bfloat16 on a
/// GPU unless convolutions are exact, which the weights' own type and the normalisations' sums are
/// not.
torch::Tensor featureInput(const torch::Tensor& images, Convolution convolution);

/// Mean over the pixels in float or wider: [B, C, H, W] -> [B, C].
torch::Tensor pooled(const torch::Tensor& features);

/// The model of a config with weights that are a pure function of `seed`: convolutions
/// Kaiming-normal (the small networks' by fan-in, ResNet-50's by fan-out), the linear head
/// Kaiming-normal by fan-in or uniform in ±1/√F (config.head_init) with a bias uniform in ±1/√F,
/// the cosine head uniform(-1, 1) with unit columns, De-confound's uniform in ±1/√F; in
/// channels_last on `device`. `fast` convolutions may be rounded otherwise where that is faster:
/// Winograd on CPUs, bfloat16 on GPUs; with `bfloat16` features are, in training, or forward()
/// throws. Throws ConfigError for an unknown name.
ImageNetwork makeModel(const ModelConfig& config, std::int64_t in_channels, std::int64_t classes,
                       std::uint64_t seed, torch::Device device,
                       Convolution convolution = Convolution::exact);

/// Throws ConfigError where features are to be bfloat16 and a network cannot compute them so on
/// `device`.
void requireConvolution(const ModelConfig& config, Convolution convolution, torch::Device device);

/// The model of a whole config: as above, with what its phases use of the head: a learnable scale,
/// a calibration, a norm limit.
ImageNetwork makeModel(const RunConfig& config, std::int64_t in_channels, std::int64_t classes,
                       torch::Device device);

}  // namespace ballast
