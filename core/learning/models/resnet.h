#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

#include "core/learning/kernels/conv_stack.h"
#include "core/learning/models/network.h"
#include "core/learning/models/normalisation.h"

namespace ballast {

/// Two 3×3 convolutions with batch normalisation and an identity shortcut; where the size changes
/// the shortcut is sub-sampled and padded with zero channels ("option A" of He et al.).
class BasicBlockImpl : public torch::nn::Module {
public:
    BasicBlockImpl(std::int64_t in_channels, std::int64_t out_channels, std::int64_t stride);
    torch::Tensor forward(const torch::Tensor& x);

    /// The block as the next two units of a stack, reading its last one.
    void appendTo(std::vector<ConvUnit>& units) const;

private:
    torch::nn::Conv2d conv1_;
    BatchNorm bn1_;
    torch::nn::Conv2d conv2_;
    BatchNorm bn2_;
    std::int64_t stride_;
    std::int64_t added_channels_;
};
TORCH_MODULE(BasicBlock);

/// The residual networks of He et al. for small images: 3 stages of n blocks with 16, 32 and 64
/// channels, depth 6n+2; any image size and number of channels. Parameter names are those of the
/// public PyTorch code (conv1.weight, layer1.0.bn1.bias, linear.weight, …).
class ResNetImpl : public ImageNetworkImpl {
public:
    /// `convolution` as makeModel().
    ResNetImpl(int depth, std::int64_t in_channels, std::int64_t classes, HeadKind head,
               Convolution convolution = Convolution::exact);

    torch::Tensor features(const torch::Tensor& images) override;
    Head& head() override { return linear_; }

private:
    torch::nn::Conv2d conv1_;
    BatchNorm bn1_;
    torch::nn::Sequential layer1_;
    torch::nn::Sequential layer2_;
    torch::nn::Sequential layer3_;
    Head linear_;
    const Convolution convolution_;
    ConvStack stack_;  // the layers before the head, where it takes the images
};
TORCH_MODULE(ResNet);

}  // namespace ballast
