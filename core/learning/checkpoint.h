#pragma once

#include <torch/torch.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ballast {

/// Before a parameter's name: its momentum buffer.
inline constexpr const char* kMomentumPrefix = "optimizer.momentum.";

/// What a checkpoint holds: named tensors (float32 or int64) and a few words.
struct Checkpoint {
    std::map<std::string, torch::Tensor> tensors;
    std::map<std::string, std::string> metadata;
};

/// Writes a safetensors file atomically, with a format number and a SHA-256 over header and tensors
/// in its metadata (core/base/safetensors.h). Throws StorageError.
void saveCheckpoint(const std::filesystem::path& file, const Checkpoint& checkpoint);

/// Reads and checks a safetensors file written by saveCheckpoint. Tensors are on the CPU.
/// Throws CheckpointError: missing, truncated, damaged, of a newer format.
Checkpoint loadCheckpoint(const std::filesystem::path& file);

/// Reads any safetensors file of float32 and int64 tensors. One written by saveCheckpoint is
/// checked as above; of others, metadata may be missing. Throws CheckpointError.
Checkpoint loadSafetensors(const std::filesystem::path& file);

/// The tensors with NaN or infinity among their elements, by name.
std::vector<std::string> notFinite(const std::map<std::string, torch::Tensor>& tensors);

/// A sentence that names them; empty where there are none.
std::string notFiniteWarning(const std::string& file,
                             const std::map<std::string, torch::Tensor>& tensors);

/// Copies `tensors[name]` into each of `targets`, keeping their device and memory format.
/// Throws CheckpointError with the first name or shape that differs; nothing is copied then.
void restoreTensors(const std::map<std::string, torch::Tensor>& tensors,
                    std::map<std::string, torch::Tensor>& targets);

}  // namespace ballast
