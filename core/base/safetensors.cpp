#include "core/base/safetensors.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/atomic_file.h"
#include "core/base/checksum.h"
#include "core/base/json_text.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;

constexpr int kSafetensorsFormat = 1;
constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kMaximumHeader = 100'000'000;  // the safetensors format's own limit
constexpr const char* kNoHeader =
    "is damaged: its header is not that of a safetensors file, which has a dtype, shape and "
    "data_offsets for each tensor";

std::int64_t bytesOfElement(std::string_view type) {
    if (type == "F16") return 2;
    return type == "F32" ? 4 : 8;
}

std::span<const std::byte> rawBytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// Over the header (without the sum itself) and the tensors: a name or a shape counts as much.
std::string sumOf(const ordered_json& header, std::span<const std::span<const std::byte>> tensors) {
    Sha256 sum;
    sum.update(rawBytes(header.dump()));
    for (const auto& bytes : tensors) sum.update(bytes);
    return sum.hexDigest();
}

RawTensor tensorOf(const std::string& name, const ordered_json& entry,
                   std::span<const std::string_view> types, std::span<const std::byte> data) {
    RawTensor tensor;
    tensor.shape = entry.at("shape").get<std::vector<std::int64_t>>();
    tensor.type = entry.at("dtype").get<std::string>();
    if (std::ranges::find(types, tensor.type) == types.end()) {
        std::string allowed;
        for (std::size_t i = 0; i < types.size(); ++i) {
            allowed += (i == 0                 ? ""
                        : i + 1 < types.size() ? ", "
                                               : " and ") +
                       std::string(types[i]);
        }
        throw SafetensorsError("has the tensor " + name + " of type " + tensor.type +
                               "; allowed: " + allowed);
    }
    std::int64_t bytes = bytesOfElement(tensor.type);
    for (const std::int64_t size : tensor.shape) {
        if (size < 0 || __builtin_mul_overflow(bytes, size, &bytes) ||
            bytes > static_cast<std::int64_t>(data.size())) {
            throw SafetensorsError("is damaged: " + name + " has the shape " +
                                   tensorShapeText(tensor.shape));
        }
    }
    const auto offsets = entry.at("data_offsets").get<std::array<std::size_t, 2>>();
    if (offsets[0] > offsets[1] || offsets[1] > data.size() ||
        offsets[1] - offsets[0] != static_cast<std::size_t>(bytes)) {
        throw SafetensorsError("is damaged: " + name + " lies outside the file");
    }
    tensor.bytes = data.subspan(offsets[0], offsets[1] - offsets[0]);
    return tensor;
}

/// Throws what is wrong as JSON's errors too.
Safetensors parsed(std::string_view content, std::span<const std::string_view> types,
                   bool foreign) {
    if (content.size() < kLengthBytes) throw SafetensorsError("is truncated");
    std::uint64_t header_bytes = 0;
    for (std::size_t i = kLengthBytes; i-- > 0;) {
        header_bytes = header_bytes << 8 | static_cast<unsigned char>(content[i]);
    }
    if (header_bytes > kMaximumHeader || header_bytes > content.size() - kLengthBytes) {
        throw SafetensorsError("is truncated or not a safetensors file");
    }
    const auto length = static_cast<std::size_t>(header_bytes);
    const std::string_view text = content.substr(kLengthBytes, length);
    if (depthOfJson(text) > kDeepestJson) throw SafetensorsError(kNoHeader);
    ordered_json header = ordered_json::parse(text);
    if (!header.is_object()) throw SafetensorsError(kNoHeader);
    Safetensors result;
    if (!foreign || header.contains("__metadata__")) {
        result.metadata = header.at("__metadata__").get<std::map<std::string, std::string>>();
    }
    const auto data = rawBytes(content.substr(kLengthBytes + length));
    if (!foreign || result.metadata.contains("ballast_format")) {
        const std::string& format = result.metadata.at("ballast_format");
        if (std::stoi(format) > kSafetensorsFormat) {
            throw SafetensorsError("has format " + format + ", newer than this version of Ballast");
        }
        header["__metadata__"].erase("sha256");
        if (sumOf(header, std::span(&data, 1)) != result.metadata.at("sha256")) {
            throw SafetensorsError("is damaged: its checksum does not fit");
        }
    }
    for (const auto& [name, entry] : header.items()) {
        if (name != "__metadata__") {
            result.tensors[name] = tensorOf(name, entry, types, data);
        }
    }
    return result;
}

}  // namespace

std::string tensorShapeText(std::span<const std::int64_t> shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) {
        text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
    }
    return text + "]";
}

Safetensors parseSafetensors(std::string_view content, std::span<const std::string_view> types,
                             bool foreign) {
    try {
        return parsed(content, types, foreign);
    } catch (const SafetensorsError&) {
        throw;
    } catch (const std::exception&) {  // JSON's, or a format that is no number
        throw SafetensorsError(kNoHeader);
    }
}

void writeSafetensors(const std::filesystem::path& file, const Safetensors& content) {
    ordered_json header;
    header["__metadata__"] = content.metadata;
    std::vector<std::span<const std::byte>> parts(2);  // first the header
    std::size_t end = 0;
    for (const auto& [name, tensor] : content.tensors) {
        const std::size_t start = end;
        end += tensor.bytes.size();
        header[name] = {
            {"dtype", tensor.type}, {"shape", tensor.shape}, {"data_offsets", {start, end}}};
        parts.push_back(tensor.bytes);
    }
    header["__metadata__"].erase("sha256");  // of the file that it was read from
    header["__metadata__"]["format"] = "pt";
    header["__metadata__"]["ballast_format"] = std::to_string(kSafetensorsFormat);
    header["__metadata__"]["sha256"] = sumOf(header, std::span(parts).subspan(2));
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');  // tensors begin at a multiple of 8
    std::string length(kLengthBytes, '\0');
    for (std::size_t i = 0; i < kLengthBytes; ++i) {
        length[i] = static_cast<char>(text.size() >> (8 * i) & 0xff);
    }
    parts[0] = rawBytes(length);
    parts[1] = rawBytes(text);
    replaceFile(file, parts);
}

}  // namespace ballast
