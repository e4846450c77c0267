#include "core/learning/checkpoint.h"

#include <cstring>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/checksum.h"
#include "core/base/error.h"
#include "core/base/folded_names.h"
#include "core/interchange/mistaken_file.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;

constexpr int kCheckpointFormat = 1;
constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kMaximumHeader = 100'000'000;  // the safetensors format's own limit

std::string typeName(torch::ScalarType type) {
    if (type == torch::kFloat32) return "F32";
    if (type == torch::kInt64) return "I64";
    throw CheckpointError("a checkpoint holds float32 and int64 tensors only");
}

std::span<const std::byte> asBytes(const std::string& text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// Over the header (without the sum itself) and the tensors: a name or a shape counts as much.
std::string checksum(const ordered_json& header, std::span<const std::byte> data) {
    Sha256 sum;
    sum.update(asBytes(header.dump()));
    sum.update(data);
    return sum.hexDigest();
}

/// An empty tensor of the header's shape and type; what it cannot be is said.
torch::Tensor emptyTensor(const std::string& name, const ordered_json& entry, std::size_t limit) {
    const auto shape = entry.at("shape").get<std::vector<std::int64_t>>();
    const auto type = entry.at("dtype").get<std::string>();
    if (type != "F32" && type != "I64") {
        throw CheckpointError("has the tensor " + name + " of type " + type +
                              "; allowed: F32 and I64");
    }
    std::int64_t elements = 1;
    for (const std::int64_t size : shape) {
        if (size < 0 || __builtin_mul_overflow(elements, size, &elements) ||
            elements > static_cast<std::int64_t>(limit)) {
            throw CheckpointError("is damaged: " + name + " has the shape " + shapeText(shape));
        }
    }
    return torch::empty(shape, type == "F32" ? torch::kFloat32 : torch::kInt64);
}

/// `foreign`: a file without our metadata is read too.
Checkpoint parse(const std::string& content, bool foreign) {
    if (content.size() < kLengthBytes) throw CheckpointError("is truncated");
    std::uint64_t header_bytes = 0;
    for (std::size_t i = kLengthBytes; i-- > 0;) {
        header_bytes = header_bytes << 8 | static_cast<unsigned char>(content[i]);
    }
    if (header_bytes > kMaximumHeader || header_bytes > content.size() - kLengthBytes) {
        throw CheckpointError("is truncated or not a safetensors file");
    }
    const std::size_t data_start = kLengthBytes + static_cast<std::size_t>(header_bytes);
    ordered_json header = ordered_json::parse(
        content.begin() + kLengthBytes, content.begin() + static_cast<std::ptrdiff_t>(data_start));
    Checkpoint checkpoint;
    if (!foreign || header.contains("__metadata__")) {
        checkpoint.metadata = header.at("__metadata__").get<std::map<std::string, std::string>>();
    }
    const auto data = asBytes(content).subspan(data_start);
    if (!foreign || checkpoint.metadata.contains("ballast_format")) {
        if (std::stoi(checkpoint.metadata.at("ballast_format")) > kCheckpointFormat) {
            throw CheckpointError("has format " + checkpoint.metadata.at("ballast_format") +
                                  ", newer than this version of Ballast");
        }
        header["__metadata__"].erase("sha256");
        if (checksum(header, data) != checkpoint.metadata.at("sha256")) {
            throw CheckpointError("is damaged: its checksum does not fit");
        }
    }
    for (const auto& [name, entry] : header.items()) {
        if (name == "__metadata__") continue;
        const auto offsets = entry.at("data_offsets").get<std::array<std::size_t, 2>>();
        torch::Tensor tensor = emptyTensor(name, entry, data.size());
        if (offsets[0] > offsets[1] || offsets[1] > data.size() ||
            offsets[1] - offsets[0] != tensor.nbytes()) {
            throw CheckpointError("is damaged: " + name + " lies outside the file");
        }
        std::memcpy(tensor.data_ptr(), data.data() + offsets[0], tensor.nbytes());
        checkpoint.tensors[name] = tensor;
    }
    return checkpoint;
}

Checkpoint load(const std::filesystem::path& file, bool foreign) {
    try {
        const std::string content = readFile(file);
        if (const std::string mistaken = mistakenFor(content); !mistaken.empty()) {
            throw CheckpointError(mistaken);
        }
        return parse(content, foreign);
    } catch (const CheckpointError& error) {
        throw CheckpointError(file.string() + " " + error.what());
    } catch (const StorageError& error) {
        throw CheckpointError(error.what());
    } catch (const std::exception&) {  // JSON's: no tensor's entry, or not at all
        throw CheckpointError(file.string() +
                              " is damaged: its header is not that of a safetensors file, which "
                              "has a dtype, shape and data_offsets for each tensor");
    }
}

}  // namespace

std::string shapeText(torch::IntArrayRef shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
    }
    return text + "]";
}

void saveCheckpoint(const std::filesystem::path& file, const Checkpoint& checkpoint) {
    ordered_json header;
    header["__metadata__"] = checkpoint.metadata;
    std::string data;
    for (const auto& [name, tensor] : checkpoint.tensors) {
        const torch::Tensor plain = tensor.detach().to(torch::kCPU).contiguous();
        const std::size_t start = data.size();
        data.append(static_cast<const char*>(plain.data_ptr()), plain.nbytes());
        header[name] = {{"dtype", typeName(plain.scalar_type())},
                        {"shape", plain.sizes().vec()},
                        {"data_offsets", {start, data.size()}}};
    }
    header["__metadata__"]["format"] = "pt";
    header["__metadata__"]["ballast_format"] = std::to_string(kCheckpointFormat);
    header["__metadata__"]["sha256"] = checksum(header, asBytes(data));
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');  // tensors begin at a multiple of 8
    std::string length(kLengthBytes, '\0');
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
        length[i] = static_cast<char>(text.size() >> (8 * i) & 0xff);
    }
    const std::span<const std::byte> parts[] = {asBytes(length), asBytes(text), asBytes(data)};
    replaceFile(file, parts);
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
                                  shapeText(found->second.sizes()) + ", the model needs " +
                                  shapeText(target.sizes()));
        }
    }
    const torch::NoGradGuard no_grad;
    for (auto& [name, target] : targets) target.copy_(tensors.at(name));
}

}  // namespace ballast
