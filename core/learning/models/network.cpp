#include "core/learning/models/network.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/keyed_random.h"
#include "core/experiment/catalog.h"
#include "core/learning/kernels/convolution.h"
#include "core/learning/models/imagenet_resnet.h"
#include "core/learning/models/resnet.h"

namespace ballast {
namespace {

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

/// The size that Kaiming et al. divide by, of a convolution [out, in, h, w] or a linear layer.
double fan(const torch::Tensor& weight, bool out) {
    return static_cast<double>(weight.numel() / weight.size(out && weight.dim() == 4 ? 1 : 0));
}

void initialise(ImageNetworkImpl& model, bool fan_out, std::uint64_t seed) {
    const Head& head = model.head();
    std::uint32_t ordinal = 0;  // takes the place of the epoch: a stream for each parameter
    for (auto& item : model.named_parameters()) {
        const KeyedRandom random(seed, Purpose::initial_weights, ordinal++);
        torch::Tensor& weight = item.value();
        const bool head_weight = weight.is_same(head->weight);
        const auto normal = [&](std::uint64_t i) { return random.normal(i); };
        const bool uniform = head_weight && head->init == HeadInit::uniform;
        if (weight.dim() == 4 || (head_weight && !head->cosine() && !uniform)) {
            const double inputs = fan(weight, fan_out);
            fill(weight, [&](std::uint64_t i) { return normal(i) * std::sqrt(2.0 / inputs); });
        } else if (head_weight && head->cosine()) {
            fill(weight, [&](std::uint64_t i) { return 2.0 * random.uniform(i) - 1.0; });
            const torch::NoGradGuard no_grad;
            weight.div_(weight.norm(2, 0, true));
        } else if (head_weight || weight.is_same(head->bias)) {
            const double bound = 1.0 / std::sqrt(static_cast<double>(head->weight.size(1)));
            fill(weight, [&](std::uint64_t i) { return (2.0 * random.uniform(i) - 1.0) * bound; });
        }  // batch normalisation keeps weight 1 and bias 0
    }
}

}  // namespace

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
        const double bound = 1.0 / std::sqrt(static_cast<double>(features));
        if (init == HeadInit::uniform) {
            fill(weight, [&](std::uint64_t i) { return (2.0 * random.uniform(i) - 1.0) * bound; });
        } else {
            fill(weight, [&](std::uint64_t i) { return random.normal(i) * deviation; });
        }
        const auto first = static_cast<std::uint64_t>(weight.numel());
        fill(bias,
             [&](std::uint64_t i) { return (2.0 * random.uniform(first + i) - 1.0) * bound; });
    }
    if (scale.defined()) scale.fill_(1.0);
}

torch::Tensor HeadImpl::norms() const {
    return weight.norm(2, cosine_ ? 0 : 1, true).clamp_min(1e-12);
}

void HeadImpl::tauNormalise(double tau) {
    const torch::NoGradGuard no_grad;
    weight.div_(norms().pow(tau));
    if (bias.defined()) bias.zero_();
}

void HeadImpl::limitNorms(double max_norm) {
    const torch::NoGradGuard no_grad;
    weight.mul_((max_norm / norms()).clamp_max(1.0));
}

void HeadImpl::addNormLimit() {
    norm_limit =
        register_buffer("norm_limit", torch::zeros({}, weight.options().requires_grad(false)));
}

void HeadImpl::fixNormLimit(double q) {
    const torch::NoGradGuard no_grad;
    const torch::Tensor all = norms();
    norm_limit.copy_(all.min() + q * (all.max() - all.min()));
}

void HeadImpl::limitNorms() {
    const torch::NoGradGuard no_grad;
    weight.mul_((norm_limit / norms()).clamp_max(1.0));
}

torch::Tensor convolved(const torch::nn::Conv2dImpl& convolution, const torch::Tensor& x) {
    const torch::Tensor weight = convolution.weight.to(x.scalar_type());
    const auto& stride = *convolution.options.stride();
    return torch::conv2d(x, weight, {}, stride, weight.size(2) / 2);
}

torch::Tensor featureInput(const torch::Tensor& images, Convolution convolution) {
    const bool narrow = convolution != Convolution::exact && images.is_cuda();
    return narrow ? images.to(torch::kBFloat16) : images;
}

torch::Tensor pooled(const torch::Tensor& features) {
    const bool narrow = features.scalar_type() == torch::kBFloat16;
    return features.mean({2, 3}, false, narrow ? torch::kFloat32 : features.scalar_type());
}

ImageNetwork makeModel(const ModelConfig& config, std::int64_t in_channels, std::int64_t classes,
                       std::uint64_t seed, torch::Device device, Convolution convolution) {
    const bool cosine = config.head == HeadKind::cosine;
    const bool photographs = config.name == kImageNetResNet;
    std::shared_ptr<ImageNetworkImpl> network;
    if (photographs) {
        network = std::make_shared<ImageNetResNetImpl>(in_channels, classes, cosine, convolution);
    } else if (const auto depth = residualDepth(config.name)) {
        network = std::make_shared<ResNetImpl>(*depth, in_channels, classes, cosine, convolution);
    } else {
        throw ConfigError("unknown model \"" + config.name + "\"");
    }
    ImageNetwork model(network);
    model->head()->init = config.head_init;
    initialise(*model, photographs, seed);
    model->to(device);
    const torch::NoGradGuard no_grad;
    for (torch::Tensor& parameter : model->parameters()) {
        if (parameter.dim() == 4) {
            parameter.set_data(parameter.contiguous(torch::MemoryFormat::ChannelsLast));
        }
    }
    return model;
}

void requireConvolution(const ModelConfig& config, Convolution convolution, torch::Device device) {
    if (convolution != Convolution::bfloat16 || device.is_cuda()) return;
    const std::string needs = "/training/convolution: \"bfloat16\" needs ";
    if (config.name == kImageNetResNet) {
        throw ConfigError(needs + "a GPU for " + config.name + "; allowed on a CPU: exact, fast");
    }
    if (hasBFloat16()) return;
    const std::string library = convolutionLibrary();
    throw ConfigError(needs + "a GPU or a processor with AVX512_BF16 or AMX; here is " +
                      (library.empty() ? "no oneDNN" : library) + "; allowed here: exact, fast");
}

ImageNetwork makeModel(const RunConfig& config, std::int64_t in_channels, std::int64_t classes,
                       torch::Device device) {
    ImageNetwork model = makeModel(config.model, in_channels, classes, config.training.seed, device,
                                   config.training.convolution);
    const auto a_phase = [&](auto uses) { return std::ranges::any_of(config.phases, uses); };
    if (a_phase([](const Phase& phase) { return parts(phase.trainable).scale; })) {
        model->head()->addScale();
    }
    if (a_phase([](const Phase& phase) { return phase.head_relative_max_norm.has_value(); })) {
        model->head()->addNormLimit();
    }
    return model;
}

bool isAddedState(const std::string& name) {
    return name.ends_with(".scale") || name.ends_with(".norm_limit");
}

}  // namespace ballast
