#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>

#include "core/base/keyed_random.h"

namespace ballast {

/// Whose AutoAugment: the publication's, or that of the authors' code, whose rotations turn one way
/// only (anticlockwise) and whose shears are resampled bicubically.
enum class AutoAugmentAs { published, authors };

/// AutoAugment's policy for CIFAR-10 (Cubuk et al., 2019): each image gets one of 25 pairs of
/// operations, each operation with its own probability. `pixels` uint8 [B, H, W, channels]; returns
/// the same shape. Pixels from outside are grey (128), geometric operations take the nearest pixel,
/// but for the authors' shears.
/// What image i gets is a function of random.words(keys[i]).
torch::Tensor autoAugment(const torch::Tensor& pixels, std::span<const std::int64_t> keys,
                          const KeyedRandom& random, AutoAugmentAs as = AutoAugmentAs::published);

/// Blackens a square of `size` pixels around a random centre in each image, cut off at the borders
/// (Cutout, DeVries and Taylor, 2017). `pixels` as above, changed in place; the centre is a
/// function of random.words(keys[i]).
void cutout(torch::Tensor& pixels, std::int64_t size, std::span<const std::int64_t> keys,
            const KeyedRandom& random);

/// One operation on uint8 images [K, H, W, channels], as Pillow does it. `magnitude` [K] (see the
/// policy's table for its meaning); operations without one do not look at it.
enum class ImageOperation {
    shear_y,
    translate_x,
    translate_y,
    rotate,
    color,
    contrast,
    brightness,
    sharpness,
    posterize,
    solarize,
    autocontrast,
    equalize,
    invert,
    shear_y_bicubic
};
torch::Tensor applyOperation(ImageOperation operation, const torch::Tensor& pixels,
                             const torch::Tensor& magnitude);

}  // namespace ballast
