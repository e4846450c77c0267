#include "core/learning/losses/class_loss.h"

namespace ballast {

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
    const torch::Tensor losses = -log_probabilities.gather(1, labels.unsqueeze(1)).squeeze(1);
    const torch::Tensor weights = alpha.index_select(0, labels);
    torch::Tensor weighted = weights * losses;
    if (loss.name == "focal") {
        // The floor keeps the gradient of a power below 1 finite where an image is surely right.
        const torch::Tensor doubt = (-torch::expm1(-weighted)).clamp_min(1e-12);
        weighted = doubt.pow(loss.focal_gamma) * weighted;
    }
    if (loss.reduction == "mean") return weighted.sum() / static_cast<double>(labels.size(0));
    return weighted.sum() / weights.sum();
}

}  // namespace ballast
