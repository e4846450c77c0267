#include "core/learning/trained_model.h"

#include <map>

#include "core/base/error.h"
#include "core/learning/checkpoint.h"

namespace ballast {

ImageNetwork trainedModel(const RunDescription& run, const std::filesystem::path& file,
                          std::int64_t channels, torch::Device device,
                          std::vector<std::string>& said) {
    const Checkpoint checkpoint = loadCheckpoint(file);
    ImageNetwork model =
        makeModel(run.config, channels, static_cast<std::int64_t>(run.class_counts.size()), device);
    std::map<std::string, torch::Tensor> targets;
    for (const auto& item : model->named_parameters()) targets[item.key()] = item.value();
    for (const auto& item : model->named_buffers()) targets[item.key()] = item.value();
    std::erase_if(targets, [&](const auto& target) {
        return isAddedState(target.first) && !checkpoint.tensors.contains(target.first);
    });
    try {
        restoreTensors(checkpoint.tensors, targets);
    } catch (const CheckpointError& error) {
        throw CheckpointError(file.string() + ": " + error.what());
    }
    if (const std::string warning = notFiniteWarning(file.filename().string(), targets);
        !warning.empty()) {
        said.push_back(warning);
    }
    return model;
}

}  // namespace ballast
