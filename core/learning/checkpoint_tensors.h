#pragma once

#include <torch/torch.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/experiment/config.h"
#include "core/learning/models/head.h"

namespace ballast {

/// The state of a model from any checkpoint: ckpt.pth.tar of the public PyTorch code, one of ours,
/// or plain safetensors. Tensors are float32 or int64, contiguous, on the CPU.
struct ModelState {
    std::filesystem::path file;
    std::vector<std::pair<std::string, torch::Tensor>> tensors;  // without the prefix "module."
    std::map<std::string, torch::Tensor> momentum;  // by parameter; empty where the file has none
    std::optional<int> epochs_done;                 // where the file says it
    std::string entry;                              // that held the tensors; see StateDict

    const torch::Tensor* find(const std::string& name) const;
};

/// Reads a checkpoint of any kind, without the tensors `ignored`: by name, or all of a module.
/// Throws CheckpointError naming the file and what is wrong, ConfigError where one of `ignored` is
/// not in it.
ModelState readModelState(const std::filesystem::path& file,
                          const std::vector<std::string>& ignored = {});

/// A network of ours, as far as it decides names and shapes.
struct ModelShape {
    ModelConfig model;
    std::int64_t in_channels = 0;
    std::int64_t classes = 0;
};

/// Depth, head, input channels and classes from names and shapes.
/// Throws CheckpointError where the state is not of a residual network for small images.
ModelShape shapeOf(const ModelState& state);

/// Throws CheckpointError that names every tensor in which `state` is not that of `needed`:
/// missing, of another shape, or too many.
void requireFit(const ModelState& state, const ModelShape& needed);

/// Gives `head` the calibration that the state has.
void addCalibrationOf(const ModelState& state, Head& head);

/// The model's state dict in PyTorch's order: module by module, parameters before buffers. The
/// tensors are the model's own.
std::vector<std::pair<std::string, torch::Tensor>> stateDict(const torch::nn::Module& model);

}  // namespace ballast
