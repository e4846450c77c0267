#include "core/learning/foreign_checkpoints.h"

#include <algorithm>
#include <numeric>
#include <thread>

#include "core/error.h"
#include "core/learning/checkpoint.h"
#include "core/learning/class_statistics.h"
#include "core/learning/data/augmentation.h"
#include "core/learning/device.h"
#include "core/learning/models/resnet.h"
#include "core/learning/public_checkpoint.h"

namespace ballast {
namespace {

constexpr std::int64_t kEvaluationBatch = 250;

const DatasetInfo& datasetOf(const std::string& name) {
    if (const DatasetInfo* dataset = findDataset(name)) return *dataset;
    throw ConfigError("unknown data set \"" + name + "\"");
}

CheckpointInfo infoOf(const ModelState& state) {
    const ModelShape shape = shapeOf(state);
    return {state.epochs_done, shape.model, shape.in_channels, shape.classes,
            !state.momentum.empty()};
}

/// The model of `state` with its weights, for images of the data set.
ResNet modelOf(const ModelState& state, const ModelConfig& config, const DatasetInfo& dataset,
               torch::Device device) {
    requireFit(state, {config, dataset.channels, dataset.classes});
    ResNet model = makeModel(config, dataset.channels, dataset.classes, 0, device);
    const torch::NoGradGuard no_grad;
    for (auto& [name, target] : stateDict(*model)) {
        if (const torch::Tensor* tensor = state.find(name)) target.copy_(*tensor);
    }
    return model;
}

}  // namespace

CheckpointInfo inspectCheckpoint(const std::filesystem::path& file) {
    return infoOf(readModelState(file));
}

Evaluation evaluateCheckpoint(const EvaluationRequest& request, const DataStore& store) {
    const DatasetInfo& dataset = datasetOf(request.dataset);
    const torch::Device device = resolveDevice(request.device);
    prepareThread(request.threads > 0
                      ? request.threads
                      : std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
    const ModelState state = readModelState(request.checkpoint);
    Evaluation evaluation;
    evaluation.checkpoint = infoOf(state);
    const ModelConfig config = request.model.value_or(evaluation.checkpoint.model);
    ResNet model = modelOf(state, config, dataset, device);
    model->eval();

    const torch::NoGradGuard no_grad;
    const ImageTensor test =
        imageTensor(store.read(dataset, Split::test), nullptr, dataset, device);
    const auto options = torch::TensorOptions().dtype(torch::kInt64).device(device);
    torch::Tensor seen = torch::zeros({dataset.classes}, options);
    torch::Tensor right = torch::zeros({dataset.classes}, options);
    for (std::int64_t start = 0; start < test.size(); start += kEvaluationBatch) {
        const std::int64_t count = std::min(kEvaluationBatch, test.size() - start);
        countRight(model(plainBatch(test, start, count)), test.labels.narrow(0, start, count), seen,
                   right);
    }
    const torch::Tensor accuracy = (right.to(torch::kFloat64) / seen.to(torch::kFloat64)).cpu();
    const auto* values = accuracy.data_ptr<double>();
    evaluation.test_accuracy.assign(values, values + dataset.classes);
    evaluation.balanced_test_accuracy =
        std::accumulate(values, values + dataset.classes, 0.0) / dataset.classes;
    return evaluation;
}

void adoptCheckpoint(const std::filesystem::path& from, const RunConfig& config, int epochs_done,
                     const std::filesystem::path& to) {
    const ModelState state = readModelState(from);
    ResNet model = modelOf(state, config.model, datasetOf(config.data.dataset), torch::kCPU);
    Checkpoint checkpoint;
    checkpoint.metadata = {{"epochs_done", std::to_string(epochs_done)}};
    for (const auto& [name, tensor] : stateDict(*model)) checkpoint.tensors[name] = tensor;
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

void exportWeights(const std::filesystem::path& from, const std::filesystem::path& to) {
    const ModelState state = readModelState(from);
    requireFit(state, shapeOf(state));
    Checkpoint checkpoint;
    for (const auto& [name, tensor] : state.tensors) checkpoint.tensors[name] = tensor;
    if (state.epochs_done) {
        checkpoint.metadata["epochs_done"] = std::to_string(*state.epochs_done);
    }
    saveCheckpoint(to, checkpoint);
}

}  // namespace ballast
