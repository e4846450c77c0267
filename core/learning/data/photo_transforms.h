#pragma once

#include <cstdint>
#include <vector>

#include "core/data/image_resize.h"
#include "core/learning/data/image_source.h"

namespace ballast {

/// What happens to one photograph: a part of it is resized, perhaps mirrored and moved, and its
/// colours may be changed.
struct PhotoChange {
    CropBox box;  // in pixels of the whole image
    bool mirrored = false;
    // Pixels of the resized part by which it moves to the left and up; what comes in is black.
    int left = 0;
    int up = 0;
    // Factors of brightness, contrast and saturation, and the order (0, 1, 2 for these) in which
    // they are applied; none where `jittered` is false.
    bool jittered = false;
    float factors[3] = {1.0F, 1.0F, 1.0F};
    int order[3] = {0, 1, 2};
};

/// How much larger than what the network gets photographs are tested: resized to 256 for 224.
inline constexpr double kPhotoMargin = 256.0 / 224.0;

/// For tests: resize the shorter side to round(size · margin), cut the middle size × size out. A
/// margin of 1 cuts nothing off the shorter side.
PhotoChange centreCrop(int width, int height, int size, double margin = kPhotoMargin);

/// "crop-flip": the middle at `size`, moved by up to 4 pixels each way and mirrored as
/// AugmentedPass does it with small images, by the same random numbers.
PhotoChange cropFlip(int width, int height, int size, const Augmentation& augmentation,
                     std::int64_t index);

/// "resized-crop-jitter", as torchvision's RandomResizedCrop (area 0.08 … 1, ratio 3/4 … 4/3, ten
/// tries, then the middle), RandomHorizontalFlip and ColorJitter(0.4, 0.4, 0.4, 0) draw it. A pure
/// function of the augmentation's seed and epoch and of `index`.
PhotoChange randomPhotoChange(int width, int height, const Augmentation& augmentation,
                              std::int64_t index);

/// Applies the colour changes to [H, W, 3] values of 0 … 255, each clamped to them, as
/// torchvision's adjust_brightness, adjust_contrast and adjust_saturation do.
void jitterColours(const PhotoChange& change, std::vector<float>& pixels);

/// Rounds [size, size, 3] to `out`, mirrored and moved where the change says so.
void writePixels(const PhotoChange& change, const std::vector<float>& pixels, int size,
                 std::uint8_t* out);

}  // namespace ballast
