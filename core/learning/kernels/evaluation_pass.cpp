#include "core/learning/kernels/evaluation_pass.h"

#include <algorithm>

#include "core/learning/kernels/batch_norm.h"

namespace ballast {

EvaluationPass::EvaluationPass(const std::vector<ConvUnit>& units, const UnitGraph& graph,
                               ConvPlan& plan, Buffers& buffers, const torch::Tensor& images)
    : units_(units),
      graph_(graph),
      plan_(plan),
      buffers_(buffers),
      images_(images),
      z_(units.size()) {}

torch::Tensor EvaluationPass::forward() {
    const std::size_t last = units_.size() - 1;
    const ChannelGrid& grid = plan_.unit(last).grid;
    torch::Tensor features = torch::empty({grid.images, grid.channels}, torch::kFloat32);
    z_.front() = buffers_.take<float>(plan_.unit(0).grid.size());
    plan_.inTeam([&](Team& team, Workbench& bench) {
        const torch::NoGradGuard no_grad;
        team.share(
            static_cast<std::int64_t>(units_.size()),
            [&](std::int64_t k) { fold(static_cast<std::size_t>(k)); }, [] {});
        for (std::size_t k = 0; k <= last; ++k) {
            const auto& convolution = *plan_.unit(k).inference;
            team.share(
                convolution.chunks(),
                [&](std::int64_t i) {
                    const Chunk chunk = plan_.chunk(convolution, i);
                    convolve(k, chunk, bench);
                    if (k < last) return;
                    pixelMean(output(k, chunk), part(grid, chunk.images),
                              features.data_ptr<float>() + chunk.first * grid.channels);
                },
                [&] { release(k); });
        }
    });
    return features;
}

/// Makes the weights of unit k's convolution from its own and what normalises after it.
void EvaluationPass::fold(std::size_t k) {
    const BatchNorm& norm = units_[k].norm;
    const torch::Tensor scale = norm->weight / torch::sqrt(norm->running_var + BatchNormImpl::kEps);
    const torch::Tensor bias = norm->bias - norm->running_mean * scale;
    const torch::Tensor weight = (units_[k].convolution->weight * scale.view({-1, 1, 1, 1}))
                                     .contiguous(torch::MemoryFormat::ChannelsLast);
    plan_.unit(k).inference->setWeight(weight.data_ptr<float>(), bias.data_ptr<float>());
}

void EvaluationPass::convolve(std::size_t k, const Chunk& chunk, Workbench& bench) {
    const ConvUnit& unit = units_[k];
    const ConvPlan::Unit& planned = plan_.unit(k);
    const ChannelGrid here = part(planned.grid, chunk.images);
    float* target = output(k, chunk);
    if (unit.shortcut != ConvUnit::kNone) {
        const auto source = static_cast<std::size_t>(unit.shortcut);
        const ConvPlan::Unit& from = plan_.unit(source);
        const ChannelGrid large = part(from.grid, chunk.images);
        const float* shortcut = output(source, chunk);
        if (large == here) {
            std::copy_n(shortcut, here.size(), target);
        } else {
            sampledShortcut(shortcut, large, from.side, strideBetween(from.side, planned.side),
                            target, here);
        }
    }
    const float* x =
        k == 0 ? images_.data_ptr<float>() + chunk.first * (images_.numel() / images_.size(0))
               : output(k - 1, chunk);
    planned.inference->of(chunk.number).forward(x, target, bench.primitive);
    rectify(target, here.size());
}

/// After unit k: frees what nothing reads any more, and takes room for the next.
void EvaluationPass::release(std::size_t k) {
    for (std::size_t earlier = 0; earlier < k; ++earlier) {
        if (graph_.last_use[earlier] <= k) z_[earlier].reset();
    }
    if (k + 1 < units_.size()) z_[k + 1] = buffers_.take<float>(plan_.unit(k + 1).grid.size());
}

/// Where the output of unit k for these images begins.
float* EvaluationPass::output(std::size_t k, const Chunk& chunk) const {
    const ChannelGrid& grid = plan_.unit(k).grid;
    return static_cast<float*>(z_[k].data_ptr()) + chunk.first * grid.channels * grid.pixels;
}

}  // namespace ballast
