#include "core/learning/losses/class_loss.h"

#include <algorithm>
#include <string_view>

namespace ballast {
namespace {

torch::Tensor asItIs(const torch::Tensor& weighted, const LossConfig&) {
    return weighted;
}

torch::Tensor focal(const torch::Tensor& weighted, const LossConfig& loss) {
    // The floor keeps the gradient of a power below 1 finite where an image is surely right.
    const torch::Tensor doubt = (-torch::expm1(-weighted)).clamp_min(1e-12);
    return doubt.pow(loss.focal_gamma) * weighted;
}

/// A loss of the catalogue: each image's contribution, of α_{y_i} ℓ_i.
struct LossFamily {
    std::string_view name;
    torch::Tensor (*of_weighted)(const torch::Tensor& weighted, const LossConfig& loss);
};
constexpr LossFamily kFamilies[] = {{"vs", asItIs}, {"ce", asItIs}, {"focal", focal}};

}  // namespace

ClassTermTensors::ClassTermTensors(const ClassTerms& terms, const torch::TensorOptions& options)
    : alpha(torch::empty({static_cast<std::int64_t>(terms.alpha.size())}, options)),
      beta(torch::empty_like(alpha)),
      delta(torch::empty_like(alpha)) {
    set(terms);
}

void ClassTermTensors::set(const ClassTerms& terms) {
    alpha.copy_(torch::tensor(terms.alpha, torch::kFloat64));
    beta.copy_(torch::tensor(terms.beta, torch::kFloat64));
    delta.copy_(torch::tensor(terms.delta, torch::kFloat64));
    delta_on_true_class = terms.delta_on_true_class;
}

torch::Tensor adjustedLogProbabilities(const torch::Tensor& logits, const torch::Tensor& labels,
                                       const ClassTermTensors& terms) {
    const torch::Tensor scaled = logits * terms.beta;
    if (!terms.delta_on_true_class) return torch::log_softmax(scaled + terms.delta, 1);
    const torch::Tensor own = terms.delta.index_select(0, labels).unsqueeze(1);
    return torch::log_softmax(scaled.scatter_add(1, labels.unsqueeze(1), own), 1);
}

torch::Tensor classLoss(const torch::Tensor& log_probabilities, const torch::Tensor& labels,
                        const torch::Tensor& alpha, const LossConfig& loss) {
    const auto family = std::ranges::find(kFamilies, loss.name, &LossFamily::name);
    TORCH_CHECK(family != std::end(kFamilies), "the loss \"", loss.name, "\" has no function");
    const torch::Tensor losses = -log_probabilities.gather(1, labels.unsqueeze(1)).squeeze(1);
    const torch::Tensor weights = alpha.index_select(0, labels);
    const torch::Tensor weighted = family->of_weighted(weights * losses, loss);
    if (loss.reduction == Reduction::mean) {
        return weighted.sum() / static_cast<double>(labels.size(0));
    }
    return weighted.sum() / weights.sum();
}

}  // namespace ballast
