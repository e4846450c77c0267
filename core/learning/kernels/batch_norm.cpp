#include "core/learning/kernels/batch_norm.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/learning/part_times.h"

// Compiled for several processors, the best of which the loader takes; with features in bfloat16
// for the one that has instructions for it. Vectors of 16 never cross a function that is not
// inlined, so their calling convention does not matter.
#if defined(__x86_64__) && defined(__GNUC__)
#define BALLAST_EACH_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#define BALLAST_BFLOAT16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))
#else
#define BALLAST_EACH_PROCESSOR
#define BALLAST_BFLOAT16
#endif
#define BALLAST_INLINE __attribute__((always_inline)) inline
#pragma GCC diagnostic ignored "-Wpsabi"

namespace ballast {
namespace {

constexpr std::int64_t kLanes = 16;  // channels at a time

typedef float Vector __attribute__((vector_size(kLanes * sizeof(float))));
typedef std::uint32_t WideBits __attribute__((vector_size(kLanes * sizeof(std::uint32_t))));
typedef std::uint16_t Halves __attribute__((vector_size(kLanes * sizeof(std::uint16_t))));

BALLAST_INLINE float widened(float value) {
    return value;
}
BALLAST_INLINE float widened(BFloat16 value) {
    const std::uint32_t bits = static_cast<std::uint32_t>(value.bits) << 16;
    float wide;
    std::memcpy(&wide, &bits, sizeof wide);
    return wide;
}

BALLAST_INLINE void put(float& to, float value) {
    to = value;
}
BALLAST_INLINE void put(BFloat16& to, float value) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    bits += std::isnan(value) ? 0 : 0x7fffu + (bits >> 16 & 1u);
    to.bits = static_cast<std::uint16_t>(bits >> 16 | (std::isnan(value) ? 0x40u : 0u));
}

BALLAST_INLINE Vector loadLanes(const float* from) {
    Vector values;
    std::memcpy(&values, from, sizeof values);
    return values;
}
BALLAST_INLINE Vector loadLanes(const BFloat16* from) {
    Halves halves;
    std::memcpy(&halves, from, sizeof halves);
    const WideBits bits = __builtin_convertvector(halves, WideBits) << 16;
    Vector values;
    std::memcpy(&values, &bits, sizeof values);
    return values;
}

BALLAST_INLINE void storeLanes(float* to, const Vector& values) {
    std::memcpy(to, &values, sizeof values);
}
BALLAST_INLINE void storeLanes(BFloat16* to, const Vector& values) {
#if defined(__x86_64__) && defined(__GNUC__)
    // Not as an intrinsic: those cannot be inlined into a template that is compiled for any target.
    Halves halves;
    __asm__("vcvtneps2bf16 %1, %0" : "=v"(halves) : "v"(values));
    std::memcpy(to, &halves, sizeof halves);
#else
    for (std::int64_t k = 0; k < kLanes; ++k) put(to[k], values[k]);
#endif
}

template<class Feature>
BALLAST_INLINE void copyLanes(const Feature* from, Feature* to) {
    std::memcpy(to, from, kLanes * sizeof(Feature));
}

/// 16 channels of one image: `pixels` vectors, `stride` numbers apart.
struct Lane {
    std::int64_t start;  // of the first pixel, from the tensor's begin
    std::int64_t stride;
    std::int64_t channel;  // the first
};

Lane laneOf(const ChannelGrid& grid, std::int64_t image, std::int64_t lane) {
    const std::int64_t channel = lane * kLanes;
    const std::int64_t block = channel / grid.block;
    return {(image * grid.channels + block * grid.block) * grid.pixels + channel % grid.block,
            grid.block, channel};
}

/// work(image, lane) for all 16 channels of all images.
template<class Work>
void forLanes(const ChannelGrid& grid, Work work) {
    for (std::int64_t image = 0; image < grid.images; ++image) {
        for (std::int64_t lane = 0; lane < grid.channels / kLanes; ++lane) {
            work(image, laneOf(grid, image, lane));
        }
    }
}

// Each kernel is written once, and compiled for features of both types.
// Four sums side by side: additions of one chain would wait for each other.

template<class Feature>
BALLAST_INLINE void sumCentredOf(const Feature* y, std::int64_t pixels, std::int64_t stride,
                                 const float* centre, Feature* kept, float* sum, float* squares) {
    const Vector c = loadLanes(centre);
    Vector s[4] = {};
    Vector q[4] = {};
    std::int64_t p = 0;
    for (; p + 4 <= pixels; p += 4) {
        for (int k = 0; k < 4; ++k) {
            copyLanes(y + (p + k) * stride, kept + (p + k) * stride);
            const Vector d = loadLanes(y + (p + k) * stride) - c;
            s[k] += d;
            q[k] += d * d;
        }
    }
    for (; p < pixels; ++p) {
        copyLanes(y + p * stride, kept + p * stride);
        const Vector d = loadLanes(y + p * stride) - c;
        s[0] += d;
        q[0] += d * d;
    }
    storeLanes(sum, (s[0] + s[1]) + (s[2] + s[3]));
    storeLanes(squares, (q[0] + q[1]) + (q[2] + q[3]));
}

BALLAST_EACH_PROCESSOR void sumCentred(const float* y, std::int64_t pixels, std::int64_t stride,
                                       const float* centre, float* kept, float* sum,
                                       float* squares) {
    sumCentredOf(y, pixels, stride, centre, kept, sum, squares);
}
BALLAST_BFLOAT16 void sumCentred(const BFloat16* y, std::int64_t pixels, std::int64_t stride,
                                 const float* centre, BFloat16* kept, float* sum, float* squares) {
    sumCentredOf(y, pixels, stride, centre, kept, sum, squares);
}

template<class Feature>
BALLAST_INLINE void applyAffineOf(const Feature* y, std::int64_t pixels, std::int64_t stride,
                                  const float* scale, const float* shift, const Feature* added,
                                  Feature* z) {
    const Vector a = loadLanes(scale);
    const Vector b = loadLanes(shift);
    const Vector zero = {};
    for (std::int64_t p = 0; p < pixels; ++p) {
        Vector value = loadLanes(y + p * stride) * a + b;
        if (added != nullptr) value += loadLanes(added + p * stride);
        storeLanes(z + p * stride, value < zero ? zero : value);
    }
}

BALLAST_EACH_PROCESSOR void applyAffine(const float* y, std::int64_t pixels, std::int64_t stride,
                                        const float* scale, const float* shift, const float* added,
                                        float* z) {
    applyAffineOf(y, pixels, stride, scale, shift, added, z);
}
BALLAST_BFLOAT16 void applyAffine(const BFloat16* y, std::int64_t pixels, std::int64_t stride,
                                  const float* scale, const float* shift, const BFloat16* added,
                                  BFloat16* z) {
    applyAffineOf(y, pixels, stride, scale, shift, added, z);
}

/// A comparison, not a maximum: that would be 0 of NaN and 0.
BALLAST_EACH_PROCESSOR void applyRelu(float* z, std::int64_t count) {
    const Vector zero = {};
    for (std::int64_t i = 0; i < count; i += kLanes) {
        const Vector value = loadLanes(z + i);
        storeLanes(z + i, value < zero ? zero : value);
    }
}

template<class Feature>
BALLAST_INLINE void maskAndSumOf(const Feature* gradient, Feature* kept, const Feature* more,
                                 const Feature* z, const Feature* y, std::int64_t pixels,
                                 std::int64_t stride, const float* mean, float* sum,
                                 float* centred) {
    const Vector m = loadLanes(mean);
    const Vector zero = {};
    Vector s[4] = {};
    Vector t[4] = {};
    const auto add = [&](std::int64_t p, int k) __attribute__((always_inline)) {
        const std::int64_t at = p * stride;
        Vector g = loadLanes(gradient + at);
        if (more != nullptr) g += loadLanes(more + at);
        g = loadLanes(z + at) <= zero ? zero : g;
        storeLanes(kept + at, g);
        s[k] += g;
        t[k] += g * (loadLanes(y + at) - m);
    };
    std::int64_t p = 0;
    for (; p + 4 <= pixels; p += 4) {
        for (int k = 0; k < 4; ++k) add(p + k, k);
    }
    for (; p < pixels; ++p) add(p, 0);
    storeLanes(sum, (s[0] + s[1]) + (s[2] + s[3]));
    storeLanes(centred, (t[0] + t[1]) + (t[2] + t[3]));
}

BALLAST_EACH_PROCESSOR void maskAndSum(const float* gradient, float* kept, const float* more,
                                       const float* z, const float* y, std::int64_t pixels,
                                       std::int64_t stride, const float* mean, float* sum,
                                       float* centred) {
    maskAndSumOf(gradient, kept, more, z, y, pixels, stride, mean, sum, centred);
}
BALLAST_BFLOAT16 void maskAndSum(const BFloat16* gradient, BFloat16* kept, const BFloat16* more,
                                 const BFloat16* z, const BFloat16* y, std::int64_t pixels,
                                 std::int64_t stride, const float* mean, float* sum,
                                 float* centred) {
    maskAndSumOf(gradient, kept, more, z, y, pixels, stride, mean, sum, centred);
}

template<class Feature>
BALLAST_INLINE void applyGradientOf(const Feature* g, const Feature* y, std::int64_t pixels,
                                    std::int64_t stride, const float* of_g, const float* of_y,
                                    const float* constant, Feature* dy) {
    const Vector a = loadLanes(of_g);
    const Vector b = loadLanes(of_y);
    const Vector c = loadLanes(constant);
    for (std::int64_t p = 0; p < pixels; ++p) {
        const std::int64_t at = p * stride;
        storeLanes(dy + at, loadLanes(g + at) * a + (loadLanes(y + at) * b + c));
    }
}

BALLAST_EACH_PROCESSOR void applyGradient(const float* g, const float* y, std::int64_t pixels,
                                          std::int64_t stride, const float* of_g, const float* of_y,
                                          const float* constant, float* dy) {
    applyGradientOf(g, y, pixels, stride, of_g, of_y, constant, dy);
}
BALLAST_BFLOAT16 void applyGradient(const BFloat16* g, const BFloat16* y, std::int64_t pixels,
                                    std::int64_t stride, const float* of_g, const float* of_y,
                                    const float* constant, BFloat16* dy) {
    applyGradientOf(g, y, pixels, stride, of_g, of_y, constant, dy);
}

template<class Feature>
BALLAST_INLINE void sumPixelsOf(const Feature* z, std::int64_t pixels, std::int64_t stride,
                                float* sum) {
    Vector s = {};
    for (std::int64_t p = 0; p < pixels; ++p) s += loadLanes(z + p * stride);
    storeLanes(sum, s);
}

BALLAST_EACH_PROCESSOR void sumPixels(const float* z, std::int64_t pixels, std::int64_t stride,
                                      float* sum) {
    sumPixelsOf(z, pixels, stride, sum);
}
BALLAST_BFLOAT16 void sumPixels(const BFloat16* z, std::int64_t pixels, std::int64_t stride,
                                float* sum) {
    sumPixelsOf(z, pixels, stride, sum);
}

/// Adds up [images, 2, channels] over the images, in their order.
std::vector<double> total(const std::vector<float>& sums, const ChannelGrid& grid, int which) {
    std::vector<double> total(static_cast<std::size_t>(grid.channels), 0.0);
    const auto channels = static_cast<std::size_t>(grid.channels);
    for (std::size_t image = 0; image < static_cast<std::size_t>(grid.images); ++image) {
        const float* row = sums.data() + (2 * image + static_cast<std::size_t>(which)) * channels;
        for (std::size_t c = 0; c < channels; ++c) total[c] += static_cast<double>(row[c]);
    }
    return total;
}

/// Where 8 channels from `channel` on of image `image` and the first pixel lie.
std::int64_t eightAt(const ChannelGrid& grid, std::int64_t image, std::int64_t channel) {
    const std::int64_t block = channel / grid.block;
    return (image * grid.channels + block * grid.block) * grid.pixels + channel % grid.block;
}

/// visit(offset in large, offset in small) for each 8 channels of each pixel that a sampled
/// shortcut keeps.
template<class Visit>
void forSampled(const ChannelGrid& large, const ChannelGrid& small, std::int64_t side,
                std::int64_t stride, Visit visit) {
    const std::int64_t before = (small.channels - large.channels) / 2;
    const std::int64_t small_side = (side - 1) / stride + 1;
    for (std::int64_t image = 0; image < small.images; ++image) {
        for (std::int64_t channel = 0; channel < large.channels; channel += 8) {
            const std::int64_t from = eightAt(large, image, channel);
            const std::int64_t to = eightAt(small, image, channel + before);
            for (std::int64_t row = 0; row < small_side; ++row) {
                for (std::int64_t column = 0; column < small_side; ++column) {
                    visit(from + (row * side + column) * stride * large.block,
                          to + (row * small_side + column) * small.block);
                }
            }
        }
    }
}

}  // namespace

