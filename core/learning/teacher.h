#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/learning/models/network.h"
#include "core/results/owned_run.h"

namespace ballast {

/// A finished run as another learns from it: its model after the last epoch, which stays as it is.
class Teacher {
public:
    /// That of a run whose run.json names one (settleTeacher), on `device`; `said` hears what a
    /// user should know of it. Throws CheckpointError, StorageError.
    Teacher(const OwnedRun& student, std::int64_t channels, torch::Device device,
            std::vector<std::string>& said);

    /// Logits [B, C] of images as the student sees them, in evaluation mode and without gradients.
    torch::Tensor logits(const torch::Tensor& images);

private:
    ImageNetwork model_;
};

}  // namespace ballast
