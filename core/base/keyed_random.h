#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace ballast {

/// What a random number is for. Each purpose has a stream of its own, so adding a consumer never
/// changes the numbers of another. The values are part of every run's meaning: never renumber.
enum class Purpose : std::uint32_t {
    initial_weights = 1,
    batch_order = 2,
    augmentation = 3,
    validation_split = 4,
    sampling = 5,
    new_head = 6,
    augmentation_policy = 7,
    calibration = 8,
    mixing_share = 9,
    mixing_partners = 10
};

/// Random numbers as a pure function of (seed, purpose, epoch, index): no state, so a resumed or
/// forked run draws exactly what an uninterrupted one would. Philox 4x32-10 (Salmon et al., 2011).
/// Thread-safe.
class KeyedRandom {
public:
    KeyedRandom(std::uint64_t seed, Purpose purpose, std::uint32_t epoch);

    /// Four independent uniform 32-bit words for this index.
    std::array<std::uint32_t, 4> words(std::uint64_t index) const;

    /// Uniform in [0, 1), 53 bits.
    double uniform(std::uint64_t index) const;

    /// Standard normal (Box–Muller on the words of `index`).
    double normal(std::uint64_t index) const;

    /// Uniform random permutation of 0 … n-1 (Fisher–Yates; swap i uses the words of index i).
    std::vector<std::int64_t> permutation(std::int64_t n) const;

private:
    std::array<std::uint32_t, 2> key_;
    std::array<std::uint32_t, 2> stream_;  // the high half of the counter: purpose and epoch
};

/// Maps a uniform 32-bit word to 0 … bound-1 by multiplication (bias below bound / 2^32).
constexpr std::uint32_t below(std::uint32_t word, std::uint32_t bound) {
    return static_cast<std::uint32_t>((static_cast<std::uint64_t>(word) * bound) >> 32);
}

/// The raw Philox 4x32-10 block function, for test vectors.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

}  // namespace ballast
