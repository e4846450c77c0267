#include "core/base/checksum.h"

#include <openssl/evp.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>
#include <vector>

#include "core/base/error.h"

namespace ballast {
namespace {

EVP_MD_CTX* asContext(void* pointer) {
    return static_cast<EVP_MD_CTX*>(pointer);
}

void begin(void* context) {
    if (EVP_DigestInit_ex(asContext(context), EVP_sha256(), nullptr) != 1) {
        throw Error("libcrypto offers no SHA-256 here", ExitCode::run_failed);
    }
}

}  // namespace

void Sha256::Free::operator()(void* context) const {
    EVP_MD_CTX_free(asContext(context));
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    if (!context_) throw std::bad_alloc();
    begin(context_.get());
}

void Sha256::update(std::span<const std::byte> bytes) {
    EVP_DigestUpdate(asContext(context_.get()), bytes.data(), bytes.size());
}

std::string Sha256::hexDigest() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_DigestFinal_ex(asContext(context_.get()), digest, &size);
    begin(context_.get());

    constexpr char kDigits[] = "0123456789abcdef";
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        hex += kDigits[digest[i] >> 4];
        hex += kDigits[digest[i] & 15];
    }
    return hex;
}

std::string sha256Hex(std::span<const std::byte> bytes) {
    Sha256 sha;
    sha.update(bytes);
    return sha.hexDigest();
}

std::string sha256OfFile(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw DataError(path.string() + " cannot be opened: " + std::strerror(errno) + ".");
    }
    Sha256 sha;
    std::vector<char> buffer(1 << 20);
    while (file) {
        file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        const auto count = static_cast<std::size_t>(file.gcount());
        sha.update(std::as_bytes(std::span(buffer).first(count)));
    }
    if (file.bad()) {
        throw DataError(path.string() + " cannot be read to its end: " + std::strerror(errno) +
                        ".");
    }
    return sha.hexDigest();
}

}  // namespace ballast
