#include "core/learning/models/network.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/keyed_random.h"
#include "core/experiment/catalog.h"
#include "core/learning/kernels/convolution.h"
#include "core/learning/models/fill.h"
#include "core/learning/models/imagenet_resnet.h"
#include "core/learning/models/normalisation.h"
#include "core/learning/models/resnet.h"

namespace ballast {
namespace {

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
        if (weight.dim() == 4 || (head_weight && head->kind() != HeadKind::cosine && !uniform)) {
            const double inputs = fan(weight, fan_out);
            fill(weight, [&](std::uint64_t i) { return normal(i) * std::sqrt(2.0 / inputs); });
        } else if (head_weight && head->kind() == HeadKind::cosine) {
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

void ImageNetworkImpl::normaliseTogether(const Ranks& ranks) {
    normalises_together_ = true;
    apply([&](torch::nn::Module& module) {
        if (auto* norm = module.as<BatchNorm>()) norm->normaliseOver(ranks);
    });
    head()->averageOver(ranks);
}

torch::Tensor convolved(const torch::nn::Conv2dImpl& convolution, const torch::Tensor& x) {
    torch::Tensor weight = convolution.weight.to(x.scalar_type());
    if (x.size(0) == 0) weight = weight.contiguous();  // LibTorch takes no other for no images
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
    const bool photographs = config.name == kImageNetResNet;
    std::shared_ptr<ImageNetworkImpl> network;
    if (photographs) {
        network =
            std::make_shared<ImageNetResNetImpl>(in_channels, classes, config.head, convolution);
    } else if (const auto depth = residualDepth(config.name)) {
        network =
            std::make_shared<ResNetImpl>(*depth, in_channels, classes, config.head, convolution);
    } else {
        throw ConfigError("unknown model \"" + config.name + "\"");
    }
    ImageNetwork model(network);
    model->head()->configure(config);
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
    const bool gated = a_phase([](const Phase& phase) { return parts(phase.trainable).gate; });
    if (gated || a_phase([](const Phase& phase) { return parts(phase.trainable).calibration; })) {
        model->head()->addCalibration(gated);
    }
    if (a_phase([](const Phase& phase) { return phase.head_relative_max_norm.has_value(); })) {
        model->head()->addNormLimit();
    }
    return model;
}

}  // namespace ballast
