#include "core/learning/models/resnet.h"

#include "core/base/error.h"

namespace ballast {
namespace {

namespace nn = torch::nn;

nn::Conv2d convolution3x3(std::int64_t in, std::int64_t out, std::int64_t stride) {
    return nn::Conv2d(nn::Conv2dOptions(in, out, 3).stride(stride).padding(1).bias(false));
}

nn::Sequential stage(int blocks, std::int64_t in, std::int64_t out, std::int64_t stride) {
    nn::Sequential sequence;
    for (int i = 0; i < blocks; ++i) {
        sequence->push_back(BasicBlock(i == 0 ? in : out, out, i == 0 ? stride : 1));
    }
    return sequence;
}

std::vector<ConvUnit> unitsOf(const nn::Conv2d& conv, const BatchNorm& norm,
                              const std::vector<nn::Sequential>& stages) {
    std::vector<ConvUnit> units{{conv, norm}};
    for (const nn::Sequential& stage : stages) {
        for (const nn::AnyModule& block : *stage) block.get<BasicBlock>()->appendTo(units);
    }
    return units;
}

}  // namespace

void BasicBlockImpl::appendTo(std::vector<ConvUnit>& units) const {
    const int input = static_cast<int>(units.size()) - 1;
    units.push_back({conv1_, bn1_});
    units.push_back({conv2_, bn2_, input});
}

BasicBlockImpl::BasicBlockImpl(std::int64_t in_channels, std::int64_t out_channels,
                               std::int64_t stride)
    : conv1_(register_module("conv1", convolution3x3(in_channels, out_channels, stride))),
      bn1_(register_module("bn1", BatchNorm(out_channels))),
      conv2_(register_module("conv2", convolution3x3(out_channels, out_channels, 1))),
      bn2_(register_module("bn2", BatchNorm(out_channels))),
      stride_(stride),
      added_channels_(out_channels - in_channels) {}

torch::Tensor BasicBlockImpl::forward(const torch::Tensor& x) {
    torch::Tensor out = bn1_(convolved(*conv1_, x)).relu_();
    out = bn2_(convolved(*conv2_, out));
    if (stride_ == 1 && added_channels_ == 0) return out.add_(x).relu_();
    using torch::indexing::None;
    using torch::indexing::Slice;
    const torch::Tensor sampled =
        x.index({Slice(), Slice(), Slice(None, None, stride_), Slice(None, None, stride_)});
    const std::int64_t before = added_channels_ / 2;
    const torch::Tensor shortcut =
        torch::constant_pad_nd(sampled, {0, 0, 0, 0, before, added_channels_ - before}, 0);
    return out.add_(shortcut).relu_();
}

ResNetImpl::ResNetImpl(int depth, std::int64_t in_channels, std::int64_t classes, HeadKind head,
                       Convolution convolution)
    : conv1_(register_module("conv1", convolution3x3(in_channels, 16, 1))),
      bn1_(register_module("bn1", BatchNorm(16))),
      layer1_(register_module("layer1", stage((depth - 2) / 6, 16, 16, 1))),
      layer2_(register_module("layer2", stage((depth - 2) / 6, 16, 32, 2))),
      layer3_(register_module("layer3", stage((depth - 2) / 6, 32, 64, 2))),
      linear_(register_module("linear", Head(64, classes, head))),
      convolution_(convolution),
      stack_(unitsOf(conv1_, bn1_, {layer1_, layer2_, layer3_}), convolution) {}

torch::Tensor ResNetImpl::features(const torch::Tensor& images) {
    const bool together = is_training() && normalisesTogether();
    if (!together && stack_.takes(images)) return stack_.features(images);
    if (convolution_ == Convolution::bfloat16 && is_training() && images.is_cpu()) {
        throw ConfigError("/training/convolution: oneDNN has no convolutions in bfloat16 for " +
                          std::to_string(images.size(2)) + "×" + std::to_string(images.size(3)) +
                          " pixels here; allowed: exact, fast");
    }
    torch::Tensor out = bn1_(convolved(*conv1_, featureInput(images, convolution_))).relu_();
    out = layer3_->forward(layer2_->forward(layer1_->forward(out)));
    return pooled(out);
}

}  // namespace ballast
