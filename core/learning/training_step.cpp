#include "core/learning/training_step.h"

namespace ballast {
namespace {

StepResult gradientsAt(ImageNetwork& model, const Batch& batch, const ClassTermTensors& terms,
                       const LossConfig& loss, const Lesson* lesson) {
    model->zero_grad(true);
    const torch::Tensor logits = model->forward(batch.images);
    const torch::Tensor log_probabilities = adjustedLogProbabilities(logits, batch.labels, terms);
    torch::Tensor value = classLoss(log_probabilities, batch.labels, terms.alpha, loss);
    if (lesson != nullptr) value = distilledLoss(value, logits, *lesson);
    if (value.requires_grad()) value.backward();
    return {value.detach(), logits.detach(), log_probabilities.detach()};
}

}  // namespace

StepResult trainingStep(ImageNetwork& model, Sgd& optimizer, const Batch& batch,
                        const ClassTermTensors& terms, const LossConfig& loss, double sam_radius,
                        const Lesson* lesson) {
    const StepResult result = gradientsAt(model, batch, terms, loss, lesson);
    if (sam_radius > 0.0 && torch::GradMode::is_enabled()) {
        SamPerturbation perturbation(optimizer, sam_radius);
        gradientsAt(model, batch, terms, loss, lesson);
        perturbation.undo();
    }
    return result;
}

}  // namespace ballast
