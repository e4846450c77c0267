#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ballast {

/// The batches of one epoch: a random order of all images, cut into pieces of `batch_size` (the
/// last may be smaller). A pure function of (seed, epoch).
class Batches {
public:
    Batches(std::int64_t images, std::int64_t batch_size, std::uint64_t seed, int epoch);

    int count() const;

    /// All indices, batch after batch.
    const std::vector<std::int64_t>& order() const { return order_; }

    /// Indices of batch `i` into the training subset.
    std::span<const std::int64_t> operator[](int i) const;

private:
    std::vector<std::int64_t> order_;
    std::size_t batch_size_;
};

}  // namespace ballast
