#pragma once

#include <cstdint>
#include <vector>

#include "core/learning/kernels/convolution.h"

namespace ballast {

// Batch normalisation with the addition and ReLU that follow it, each in one pass over the
// activations of a few images, on the calling thread. Channels come in multiples of 16. Sums are
// taken per image, [images, 2, channels], and added up in the images' order, so that they do not
// depend on how images are divided among threads. What is not a number stays so.

/// Per image and channel, Σ (y − centre) and Σ (y − centre)² over the pixels; copies y to `kept`.
void centredSums(const float* y, const ChannelGrid& grid, const float* centre, float* kept,
                 float* sums);

struct ChannelMoments {
    std::vector<double> mean;
    std::vector<double> variance;  // biased: the sum of squares divided by images · pixels
};

/// Mean and variance of each channel, from centredSums of all images of `grid`.
ChannelMoments channelMoments(const std::vector<float>& sums, const float* centre,
                              const ChannelGrid& grid);

/// z = relu(y · scale + shift [+ added]) per channel; `added` may be nullptr.
void normalise(const float* y, const ChannelGrid& grid, const float* scale, const float* shift,
               const float* added, float* z);

/// z ← relu(z), `count` numbers side by side, a multiple of 16.
void rectify(float* z, std::int64_t count);

/// kept ← g = 0 where z ≤ 0, else gradient [+ more]; per image and channel Σ g and Σ g (y − mean).
/// `more` may be nullptr.
void reluGradient(const float* gradient, float* kept, const float* more, const float* z,
                  const float* y, const float* mean, const ChannelGrid& grid, float* sums);

/// Adds up reluGradient's sums over all images: Σ g, the gradient of β, and Σ g (y − mean), which
/// times 1/√(variance + ε) is that of γ.
struct NormSums {
    NormSums(const std::vector<float>& sums, const ChannelGrid& grid);
    std::vector<double> g;
    std::vector<double> g_centred;
};

/// The gradient of y as g · of_g + y · of_y + constant per channel:
/// scale · (g − Σg/n − (y − mean) · Σ(g (y − mean)) / (n (variance + ε))), n = images · pixels.
struct NormGradient {
    NormGradient(const NormSums& sums, const ChannelMoments& moments,
                 const std::vector<float>& scale, double epsilon, const ChannelGrid& grid);
    std::vector<float> of_g;
    std::vector<float> of_y;
    std::vector<float> constant;
};
void normGradient(const float* g, const float* y, const ChannelGrid& grid,
                  const NormGradient& gradient, float* dy);

/// Mean over the pixels, z -> [images, channels]; and its gradient.
void pixelMean(const float* z, const ChannelGrid& grid, float* features);
void pixelMeanGradient(const float* gradient, const ChannelGrid& grid, float* dz);

/// The shortcut of He et al.'s "option A": `small` is every stride-th pixel of `large`, `side`
/// pixels wide, in both directions, with as many zero channels before as behind; channels are
/// added in multiples of 16.
void sampledShortcut(const float* large, const ChannelGrid& large_grid, std::int64_t side,
                     std::int64_t stride, float* small, const ChannelGrid& small_grid);

/// Its gradient, added to that of `large`.
void addSampledShortcutGradient(const float* small, const ChannelGrid& small_grid,
                                std::int64_t side, std::int64_t stride, float* large,
                                const ChannelGrid& large_grid);

}  // namespace ballast
