#pragma once

#include <torch/torch.h>

#include <map>
#include <string>

#include "core/experiment/class_terms.h"

namespace ballast {

/// κ_y of CVS: how confident the model is against how often it is right, per class, from a memory
/// of the class's last 1,000 training images. Each update sorts them into 20 bins of confidence
/// (the largest softmax of the logits), fits confidence = a + slope · accuracy to the bins by least
/// squares weighted with their images, and lets κ_y ← 0.9 κ_y + 0.1 · slope, the slope clamped to
/// 0.1 … 1. A class with fewer than two different bins keeps its κ_y. All on the CPU.
class Calibration {
public:
    explicit Calibration(int classes);

    /// Remembers a batch: `logits` f(x) [B, C], `labels` int64 [B].
    void add(const torch::Tensor& logits, const torch::Tensor& labels);

    /// One step of κ, at the end of an epoch.
    void update();

    ClassEstimates estimates() const;

    /// What a checkpoint must hold, by name; the tensors are the memory's own.
    std::map<std::string, torch::Tensor> state() const;

private:
    torch::Tensor confidence_;  // float [C, 1000], a ring
    torch::Tensor right_;       // float [C, 1000]: 1 where the top logit was the label
    torch::Tensor seen_;        // int64 [C]: images remembered so far, also those overwritten
    torch::Tensor kappa_;       // float [C]
};

}  // namespace ballast
