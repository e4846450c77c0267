#include "core/learning/data/auto_augment.h"

#include <array>
#include <cmath>
#include <map>
#include <vector>

namespace ballast {
namespace {

using Op = ImageOperation;

constexpr double kOutside = 128.0;
constexpr int kLevels = 10;  // magnitudes of an operation

struct Step {
    Op operation;
    double probability;
    int level;  // of 0 … 9; where the operation has no magnitude, 0
};
using Pair = std::array<Step, 2>;

constexpr std::array<Pair, 25> kPolicy = {{
    {{{Op::invert, 0.1, 0}, {Op::contrast, 0.2, 6}}},
    {{{Op::rotate, 0.7, 2}, {Op::translate_x, 0.3, 9}}},
    {{{Op::sharpness, 0.8, 1}, {Op::sharpness, 0.9, 3}}},
    {{{Op::shear_y, 0.5, 8}, {Op::translate_y, 0.7, 9}}},
    {{{Op::autocontrast, 0.5, 0}, {Op::equalize, 0.9, 0}}},
    {{{Op::shear_y, 0.2, 7}, {Op::posterize, 0.3, 7}}},
    {{{Op::color, 0.4, 3}, {Op::brightness, 0.6, 7}}},
    {{{Op::sharpness, 0.3, 9}, {Op::brightness, 0.7, 9}}},
    {{{Op::equalize, 0.6, 0}, {Op::equalize, 0.5, 0}}},
    {{{Op::contrast, 0.6, 7}, {Op::sharpness, 0.6, 5}}},
    {{{Op::color, 0.7, 7}, {Op::translate_x, 0.5, 8}}},
    {{{Op::equalize, 0.3, 0}, {Op::autocontrast, 0.4, 0}}},
    {{{Op::translate_y, 0.4, 3}, {Op::sharpness, 0.2, 6}}},
    {{{Op::brightness, 0.9, 6}, {Op::color, 0.2, 8}}},
    {{{Op::solarize, 0.5, 2}, {Op::invert, 0.0, 0}}},
    {{{Op::equalize, 0.2, 0}, {Op::autocontrast, 0.6, 0}}},
    {{{Op::equalize, 0.2, 0}, {Op::equalize, 0.6, 0}}},
    {{{Op::color, 0.9, 9}, {Op::equalize, 0.6, 0}}},
    {{{Op::autocontrast, 0.8, 0}, {Op::solarize, 0.2, 8}}},
    {{{Op::brightness, 0.1, 3}, {Op::color, 0.7, 0}}},
    {{{Op::solarize, 0.4, 5}, {Op::autocontrast, 0.9, 0}}},
    {{{Op::translate_y, 0.9, 9}, {Op::translate_y, 0.7, 9}}},
    {{{Op::autocontrast, 0.9, 0}, {Op::solarize, 0.8, 3}}},
    {{{Op::equalize, 0.8, 0}, {Op::invert, 0.1, 0}}},
    {{{Op::translate_y, 0.7, 9}, {Op::autocontrast, 0.9, 0}}},
}};

/// What a level means: a shear, a shift in shares of the width, degrees, a factor of enhancement, a
/// number of bits or a threshold. `sign` ±1 turns those that have a direction.
double magnitudeOf(Op operation, int level, double sign) {
    const double share = level / (kLevels - 1.0);
    switch (operation) {
        case Op::shear_y:
        case Op::shear_y_bicubic:
            return sign * 0.3 * share;
        case Op::translate_x:
        case Op::translate_y:
            return sign * 150.0 / 331.0 * share;
        case Op::rotate:
            return sign * 30.0 * share;
        case Op::color:
        case Op::contrast:
        case Op::brightness:
        case Op::sharpness:
            return 1.0 + sign * 0.9 * share;
        case Op::posterize:
            return std::round(8.0 - 4.0 * share);
        case Op::solarize:
            return 256.0 * (1.0 - share);
        default:
            return 0.0;
    }
}

torch::Tensor pixelBytes(const torch::Tensor& values) {
    return values.clamp(0.0, 255.0).to(torch::kUInt8);
}

/// [K] -> [K, 1, 1, 1]
torch::Tensor perImage(const torch::Tensor& values) {
    return values.view({-1, 1, 1, 1});
}

/// Grey values [K, H, W, 1] as Pillow's "L": (299 R + 587 G + 114 B) / 1000, rounded.
torch::Tensor greyOf(const torch::Tensor& images) {
    if (images.size(3) != 3) return images;
    const torch::Tensor weights = torch::tensor({0.299F, 0.587F, 0.114F}, images.options());
    return (images * weights).sum(3, true).add(0.5).floor();
}

/// `degenerate` and the image mixed: factor 1 is the image itself.
torch::Tensor blended(const torch::Tensor& degenerate, const torch::Tensor& images,
                      const torch::Tensor& factor) {
    return pixelBytes(degenerate + perImage(factor) * (images - degenerate));
}

/// out(x, y) = in(a x + b y + c, d x + e y + f), at pixel centres; each coefficient [K].
struct Affine {
    torch::Tensor a, b, c, d, e, f;
};
torch::Tensor moved(const torch::Tensor& pixels, const Affine& map) {
    const std::int64_t height = pixels.size(1);
    const std::int64_t width = pixels.size(2);
    const auto options = map.a.options();
    const torch::Tensor x = (torch::arange(width, options) + 0.5).view({1, 1, width});
    const torch::Tensor y = (torch::arange(height, options) + 0.5).view({1, height, 1});
    const auto value = [](const torch::Tensor& t) { return t.view({-1, 1, 1}); };
    const torch::Tensor from_x =
        (value(map.a) * x + value(map.b) * y + value(map.c)).floor().to(torch::kInt64);
    const torch::Tensor from_y =
        (value(map.d) * x + value(map.e) * y + value(map.f)).floor().to(torch::kInt64);
    const torch::Tensor inside =
        from_x.ge(0) & from_x.lt(width) & from_y.ge(0) & from_y.lt(height);  // [K, H, W]
    const torch::Tensor image =
        torch::arange(pixels.size(0), from_x.options()).view({-1, 1, 1}) * (height * width);
    const torch::Tensor flat =
        image + from_y.clamp(0, height - 1) * width + from_x.clamp(0, width - 1);
    const torch::Tensor taken = pixels.reshape({-1, pixels.size(3)})
                                    .index_select(0, flat.reshape({-1}))
                                    .view(pixels.sizes());
    return taken.masked_fill(~inside.unsqueeze(3), kOutside);
}

/// Pillow's cubic through four neighbours (a = −1), `d` after the second one. In Horner's form
/// equal neighbours give exactly their value, which cutting off to a byte must not lower.
torch::Tensor cubic(const std::array<torch::Tensor, 4>& v, const torch::Tensor& d) {
    const torch::Tensor linear = v[2] - v[0];
    const torch::Tensor square = 2 * (v[0] - v[1]) + v[2] - v[3];
    const torch::Tensor cube = v[1] - v[0] + v[3] - v[2];
    return v[1] + d * (linear + d * (square + d * cube));
}

/// out(x, y) = in(x, y + shear · x) at pixel centres, shear [K]. Only rows are mixed, those beyond
/// the border as the border's; where the position is outside it is grey.
torch::Tensor shearedBicubically(const torch::Tensor& pixels, const torch::Tensor& shear) {
    const std::int64_t height = pixels.size(1);
    const std::int64_t width = pixels.size(2);
    const auto options = shear.options().dtype(torch::kFloat64);
    const torch::Tensor x = (torch::arange(width, options) + 0.5).view({1, 1, width});
    const torch::Tensor y = (torch::arange(height, options) + 0.5).view({1, height, 1});
    const torch::Tensor position = shear.to(torch::kFloat64).view({-1, 1, 1}) * x + y;  // [K, H, W]
    const torch::Tensor inside = position.ge(0) & position.lt(height);
    const torch::Tensor row = (position - 0.5).floor();
    const torch::Tensor images = pixels.to(torch::kFloat64);
    std::array<torch::Tensor, 4> neighbours;
    for (std::size_t i = 0; i < neighbours.size(); ++i) {
        const torch::Tensor index =
            (row + (static_cast<double>(i) - 1.0)).clamp(0, height - 1).to(torch::kInt64);
        neighbours[i] = images.gather(1, index.unsqueeze(3).expand_as(images));
    }
    const torch::Tensor fraction = (position - 0.5 - row).unsqueeze(3);
    return pixelBytes(cubic(neighbours, fraction)).masked_fill(~inside.unsqueeze(3), kOutside);
}

torch::Tensor smoothed(const torch::Tensor& images) {
    // Pillow's SMOOTH: the centre counts 5 of 13; the border stays.
    const std::int64_t channels = images.size(3);
    torch::Tensor kernel = torch::ones({channels, 1, 3, 3}, images.options());
    kernel.select(2, 1).select(2, 1).fill_(5.0);
    const torch::Tensor inner =
        torch::nn::functional::conv2d(images.permute({0, 3, 1, 2}), kernel / 13.0,
                                      torch::nn::functional::Conv2dFuncOptions().groups(channels))
            .add(0.5)
            .floor();
    torch::Tensor result = images.clone();
    result.narrow(1, 1, images.size(1) - 2)
        .narrow(2, 1, images.size(2) - 2)
        .copy_(inner.permute({0, 2, 3, 1}));
    return result;
}

torch::Tensor autocontrasted(const torch::Tensor& images) {
    const torch::Tensor low = images.amin({1, 2}, true);
    const torch::Tensor range = images.amax({1, 2}, true) - low;
    const torch::Tensor stretched = ((images - low) * 255.0 / range.clamp_min(1.0)).floor();
    return pixelBytes(torch::where(range.gt(0.0), stretched, images));
}

/// Pillow's histogram equalisation, for each channel of each image.
torch::Tensor equalized(const torch::Tensor& pixels) {
    const std::int64_t images = pixels.size(0);
    const std::int64_t channels = pixels.size(3);
    const torch::Tensor values =
        pixels.permute({0, 3, 1, 2}).reshape({images * channels, -1}).to(torch::kInt64);
    const torch::Tensor histogram = torch::zeros({images * channels, 256}, values.options())
                                        .scatter_add_(1, values, torch::ones_like(values));
    const torch::Tensor levels = torch::arange(256, values.options());
    const torch::Tensor last = torch::where(histogram.gt(0), levels, levels.new_zeros({1})).amax(1);
    const torch::Tensor step =
        (histogram.sum(1) - histogram.gather(1, last.unsqueeze(1)).squeeze(1))
            .floor_divide(255)
            .unsqueeze(1);  // 0 where one value fills nearly all of the image
    const torch::Tensor before = histogram.cumsum(1) - histogram;
    const torch::Tensor safe = step.clamp_min(1);
    const torch::Tensor table =
        torch::where(step.gt(0), (before + safe.floor_divide(2)).floor_divide(safe).clamp_max(255),
                     levels.unsqueeze(0));
    return table.gather(1, values)
        .view({images, channels, pixels.size(1), pixels.size(2)})
        .permute({0, 2, 3, 1})
        .to(torch::kUInt8);
}

torch::Tensor geometric(Op operation, const torch::Tensor& pixels, const torch::Tensor& magnitude) {
    const torch::Tensor one = torch::ones_like(magnitude);
    const torch::Tensor none = torch::zeros_like(magnitude);
    const auto height = static_cast<double>(pixels.size(1));
    const auto width = static_cast<double>(pixels.size(2));
    switch (operation) {
        case Op::shear_y:
            return moved(pixels, {one, none, none, magnitude, one, none});
        case Op::translate_x:
            return moved(pixels, {one, none, magnitude * width, none, one, none});
        case Op::translate_y:
            return moved(pixels, {one, none, none, none, one, magnitude * height});
        default: {
            const torch::Tensor angle = magnitude * (M_PI / 180.0);
            const torch::Tensor c = angle.cos();
            const torch::Tensor s = angle.sin();
            const double x = width / 2.0;
            const double y = height / 2.0;
            return moved(pixels, {c, -s, x - c * x + s * y, s, c, y - s * x - c * y});
        }
    }
}

}  // namespace

torch::Tensor applyOperation(ImageOperation operation, const torch::Tensor& pixels,
                             const torch::Tensor& magnitude) {
    const torch::Tensor images = pixels.to(torch::kFloat32);
    switch (operation) {
        case Op::shear_y:
        case Op::translate_x:
        case Op::translate_y:
        case Op::rotate:
            return geometric(operation, pixels, magnitude);
        case Op::shear_y_bicubic:
            return shearedBicubically(pixels, magnitude);
        case Op::color:
            return blended(greyOf(images), images, magnitude);
        case Op::contrast: {
            const torch::Tensor mean = greyOf(images).mean({1, 2, 3}, true).add(0.5).floor();
            return blended(mean, images, magnitude);
        }
        case Op::brightness:
            return blended(torch::zeros_like(images), images, magnitude);
        case Op::sharpness:
            return blended(smoothed(images), images, magnitude);
        case Op::posterize: {
            const torch::Tensor unit = perImage((8.0 - magnitude).exp2());
            return pixelBytes((images / unit).floor() * unit);
        }
        case Op::solarize:
            return pixelBytes(torch::where(images.ge(perImage(magnitude)), 255.0 - images, images));
        case Op::autocontrast:
            return autocontrasted(images);
        case Op::equalize:
            return equalized(pixels);
        case Op::invert:
            return pixelBytes(255.0 - images);
    }
    return pixels;
}

torch::Tensor autoAugment(const torch::Tensor& pixels, std::span<const std::int64_t> keys,
                          const KeyedRandom& random, AutoAugmentAs as) {
    const bool authors = as == AutoAugmentAs::authors;
    torch::Tensor result = pixels.clone();
    for (std::size_t half = 0; half < 2; ++half) {
        // All images that get the same operation are done at once.
        struct Group {
            std::vector<std::int64_t> images;
            std::vector<double> magnitudes;
        };
        std::map<Op, Group> groups;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto words = random.words(static_cast<std::uint64_t>(keys[i]));
            const Step& step = kPolicy[below(words[0], kPolicy.size())][half];
            const double chance = (words[1 + half] + 0.5) / 4294967296.0;
            if (chance >= step.probability) continue;
            const bool one_way = authors && step.operation == Op::rotate;
            const double sign = one_way || (words[3] >> half & 1) != 0 ? 1.0 : -1.0;
            const bool bicubic = authors && step.operation == Op::shear_y;
            const Op operation = bicubic ? Op::shear_y_bicubic : step.operation;
            Group& group = groups[operation];
            group.images.push_back(static_cast<std::int64_t>(i));
            group.magnitudes.push_back(magnitudeOf(operation, step.level, sign));
        }
        for (const auto& [operation, group] : groups) {
            const torch::Tensor rows =
                torch::tensor(group.images, torch::kInt64).to(result.device());
            const torch::Tensor magnitude = torch::tensor(group.magnitudes, torch::kFloat64)
                                                .to(torch::kFloat32)
                                                .to(result.device());
            result.index_copy_(0, rows,
                               applyOperation(operation, result.index_select(0, rows), magnitude));
        }
    }
    return result;
}