template<class Feature>
void centredSums(const Feature* y, const ChannelGrid& grid, const float* centre, Feature* kept,
                 float* sums) {
    const PartTimer timer(Part::norm);
    forLanes(grid, [&](std::int64_t image, const Lane& lane) {
        float* row = sums + 2 * image * grid.channels + lane.channel;
        sumCentred(y + lane.start, grid.pixels, lane.stride, centre + lane.channel,
                   kept + lane.start, row, row + grid.channels);
    });
}

ChannelMoments channelMoments(const std::vector<float>& sums, const float* centre,
                              const ChannelGrid& grid) {
    ChannelMoments moments{total(sums, grid, 0), total(sums, grid, 1)};
    const auto count = static_cast<double>(grid.images * grid.pixels);
    for (std::size_t c = 0; c < moments.mean.size(); ++c) {
        const double distance = moments.mean[c] / count;
        double& variance = moments.variance[c];
        variance = variance / count - distance * distance;
        if (variance < 0.0) variance = 0.0;
        moments.mean[c] = static_cast<double>(centre[c]) + distance;
    }
    return moments;
}

template<class Feature>
void normalise(const Feature* y, const ChannelGrid& grid, const float* scale, const float* shift,
               const Feature* added, Feature* z) {
    const PartTimer timer(Part::norm);
    forLanes(grid, [&](std::int64_t, const Lane& lane) {
        applyAffine(y + lane.start, grid.pixels, lane.stride, scale + lane.channel,
                    shift + lane.channel, added != nullptr ? added + lane.start : nullptr,
                    z + lane.start);
    });
}

