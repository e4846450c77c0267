#include "core/learning/checkpoint.h"

#include <cstring>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/results/atomic_file.h"
#include "core/sha256.h"

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

std::string shapeText(torch::IntArrayRef shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
    }
    return text + "]";
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

Checkpoint parse(const std::string& content) {
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
    checkpoint.metadata = header.at("__metadata__").get<std::map<std::string, std::string>>();
    if (std::stoi(checkpoint.metadata.at("ballast_format")) > kCheckpointFormat) {
        throw CheckpointError("has format " + checkpoint.metadata.at("ballast_format") +
                              ", newer than this version of Ballast");
    }
    const auto data = asBytes(content).subspan(data_start);
    header["__metadata__"].erase("sha256");
    if (checksum(header, data) != checkpoint.metadata.at("sha256")) {
        throw CheckpointError("is damaged: its checksum does not fit");
    }
    for (const auto& [name, entry] : header.items()) {
        if (name == "__metadata__") continue;
        const auto shape = entry.at("shape").get<std::vector<std::int64_t>>();
        const auto offsets = entry.at("data_offsets").get<std::array<std::size_t, 2>>();
        const auto type =
            entry.at("dtype").get<std::string>() == "F32" ? torch::kFloat32 : torch::kInt64;
        torch::Tensor tensor = torch::empty(shape, type);
        if (offsets[0] > offsets[1] || offsets[1] > data.size() ||
            offsets[1] - offsets[0] != tensor.nbytes()) {
            throw CheckpointError("is damaged: " + name + " lies outside the file");
        }
        std::memcpy(tensor.data_ptr(), data.data() + offsets[0], tensor.nbytes());
        checkpoint.tensors[name] = tensor;
    }
    return checkpoint;
}

}  // namespace

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
    try {
        return parse(readFile(file));
    } catch (const CheckpointError& error) {
        throw CheckpointError(file.string() + " " + error.what());
    } catch (const StorageError& error) {
        throw CheckpointError(error.what());
    } catch (const std::exception& error) {
        throw CheckpointError(file.string() + " is damaged: " + error.what());
    }
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
