#include "core/learning/models/head.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "core/learning/models/fill.h"
#include "core/learning/parallel/ranks.h"

namespace ballast {
namespace {

constexpr double kLeastNorm = 1e-12;

constexpr std::string_view kCalibration[] = {"logit_scale", "logit_bias", "confidence_weight",
                                             "confidence_bias"};

torch::Tensor unit(const torch::Tensor& vectors, std::int64_t dimension) {
    return vectors / vectors.norm(2, dimension, true).clamp_min(kLeastNorm);
}

}  // namespace

HeadImpl::HeadImpl(std::int64_t features, std::int64_t classes, HeadKind kind) : kind_(kind) {
    const bool columns = kind == HeadKind::cosine;
    weight = register_parameter(
        "weight", columns ? torch::zeros({features, classes}) : torch::zeros({classes, features}));
    if (kind == HeadKind::linear) bias = register_parameter("bias", torch::zeros({classes}));
    if (kind == HeadKind::deconfound) {
        mean_feature = register_buffer("mean_feature", torch::zeros({features}));
    }
}

void HeadImpl::configure(const ModelConfig& config) {
    init = kind_ == HeadKind::deconfound ? HeadInit::uniform : config.head_init;
    parts_ = config.head_parts;
    temperature_ = config.head_temperature;
    norm_offset_ = config.head_norm_offset;
    mean_momentum_ = config.mean_momentum;
    setTdeAlpha(config.tde_alpha);
}

void HeadImpl::setTdeAlpha(double alpha) {
    tde_alpha_ = alpha;
    if (alpha_.defined()) alpha_.fill_(alpha);
}

double HeadImpl::tdeAlpha() const {
    return kind_ == HeadKind::deconfound ? tde_alpha_ : std::numeric_limits<double>::quiet_NaN();
}

torch::Tensor HeadImpl::forward(const torch::Tensor& features) {
    torch::Tensor logits = ofKind(features);
    if (scale.defined()) logits = logits * scale;
    return logit_scale.defined() ? calibrated(logits, features) : logits;
}

torch::Tensor HeadImpl::ofKind(const torch::Tensor& features) {
    namespace F = torch::nn::functional;
    switch (kind_) {
        case HeadKind::linear:
            return torch::linear(features, weight, bias);
        case HeadKind::cosine:
            return torch::mm(F::normalize(features, F::NormalizeFuncOptions().dim(1)),
                             F::normalize(weight, F::NormalizeFuncOptions().dim(0)));
        case HeadKind::deconfound:
            break;
    }
    return deconfounded(features);
}

/// Undefined for no images.
torch::Tensor HeadImpl::meanOfBatch(const torch::Tensor& features) const {
    if (ranks_ == nullptr) return features.size(0) > 0 ? features.mean(0) : torch::Tensor();
    const auto own = static_cast<double>(features.size(0));
    torch::Tensor sums = torch::cat({features.sum(0), torch::full({1}, own, features.options())});
    ranks_->sum(sums);
    return sums.narrow(0, 0, features.size(1)) / sums[features.size(1)];
}

torch::Tensor HeadImpl::deconfounded(const torch::Tensor& features) {
    if (is_training()) {
        const torch::NoGradGuard no_grad;
        if (const torch::Tensor mean = meanOfBatch(features.detach()); mean.defined()) {
            mean_feature.mul_(mean_momentum_).add_(mean);
        }
    }
    const torch::Tensor z = unit(
        features.reshape({features.size(0), parts_, features.size(1) / parts_}), 2);  // [B, K, F/K]
    const torch::Tensor cut = weight.view({weight.size(0), parts_, -1});
    const torch::Tensor w = cut / (cut.norm(2, 2, true) + norm_offset_);  // [C, K, F/K]
    const double factor = temperature_ / static_cast<double>(parts_);
    const torch::Tensor logits = factor * torch::mm(z.flatten(1), w.flatten(1).t());
    if (is_training()) return logits;
    if (!alpha_.defined()) alpha_ = torch::full({}, tde_alpha_, weight.options());
    const torch::Tensor d = unit(mean_feature.view({1, parts_, -1}), 2);  // 0 where m is
    image_effects_ = (z * d).sum(2);
    const torch::Tensor effect = torch::mm(image_effects_, (w * d).sum(2).t());
    return logits - alpha_ * factor * effect;
}

torch::Tensor HeadImpl::classEffects() const {
    const torch::NoGradGuard no_grad;
    const torch::Tensor w = weight.view({weight.size(0), parts_, -1});
    const torch::Tensor d = unit(mean_feature.view({1, parts_, -1}), 2);
    const torch::Tensor effects = temperature_ / static_cast<double>(parts_) *
                                  ((w * d).sum(2) / (w.norm(2, 2) + norm_offset_));
    return scale.defined() ? effects * scale.view({-1, 1}) : effects;
}

torch::Tensor HeadImpl::calibrated(const torch::Tensor& logits,
                                   const torch::Tensor& features) const {
    torch::Tensor added = logits * logit_scale + logit_bias;
    if (confidence_weight.defined()) {
        const torch::Tensor read = kind_ == HeadKind::linear ? features : unit(features, 1);
        added = added * torch::sigmoid(torch::linear(read, confidence_weight, confidence_bias));
    }
    return logits + added;
}

torch::Tensor HeadImpl::made(torch::IntArrayRef shape, double value) const {
    return torch::full(shape, value, weight.options().requires_grad(false));
}

void HeadImpl::addScale() {
    scale = register_parameter("scale", made({classes()}, 1.0));
}

void HeadImpl::addCalibration(bool gated) {
    logit_scale = register_parameter("logit_scale", made({1, classes()}, 0.0));
    logit_bias = register_parameter("logit_bias", made({1, classes()}, 0.0));
    if (!gated) return;
    confidence_weight = register_parameter("confidence_weight", made({1, features()}, 0.0));
    confidence_bias = register_parameter("confidence_bias", made({1}, 0.0));
}

void HeadImpl::addNormLimit() {
    norm_limit = register_buffer("norm_limit", made({}, 0.0));
}

void HeadImpl::initialise(const KeyedRandom& random) {
    const torch::NoGradGuard no_grad;
    const double bound = 1.0 / std::sqrt(static_cast<double>(features()));
    if (kind_ == HeadKind::cosine) {
        fill(weight, [&](std::uint64_t i) { return 2.0 * random.uniform(i) - 1.0; });
        weight.div_(weight.norm(2, 0, true));
    } else if (init == HeadInit::uniform) {
        fill(weight, [&](std::uint64_t i) { return (2.0 * random.uniform(i) - 1.0) * bound; });
    } else {
        const double deviation = std::sqrt(2.0 / static_cast<double>(features()));
        fill(weight, [&](std::uint64_t i) { return random.normal(i) * deviation; });
    }
    if (bias.defined()) {
        const auto first = static_cast<std::uint64_t>(weight.numel());
        fill(bias,
             [&](std::uint64_t i) { return (2.0 * random.uniform(first + i) - 1.0) * bound; });
    }
    clearAdded();
}

void HeadImpl::clearAdded() {
    if (scale.defined()) scale.fill_(1.0);
    if (logit_scale.defined()) {
        logit_scale.zero_();
        logit_bias.zero_();
    }
}

void HeadImpl::startCalibration(const KeyedRandom& random) {
    const torch::NoGradGuard no_grad;
    logit_scale.fill_(1.0);
    logit_bias.zero_();
    if (!confidence_weight.defined()) return;
    confidence_weight.fill_(0.1);
    const double bound = 1.0 / std::sqrt(static_cast<double>(features()));
    fill(confidence_bias, [&](std::uint64_t i) { return (2.0 * random.uniform(i) - 1.0) * bound; });
}

torch::Tensor HeadImpl::norms() const {
    return weight.norm(2, kind_ == HeadKind::cosine ? 0 : 1, true).clamp_min(kLeastNorm);
}

void HeadImpl::tauNormalise(double tau) {
    const torch::NoGradGuard no_grad;
    weight.div_(norms().pow(tau));
    if (bias.defined()) bias.zero_();
}

void HeadImpl::setClassMeans(const torch::Tensor& means) {
    const torch::NoGradGuard no_grad;
    const torch::Tensor directions = unit(means, 1);
    weight.copy_(kind_ == HeadKind::cosine ? directions.t() : directions);
    if (bias.defined()) bias.zero_();
    clearAdded();
}

void HeadImpl::limitNorms(double max_norm) {
    const torch::NoGradGuard no_grad;
    weight.mul_((max_norm / norms()).clamp_max(1.0));
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

HeadPart headPart(const std::string& name) {
    if (name == "scale") return HeadPart::scale;
    return std::ranges::find(kCalibration, name) != std::end(kCalibration) ? HeadPart::calibration
                                                                           : HeadPart::weights;
}

bool isAddedState(const std::string& name) {
    const std::string own = name.substr(name.rfind('.') + 1);
    return own == "norm_limit" || headPart(own) != HeadPart::weights;
}

}  // namespace ballast
