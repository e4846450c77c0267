#include "core/base/keyed_random.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace ballast {
namespace {

std::pair<std::uint32_t, std::uint32_t> multiply(std::uint32_t a, std::uint32_t b) {
    const std::uint64_t product = static_cast<std::uint64_t>(a) * b;
    return {static_cast<std::uint32_t>(product >> 32), static_cast<std::uint32_t>(product)};
}

double unitInterval(std::uint32_t high, std::uint32_t low) {
    const std::uint64_t bits = (static_cast<std::uint64_t>(high) << 32 | low) >> 11;
    return static_cast<double>(bits) * 0x1.0p-53;
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) {
    for (int round = 0; round < 10; ++round) {
        const auto [high0, low0] = multiply(0xD2511F53u, counter[0]);
        const auto [high1, low1] = multiply(0xCD9E8D57u, counter[2]);
        counter = {high1 ^ counter[1] ^ key[0], low1, high0 ^ counter[3] ^ key[1], low0};
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
    return counter;
}

KeyedRandom::KeyedRandom(std::uint64_t seed, Purpose purpose, std::uint32_t epoch)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      stream_{static_cast<std::uint32_t>(purpose), epoch} {}

std::array<std::uint32_t, 4> KeyedRandom::words(std::uint64_t index) const {
    return philox4x32({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                       stream_[0], stream_[1]},
                      key_);
}

double KeyedRandom::uniform(std::uint64_t index) const {
    const auto w = words(index);
    return unitInterval(w[0], w[1]);
}

double KeyedRandom::normal(std::uint64_t index) const {
    const auto w = words(index);
    const double radius = std::sqrt(-2.0 * std::log1p(-unitInterval(w[0], w[1])));
    return radius * std::cos(2.0 * std::numbers::pi * unitInterval(w[2], w[3]));
}

std::vector<std::int64_t> KeyedRandom::permutation(std::int64_t n) const {
    std::vector<std::int64_t> order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = order.size(); i-- > 1;) {
        std::swap(order[i], order[below(words(i)[0], static_cast<std::uint32_t>(i + 1))]);
    }
    return order;
}

}  // namespace ballast
