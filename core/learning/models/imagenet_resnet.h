#pragma once

#include <torch/torch.h>

#include <cstdint>

#include "core/learning/models/network.h"
#include "core/learning/models/normalisation.h"

namespace ballast {

/// A 1×1, a 3×3 (which strides) and a 1×1 convolution to four times as many channels, each with
/// batch normalisation, beside a shortcut that is projected where the size changes.
class BottleneckImpl : public torch::nn::Module {
public:
    static constexpr std::int64_t kExpansion = 4;

    BottleneckImpl(std::int64_t in_channels, std::int64_t channels, std::int64_t stride);
    torch::Tensor forward(const torch::Tensor& x);

private:
    torch::nn::Conv2d conv1_;
    BatchNorm bn1_;
    torch::nn::Conv2d conv2_;
    BatchNorm bn2_;
    torch::nn::Conv2d conv3_;
    BatchNorm bn3_;
    torch::nn::Sequential downsample_{nullptr};  // a convolution and its normalisation
};
TORCH_MODULE(Bottleneck);

/// The ResNet-50 of He et al. for ImageNet: 7×7 convolution and max pooling, then 3, 4, 6 and 3
/// bottlenecks of 64, 128, 256 and 512 channels. Any image size and number of channels; made for
/// 224 pixels. Parameter names are torchvision's (conv1.weight, layer1.0.downsample.0.weight,
/// fc.weight, …).
class ImageNetResNetImpl : public ImageNetworkImpl {
public:
    /// `rounding` as makeModel()'s convolution.
    ImageNetResNetImpl(std::int64_t in_channels, std::int64_t classes, HeadKind head,
                       Convolution rounding = Convolution::exact);

    torch::Tensor features(const torch::Tensor& images) override;
    Head& head() override { return fc_; }

private:
    torch::nn::Conv2d conv1_;
    BatchNorm bn1_;
    torch::nn::Sequential layer1_;
    torch::nn::Sequential layer2_;
    torch::nn::Sequential layer3_;
    torch::nn::Sequential layer4_;
    Head fc_;
    const Convolution convolution_;
};

}  // namespace ballast
