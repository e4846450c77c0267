#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace ballast {

/// SHA-256 (FIPS 180-4) of bytes that arrive in pieces. Not thread-safe.
class Sha256 {
public:
    /// `portable`: without the processor's own instructions, several times slower.
    explicit Sha256(bool portable = false) : portable_(portable) {}

    /// Appends to the message.
    void update(std::span<const std::byte> bytes);

    /// Ends the message; 64 lower-case hex digits. Afterwards the object hashes a new message.
    std::string hexDigest();

private:
    void compressBlocks(const std::uint8_t* data, std::size_t blocks);

    bool portable_;
    std::array<std::uint32_t, 8> state_ = kInitialState;
    std::array<std::uint8_t, 64> block_{};
    std::uint64_t message_bytes_ = 0;

    static constexpr std::array<std::uint32_t, 8> kInitialState = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
};

/// Hex digest of bytes in memory: `sha256Hex(std::as_bytes(std::span(values)))`.
std::string sha256Hex(std::span<const std::byte> bytes);

/// Hex digest of a file's content. Throws DataError where it cannot be read.
std::string sha256OfFile(const std::filesystem::path& path);

}  // namespace ballast
