#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <string>

#include "core/learning/data/training_set.h"

namespace ballast {

/// Normalised images of a batch, float [B, channels, H, W] in channels_last, augmented as
/// `augmentation` says ("none" | "crop-flip" | "autoaugment-cutout"). What happens to image i of
/// the batch is a pure function of (seed, epoch, keys[i]).
torch::Tensor augmentedBatch(const ImageTensor& images, std::span<const std::int64_t> indices,
                             std::span<const std::int64_t> keys, const std::string& augmentation,
                             std::uint64_t seed, int epoch);

/// Normalised images `start` … `start + count - 1`, unchanged, for evaluation; shape as above.
torch::Tensor plainBatch(const ImageTensor& images, std::int64_t start, std::int64_t count);

}  // namespace ballast
