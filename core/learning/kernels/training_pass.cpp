#include "core/learning/kernels/training_pass.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "core/learning/kernels/batch_norm.h"
#include "core/learning/part_times.h"

namespace ballast {
namespace {

std::size_t index(std::int64_t i) {
    return static_cast<std::size_t>(i);
}

/// Where the chunk's images begin.
template<class Feature>
Feature* at(const torch::Tensor& tensor, const ChannelGrid& grid, const Chunk& chunk) {
    return static_cast<Feature*>(tensor.data_ptr()) + chunk.first * grid.channels * grid.pixels;
}

/// Where the chunk's sums begin, of [images, 2, channels].
float* at(std::vector<float>& sums, const ChannelGrid& grid, const Chunk& chunk) {
    return sums.data() + chunk.first * 2 * grid.channels;
}

std::vector<float> roomForSums(const ChannelGrid& grid) {
    return std::vector<float>(index(grid.images * 2 * grid.channels));
}

template<class Number>
Number* room(Scratch& scratch, std::int64_t count) {
    return static_cast<Number*>(scratch.atLeast(index(count) * sizeof(Number)));
}

void updateRunning(BatchNorm norm, const ChannelMoments& moments, double count) {
    const double share = BatchNormImpl::kMomentum;
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

/// The pass with features and their gradients in a type, float or BFloat16.
template<class Feature>
class TypedPass final : public TrainingPass {
public:
    TypedPass(const std::vector<ConvUnit>& units, const UnitGraph& graph, ConvPlan& plan,
              Buffers& buffers, torch::Tensor images);

    torch::Tensor forward() override;
    std::vector<torch::Tensor> backward(const torch::Tensor& of_features) override;

private:
    struct State {
        std::vector<float> centre;  // see centredSums
        std::vector<float> sums;
        torch::Tensor y;  // the convolution's output
        torch::Tensor z;  // the unit's, where it is kept
        bool z_made = false;
        ChannelMoments moments;
        std::vector<float> mean;
        std::vector<float> scale;  // γ / √(variance + ε)
        std::vector<float> shift;  // β − mean · scale
    };
    /// Of a unit's output before the ReLU.
    struct Gradient {
        torch::Tensor own;
        std::vector<float> sums;  // see reluGradient
        torch::Tensor of_sum;     // of the sum that the unit is a shortcut to ...
        std::size_t sum = 0;      // ... of this unit
    };

    /// What the backward pass through a unit's convolution is about.
    struct ConvGradient {
        std::size_t k = 0;
        NormSums sums;
        NormGradient norm;
        std::int64_t floats = 0;
        float* of_chunks = nullptr;  // the weight's, [chunks, floats]
    };

    const Feature* input(std::size_t k, const Chunk& chunk, Workbench& bench);
    const Feature* output(std::size_t k, const Chunk& chunk, Workbench& bench);

    void setWeight(std::size_t k);
    void convolve(std::size_t k, const Chunk& chunk, Workbench& bench);
    void normaliseFrom(std::size_t k);

    void begin(const torch::Tensor& of_features, const Chunk& chunk, Workbench& bench);
    void finish(std::size_t k, Feature* fresh, const Feature* z, const Chunk& chunk);
    ConvGradient gradientOf(std::size_t k, Scratch& weight_gradients);
    void throughConvolution(const ConvGradient& gradient, const Chunk& chunk, Workbench& bench);
    torch::Tensor weightGradient(const ConvGradient& gradient) const;

    const std::vector<ConvUnit>& units_;
    const UnitGraph& graph_;
    ConvPlan& plan_;
    Buffers& buffers_;
    const torch::Tensor images_;
    std::vector<State> states_;
    std::vector<Gradient> gradients_;
    Scratch weight_gradients_[2];  // of units in turn
};

template<class Feature>
TypedPass<Feature>::TypedPass(const std::vector<ConvUnit>& units, const UnitGraph& graph,
                              ConvPlan& plan, Buffers& buffers, torch::Tensor images)
    : units_(units),
      graph_(graph),
      plan_(plan),
      buffers_(buffers),
      images_(std::move(images)),
      states_(units.size()),
      gradients_(units.size()) {}

template<class Feature>
torch::Tensor TypedPass<Feature>::forward() {
    const std::size_t last = units_.size() - 1;
    const ChannelGrid& grid = plan_.unit(last).grid;
    torch::Tensor features = torch::empty({grid.images, grid.channels}, torch::kFloat32);
    for (std::size_t k = 0; k < units_.size(); ++k) {
        State& state = states_[k];
        const ChannelGrid& of_unit = plan_.unit(k).grid;
        state.y = buffers_.take<Feature>(of_unit.size());
        if (graph_.keeps[k]) state.z = buffers_.take<Feature>(of_unit.size());
        // Sums are taken of distances to a value that is near the mean, so that squares do not
        // cancel, and known before the first image.
        const float* running_mean = units_[k].norm->running_mean.data_ptr<float>();
        state.centre.assign(running_mean, running_mean + of_unit.channels);
        state.sums = roomForSums(of_unit);
    }
    plan_.inTeam([&](Team& team, Workbench& bench) {
        team.share(
            static_cast<std::int64_t>(units_.size()), [&](std::int64_t k) { setWeight(index(k)); },
            [] {});
        for (std::size_t k = 0; k <= last; ++k) {
            const auto& convolution = *plan_.unit(k).training;
            team.share(
                convolution.chunks(),
                [&](std::int64_t i) { convolve(k, plan_.chunk(convolution, i), bench); },
                [&] { normaliseFrom(k); });
        }
        const auto& convolution = *plan_.unit(last).training;
        team.share(
            convolution.chunks(),
            [&](std::int64_t i) {
                const Chunk chunk = plan_.chunk(convolution, i);
                pixelMean(output(last, chunk, bench), part(grid, chunk.images),
                          features.data_ptr<float>() + chunk.first * grid.channels);
            },
            [&] { states_[last].z_made = true; });
    });
    return features;
}

template<class Feature>
void TypedPass<Feature>::setWeight(std::size_t k) {
    const torch::Tensor weight =
        units_[k].convolution->weight.detach().contiguous(torch::MemoryFormat::ChannelsLast);
    plan_.unit(k).training->setWeight(weight.data_ptr<float>());
}

/// Unit k's convolution of some images and the sums of what it gives; makes its input on the way.
template<class Feature>
void TypedPass<Feature>::convolve(std::size_t k, const Chunk& chunk, Workbench& bench) {
    const ConvPlan::Unit& planned = plan_.unit(k);
    const ChannelGrid& grid = planned.grid;
    State& state = states_[k];
    const ChannelGrid here = part(grid, chunk.images);
    const Feature* x = input(k, chunk, bench);
    auto* fresh = room<Feature>(bench.fresh, here.size());
    planned.training->of(chunk.number).forward(x, fresh, bench.primitive);
    centredSums(fresh, here, state.centre.data(), at<Feature>(state.y, grid, chunk),
                at(state.sums, grid, chunk));
}

/// What normalisation will do to unit k's convolution, from its sums.
template<class Feature>
void TypedPass<Feature>::normaliseFrom(std::size_t k) {
    if (k > 0) states_[k - 1].z_made = graph_.keeps[k - 1];
    State& state = states_[k];
    const ChannelGrid& grid = plan_.unit(k).grid;
    const BatchNorm& norm = units_[k].norm;
    state.moments = channelMoments(state.sums, state.centre.data(), grid);
    state.mean.assign(state.moments.mean.begin(), state.moments.mean.end());
    updateRunning(norm, state.moments, static_cast<double>(grid.images * grid.pixels));
    const float* weight = norm->weight.data_ptr<float>();
    const float* bias = norm->bias.data_ptr<float>();
    for (std::size_t c = 0; c < state.centre.size(); ++c) {
        const double scale = static_cast<double>(weight[c]) /
                             std::sqrt(state.moments.variance[c] + BatchNormImpl::kEps);
        state.scale.push_back(static_cast<float>(scale));
        state.shift.push_back(
            static_cast<float>(static_cast<double>(bias[c]) - state.moments.mean[c] * scale));
    }
}

template<class Feature>
const Feature* TypedPass<Feature>::input(std::size_t k, const Chunk& chunk, Workbench& bench) {
    if (k > 0) return output(k - 1, chunk, bench);
    return static_cast<const Feature*>(images_.data_ptr()) +
           chunk.first * (images_.numel() / images_.size(0));
}

/// The output of unit k for some images: as it is kept, or made on the thread's workbench.
template<class Feature>
const Feature* TypedPass<Feature>::output(std::size_t k, const Chunk& chunk, Workbench& bench) {
    const ConvUnit& unit = units_[k];
    const ConvPlan::Unit& planned = plan_.unit(k);
    State& state = states_[k];
    const ChannelGrid grid = part(planned.grid, chunk.images);
    if (state.z_made) return at<Feature>(state.z, grid, chunk);
    Feature* z = state.z.defined() ? at<Feature>(state.z, grid, chunk)
                                   : room<Feature>(bench.input, grid.size());
    const Feature* added = nullptr;
    if (unit.shortcut != ConvUnit::kNone) {
        const ConvPlan::Unit& from = plan_.unit(index(unit.shortcut));
        const ChannelGrid large = part(from.grid, chunk.images);
        added = at<Feature>(states_[index(unit.shortcut)].z, large, chunk);
        if (!(large == grid)) {
            auto* small = room<Feature>(bench.shortcut, grid.size());
            sampledShortcut(added, large, from.side, strideBetween(from.side, planned.side), small,
                            grid);
            added = small;
        }
    }
    normalise(at<Feature>(state.y, grid, chunk), grid, state.scale.data(), state.shift.data(),
              added, z);
    return z;
}

template<class Feature>
std::vector<torch::Tensor> TypedPass<Feature>::backward(const torch::Tensor& of_features) {
    std::vector<torch::Tensor> result(3 * units_.size());
    std::optional<ConvGradient> now;
    std::optional<ConvGradient> before;  // whose weight's gradient is not added up yet
    const auto addUp = [&] { result[3 * before->k] = weightGradient(*before); };
    const auto leave = [&] {
        const State& state = states_[now->k];
        NormSums& sums = now->sums;
        for (std::size_t c = 0; c < sums.g.size(); ++c) {
            sums.g_centred[c] /= std::sqrt(state.moments.variance[c] + BatchNormImpl::kEps);
        }
        result[3 * now->k + 1] = asTensor(sums.g_centred);
        result[3 * now->k + 2] = asTensor(sums.g);
        gradients_[now->k] = {};
        before = std::exchange(now, std::nullopt);
    };
    const auto enter = [&](std::size_t k) { now.emplace(gradientOf(k, weight_gradients_[k % 2])); };

    const std::size_t last = units_.size() - 1;
    const ChannelGrid& grid = plan_.unit(last).grid;
    gradients_[last].own = buffers_.take<Feature>(grid.size());
    gradients_[last].sums = roomForSums(grid);
    plan_.inTeam([&](Team& team, Workbench& bench) {
        const auto& of_last = *plan_.unit(last).training;
        team.share(
            of_last.chunks(),
            [&](std::int64_t i) { begin(of_features, plan_.chunk(of_last, i), bench); },
            [&] { enter(last); });
        for (std::size_t k = units_.size(); k-- > 0;) {
            const auto& convolution = *plan_.unit(k).training;
            // The sum of the unit before it is the first of the things to do: nobody waits for it.
            const std::int64_t first = before ? 1 : 0;
            team.share(
                first + convolution.chunks(),
                [&](std::int64_t i) {
                    if (i < first) return addUp();
                    throughConvolution(*now, plan_.chunk(convolution, i - first), bench);
                },
                [&] {
                    leave();
                    if (k > 0) enter(k - 1);
                });
        }
        team.share(
            1, [&](std::int64_t) { addUp(); }, [] {});
    });
    return result;
}

/// The last unit's gradient for some images, from the features'.
template<class Feature>
void TypedPass<Feature>::begin(const torch::Tensor& of_features, const Chunk& chunk,
                               Workbench& bench) {
    const std::size_t last = units_.size() - 1;
    const ChannelGrid& grid = plan_.unit(last).grid;
    auto* own = at<Feature>(gradients_[last].own, grid, chunk);
    pixelMeanGradient(of_features.data_ptr<float>() + chunk.first * grid.channels,
                      part(grid, chunk.images), own);
    finish(last, own, output(last, chunk, bench), chunk);
}

/// Unit k's gradient for some images from `fresh`, that of its output z by the unit after it, and
/// from that of the sum that it is a shortcut to.
template<class Feature>
void TypedPass<Feature>::finish(std::size_t k, Feature* fresh, const Feature* z,
                                const Chunk& chunk) {
    Gradient& gradient = gradients_[k];
    const ConvPlan::Unit& planned = plan_.unit(k);
    const ChannelGrid grid = part(planned.grid, chunk.images);
    const Feature* more = nullptr;
    if (gradient.of_sum.defined()) {
        const ConvPlan::Unit& sum = plan_.unit(gradient.sum);
        const ChannelGrid small = part(sum.grid, chunk.images);
        more = at<Feature>(gradient.of_sum, small, chunk);
        if (!(small == grid)) {
            addSampledShortcutGradient(more, small, planned.side,
                                       strideBetween(planned.side, sum.side), fresh, grid);
            more = nullptr;
        }
    }
    reluGradient(fresh, at<Feature>(gradient.own, grid, chunk), more, z,
                 at<Feature>(states_[k].y, grid, chunk), states_[k].mean.data(), grid,
                 at(gradient.sums, grid, chunk));
}

/// What must be known before unit k's convolution is passed, once its gradient is there.
template<class Feature>
typename TypedPass<Feature>::ConvGradient TypedPass<Feature>::gradientOf(
    std::size_t k, Scratch& weight_gradients) {
    const ConvUnit& unit = units_[k];
    const State& state = states_[k];
    const ChannelGrid& grid = plan_.unit(k).grid;
    const Chunked<TrainingConvolution>& convolution = *plan_.unit(k).training;
    gradients_[k].of_sum.reset();
    if (unit.shortcut != ConvUnit::kNone) {
        gradients_[index(unit.shortcut)].of_sum = gradients_[k].own;
        gradients_[index(unit.shortcut)].sum = k;
    }
    const NormSums sums(gradients_[k].sums, grid);
    ConvGradient gradient{
        k, sums, NormGradient(sums, state.moments, state.scale, BatchNormImpl::kEps, grid)};
    if (k > 0) {
        Gradient& below = gradients_[k - 1];
        const ChannelGrid& lower = plan_.unit(k - 1).grid;
        // Unit k's gradient is read before the lower one is written, chunk by chunk: where nothing
        // else needs it, the same lines of the cache serve both.
        const bool in_place = unit.shortcut == ConvUnit::kNone && lower == grid;
        below.own = in_place ? gradients_[k].own : buffers_.take<Feature>(lower.size());
        below.sums = roomForSums(lower);
    }
    gradient.floats = static_cast<std::int64_t>(std::max(
        convolution.whole.gradientSize(), convolution.rest ? convolution.rest->gradientSize() : 0));
    gradient.of_chunks = room<float>(weight_gradients, convolution.chunks() * gradient.floats);
    return gradient;
}

/// For some images, from a unit's gradient to that of its weights and of its input.
template<class Feature>
void TypedPass<Feature>::throughConvolution(const ConvGradient& gradient, const Chunk& chunk,
                                            Workbench& bench) {
    const std::size_t k = gradient.k;
    const ChannelGrid& grid = plan_.unit(k).grid;
    const TrainingConvolution& convolution = plan_.unit(k).training->of(chunk.number);
    const ChannelGrid here = part(grid, chunk.images);
    auto* dy = room<Feature>(bench.gradient, here.size());
    normGradient(at<Feature>(gradients_[k].own, grid, chunk),
                 at<Feature>(states_[k].y, grid, chunk), here, gradient.norm, dy);
    const Feature* x = input(k, chunk, bench);
    convolution.weightGradient(x, dy, gradient.of_chunks + chunk.number * gradient.floats,
                               bench.primitive);
    if (k == 0) return;
    auto* fresh = room<Feature>(bench.fresh, part(plan_.unit(k - 1).grid, chunk.images).size());
    convolution.dataGradient(dy, fresh, bench.primitive);
    finish(k - 1, fresh, x, chunk);
}

/// The chunks' weight gradients, added up in their order.
template<class Feature>
torch::Tensor TypedPass<Feature>::weightGradient(const ConvGradient& gradient) const {
    const PartTimer timer(Part::convolution);
    const Chunked<TrainingConvolution>& convolution = *plan_.unit(gradient.k).training;
    float* const sum = gradient.of_chunks;
    for (std::int64_t chunk = 1; chunk < convolution.wholeChunks(); ++chunk) {
        const float* more = sum + chunk * gradient.floats;
        std::transform(sum, sum + gradient.floats, more, sum, std::plus<float>());
    }
    torch::Tensor result = torch::empty(units_[gradient.k].convolution->weight.sizes(),
                                        torch::TensorOptions()
                                            .dtype(torch::kFloat32)
                                            .memory_format(torch::MemoryFormat::ChannelsLast));
    convolution.whole.deliverGradient(sum, result.data_ptr<float>());
    if (convolution.rest) {
        const torch::Tensor more = torch::empty_like(result);
        convolution.rest->deliverGradient(sum + convolution.wholeChunks() * gradient.floats,
                                          more.data_ptr<float>());
        result.add_(more);
    }
    return result;
}

}  // namespace

std::unique_ptr<TrainingPass> trainingPass(Convolution rounding, const std::vector<ConvUnit>& units,
                                           const UnitGraph& graph, ConvPlan& plan, Buffers& buffers,
                                           const torch::Tensor& images) {
    if (rounding == Convolution::bfloat16) {
        return std::make_unique<TypedPass<BFloat16>>(units, graph, plan, buffers,
                                                     images.to(torch::kBFloat16));
    }
    return std::make_unique<TypedPass<float>>(units, graph, plan, buffers, images);
}

}  // namespace ballast
