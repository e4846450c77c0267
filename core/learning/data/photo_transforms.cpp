#include "core/learning/data/photo_transforms.h"

#include <algorithm>
#include <cmath>

#include "core/base/keyed_random.h"
#include "core/learning/data/training_set.h"

namespace ballast {
namespace {

constexpr int kTries = 10;
constexpr double kSmallestArea = 0.08;
constexpr double kNarrowest = 3.0 / 4.0;
constexpr double kWidest = 4.0 / 3.0;
constexpr double kJitter = 0.4;

// Blocks of random words of one image: the tries, then flip and order, then the colours' factors.
constexpr std::uint64_t kBlocks = 16;
constexpr std::uint64_t kFlipBlock = kTries;
constexpr std::uint64_t kColourBlock = kTries + 1;

/// Uniform in [low, high).
double between(double low, double high, std::uint32_t word) {
    return low + (high - low) * std::ldexp(static_cast<double>(word), -32);
}

CropBox middle(int width, int height) {
    const double ratio = static_cast<double>(width) / height;
    double w = width;
    double h = height;
    if (ratio < kNarrowest) h = std::round(w / kNarrowest);
    if (ratio > kWidest) w = std::round(h * kWidest);
    return {std::floor((width - w) / 2), std::floor((height - h) / 2), w, h};
}

CropBox randomBox(int width, int height, const KeyedRandom& random, std::uint64_t first) {
    const double area = static_cast<double>(width) * height;
    for (std::uint64_t i = 0; i < kTries; ++i) {
        const auto words = random.words(first + i);
        const double part = area * between(kSmallestArea, 1.0, words[0]);
        const double ratio = std::exp(between(std::log(kNarrowest), std::log(kWidest), words[1]));
        const double w = std::round(std::sqrt(part * ratio));
        const double h = std::round(std::sqrt(part / ratio));
        if (w < 1 || h < 1 || w > width || h > height) continue;
        const auto offsets = [](double all, double taken) {
            return static_cast<std::uint32_t>(all - taken) + 1;
        };
        return {static_cast<double>(below(words[3], offsets(width, w))),
                static_cast<double>(below(words[2], offsets(height, h))), w, h};
    }
    return middle(width, height);
}

float grey(const float* pixel) {
    return 0.2989F * pixel[0] + 0.587F * pixel[1] + 0.114F * pixel[2];
}

float clamped(float value) {
    return std::min(std::max(value, 0.0F), 255.0F);
}

}  // namespace

PhotoChange centreCrop(int width, int height, int size, double margin) {
    const int shorter = static_cast<int>(std::lround(size * margin));
    // As torchvision resizes: the longer side is rounded down.
    const bool wide = width > height;
    const auto longer = static_cast<int>(static_cast<std::int64_t>(shorter) *
                                         (wide ? width : height) / (wide ? height : width));
    const int w = wide ? longer : shorter;
    const int h = wide ? shorter : longer;
    const double across = static_cast<double>(width) / w;
    const double down = static_cast<double>(height) / h;
    const double left = std::nearbyint((w - size) / 2.0);
    const double top = std::nearbyint((h - size) / 2.0);
    PhotoChange change;
    change.box = {left * across, top * down, size * across, size * down};
    return change;
}

PhotoChange cropFlip(int width, int height, int size, const Augmentation& augmentation,
                     std::int64_t index) {
    constexpr int kPadding = ImageTensor::kPadding;
    const KeyedRandom random(augmentation.seed, Purpose::augmentation,
                             static_cast<std::uint32_t>(augmentation.epoch));
    const auto words = random.words(static_cast<std::uint64_t>(index));
    PhotoChange change = centreCrop(width, height, size, 1.0);
    change.up = static_cast<int>(below(words[0], 2 * kPadding + 1)) - kPadding;
    change.left = static_cast<int>(below(words[1], 2 * kPadding + 1)) - kPadding;
    change.mirrored = words[2] >> 31 != 0;
    return change;
}

PhotoChange randomPhotoChange(int width, int height, const Augmentation& augmentation,
                              std::int64_t index) {
    const KeyedRandom random(augmentation.seed, Purpose::augmentation,
                             static_cast<std::uint32_t>(augmentation.epoch));
    const std::uint64_t first = static_cast<std::uint64_t>(index) * kBlocks;
    PhotoChange change;
    change.box = randomBox(width, height, random, first);
    const auto flip = random.words(first + kFlipBlock);
    change.mirrored = flip[0] >> 31 != 0;
    change.jittered = true;
    const auto colours = random.words(first + kColourBlock);
    for (std::size_t i = 0; i < 3; ++i) {
        change.factors[i] = static_cast<float>(between(1.0 - kJitter, 1.0 + kJitter, colours[i]));
    }
    for (std::uint32_t i = 2; i > 0; --i) {
        std::swap(change.order[i], change.order[below(flip[i], i + 1)]);
    }
    return change;
}

void jitterColours(const PhotoChange& change, std::vector<float>& pixels) {
    if (!change.jittered) return;
    for (const int what : change.order) {
        const float factor = change.factors[what];
        if (what == 0) {  // brightness: towards black
            for (float& value : pixels) value = clamped(factor * value);
        } else if (what == 1) {  // contrast: towards the mean of the grey image
            double sum = 0.0;
            for (std::size_t i = 0; i < pixels.size(); i += 3) sum += grey(&pixels[i]);
            const auto mean = static_cast<float>(3.0 * sum / static_cast<double>(pixels.size()));
            const float rest = (1.0F - factor) * mean;
            for (float& value : pixels) value = clamped(factor * value + rest);
        } else {  // saturation: towards the grey image
            for (std::size_t i = 0; i < pixels.size(); i += 3) {
                const float rest = (1.0F - factor) * grey(&pixels[i]);
                for (std::size_t c = i; c < i + 3; ++c) {
                    pixels[c] = clamped(factor * pixels[c] + rest);
                }
            }
        }
    }
}

void writePixels(const PhotoChange& change, const std::vector<float>& pixels, int size,
                 std::uint8_t* out) {
    const auto side = static_cast<std::size_t>(size);
    const auto rounded = [](float value) {
        return static_cast<std::uint8_t>(static_cast<int>(clamped(value) + 0.5F));
    };
    if (!change.mirrored && change.left == 0 && change.up == 0) {
        for (std::size_t i = 0; i < 3 * side * side; ++i) out[i] = rounded(pixels[i]);
        return;
    }
    const auto inside = [size](int at) { return at >= 0 && at < size; };
    for (int y = 0; y < size; ++y) {
        for (int x = 0; x < size; ++x) {
            const int row = y + change.up;
            const int column = (change.mirrored ? size - 1 - x : x) + change.left;
            const bool there = inside(row) && inside(column);
            const std::size_t from =
                there
                    ? 3 * (static_cast<std::size_t>(row) * side + static_cast<std::size_t>(column))
                    : 0;
            for (std::size_t c = 0; c < 3; ++c) {
                *out++ = there ? rounded(pixels[from + c]) : std::uint8_t{0};
            }
        }
    }
}

}  // namespace ballast
