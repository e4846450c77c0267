#include "core/learning/data/augmentation.h"

#include "core/keyed_random.h"
#include "core/learning/data/auto_augment.h"

namespace ballast {
namespace {

constexpr std::int64_t kCutout = 16;  // pixels, each way

/// uint8 [B, H, W, channels] -> normalised float [B, channels, H, W], channels_last.
torch::Tensor normalised(const ImageTensor& images, const torch::Tensor& pixels) {
    return pixels.to(torch::kFloat32).mul_(images.scale).add_(images.shift).permute({0, 3, 1, 2});
}

}  // namespace

torch::Tensor augmentedBatch(const ImageTensor& images, std::span<const std::int64_t> indices,
                             std::span<const std::int64_t> keys, const std::string& augmentation,
                             std::uint64_t seed, int epoch) {
    const auto batch = static_cast<std::int64_t>(indices.size());
    // Per image: its index, the crop's top and left within the padded image, and whether it is
    // mirrored.
    torch::Tensor draws = torch::empty({4, batch}, torch::kInt64);
    auto draw = draws.accessor<std::int64_t, 2>();
    const KeyedRandom random(seed, Purpose::augmentation, static_cast<std::uint32_t>(epoch));
    const bool policy = augmentation == "autoaugment-cutout";
    const bool crop_flip = augmentation == "crop-flip" || policy;
    constexpr std::uint32_t kOffsets = 2 * ImageTensor::kPadding + 1;
    for (std::int64_t i = 0; i < batch; ++i) {
        const std::int64_t index = indices[static_cast<std::size_t>(i)];
        draw[0][i] = index;
        draw[1][i] = draw[2][i] = ImageTensor::kPadding;
        draw[3][i] = 0;
        if (crop_flip) {
            const auto words =
                random.words(static_cast<std::uint64_t>(keys[static_cast<std::size_t>(i)]));
            draw[1][i] = below(words[0], kOffsets);
            draw[2][i] = below(words[1], kOffsets);
            draw[3][i] = words[2] >> 31;
        }
    }
    draws = draws.to(images.pixels.device());
    const auto column = [&](int row) { return draws[row].unsqueeze(1); };  // [B, 1]

    const auto options = draws.options();
    const torch::Tensor across = torch::arange(images.width(), options);
    const torch::Tensor mirrored = (images.width() - 1) - across;
    const torch::Tensor rows = torch::arange(images.height(), options) + column(1);  // [B, H]
    const torch::Tensor columns =
        torch::where(column(3).to(torch::kBool), mirrored, across) + column(2);  // [B, W]
    const torch::Tensor row_starts =
        (column(0) * images.pixels.size(1) + rows) * images.pixels.size(2);     // [B, H]
    const torch::Tensor flat = row_starts.unsqueeze(2) + columns.unsqueeze(1);  // [B, H, W]
    const std::int64_t channels = images.pixels.size(3);
    torch::Tensor pixels = images.pixels.view({-1, channels})
                               .index_select(0, flat.reshape({-1}))
                               .view({batch, images.height(), images.width(), channels});
    if (policy) {
        const KeyedRandom policy_random(seed, Purpose::augmentation_policy,
                                        static_cast<std::uint32_t>(epoch));
        pixels = autoAugment(pixels, keys, policy_random);
        cutout(pixels, kCutout, keys, random);
    }
    return normalised(images, pixels);
}

torch::Tensor plainBatch(const ImageTensor& images, std::int64_t start, std::int64_t count) {
    return normalised(images, images.pixels.narrow(0, start, count)
                                  .narrow(1, ImageTensor::kPadding, images.height())
                                  .narrow(2, ImageTensor::kPadding, images.width()));
}

}  // namespace ballast
