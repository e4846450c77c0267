#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/experiment/choices.h"

namespace ballast {

/// The batches of one epoch: a random order of all images, cut into pieces of `batch_size` (the
/// last may be smaller). A pure function of (seed, epoch).
class Batches {
public:
    Batches(std::int64_t images, std::int64_t batch_size, std::uint64_t seed, int epoch);

    /// The batches of a given order.
    Batches(std::vector<std::int64_t> order, std::int64_t batch_size);

    int count() const;

    /// All indices, batch after batch.
    const std::vector<std::int64_t>& order() const { return order_; }

    /// Indices of batch `i` into the training subset.
    std::span<const std::int64_t> operator[](int i) const;

private:
    std::vector<std::int64_t> order_;
    std::size_t batch_size_;
};

/// The images of one epoch as a phase's sampling rule draws them, as many as there are images; a
/// pure function of (seed, epoch). instance: each image once, in random order. class_balanced,
/// square_root: draw i takes a class with probability ∝ 1 or ∝ √N_y, then one of its images, with
/// replacement; with "progressive" the class has the probability (1 − s) π_y + s/C, s `progress`.
/// `images_of_class` holds the indices of each class's images.
std::vector<std::int64_t> epochOrder(Sampling sampling,
                                     const std::vector<std::vector<std::int64_t>>& images_of_class,
                                     std::uint64_t seed, int epoch, double progress = 0.0);

}  // namespace ballast
