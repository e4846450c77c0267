#include "core/learning/losses/vs_loss.h"

namespace ballast {

ClassTermTensors::ClassTermTensors(const ClassTerms& terms, const torch::TensorOptions& options) {
    const auto tensor = [&](const std::vector<double>& values) {
        return torch::tensor(values, torch::kFloat64).to(options);
    };
    alpha = tensor(terms.alpha);
    beta = tensor(terms.beta);
    delta = tensor(terms.delta);
}

torch::Tensor adjustedLogProbabilities(const torch::Tensor& logits, const ClassTermTensors& terms) {
    return torch::log_softmax(logits * terms.beta + terms.delta, 1);
}

torch::Tensor vsLoss(const torch::Tensor& log_probabilities, const torch::Tensor& labels,
                     const torch::Tensor& alpha, const std::string& reduction) {
    const torch::Tensor losses = -log_probabilities.gather(1, labels.unsqueeze(1)).squeeze(1);
    const torch::Tensor weights = alpha.index_select(0, labels);
    const torch::Tensor weighted = (weights * losses).sum();
    if (reduction == "mean") return weighted / static_cast<double>(labels.size(0));
    return weighted / weights.sum();
}

}  // namespace ballast
