#pragma once

#include <cstdint>
#include <vector>

#include "core/learning/kernels/convolution.h"

namespace ballast {

/// The upper half of a float: its sign, its exponent and 7 bits of its fraction.
struct BFloat16 {
    std::uint16_t bits;
};

// Batch normalisation with the addition and ReLU that follow it, each in one pass over the
// activations of a few images, on the calling thread. Channels come in multiples of 16. Sums are
// taken per image, [images, 2, channels], and added up in the images' order, so that they do not
// depend on how images are divided among threads. What is not a number stays so.
// Features are float or, where hasBFloat16(), BFloat16; all is computed in float and rounded to the
// nearest BFloat16, of two the even one, as it is written.

/// Per image and channel, Σ (y − centre) and Σ (y − centre)² over the pixels; copies y to `kept`.
template<class Feature>
void centredSums(const Feature* y, const ChannelGrid& grid, const float* centre, Feature* kept,
                 float* sums);

struct ChannelMoments {
    std::vector<double> mean;
    std::vector<double> variance;  // biased: the sum of squares divided by images · pixels
};

/// Mean and variance of each channel, from centredSums of all images of `grid`.
ChannelMoments channelMoments(const std::vector<float>& sums, const float* centre,
                              const ChannelGrid& grid);

/// z = relu(y · scale + shift [+ added]) per channel; `added` may be nullptr.
template<class Feature>
void normalise(const Feature* y, const ChannelGrid& grid, const float* scale, const float* shift,
               const Feature* added, Feature* z);

/// z ← relu(z), `count` numbers side by side, a multiple of 16.
void rectify(float* z, std::int64_t count);

/// kept ← g = 0 where z ≤ 0, else gradient [+ more]; per image and channel Σ g and Σ g (y − mean).
/// `more` may be nullptr.
template<class Feature>
void reluGradient(const Feature* gradient, Feature* kept, const Feature* more, const Feature* z,
                  const Feature* y, const float* mean, const ChannelGrid& grid, float* sums);

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
template<class Feature>
void normGradient(const Feature* g, const Feature* y, const ChannelGrid& grid,
                  const NormGradient& gradient, Feature* dy);

/// Mean over the pixels, z -> means [images, channels]; and its gradient.
template<class Feature>
void pixelMean(const Feature* z, const ChannelGrid& grid, float* means);
template<class Feature>
void pixelMeanGradient(const float* gradient, const ChannelGrid& grid, Feature* dz);

/// The shortcut of He et al.'s "option A": `small` is every stride-th pixel of `large`, `side`
/// pixels wide, in both directions, with as many zero channels before as behind; channels are
/// added in multiples of 16.
template<class Feature>
void sampledShortcut(const Feature* large, const ChannelGrid& large_grid, std::int64_t side,
                     std::int64_t stride, Feature* small, const ChannelGrid& small_grid);

/// Its gradient, added to that of `large`.
template<class Feature>
void addSampledShortcutGradient(const Feature* small, const ChannelGrid& small_grid,
                                std::int64_t side, std::int64_t stride, Feature* large,
                                const ChannelGrid& large_grid);

}  // namespace ballast
