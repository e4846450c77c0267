#include "core/learning/losses/distillation.h"

namespace ballast {

Lesson lessonOf(const Phase& phase, const torch::Tensor& teacher_logits) {
    return {torch::log_softmax(teacher_logits.detach() / phase.teacher_temperature, 1),
            phase.teacher_weight, phase.student_temperature};
}

torch::Tensor distilledLoss(const torch::Tensor& of_labels, const torch::Tensor& logits,
                            const Lesson& lesson) {
    const torch::Tensor& log_q = lesson.log_probabilities;
    const torch::Tensor log_p = torch::log_softmax(logits / lesson.temperature, 1);
    const torch::Tensor divergence =
        (log_q.exp() * (log_q - log_p)).sum() / static_cast<double>(logits.size(0));
    const double squared = lesson.temperature * lesson.temperature;
    return (1.0 - lesson.weight) * of_labels + lesson.weight * squared * divergence;
}

}  // namespace ballast