void rectify(float* z, std::int64_t count) {
    const PartTimer timer(Part::norm);
    applyRelu(z, count);
}

template<class Feature>
void reluGradient(const Feature* gradient, Feature* kept, const Feature* more, const Feature* z,
                  const Feature* y, const float* mean, const ChannelGrid& grid, float* sums) {
    const PartTimer timer(Part::norm);
    forLanes(grid, [&](std::int64_t image, const Lane& lane) {
        float* row = sums + 2 * image * grid.channels + lane.channel;
        maskAndSum(gradient + lane.start, kept + lane.start,
                   more != nullptr ? more + lane.start : nullptr, z + lane.start, y + lane.start,
                   grid.pixels, lane.stride, mean + lane.channel, row, row + grid.channels);
    });
}

NormSums::NormSums(const std::vector<float>& sums, const ChannelGrid& grid)
    : g(total(sums, grid, 0)), g_centred(total(sums, grid, 1)) {}

NormGradient::NormGradient(const NormSums& sums, const ChannelMoments& moments,
                           const std::vector<float>& scale, double epsilon, const ChannelGrid& grid)
    : of_g(scale) {
    const auto count = static_cast<double>(grid.images * grid.pixels);
    for (std::size_t c = 0; c < scale.size(); ++c) {
        const auto a = static_cast<double>(scale[c]);
        const double slope = -a * sums.g_centred[c] / (count * (moments.variance[c] + epsilon));
        of_y.push_back(static_cast<float>(slope));
        constant.push_back(static_cast<float>(-a * sums.g[c] / count - slope * moments.mean[c]));
    }
}

