#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/learning/data/image_source.h"
#include "core/learning/data/training_set.h"

namespace ballast {

/// One pass over images in a given order, changed at random. Crops and mirrorings are decided for
/// the whole pass at once, so that on a GPU making a batch does not wait for anything; with
/// AutoAugment it waits for the policy's draws.
class AugmentedPass {
public:
    /// `augmentation.name`: "none" | "crop-flip" | "autoaugment-cutout" |
    /// "autoaugment-cutout-authors". `images` must outlive it.
    AugmentedPass(const ImageTensor& images, std::vector<std::int64_t> order,
                  Augmentation augmentation);

    /// Images `start` … `start + count - 1` of the pass, normalised, float [count, channels, H, W]
    /// in channels_last, on the images' device.
    torch::Tensor batch(std::int64_t start, std::int64_t count) const;

    /// int64 [count]: their labels.
    torch::Tensor labels(std::int64_t start, std::int64_t count) const;

    const std::vector<std::int64_t>& order() const { return order_; }

private:
    std::span<const std::int64_t> keys() const;

    const ImageTensor& images_;
    const std::vector<std::int64_t> order_;
    const Augmentation augmentation_;
    std::vector<std::int64_t> positions_;  // 0 … N-1, where these are the keys
    torch::Tensor draws_;  // int64 [4, N]: index, the crop's top and left in the padded image, and
                           // whether it is mirrored
};

/// Normalised images `start` … `start + count - 1`, unchanged, for evaluation; shape as above.
torch::Tensor plainBatch(const ImageTensor& images, std::int64_t start, std::int64_t count);

}  // namespace ballast
