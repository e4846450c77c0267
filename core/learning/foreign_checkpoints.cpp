#include "core/learning/foreign_checkpoints.h"

#include <algorithm>
#include <thread>

#include "core/base/error.h"
#include "core/learning/calibration.h"
#include "core/learning/checkpoint.h"
#include "core/learning/checkpoint_tensors.h"
#include "core/learning/data/image_source.h"
#include "core/learning/device.h"
#include "core/learning/evaluator.h"
#include "core/learning/gpu/repeated_work.h"
#include "core/learning/models/network.h"

namespace ballast {
namespace {

CheckpointInfo infoOf(const ModelState& state) {
    const ModelShape shape = shapeOf(state);
    CheckpointInfo info;
    info.epochs_done = state.epochs_done;
    info.model = shape.model;
    info.in_channels = shape.in_channels;
    info.classes = shape.classes;
    info.has_momentum = !state.momentum.empty();
    std::map<std::string, torch::Tensor> tensors(state.tensors.begin(), state.tensors.end());
    for (const auto& [name, tensor] : state.momentum) tensors[kMomentumPrefix + name] = tensor;
    info.not_finite = notFinite(tensors);
    if (!state.entry.empty() && state.entry != "state_dict") {
        info.said.push_back("the weights are those under \"" + state.entry + "\"");
    }
    if (!info.not_finite.empty()) {
        info.said.push_back(notFiniteWarning(state.file.filename().string(), tensors));
    }
    return info;
}

/// Copies the weights of `state` into a model of that shape.
void loadForeign(const ModelState& state, ImageNetwork& model) {
    const torch::NoGradGuard no_grad;
    if (state.find("linear.logit_scale") != nullptr && !model->head()->logit_scale.defined()) {
        throw CheckpointError(state.file.string() +
                              " has a calibrated head (linear.logit_scale), which no phase of the "
                              "config trains; allowed: a phase that does, or --ignore its tensors");
    }
    for (auto& [name, target] : stateDict(*model)) {
        if (const torch::Tensor* tensor = state.find(name)) target.copy_(*tensor);
    }
}

}  // namespace

CheckpointInfo inspectCheckpoint(const CheckpointSource& source) {
    return infoOf(readModelState(source.file, source.ignored));
}

Evaluation evaluateCheckpoint(const EvaluationRequest& request, const DataStore& store) {
    const torch::Device device = resolveDevice(request.device);
    const int threads = request.threads > 0
                            ? request.threads
                            : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    prepareThread(threads);
    const DeviceStream stream(device);
    const ModelState state = readModelState(request.checkpoint.file, request.checkpoint.ignored);
    Evaluation evaluation;
    evaluation.checkpoint = infoOf(state);
    const ModelConfig config = request.model.value_or(evaluation.checkpoint.model);
    const DatasetInfo* dataset = findDataset(request.data.dataset);
    if (dataset == nullptr) throw ConfigError("unknown data set \"" + request.data.dataset + "\"");
    std::int64_t classes = dataset->classes;
    if (classes > 0) requireFit(state, {config, dataset->channels, classes});
    const auto test = openTestImages(request.data, request.augmentation, store, device, threads);
    if (classes == 0) {  // as its lists say
        classes = static_cast<std::int64_t>(store.classCounts(request.data).size());
        requireFit(state, {config, test->channels(), classes});
    }
    ImageNetwork model = makeModel(config, test->channels(), classes, 0, device);
    addCalibrationOf(state, model->head());
    loadForeign(state, model);
    evaluation.test_accuracy =
        Evaluator(model, static_cast<int>(classes), device).classAccuracy(*test);
    evaluation.balanced_test_accuracy = balancedAccuracy(evaluation.test_accuracy);
    return evaluation;
}

void adoptCheckpoint(const CheckpointSource& from, const RunConfig& config, int epochs_done,
                     const std::filesystem::path& to) {
    const ModelState state = readModelState(from.file, from.ignored);
    ModelShape shape = shapeOf(state);
    const DatasetInfo* dataset = findDataset(config.data.dataset);
    if (dataset == nullptr) throw ConfigError("unknown data set \"" + config.data.dataset + "\"");
    if (dataset->classes > 0) shape.classes = dataset->classes;
    shape.in_channels = dataset->channels;
    requireFit(state, {config.model, shape.in_channels, shape.classes});
    ImageNetwork model = makeModel(config, shape.in_channels, shape.classes, torch::kCPU);
    loadForeign(state, model);
    Checkpoint checkpoint;
    checkpoint.metadata = {{"epochs_done", std::to_string(epochs_done)}};
    for (const auto& [name, tensor] : stateDict(*model)) checkpoint.tensors[name] = tensor;
    if (std::ranges::any_of(config.phases, usesEstimates)) {
        checkpoint.tensors.merge(Calibration(static_cast<int>(shape.classes)).state());
    }
    for (const auto& item : model->named_parameters()) {
        const auto buffer = state.momentum.find(item.key());
        torch::Tensor momentum = torch::zeros_like(item.value()).detach();
        if (buffer != state.momentum.end() && buffer->second.sizes() == momentum.sizes()) {
            momentum = buffer->second;
        }
        checkpoint.tensors[kMomentumPrefix + item.key()] = momentum;
    }
    saveCheckpoint(to, checkpoint);
}

CheckpointInfo exportWeights(const CheckpointSource& from, const std::filesystem::path& to) {
    const ModelState state = readModelState(from.file, from.ignored);
    const CheckpointInfo info = infoOf(state);
    requireFit(state, shapeOf(state));
    Checkpoint checkpoint;
    for (const auto& [name, tensor] : state.tensors) checkpoint.tensors[name] = tensor;
    if (state.epochs_done) {
        checkpoint.metadata["epochs_done"] = std::to_string(*state.epochs_done);
    }
    saveCheckpoint(to, checkpoint);
    return info;
}

}  // namespace ballast
