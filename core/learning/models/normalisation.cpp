#include "core/learning/models/normalisation.h"

#include "core/learning/parallel/ranks.h"

namespace ballast {
namespace {

const std::vector<std::int64_t> kPixels = {0, 2, 3};

/// [C] beside [B, C, H, W].
torch::Tensor overPixels(const torch::Tensor& values) {
    return values.view({1, -1, 1, 1});
}

/// y = (x − μ)/√(σ² + ε) · w + b with μ and σ² over the images of all processes, and its gradient
///   ∂x = w/√(σ² + ε) · (∂y − Σ∂y/N − x̂ Σ(∂y x̂)/N),
/// whose sums are over all of them too; ∂w and ∂b are this process's part, as other gradients are.
/// Features in bfloat16 are widened: sums of them would keep no more than two or three digits.
struct NormaliseTogether : torch::autograd::Function<NormaliseTogether> {
    static torch::Tensor forward(torch::autograd::AutogradContext* context,
                                 const torch::Tensor& features, const torch::Tensor& weight,
                                 const torch::Tensor& bias, BatchNormImpl* norm,
                                 const Ranks* ranks) {
        const torch::Tensor x = features.to(weight.scalar_type());
        const std::int64_t channels = x.size(1);
        const double own = static_cast<double>(x.numel()) / static_cast<double>(channels);
        torch::Tensor sums = torch::cat({x.sum(kPixels), torch::full({1}, own, x.options())});
        ranks->sum(sums);
        const torch::Tensor count = sums.narrow(0, channels, 1);
        const torch::Tensor mean = sums.narrow(0, 0, channels) / count;
        const torch::Tensor centred = x - overPixels(mean);
        torch::Tensor squares = centred.square().sum(kPixels);
        ranks->sum(squares);
        const torch::Tensor variance = squares / count;
        const torch::Tensor factor = (variance + BatchNormImpl::kEps).rsqrt();
        const torch::Tensor normalised = centred * overPixels(factor);
        norm->running_mean.lerp_(mean, BatchNormImpl::kMomentum);
        norm->running_var.lerp_(squares / (count - 1.0), BatchNormImpl::kMomentum);
        norm->num_batches_tracked += 1;
        context->save_for_backward({normalised, weight, factor, count});
        context->saved_data["ranks"] = reinterpret_cast<std::int64_t>(ranks);
        return (normalised * overPixels(weight) + overPixels(bias)).to(features.scalar_type());
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const torch::Tensor& normalised = saved[0];
        const torch::Tensor& weight = saved[1];
        const auto* ranks = reinterpret_cast<const Ranks*>(context->saved_data["ranks"].toInt());
        const torch::Tensor dy = gradients[0].to(weight.scalar_type());
        const std::int64_t channels = weight.size(0);
        const torch::Tensor of_bias = dy.sum(kPixels);
        const torch::Tensor of_weight = (dy * normalised).sum(kPixels);
        torch::Tensor sums = torch::cat({of_bias, of_weight});
        ranks->sum(sums);
        sums = sums / saved[3];
        const torch::Tensor dx = overPixels(weight * saved[2]) *
                                 (dy - overPixels(sums.narrow(0, 0, channels)) -
                                  normalised * overPixels(sums.narrow(0, channels, channels)));
        return {dx.to(gradients[0].scalar_type()), of_weight, of_bias, torch::Tensor(),
                torch::Tensor()};
    }
};

}  // namespace

BatchNormImpl::BatchNormImpl(std::int64_t channels)
    : weight(register_parameter("weight", torch::ones({channels}))),
      bias(register_parameter("bias", torch::zeros({channels}))),
      running_mean(register_buffer("running_mean", torch::zeros({channels}))),
      running_var(register_buffer("running_var", torch::ones({channels}))),
      num_batches_tracked(register_buffer("num_batches_tracked", torch::zeros({}, torch::kInt64))) {
}

torch::Tensor BatchNormImpl::forward(const torch::Tensor& x) {
    const bool together = ranks_ != nullptr && ranks_->many() && is_training();
    if (!together) {
        if (is_training()) num_batches_tracked += 1;
        return torch::batch_norm(x, weight, bias, running_mean, running_var, is_training(),
                                 kMomentum, kEps, at::globalContext().userEnabledCuDNN());
    }
    return NormaliseTogether::apply(x, weight, bias, this, ranks_);
}

}  // namespace ballast
