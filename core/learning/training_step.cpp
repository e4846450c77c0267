#include "core/learning/training_step.h"

#include "core/learning/parallel/gradient_sum.h"

namespace ballast {
namespace {

/// The loss of a batch's labels, from their adjusted log probabilities.
torch::Tensor lossOfLabels(const torch::Tensor& logits, const torch::Tensor& log_probabilities,
                           const Batch& batch, const ClassTermTensors& terms,
                           const LossConfig& loss) {
    if (!batch.mixed()) return classLoss(log_probabilities, batch.labels, terms, loss);
    const bool depends = terms.delta_on_true_class;  // on the labels
    const MixedLabels others{
        depends ? adjustedLogProbabilities(logits, batch.other_labels, terms) : log_probabilities,
        batch.other_labels, batch.label_share};
    return mixedLoss(log_probabilities, batch.labels, others, terms, loss);
}

StepResult gradientsAt(ImageNetwork& model, const Batch& batch, const ClassTermTensors& terms,
                       const LossConfig& loss, const Lesson* lesson) {
    model->zero_grad(true);
    const torch::Tensor logits = model->forward(batch.images);
    const torch::Tensor log_probabilities = adjustedLogProbabilities(logits, batch.labels, terms);
    torch::Tensor value = lossOfLabels(logits, log_probabilities, batch, terms, loss);
    if (lesson != nullptr) value = distilledLoss(value, logits, *lesson);
    if (value.requires_grad()) value.backward();
    return {value.detach(), logits.detach(), log_probabilities.detach()};
}

/// The same where `batch` is a part of one.
StepResult gradientsOfPart(ImageNetwork& model, const Batch& batch, const ClassTermTensors& terms,
                           const LossConfig& loss, const Ranks& ranks) {
    model->zero_grad(true);
    const std::int64_t images = batch.labels.size(0);
    // Where normalisation is over the whole batch, the others wait for this part's numbers.
    const bool together =
        model->normalisesTogether() && (model->is_training() || model->head()->is_training());
    const torch::Tensor logits =
        images > 0 || together ? model->forward(batch.images)
                               : torch::zeros({0, terms.alpha.size(0)}, terms.alpha.options());
    const torch::Tensor log_probabilities = adjustedLogProbabilities(logits, batch.labels, terms);
    const LossQuotient part = lossQuotient(log_probabilities, batch.labels, terms, loss);
    if (part.sum.requires_grad()) part.sum.backward();
    const torch::Tensor of_batch = sumGradients(*model, part, ranks);
    return {of_batch, logits.detach(), log_probabilities.detach()};
}

}  // namespace

StepResult trainingStep(ImageNetwork& model, Sgd& optimizer, const Batch& batch,
                        const ClassTermTensors& terms, const LossConfig& loss, double sam_radius,
                        const Lesson* lesson, const Ranks& ranks) {
    const auto gradients = [&] {
        return ranks.many() ? gradientsOfPart(model, batch, terms, loss, ranks)
                            : gradientsAt(model, batch, terms, loss, lesson);
    };
    const StepResult result = gradients();
    if (sam_radius > 0.0 && torch::GradMode::is_enabled()) {
        SamPerturbation perturbation(optimizer, sam_radius);
        gradients();
        perturbation.undo();
    }
    return result;
}

}  // namespace ballast
