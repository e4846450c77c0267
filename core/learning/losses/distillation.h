#pragma once

#include <torch/torch.h>

#include "core/experiment/config.h"

namespace ballast {

/// What a batch learns from a teacher: its answers, and how much they count.
struct Lesson {
    torch::Tensor log_probabilities;  // log softmax(g / T') [B, C] of its logits g, no gradient
    double weight = 0.5;              // a
    double temperature = 1.0;         // T, of the student
};

/// The lesson of a phase from a teacher's logits g(x) [B, C].
Lesson lessonOf(const Phase& phase, const torch::Tensor& teacher_logits);

/// (1 − a) `of_labels` + a T² KL(q ‖ p), where p = softmax(f / T) of the student's logits f(x)
/// [B, C], q = softmax(g / T') and KL is the sum over classes of q (log q − log p), mean over the
/// batch. A scalar.
///
/// The logits are as they are, without the β and Δ of the loss of the labels. With T' = T it is
/// Hinton et al.'s distillation; softmax(g / T)^p, normalised, is softmax(g p / T), so DiVE's power
/// p is T' = T / p.
torch::Tensor distilledLoss(const torch::Tensor& of_labels, const torch::Tensor& logits,
                            const Lesson& lesson);

}  // namespace ballast
