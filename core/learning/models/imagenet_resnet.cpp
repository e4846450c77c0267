#include "core/learning/models/imagenet_resnet.h"

namespace ballast {
namespace {

namespace nn = torch::nn;

nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t size, std::int64_t stride) {
    return nn::Conv2d(
        nn::Conv2dOptions(in, out, size).stride(stride).padding(size / 2).bias(false));
}

nn::Sequential bottlenecks(int blocks, std::int64_t in, std::int64_t channels,
                           std::int64_t stride) {
    nn::Sequential sequence(Bottleneck(in, channels, stride));
    for (int i = 1; i < blocks; ++i) {
        sequence->push_back(Bottleneck(channels * BottleneckImpl::kExpansion, channels, 1));
    }
    return sequence;
}

}  // namespace

BottleneckImpl::BottleneckImpl(std::int64_t in_channels, std::int64_t channels, std::int64_t stride)
    : conv1_(register_module("conv1", convolution(in_channels, channels, 1, 1))),
      bn1_(register_module("bn1", BatchNorm(channels))),
      conv2_(register_module("conv2", convolution(channels, channels, 3, stride))),
      bn2_(register_module("bn2", BatchNorm(channels))),
      conv3_(register_module("conv3", convolution(channels, channels * kExpansion, 1, 1))),
      bn3_(register_module("bn3", BatchNorm(channels * kExpansion))) {
    if (stride != 1 || in_channels != channels * kExpansion) {
        downsample_ = register_module(
            "downsample", nn::Sequential(convolution(in_channels, channels * kExpansion, 1, stride),
                                         BatchNorm(channels * kExpansion)));
    }
}

torch::Tensor BottleneckImpl::forward(const torch::Tensor& x) {
    torch::Tensor out = bn1_(convolved(*conv1_, x)).relu_();
    out = bn2_(convolved(*conv2_, out)).relu_();
    out = bn3_(convolved(*conv3_, out));
    if (downsample_.is_empty()) return out.add_(x).relu_();
    const torch::Tensor sampled = convolved(*downsample_->ptr(0)->as<nn::Conv2d>(), x);
    return out.add_(downsample_->ptr(1)->as<BatchNorm>()->forward(sampled)).relu_();
}

ImageNetResNetImpl::ImageNetResNetImpl(std::int64_t in_channels, std::int64_t classes,
                                       HeadKind head, Convolution rounding)
    : conv1_(register_module("conv1", convolution(in_channels, 64, 7, 2))),
      bn1_(register_module("bn1", BatchNorm(64))),
      layer1_(register_module("layer1", bottlenecks(3, 64, 64, 1))),
      layer2_(register_module("layer2", bottlenecks(4, 256, 128, 2))),
      layer3_(register_module("layer3", bottlenecks(6, 512, 256, 2))),
      layer4_(register_module("layer4", bottlenecks(3, 1024, 512, 2))),
      fc_(register_module("fc", Head(2048, classes, head))),
      convolution_(rounding) {}

torch::Tensor ImageNetResNetImpl::features(const torch::Tensor& images) {
    torch::Tensor out = torch::max_pool2d(
        bn1_(convolved(*conv1_, featureInput(images, convolution_))).relu_(), 3, 2, 1);
    out = layer4_->forward(layer3_->forward(layer2_->forward(layer1_->forward(out))));
    return pooled(out);
}

}  // namespace ballast
