#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

namespace ballast {

/// SHA-256 (FIPS 180-4) of bytes that arrive in pieces, by libcrypto. Not thread-safe.
class Sha256 {
public:
    Sha256();

    /// Appends to the message.
    void update(std::span<const std::byte> bytes);

    /// Ends the message; 64 lower-case hex digits. Afterwards the object hashes a new message.
    std::string hexDigest();

private:
    struct Free {
        void operator()(void* context) const;
    };
    std::unique_ptr<void, Free> context_;  // EVP_MD_CTX
};

/// Hex digest of bytes in memory: `sha256Hex(std::as_bytes(std::span(values)))`.
std::string sha256Hex(std::span<const std::byte> bytes);

/// Hex digest of a file's content. Throws DataError where it cannot be read.
std::string sha256OfFile(const std::filesystem::path& path);

}  // namespace ballast
