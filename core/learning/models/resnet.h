#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>

#include "core/experiment/config.h"
#include "core/keyed_random.h"

namespace ballast {

/// Two 3×3 convolutions with batch normalisation and an identity shortcut; where the size changes
/// the shortcut is sub-sampled and padded with zero channels ("option A" of He et al.).
class BasicBlockImpl : public torch::nn::Module {
public:
    BasicBlockImpl(std::int64_t in_channels, std::int64_t out_channels, std::int64_t stride);
    torch::Tensor forward(const torch::Tensor& x);

private:
    torch::nn::Conv2d conv1_;
    torch::nn::BatchNorm2d bn1_;
    torch::nn::Conv2d conv2_;
    torch::nn::BatchNorm2d bn2_;
    std::int64_t stride_;
    std::int64_t added_channels_;
};
TORCH_MODULE(BasicBlock);

/// The last layer, features [B, F] -> logits [B, C]. "linear": weight [C, F] and bias [C].
/// "cosine": weight [F, C], both sides L2-normalised, no bias; logits are cosines in [-1, 1].
/// With addScale() each class's logit is multiplied by a parameter scale [C], 1 at first.
class HeadImpl : public torch::nn::Module {
public:
    HeadImpl(std::int64_t features, std::int64_t classes, bool cosine);
    torch::Tensor forward(const torch::Tensor& features);
    bool cosine() const { return cosine_; }
    void addScale();

    /// New random weights, a pure function of `random`'s key; the scale becomes 1.
    void initialise(const KeyedRandom& random);

    /// Class weights become w_y / ‖w_y‖^τ, the bias 0.
    void tauNormalise(double tau);

    /// Shortens every class weight that is longer than `max_norm` to it.
    void limitNorms(double max_norm);

    torch::Tensor weight;
    torch::Tensor bias;
    torch::Tensor scale;  // undefined without addScale()

private:
    bool cosine_;
};
TORCH_MODULE(Head);

/// The residual networks of He et al. for small images: 3 stages of n blocks with 16, 32 and 64
/// channels, depth 6n+2; any image size and number of channels. Parameter names are those of the
/// public PyTorch code (conv1.weight, layer1.0.bn1.bias, linear.weight, …).
class ResNetImpl : public torch::nn::Module {
public:
    ResNetImpl(int depth, std::int64_t in_channels, std::int64_t classes, bool cosine_head);

    /// [B, channels, H, W] -> logits [B, C].
    torch::Tensor forward(const torch::Tensor& x);
    Head& head() { return linear_; }

private:
    torch::nn::Conv2d conv1_;
    torch::nn::BatchNorm2d bn1_;
    torch::nn::Sequential layer1_;
    torch::nn::Sequential layer2_;
    torch::nn::Sequential layer3_;
    Head linear_;
};
TORCH_MODULE(ResNet);

/// The model of a config with weights that are a pure function of `seed`: convolutions and the
/// linear head Kaiming-normal, the linear bias uniform in ±1/√F, the cosine head uniform(-1, 1)
/// with unit columns; in channels_last on `device`.
ResNet makeModel(const ModelConfig& config, std::int64_t in_channels, std::int64_t classes,
                 std::uint64_t seed, torch::Device device);

}  // namespace ballast
