#include "core/learning/data/augmentation.h"

#include <numeric>
#include <utility>

#include "core/base/keyed_random.h"
#include "core/learning/data/auto_augment.h"

namespace ballast {
namespace {

constexpr std::int64_t kCutout = 16;  // pixels, each way

/// uint8 [B, H, W, channels] -> normalised float [B, channels, H, W], channels_last.
torch::Tensor normalised(const ImageTensor& images, const torch::Tensor& pixels) {
    return pixels.to(torch::kFloat32).mul_(images.scale).add_(images.shift).permute({0, 3, 1, 2});
}

}  // namespace

AugmentedPass::AugmentedPass(const ImageTensor& images, std::vector<std::int64_t> order,
                             Augmentation augmentation)
    : images_(images), order_(std::move(order)), augmentation_(std::move(augmentation)) {
    if (augmentation_.by_position) {
        positions_.resize(order_.size());
        std::iota(positions_.begin(), positions_.end(), std::int64_t{0});
    }
    const auto count = static_cast<std::int64_t>(order_.size());
    torch::Tensor draws = torch::empty({4, count}, torch::kInt64);
    auto draw = draws.accessor<std::int64_t, 2>();
    const KeyedRandom random(augmentation_.seed, Purpose::augmentation,
                             static_cast<std::uint32_t>(augmentation_.epoch));
    const bool crop_flip = augmentation_.name != "none";
    constexpr std::uint32_t kOffsets = 2 * ImageTensor::kPadding + 1;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        draw[0][i] = order_[at];
        draw[1][i] = draw[2][i] = ImageTensor::kPadding;
        draw[3][i] = 0;
        if (crop_flip) {
            const auto words = random.words(static_cast<std::uint64_t>(keys()[at]));
            draw[1][i] = below(words[0], kOffsets);
            draw[2][i] = below(words[1], kOffsets);
            draw[3][i] = words[2] >> 31;
        }
    }
    draws_ = draws.to(images_.pixels.device());
}

/// By image, or by place in the order.
std::span<const std::int64_t> AugmentedPass::keys() const {
    return augmentation_.by_position ? positions_ : order_;
}

torch::Tensor AugmentedPass::batch(std::int64_t start, std::int64_t count) const {
    const auto column = [&](int row) {
        return draws_[row].narrow(0, start, count).unsqueeze(1);  // [B, 1]
    };
    const auto options = draws_.options();
    const torch::Tensor across = torch::arange(images_.width(), options);
    const torch::Tensor mirrored = (images_.width() - 1) - across;
    const torch::Tensor rows = torch::arange(images_.height(), options) + column(1);  // [B, H]
    const torch::Tensor columns =
        torch::where(column(3).to(torch::kBool), mirrored, across) + column(2);  // [B, W]
    const torch::Tensor row_starts =
        (column(0) * images_.pixels.size(1) + rows) * images_.pixels.size(2);   // [B, H]
    const torch::Tensor flat = row_starts.unsqueeze(2) + columns.unsqueeze(1);  // [B, H, W]
    const std::int64_t channels = images_.pixels.size(3);
    torch::Tensor pixels = images_.pixels.view({-1, channels})
                               .index_select(0, flat.reshape({-1}))
                               .view({count, images_.height(), images_.width(), channels});
    const bool authors = augmentation_.name == "autoaugment-cutout-authors";
    if (authors || augmentation_.name == "autoaugment-cutout") {
        const auto keyed = [&](Purpose purpose) {
            return KeyedRandom(augmentation_.seed, purpose,
                               static_cast<std::uint32_t>(augmentation_.epoch));
        };
        const std::span<const std::int64_t> of_batch =
            keys().subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(count));
        pixels = autoAugment(pixels, of_batch, keyed(Purpose::augmentation_policy),
                             authors ? AutoAugmentAs::authors : AutoAugmentAs::published);
        cutout(pixels, kCutout, of_batch, keyed(Purpose::augmentation));
    }
    return normalised(images_, pixels);
}

torch::Tensor AugmentedPass::labels(std::int64_t start, std::int64_t count) const {
    return images_.labels.index_select(0, draws_[0].narrow(0, start, count));
}

torch::Tensor plainBatch(const ImageTensor& images, std::int64_t start, std::int64_t count) {
    return normalised(images, images.pixels.narrow(0, start, count)
                                  .narrow(1, ImageTensor::kPadding, images.height())
                                  .narrow(2, ImageTensor::kPadding, images.width()));
}

}  // namespace ballast