template<class Feature>
void normGradient(const Feature* g, const Feature* y, const ChannelGrid& grid,
                  const NormGradient& gradient, Feature* dy) {
    const PartTimer timer(Part::norm);
    forLanes(grid, [&](std::int64_t, const Lane& lane) {
        const auto channel = static_cast<std::size_t>(lane.channel);
        applyGradient(g + lane.start, y + lane.start, grid.pixels, lane.stride,
                      &gradient.of_g[channel], &gradient.of_y[channel], &gradient.constant[channel],
                      dy + lane.start);
    });
}

template<class Feature>
void pixelMean(const Feature* z, const ChannelGrid& grid, float* means) {
    const float share = 1.0f / static_cast<float>(grid.pixels);
    forLanes(grid, [&](std::int64_t image, const Lane& lane) {
        float* row = means + image * grid.channels + lane.channel;
        sumPixels(z + lane.start, grid.pixels, lane.stride, row);
        for (std::int64_t k = 0; k < kLanes; ++k) row[k] *= share;
    });
}

template<class Feature>
void pixelMeanGradient(const float* gradient, const ChannelGrid& grid, Feature* dz) {
    const float share = 1.0f / static_cast<float>(grid.pixels);
    forLanes(grid, [&](std::int64_t image, const Lane& lane) {
        Feature values[kLanes];
        for (std::int64_t k = 0; k < kLanes; ++k) {
            put(values[k], gradient[image * grid.channels + lane.channel + k] * share);
        }
        for (std::int64_t p = 0; p < grid.pixels; ++p) {
            std::memcpy(dz + lane.start + p * lane.stride, values, sizeof values);
        }
    });
}

