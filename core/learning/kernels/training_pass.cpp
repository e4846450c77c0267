#include "core/learning/kernels/training_pass.h"

#include <algorithm>
#include <cmath>

namespace ballast {
namespace {

std::size_t index(std::int64_t i) {
    return static_cast<std::size_t>(i);
}

/// Where the chunk's images begin.
float* at(const torch::Tensor& tensor, const ChannelGrid& grid, const Chunk& chunk) {
    return tensor.data_ptr<float>() + chunk.first * grid.channels * grid.pixels;
}

/// Where the chunk's sums begin, of [images, 2, channels].
float* at(std::vector<float>& sums, const ChannelGrid& grid, const Chunk& chunk) {
    return sums.data() + chunk.first * 2 * grid.channels;
}

std::vector<float> roomForSums(const ChannelGrid& grid) {
    return std::vector<float>(index(grid.images * 2 * grid.channels));
}

float* room(Scratch& scratch, std::int64_t floats) {
    return static_cast<float*>(scratch.atLeast(index(floats) * sizeof(float)));
}

void updateRunning(torch::nn::BatchNorm2d norm, const ChannelMoments& moments, double count) {
    const double share = norm->options.momentum().value();
    auto* mean = norm->running_mean.data_ptr<float>();
    auto* variance = norm->running_var.data_ptr<float>();
    const auto move = [&](float& value, double to) {
        value = static_cast<float>((1.0 - share) * static_cast<double>(value) + share * to);
    };
    for (std::size_t c = 0; c < moments.mean.size(); ++c) {
        move(mean[c], moments.mean[c]);
        move(variance[c], moments.variance[c] * count / std::max(1.0, count - 1.0));
    }
    *norm->num_batches_tracked.data_ptr<std::int64_t>() += 1;
}

torch::Tensor asTensor(const std::vector<double>& values) {
    torch::Tensor tensor =
        torch::empty({static_cast<std::int64_t>(values.size())}, torch::kFloat32);
    std::ranges::transform(values, tensor.data_ptr<float>(),
                           [](double value) { return static_cast<float>(value); });
    return tensor;
}

}  // namespace

UnitGraph::UnitGraph(const std::vector<ConvUnit>& units)
    : keeps(units.size(), false),
      first_reader(units.size(), ConvUnit::kNone),
      last_use(units.size(), static_cast<int>(units.size())) {
    for (std::size_t k = units.size(); k-- > 0;) {
        const ConvUnit& unit = units[k];
        if (unit.input >= 0) first_reader[index(unit.input)] = static_cast<int>(k);
        if (unit.shortcut >= 0) keeps[index(unit.shortcut)] = keeps[k] = true;
    }
    keeps.back() = true;
    for (std::size_t k = 0; k < units.size(); ++k) {
        for (const int used : {units[k].input, units[k].shortcut}) {
            if (used >= 0) last_use[index(used)] = static_cast<int>(k);
        }
    }
}

TrainingPass::TrainingPass(const std::vector<ConvUnit>& units, const UnitGraph& graph,
                           ConvPlan& plan, Buffers& buffers, torch::Tensor images)
    : units_(units),
      graph_(graph),
      plan_(plan),
      buffers_(buffers),
      images_(std::move(images)),
      states_(units.size()),
      gradients_(units.size()) {}

torch::Tensor TrainingPass::forward() {
    const auto units = static_cast<std::int64_t>(units_.size());
    at::parallel_for(0, units, 1, [&](std::int64_t from, std::int64_t to) {
        for (std::int64_t k = from; k < to; ++k) {
            const torch::Tensor weight = units_[index(k)].convolution->weight.detach().contiguous();
            plan_.unit(index(k)).training->setWeight(weight.data_ptr<float>());
        }
    });
    for (std::size_t k = 0; k < units_.size(); ++k) convolve(k);
    const std::size_t last = units_.size() - 1;
    const ChannelGrid& grid = plan_.unit(last).grid;
    torch::Tensor features = torch::empty({grid.images, grid.channels}, torch::kFloat32);
    plan_.forChunks(*plan_.unit(last).training, [&](const Chunk& chunk, Workbench& bench) {
        pixelMean(output(last, chunk, bench), part(grid, chunk.images),
                  features.data_ptr<float>() + chunk.first * grid.channels);
    });
    states_[last].z_made = true;
    return features;
}

/// Unit k's convolution and the statistics of what it gives; makes its input on the way.
void TrainingPass::convolve(std::size_t k) {
    const ConvUnit& unit = units_[k];
    ConvPlan::Unit& planned = plan_.unit(k);
    const ChannelGrid& grid = planned.grid;
    State& state = states_[k];
    state.y = buffers_.take(grid.size());
    if (graph_.keeps[k]) state.z = buffers_.take(grid.size());
    // Sums are taken of distances to a value that is near the mean, so that squares do not cancel,
    // and known before the first image.
    const float* running_mean = unit.norm->running_mean.data_ptr<float>();
    const std::vector<float> centre(running_mean, running_mean + grid.channels);
    std::vector<float> sums = roomForSums(grid);
    plan_.forChunks(*planned.training, [&](const Chunk& chunk, Workbench& bench) {
        const ChannelGrid here = part(grid, chunk.images);
        const float* x = input(unit, chunk, bench);
        float* fresh = room(bench.fresh, here.size());
        planned.training->of(chunk.number).forward(x, fresh, bench.primitive);
        centredSums(fresh, here, centre.data(), at(state.y, grid, chunk), at(sums, grid, chunk));
    });
    if (unit.input >= 0) states_[index(unit.input)].z_made = graph_.keeps[index(unit.input)];
    normaliseFrom(k, sums, centre);
}

/// What normalisation will do to unit k's convolution, from its sums.
void TrainingPass::normaliseFrom(std::size_t k, const std::vector<float>& sums,
                                 const std::vector<float>& centre) {
    State& state = states_[k];
    const ChannelGrid& grid = plan_.unit(k).grid;
    const torch::nn::BatchNorm2d& norm = units_[k].norm;
    state.moments = channelMoments(sums, centre.data(), grid);
    state.mean.assign(state.moments.mean.begin(), state.moments.mean.end());
    updateRunning(norm, state.moments, static_cast<double>(grid.images * grid.pixels));
    const float* weight = norm->weight.data_ptr<float>();
    const float* bias = norm->bias.data_ptr<float>();
    for (std::size_t c = 0; c < centre.size(); ++c) {
        const double scale = static_cast<double>(weight[c]) /
                             std::sqrt(state.moments.variance[c] + norm->options.eps());
        state.scale.push_back(static_cast<float>(scale));
        state.shift.push_back(
            static_cast<float>(static_cast<double>(bias[c]) - state.moments.mean[c] * scale));
    }
}

const float* TrainingPass::input(const ConvUnit& unit, const Chunk& chunk, Workbench& bench) {
    if (unit.input >= 0) return output(index(unit.input), chunk, bench);
    return images_.data_ptr<float>() + chunk.first * (images_.numel() / images_.size(0));
}

/// The output of unit k for some images: as it is kept, or made on the thread's workbench.
const float* TrainingPass::output(std::size_t k, const Chunk& chunk, Workbench& bench) {
    const ConvUnit& unit = units_[k];
    const ConvPlan::Unit& planned = plan_.unit(k);
    State& state = states_[k];
    const ChannelGrid grid = part(planned.grid, chunk.images);
    if (state.z_made) return at(state.z, grid, chunk);
    float* z = state.z.defined() ? at(state.z, grid, chunk) : room(bench.input, grid.size());
    const float* added = nullptr;
    if (unit.shortcut != ConvUnit::kNone) {
        const ConvPlan::Unit& from = plan_.unitAt(unit.shortcut);
        const ChannelGrid large = part(from.grid, chunk.images);
        added = at(states_[index(unit.shortcut)].z, large, chunk);
        if (!(large == grid)) {
            float* small = room(bench.shortcut, grid.size());
            sampledShortcut(added, large, from.side, strideBetween(from.side, planned.side), small,
                            grid);
            added = small;
        }
    }
    normalise(at(state.y, grid, chunk), grid, state.scale.data(), state.shift.data(), added,
              unit.relu, z);
    return z;
}

std::vector<torch::Tensor> TrainingPass::backward(const torch::Tensor& of_features) {
    std::vector<torch::Tensor> result(3 * units_.size());
    for (std::size_t k = units_.size(); k-- > 0;) {
        const ConvUnit& unit = units_[k];
        Gradient& gradient = gradients_[k];
        if (!gradient.ready) beginGradient(k, of_features);
        gradient.of_sum.reset();
        const State& state = states_[k];
        const ChannelGrid& grid = plan_.unit(k).grid;
        const double epsilon = unit.norm->options.eps();
        NormSums sums(gradient.sums, grid);
        const NormGradient norm(sums, state.moments, state.scale, epsilon, grid);
        if (unit.shortcut != ConvUnit::kNone) {
            gradients_[index(unit.shortcut)].of_sum = gradient.own;
            gradients_[index(unit.shortcut)].sum = static_cast<int>(k);
        }
        result[3 * k] = throughConvolution(k, norm);
        for (std::size_t c = 0; c < sums.g.size(); ++c) {
            sums.g_centred[c] /= std::sqrt(state.moments.variance[c] + epsilon);
        }
        result[3 * k + 1] = asTensor(sums.g_centred);
        result[3 * k + 2] = asTensor(sums.g);
        gradient = {};
    }
    return result;
}

/// The gradient of an output that no convolution reads: the last one's, or a mere shortcut's.
void TrainingPass::beginGradient(std::size_t k, const torch::Tensor& of_features) {
    Gradient& gradient = gradients_[k];
    const ChannelGrid& grid = plan_.unit(k).grid;
    gradient.sums = roomForSums(grid);
    const bool last = k + 1 == units_.size();
    gradient.own = last ? buffers_.take(grid.size()) : std::exchange(gradient.of_sum, {});
    plan_.forChunks(*plan_.unit(k).training, [&](const Chunk& chunk, Workbench& bench) {
        float* own = at(gradient.own, grid, chunk);
        if (last) {
            pixelMeanGradient(of_features.data_ptr<float>() + chunk.first * grid.channels,
                              part(grid, chunk.images), own);
        }
        finish(k, own, output(k, chunk, bench), chunk);
    });
}

/// Makes `own` of unit k for some images from `fresh`, which the convolutions gave, and from the
/// sum that it is a shortcut to; z is the unit's output.
void TrainingPass::finish(std::size_t k, float* fresh, const float* z, const Chunk& chunk) {
    Gradient& gradient = gradients_[k];
    const ConvPlan::Unit& planned = plan_.unit(k);
    const ChannelGrid grid = part(planned.grid, chunk.images);
    const float* more = nullptr;
    if (gradient.of_sum.defined()) {
        const ConvPlan::Unit& sum = plan_.unitAt(gradient.sum);
        const ChannelGrid small = part(sum.grid, chunk.images);
        more = at(gradient.of_sum, small, chunk);
        if (!(small == grid)) {
            addSampledShortcutGradient(more, small, planned.side,
                                       strideBetween(planned.side, sum.side), fresh, grid);
            more = nullptr;
        }
    }
    reluGradient(fresh, at(gradient.own, grid, chunk), more, units_[k].relu ? z : nullptr,
                 at(states_[k].y, grid, chunk), states_[k].mean.data(), grid,
                 at(gradient.sums, grid, chunk));
}

/// From unit k's gradient to that of its weights, which it returns, and of its input.
torch::Tensor TrainingPass::throughConvolution(std::size_t k, const NormGradient& norm) {
    const ConvUnit& unit = units_[k];
    const ChannelGrid& grid = plan_.unit(k).grid;
    const Chunked<TrainingConvolution>& convolution = *plan_.unit(k).training;
    Gradient* below = nullptr;
    bool adds = false;      // to what a later unit gave
    bool finishes = false;  // nothing will be added after this
    ChannelGrid lower;
    if (unit.input != ConvUnit::kImages) {
        below = &gradients_[index(unit.input)];
        lower = plan_.unitAt(unit.input).grid;
        adds = below->own.defined();
        finishes = graph_.first_reader[index(unit.input)] == static_cast<int>(k);
        if (!adds) below->own = buffers_.take(lower.size());
        if (finishes) below->sums = roomForSums(lower);
    }
    const auto floats = static_cast<std::int64_t>(std::max(
        convolution.whole.gradientSize(), convolution.rest ? convolution.rest->gradientSize() : 0));
    float* const of_chunks = room(weight_gradients_, convolution.chunks() * floats);

    plan_.forChunks(convolution, [&](const Chunk& chunk, Workbench& bench) {
        const ChannelGrid here = part(grid, chunk.images);
        const TrainingConvolution& part_of_it = convolution.of(chunk.number);
        float* dy = room(bench.gradient, here.size());
        normGradient(at(gradients_[k].own, grid, chunk), at(states_[k].y, grid, chunk), here, norm,
                     dy);
        const float* x = input(unit, chunk, bench);
        part_of_it.weightGradient(x, dy, of_chunks + chunk.number * floats, bench.primitive);
        if (below == nullptr) return;
        const std::int64_t size = part(lower, chunk.images).size();
        float* fresh = room(bench.fresh, size);
        part_of_it.dataGradient(dy, fresh, bench.primitive);
        float* own = at(below->own, lower, chunk);
        if (adds) std::transform(own, own + size, fresh, fresh, std::plus<float>());
        if (finishes) {
            finish(index(unit.input), fresh, x, chunk);
        } else {
            std::copy_n(fresh, size, own);
        }
    });
    if (finishes) below->ready = true;

    at::parallel_for(0, floats, 4096, [&](std::int64_t from, std::int64_t to) {
        for (std::int64_t chunk = 1; chunk < convolution.wholeChunks(); ++chunk) {
            const float* more = of_chunks + chunk * floats;
            for (std::int64_t i = from; i < to; ++i) of_chunks[i] += more[i];
        }
    });
    torch::Tensor result = torch::empty(unit.convolution->weight.sizes(), torch::kFloat32);
    convolution.whole.deliverGradient(of_chunks, result.data_ptr<float>());
    if (convolution.rest) {
        const torch::Tensor more = torch::empty_like(result);
        convolution.rest->deliverGradient(of_chunks + convolution.wholeChunks() * floats,
                                          more.data_ptr<float>());
        result.add_(more);
    }
    return result;
}

}  // namespace ballast
