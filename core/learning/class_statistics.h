#pragma once

#include <torch/torch.h>

#include <vector>

#include "core/experiment/class_terms.h"
#include "core/learning/parallel/ranks.h"
#include "core/results/records.h"

namespace ballast {

/// Gathers, batch by batch, what an epoch says about each class; everything stays on the logits'
/// device, in the same tensors, until finish().
class ClassStatisticsAccumulator {
public:
    ClassStatisticsAccumulator(int classes, torch::Device device);

    /// Forgets all batches.
    void reset();

    /// `logits` f(x) [B, C]; `log_probabilities` of β ⊙ f(x) + Δ [B, C]; `labels` int64 [B].
    void add(const torch::Tensor& logits, const torch::Tensor& log_probabilities,
             const torch::Tensor& labels);

    /// Adds what the other processes have gathered, and they what this one has.
    void gather(const Ranks& ranks);

    /// All statistics, with the theory's constants for the terms the passes were made with.
    ClassStatistics finish(const ClassTerms& terms, const std::vector<std::int64_t>& class_counts,
                           const std::vector<bool>& majority) const;

private:
    torch::Tensor classes_;             // int64 [C]: 0 … C-1
    torch::Tensor seen_;                // int64 [C]: images
    torch::Tensor right_;               // int64 [C]: of these, with the right top logit
    torch::Tensor min_logit_;           // [C]: min of f(x)_y
    torch::Tensor min_margin_;          // [C]: min of f(x)_y − max_{j≠y} f(x)_j
    torch::Tensor min_negative_doubt_;  // [C]: −max of 1 − softmax_y(β ⊙ f(x) + Δ)
};

/// int64 [B]: the class with the top logit; ConfusionMatrix::kNoClass for an image with NaN among
/// its `logits` [B, C].
torch::Tensor predictedClasses(const torch::Tensor& logits);

/// Accuracy per class of `logits` seen so far: adds to int64 [C] tensors `seen` and `right`. An
/// image with NaN among its logits counts as wrong.
void countRight(const torch::Tensor& logits, const torch::Tensor& labels, torch::Tensor& seen,
                torch::Tensor& right);

}  // namespace ballast
