#include "core/learning/kernels/conv_plan.h"

namespace ballast {
namespace {

// Floats of one activation of a chunk. Small chunks stay in a core's cache from one step to the
// next; Winograd's transforms pay better for larger ones.
constexpr std::int64_t kChunk = 64 * 1024;
constexpr std::int64_t kWinogradChunk = 2 * kChunk;

}  // namespace

ConvPlan::ConvPlan(const std::vector<ConvUnit>& units, std::int64_t images, std::int64_t side,
                   PassMode mode)
    : images_(images) {
    const bool winograd = mode == PassMode::training_winograd;
    for (const ConvUnit& unit : units) {
        const auto& options = unit.convolution->options;
        const bool first = unit.input == ConvUnit::kImages;
        ConvolutionShape shape;
        shape.images = images;
        shape.in_channels = options.in_channels();
        shape.out_channels = options.out_channels();
        shape.in_side = first ? side : units_[static_cast<std::size_t>(unit.input)].side;
        shape.kernel = options.kernel_size()->at(0);
        shape.stride = options.stride()->at(0);
        shape.in_block = winograd && !first ? 16 : shape.in_channels;
        shape.out_block = winograd ? 16 : shape.out_channels;
        const std::int64_t out_side = shape.outSide();
        Unit& planned = units_.emplace_back();
        planned.grid = {images, shape.out_channels, out_side * out_side, shape.out_block};
        planned.side = out_side;
        const std::int64_t floats = shape.out_channels * out_side * out_side;
        const auto chunk = [&](std::int64_t all) {
            return std::max<std::int64_t>(1, all / floats);
        };
        if (mode != PassMode::evaluation) {
            planned.training.emplace(shape, chunk(winograd ? kWinogradChunk : kChunk), winograd,
                                     !first);
        } else {
            planned.inference.emplace(shape, chunk(kChunk), unit.shortcut != ConvUnit::kNone,
                                      unit.relu);
        }
    }
}

torch::Tensor Buffers::take(std::int64_t floats) {
    for (const torch::Tensor& each : all_) {
        if (each.use_count() == 1 && each.numel() >= floats && each.numel() < 2 * floats) {
            return each;
        }
    }
    return all_.emplace_back(torch::empty({floats}, torch::kFloat32));
}

}  // namespace ballast
