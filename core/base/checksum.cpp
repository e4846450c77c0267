#include "core/base/checksum.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "core/base/error.h"
#include "core/base/sha256_x86.h"

namespace ballast {
namespace {

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
constexpr std::array<std::uint32_t, 64> kRoundConstants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t bigEndian(const std::uint8_t* bytes) {
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
           std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
}

std::uint32_t bigSigma0(std::uint32_t x) {
    return std::rotr(x, 2) ^ std::rotr(x, 13) ^ std::rotr(x, 22);
}
std::uint32_t bigSigma1(std::uint32_t x) {
    return std::rotr(x, 6) ^ std::rotr(x, 11) ^ std::rotr(x, 25);
}
std::uint32_t smallSigma0(std::uint32_t x) {
    return std::rotr(x, 7) ^ std::rotr(x, 18) ^ x >> 3;
}
std::uint32_t smallSigma1(std::uint32_t x) {
    return std::rotr(x, 17) ^ std::rotr(x, 19) ^ x >> 10;
}

// One round; the caller rotates the names of a … h instead of moving the values.
void round(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t& d, std::uint32_t e,
           std::uint32_t f, std::uint32_t g, std::uint32_t& h, std::uint32_t word_and_constant) {
    h += bigSigma1(e) + ((e & f) ^ (~e & g)) + word_and_constant;
    d += h;
    h += bigSigma0(a) + ((a & b) ^ (a & c) ^ (b & c));
}

void compress(std::array<std::uint32_t, 8>& state, const std::uint8_t* data, std::size_t blocks) {
    for (; blocks > 0; --blocks, data += 64) {
        // The message schedule is a ring of 16 words, extended as the rounds use it up.
        std::uint32_t w[16];
        for (std::size_t i = 0; i < 16; ++i) w[i] = bigEndian(data + 4 * i);
        auto [a, b, c, d, e, f, g, h] = state;
        for (std::size_t i = 0; i < 64; i += 16) {
            const auto word = [&](std::size_t j) {
                if (i > 0) {
                    w[j] += smallSigma0(w[(j + 1) & 15]) + w[(j + 9) & 15] +
                            smallSigma1(w[(j + 14) & 15]);
                }
                return w[j] + kRoundConstants[i + j];
            };
            for (std::size_t j = 0; j < 16; j += 8) {
                round(a, b, c, d, e, f, g, h, word(j));
                round(h, a, b, c, d, e, f, g, word(j + 1));
                round(g, h, a, b, c, d, e, f, word(j + 2));
                round(f, g, h, a, b, c, d, e, word(j + 3));
                round(e, f, g, h, a, b, c, d, word(j + 4));
                round(d, e, f, g, h, a, b, c, word(j + 5));
                round(c, d, e, f, g, h, a, b, word(j + 6));
                round(b, c, d, e, f, g, h, a, word(j + 7));
            }
        }
        state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d,
                 state[4] + e, state[5] + f, state[6] + g, state[7] + h};
    }
}

}  // namespace

void Sha256::compressBlocks(const std::uint8_t* data, std::size_t blocks) {
    static const bool kInstructions = hasShaInstructions();
    if (kInstructions && !portable_) {
        compressWithShaInstructions(state_, data, blocks, kRoundConstants);
    } else {
        compress(state_, data, blocks);
    }
}

void Sha256::update(std::span<const std::byte> bytes) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t left = bytes.size();
    const std::size_t held = message_bytes_ % 64;
    message_bytes_ += left;
    if (held > 0) {
        const std::size_t taken = std::min(left, 64 - held);
        std::copy_n(data, taken, block_.begin() + static_cast<std::ptrdiff_t>(held));
        if (held + taken < 64) return;
        compressBlocks(block_.data(), 1);
        data += taken;
        left -= taken;
    }
    compressBlocks(data, left / 64);
    std::copy_n(data + left / 64 * 64, left % 64, block_.begin());
}

std::string Sha256::hexDigest() {
    const std::uint64_t message_bits = message_bytes_ * 8;
    const std::size_t held = message_bytes_ % 64;
    // A one bit, zeros to 8 bytes before a block's end, and the length in bits.
    std::vector<std::uint8_t> padding(held < 56 ? 64 - held : 128 - held, 0);
    padding[0] = 0x80;
    for (std::size_t i = 0; i < 8; ++i) {
        padding[padding.size() - 1 - i] = static_cast<std::uint8_t>(message_bits >> (8 * i));
    }
    update(std::as_bytes(std::span(padding)));

    constexpr char kDigits[] = "0123456789abcdef";
    std::string hex;
    for (const std::uint32_t word : state_) {
        for (int shift = 28; shift >= 0; shift -= 4) hex += kDigits[word >> shift & 15];
    }
    *this = Sha256(portable_);
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
