#include "core/learning/training_step.h"

namespace ballast {
namespace {

StepResult gradientsAt(ImageNetwork& model, const Batch& batch, const ClassTermTensors& terms,
                       const LossConfig& loss) {
    model->zero_grad(true);
    const torch::Tensor logits = model->forward(batch.images);
    const torch::Tensor log_probabilities = adjustedLogProbabilities(logits, batch.labels, terms);
    const torch::Tensor value = classLoss(log_probabilities, batch.labels, terms.alpha, loss);
    if (value.requires_grad()) value.backward();
    return {value.detach(), logits.detach(), log_probabilities.detach()};
}

}  // namespace

StepResult trainingStep(ImageNetwork& model, Sgd& optimizer, const Batch& batch,
                        const ClassTermTensors& terms, const LossConfig& loss, double sam_radius) {
    const StepResult result = gradientsAt(model, batch, terms, loss);
    if (sam_radius > 0.0 && torch::GradMode::is_enabled()) {
        SamPerturbation perturbation(optimizer, sam_radius);
        gradientsAt(model, batch, terms, loss);
        perturbation.undo();
    }
    return result;
}

}  // namespace ballast
