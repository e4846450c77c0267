#include "core/learning/models/resnet.h"

#include <cmath>

#include "core/error.h"
#include "core/experiment/catalog.h"
#include "core/keyed_random.h"

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

/// Fills `tensor` element by element with draw(index).
template<class Draw>
void fill(torch::Tensor& tensor, Draw draw) {
    const torch::NoGradGuard no_grad;
    torch::Tensor values = torch::empty(tensor.sizes(), torch::kFloat32);
    auto* data = values.data_ptr<float>();
    for (std::int64_t i = 0; i < values.numel(); ++i) {
        data[i] = static_cast<float>(draw(static_cast<std::uint64_t>(i)));
    }
    tensor.copy_(values);
}

void initialise(ResNet& model, bool cosine_head, std::uint64_t seed) {
    std::uint32_t ordinal = 0;  // takes the place of the epoch: a stream for each parameter
    for (auto& item : model->named_parameters()) {
        const KeyedRandom random(seed, Purpose::initial_weights, ordinal++);
        torch::Tensor& weight = item.value();
        const std::string& name = item.key();
        const auto normal = [&](std::uint64_t i) { return random.normal(i); };
        if (weight.dim() == 4 || (name == "linear.weight" && !cosine_head)) {
            const double fan_in = static_cast<double>(weight.numel() / weight.size(0));
            fill(weight, [&](std::uint64_t i) { return normal(i) * std::sqrt(2.0 / fan_in); });
        } else if (name == "linear.weight") {
            fill(weight, [&](std::uint64_t i) { return 2.0 * random.uniform(i) - 1.0; });
            const torch::NoGradGuard no_grad;
            weight.div_(weight.norm(2, 0, true));
        } else if (name == "linear.bias") {
            const double bound = 1.0 / std::sqrt(64.0);
            fill(weight, [&](std::uint64_t i) { return (2.0 * random.uniform(i) - 1.0) * bound; });
        }  // batch normalisation keeps weight 1 and bias 0
    }
}

}  // namespace

BasicBlockImpl::BasicBlockImpl(std::int64_t in_channels, std::int64_t out_channels,
                               std::int64_t stride)
    : conv1_(register_module("conv1", convolution3x3(in_channels, out_channels, stride))),
      bn1_(register_module("bn1", nn::BatchNorm2d(out_channels))),
      conv2_(register_module("conv2", convolution3x3(out_channels, out_channels, 1))),
      bn2_(register_module("bn2", nn::BatchNorm2d(out_channels))),
      stride_(stride),
      added_channels_(out_channels - in_channels) {}

torch::Tensor BasicBlockImpl::forward(const torch::Tensor& x) {
    torch::Tensor out = bn1_(conv1_(x)).relu_();
    out = bn2_(conv2_(out));
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

HeadImpl::HeadImpl(std::int64_t features, std::int64_t classes, bool cosine) : cosine_(cosine) {
    if (cosine_) {
        weight = register_parameter("weight", torch::zeros({features, classes}));
    } else {
        weight = register_parameter("weight", torch::zeros({classes, features}));
        bias = register_parameter("bias", torch::zeros({classes}));
    }
}

torch::Tensor HeadImpl::forward(const torch::Tensor& features) {
    namespace F = torch::nn::functional;
    const torch::Tensor logits =
        cosine_ ? torch::mm(F::normalize(features, F::NormalizeFuncOptions().dim(1)),
                            F::normalize(weight, F::NormalizeFuncOptions().dim(0)))
                : torch::linear(features, weight, bias);
    return scale.defined() ? logits * scale : logits;
}

void HeadImpl::addScale() {
    const std::int64_t classes = weight.size(cosine_ ? 1 : 0);
    scale = register_parameter("scale", torch::ones({classes}, weight.options()));
}

void HeadImpl::initialise(const KeyedRandom& random) {
    const torch::NoGradGuard no_grad;
    const std::int64_t features = weight.size(cosine_ ? 0 : 1);
    if (cosine_) {
        fill(weight, [&](std::uint64_t i) { return 2.0 * random.uniform(i) - 1.0; });
        weight.div_(weight.norm(2, 0, true));
    } else {
        const double deviation = std::sqrt(2.0 / static_cast<double>(features));
        fill(weight, [&](std::uint64_t i) { return random.normal(i) * deviation; });
        const double bound = 1.0 / std::sqrt(static_cast<double>(features));
        const auto first = static_cast<std::uint64_t>(weight.numel());
        fill(bias,
             [&](std::uint64_t i) { return (2.0 * random.uniform(first + i) - 1.0) * bound; });
    }
    if (scale.defined()) scale.fill_(1.0);
}

void HeadImpl::tauNormalise(double tau) {
    const torch::NoGradGuard no_grad;
    weight.div_(weight.norm(2, cosine_ ? 0 : 1, true).clamp_min(1e-12).pow(tau));
    if (bias.defined()) bias.zero_();
}

void HeadImpl::limitNorms(double max_norm) {
    const torch::NoGradGuard no_grad;
    const torch::Tensor norms = weight.norm(2, cosine_ ? 0 : 1, true).clamp_min(1e-12);
    weight.mul_((max_norm / norms).clamp_max(1.0));
}

ResNetImpl::ResNetImpl(int depth, std::int64_t in_channels, std::int64_t classes, bool cosine_head)
    : conv1_(register_module("conv1", convolution3x3(in_channels, 16, 1))),
      bn1_(register_module("bn1", nn::BatchNorm2d(16))),
      layer1_(register_module("layer1", stage((depth - 2) / 6, 16, 16, 1))),
      layer2_(register_module("layer2", stage((depth - 2) / 6, 16, 32, 2))),
      layer3_(register_module("layer3", stage((depth - 2) / 6, 32, 64, 2))),
      linear_(register_module("linear", Head(64, classes, cosine_head))) {}

torch::Tensor ResNetImpl::forward(const torch::Tensor& x) {
    torch::Tensor out = bn1_(conv1_(x)).relu_();
    out = layer3_->forward(layer2_->forward(layer1_->forward(out)));
    return linear_(out.mean({2, 3}));
}

ResNet makeModel(const ModelConfig& config, std::int64_t in_channels, std::int64_t classes,
                 std::uint64_t seed, torch::Device device) {
    const auto depth = residualDepth(config.name);
    if (!depth) throw ConfigError("unknown model \"" + config.name + "\"");
    const bool cosine = config.head == "cosine";
    ResNet model(*depth, in_channels, classes, cosine);
    initialise(model, cosine, seed);
    model->to(device);
    const torch::NoGradGuard no_grad;
    for (torch::Tensor& parameter : model->parameters()) {
        if (parameter.dim() == 4) {
            parameter.set_data(parameter.contiguous(torch::MemoryFormat::ChannelsLast));
        }
    }
    return model;
}

}  // namespace ballast
