#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ballast {

/// What is wrong with a safetensors file, to stand after its name: "is truncated".
struct SafetensorsError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A tensor as the file holds it: the bytes of its elements, row by row, little-endian.
struct RawTensor {
    std::string type;  // F16 | F32 | F64 | I64
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
};

struct Safetensors {
    std::map<std::string, std::string> metadata;
    std::map<std::string, RawTensor> tensors;
};

/// "[64, 3, 3]"
std::string tensorShapeText(std::span<const std::int64_t> shape);

/// Reads the content of a safetensors file; the tensors' bytes are those of `content`, and each has
/// as many as its shape and type say. A file of ours is checked against its own checksum;
/// `foreign`: others are read too. `types`: those allowed. Throws SafetensorsError.
Safetensors parseSafetensors(std::string_view content, std::span<const std::string_view> types,
                             bool foreign);

/// Writes a safetensors file atomically, with a format number and a SHA-256 over header and tensors
/// in its metadata. Throws StorageError.
void writeSafetensors(const std::filesystem::path& file, const Safetensors& content);

}  // namespace ballast
