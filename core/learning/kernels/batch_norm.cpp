#include "core/learning/kernels/batch_norm.h"

#include <algorithm>
#include <cstring>

#include "core/learning/part_times.h"

// Compiled for several processors, the best of which the loader takes. Vectors of 16 never cross
// a function that is not inlined, so their calling convention does not matter.
#if defined(__x86_64__) && defined(__GNUC__)
#define BALLAST_EACH_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define BALLAST_EACH_PROCESSOR
#endif
#pragma GCC diagnostic ignored "-Wpsabi"

namespace ballast {
namespace {

constexpr std::int64_t kLanes = 16;  // channels at a time

typedef float Vector __attribute__((vector_size(kLanes * sizeof(float))));

__attribute__((always_inline)) inline Vector load(const float* from) {
    Vector values;
    std::memcpy(&values, from, sizeof values);
    return values;
}
__attribute__((always_inline)) inline void store(float* to, const Vector& values) {
    std::memcpy(to, &values, sizeof values);
}

/// 16 channels of one image: `pixels` vectors, `stride` floats apart.
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

// Four sums side by side: additions of one chain would wait for each other.

BALLAST_EACH_PROCESSOR void sumCentred(const float* y, std::int64_t pixels, std::int64_t stride,
                                       const float* centre, float* kept, float* sum,
                                       float* squares) {
    const Vector c = load(centre);
    Vector s[4] = {};
    Vector q[4] = {};
    std::int64_t p = 0;
    for (; p + 4 <= pixels; p += 4) {
        for (int k = 0; k < 4; ++k) {
            const Vector v = load(y + (p + k) * stride);
            store(kept + (p + k) * stride, v);
            const Vector d = v - c;
            s[k] += d;
            q[k] += d * d;
        }
    }
    for (; p < pixels; ++p) {
        const Vector v = load(y + p * stride);
        store(kept + p * stride, v);
        const Vector d = v - c;
        s[0] += d;
        q[0] += d * d;
    }
    store(sum, (s[0] + s[1]) + (s[2] + s[3]));
    store(squares, (q[0] + q[1]) + (q[2] + q[3]));
}

BALLAST_EACH_PROCESSOR void applyAffine(const float* y, std::int64_t pixels, std::int64_t stride,
                                        const float* scale, const float* shift, const float* added,
                                        float* z) {
    const Vector a = load(scale);
    const Vector b = load(shift);
    const Vector zero = {};
    for (std::int64_t p = 0; p < pixels; ++p) {
        Vector value = load(y + p * stride) * a + b;
        if (added != nullptr) value += load(added + p * stride);
        store(z + p * stride, value < zero ? zero : value);
    }
}

/// A comparison, not a maximum: that would be 0 of NaN and 0.
BALLAST_EACH_PROCESSOR void applyRelu(float* z, std::int64_t count) {
    const Vector zero = {};
    for (std::int64_t i = 0; i < count; i += kLanes) {
        const Vector value = load(z + i);
        store(z + i, value < zero ? zero : value);
    }
}

BALLAST_EACH_PROCESSOR void maskAndSum(const float* gradient, float* kept, const float* more,
                                       const float* z, const float* y, std::int64_t pixels,
                                       std::int64_t stride, const float* mean, float* sum,
                                       float* centred) {
    const Vector m = load(mean);
    const Vector zero = {};
    Vector s[4] = {};
    Vector t[4] = {};
    const auto add = [&](std::int64_t p, int k) __attribute__((always_inline)) {
        const std::int64_t at = p * stride;
        Vector g = load(gradient + at);
        if (more != nullptr) g += load(more + at);
        g = load(z + at) <= zero ? zero : g;
        store(kept + at, g);
        s[k] += g;
        t[k] += g * (load(y + at) - m);
    };
    std::int64_t p = 0;
    for (; p + 4 <= pixels; p += 4) {
        for (int k = 0; k < 4; ++k) add(p + k, k);
    }
    for (; p < pixels; ++p) add(p, 0);
    store(sum, (s[0] + s[1]) + (s[2] + s[3]));
    store(centred, (t[0] + t[1]) + (t[2] + t[3]));
}

BALLAST_EACH_PROCESSOR void applyGradient(const float* g, const float* y, std::int64_t pixels,
                                          std::int64_t stride, const float* of_g, const float* of_y,
                                          const float* constant, float* dy) {
    const Vector a = load(of_g);
    const Vector b = load(of_y);
    const Vector c = load(constant);
    for (std::int64_t p = 0; p < pixels; ++p) {
        const std::int64_t at = p * stride;
        store(dy + at, load(g + at) * a + (load(y + at) * b + c));
    }
}

BALLAST_EACH_PROCESSOR void sumPixels(const float* z, std::int64_t pixels, std::int64_t stride,
                                      float* sum) {
    Vector s = {};
    for (std::int64_t p = 0; p < pixels; ++p) s += load(z + p * stride);
    store(sum, s);
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

void centredSums(const float* y, const ChannelGrid& grid, const float* centre, float* kept,
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

void normalise(const float* y, const ChannelGrid& grid, const float* scale, const float* shift,
               const float* added, float* z) {
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

void reluGradient(const float* gradient, float* kept, const float* more, const float* z,
                  const float* y, const float* mean, const ChannelGrid& grid, float* sums) {
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

void normGradient(const float* g, const float* y, const ChannelGrid& grid,
                  const NormGradient& gradient, float* dy) {
    const PartTimer timer(Part::norm);
    forLanes(grid, [&](std::int64_t, const Lane& lane) {
        const auto channel = static_cast<std::size_t>(lane.channel);
        applyGradient(g + lane.start, y + lane.start, grid.pixels, lane.stride,
                      &gradient.of_g[channel], &gradient.of_y[channel], &gradient.constant[channel],
                      dy + lane.start);
    });
}

void pixelMean(const float* z, const ChannelGrid& grid, float* features) {
    const float share = 1.0f / static_cast<float>(grid.pixels);
    forLanes(grid, [&](std::int64_t image, const Lane& lane) {
        float* row = features + image * grid.channels + lane.channel;
        sumPixels(z + lane.start, grid.pixels, lane.stride, row);
        for (std::int64_t k = 0; k < kLanes; ++k) row[k] *= share;
    });
}

void pixelMeanGradient(const float* gradient, const ChannelGrid& grid, float* dz) {
    const float share = 1.0f / static_cast<float>(grid.pixels);
    forLanes(grid, [&](std::int64_t image, const Lane& lane) {
        float values[kLanes];
        for (std::int64_t k = 0; k < kLanes; ++k) {
            values[k] = gradient[image * grid.channels + lane.channel + k] * share;
        }
        for (std::int64_t p = 0; p < grid.pixels; ++p) {
            std::memcpy(dz + lane.start + p * lane.stride, values, sizeof values);
        }
    });
}

void sampledShortcut(const float* large, const ChannelGrid& large_grid, std::int64_t side,
                     std::int64_t stride, float* small, const ChannelGrid& small_grid) {
    const PartTimer timer(Part::norm);
    std::fill_n(small, small_grid.size(), 0.0f);
    forSampled(large_grid, small_grid, side, stride, [&](std::int64_t there, std::int64_t here) {
        std::memcpy(small + here, large + there, 8 * sizeof(float));
    });
}

void addSampledShortcutGradient(const float* small, const ChannelGrid& small_grid,
                                std::int64_t side, std::int64_t stride, float* large,
                                const ChannelGrid& large_grid) {
    const PartTimer timer(Part::norm);
    forSampled(large_grid, small_grid, side, stride, [&](std::int64_t there, std::int64_t here) {
        for (int k = 0; k < 8; ++k) large[there + k] += small[here + k];
    });
}

}  // namespace ballast
