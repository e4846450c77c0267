#include "core/learning/checkpoint.h"

#include <cstring>
#include <string_view>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/folded_names.h"
#include "core/base/safetensors.h"
#include "core/interchange/mistaken_file.h"

namespace ballast {
namespace {

constexpr std::string_view kTypes[] = {"F32", "F64", "I64"};

std::string typeName(torch::ScalarType type) {
    if (type == torch::kFloat32) return "F32";
    if (type == torch::kFloat64) return "F64";
    if (type == torch::kInt64) return "I64";
    throw CheckpointError("a checkpoint holds float32, float64 and int64 tensors only");
}

Checkpoint load(const std::filesystem::path& file, bool foreign) {
    try {
        const std::string content = readFile(file);
        if (const std::string mistaken = mistakenFor(content); !mistaken.empty()) {
            throw CheckpointError(file.string() + " " + mistaken);
        }
        Safetensors parsed = parseSafetensors(content, kTypes, foreign);
        Checkpoint checkpoint;
        checkpoint.metadata = std::move(parsed.metadata);
        for (const auto& [name, raw] : parsed.tensors) {
            const auto type = raw.type == "F32"   ? torch::kFloat32
                              : raw.type == "F64" ? torch::kFloat64
                                                  : torch::kInt64;
            const torch::Tensor tensor = torch::empty(raw.shape, type);
            std::memcpy(tensor.data_ptr(), raw.bytes.data(), raw.bytes.size());
            checkpoint.tensors[name] = tensor;
        }
        return checkpoint;
    } catch (const SafetensorsError& error) {
        throw CheckpointError(file.string() + " " + error.what());
    } catch (const StorageError& error) {
        throw CheckpointError(error.what());
    }
}

}  // namespace

void saveCheckpoint(const std::filesystem::path& file, const Checkpoint& checkpoint) {
    Safetensors content;
    content.metadata = checkpoint.metadata;
    std::vector<torch::Tensor> plain;  // that the bytes are of
    for (const auto& [name, tensor] : checkpoint.tensors) {
        plain.push_back(tensor.detach().to(torch::kCPU).contiguous());
        const auto* bytes = static_cast<const std::byte*>(plain.back().data_ptr());
        content.tensors[name] = {typeName(plain.back().scalar_type()),
                                 plain.back().sizes().vec(),
                                 {bytes, plain.back().nbytes()}};
    }
    writeSafetensors(file, content);
}

Checkpoint loadCheckpoint(const std::filesystem::path& file) {
    return load(file, false);
}

Checkpoint loadSafetensors(const std::filesystem::path& file) {
    return load(file, true);
}

std::vector<std::string> notFinite(const std::map<std::string, torch::Tensor>& tensors) {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : tensors) {
        if (!tensor.isfinite().all().item<bool>()) names.push_back(name);
    }
    return names;
}

std::string notFiniteWarning(const std::string& file,
                             const std::map<std::string, torch::Tensor>& tensors) {
    const std::vector<std::string> names = notFinite(tensors);
    if (names.empty()) return "";
    std::vector<std::string> all;
    for (const auto& [name, tensor] : tensors) all.push_back(name);
    return "warning: " + file + " has numbers that are not finite (NaN or infinity) in " +
           foldedNames(names, all) + "; what is computed with them means nothing";
}

void restoreTensors(const std::map<std::string, torch::Tensor>& tensors,
                    std::map<std::string, torch::Tensor>& targets) {
    for (const auto& [name, target] : targets) {
        const auto found = tensors.find(name);
        if (found == tensors.end()) throw CheckpointError("the checkpoint has no tensor " + name);
        if (found->second.sizes() != target.sizes()) {
            throw CheckpointError("the checkpoint's " + name + " has shape " +
                                  tensorShapeText(found->second.sizes()) + ", the model needs " +
                                  tensorShapeText(target.sizes()));
        }
    }
    const torch::NoGradGuard no_grad;
    for (auto& [name, target] : targets) target.copy_(tensors.at(name));
}

}  // namespace ballast