void cutout(torch::Tensor& pixels, std::int64_t size, std::span<const std::int64_t> keys,
            const KeyedRandom& random) {
    const std::int64_t height = pixels.size(1);
    const std::int64_t width = pixels.size(2);
    torch::Tensor centres =
        torch::empty({2, static_cast<std::int64_t>(keys.size())}, torch::kInt64);
    auto centre = centres.accessor<std::int64_t, 2>();
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const std::uint32_t word = random.words(static_cast<std::uint64_t>(keys[i]))[3];
        const auto at = static_cast<std::int64_t>(i);
        centre[0][at] = static_cast<std::int64_t>(word >> 16) * height >> 16;
        centre[1][at] = static_cast<std::int64_t>(word & 0xffff) * width >> 16;
    }
    centres = centres.to(pixels.device());
    const auto covered = [&](std::int64_t row, std::int64_t length) {
        const torch::Tensor from = (centres[row] - size / 2).unsqueeze(1);
        const torch::Tensor at = torch::arange(length, centres.options()).unsqueeze(0);
        return at.ge(from) & at.lt(from + size);  // [B, length]
    };
    const torch::Tensor hole = covered(0, height).unsqueeze(2) & covered(1, width).unsqueeze(1);
    pixels.masked_fill_(hole.unsqueeze(3), 0);
}

}  // namespace ballast