template<class Feature>
void sampledShortcut(const Feature* large, const ChannelGrid& large_grid, std::int64_t side,
                     std::int64_t stride, Feature* small, const ChannelGrid& small_grid) {
    const PartTimer timer(Part::norm);
    std::fill_n(small, small_grid.size(), Feature{});
    forSampled(large_grid, small_grid, side, stride, [&](std::int64_t there, std::int64_t here) {
        std::memcpy(small + here, large + there, 8 * sizeof(Feature));
    });
}

template<class Feature>
void addSampledShortcutGradient(const Feature* small, const ChannelGrid& small_grid,
                                std::int64_t side, std::int64_t stride, Feature* large,
                                const ChannelGrid& large_grid) {
    const PartTimer timer(Part::norm);
    forSampled(large_grid, small_grid, side, stride, [&](std::int64_t there, std::int64_t here) {
        for (int k = 0; k < 8; ++k) {
            put(large[there + k], widened(large[there + k]) + widened(small[here + k]));
        }
    });
}

#define BALLAST_FOR_FEATURES(Feature)                                                              \
    template void centredSums(const Feature*, const ChannelGrid&, const float*, Feature*, float*); \
    template void normalise(const Feature*, const ChannelGrid&, const float*, const float*,        \
                            const Feature*, Feature*);                                             \
    template void reluGradient(const Feature*, Feature*, const Feature*, const Feature*,           \
                               const Feature*, const float*, const ChannelGrid&, float*);          \
    template void normGradient(const Feature*, const Feature*, const ChannelGrid&,                 \
                               const NormGradient&, Feature*);                                     \
    template void pixelMean(const Feature*, const ChannelGrid&, float*);                           \
    template void pixelMeanGradient(const float*, const ChannelGrid&, Feature*);                   \
    template void sampledShortcut(const Feature*, const ChannelGrid&, std::int64_t, std::int64_t,  \
                                  Feature*, const ChannelGrid&);                                   \
    template void addSampledShortcutGradient(const Feature*, const ChannelGrid&, std::int64_t,     \
                                             std::int64_t, Feature*, const ChannelGrid&);
BALLAST_FOR_FEATURES(float)
BALLAST_FOR_FEATURES(BFloat16)
#undef BALLAST_FOR_FEATURES

}  // namespace ballast
