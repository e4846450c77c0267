#include "core/learning/data/batches.h"

#include <algorithm>

#include "core/keyed_random.h"

namespace ballast {

Batches::Batches(std::int64_t images, std::int64_t batch_size, std::uint64_t seed, int epoch)
    : order_(KeyedRandom(seed, Purpose::batch_order, static_cast<std::uint32_t>(epoch))
                 .permutation(images)),
      batch_size_(static_cast<std::size_t>(batch_size)) {}

int Batches::count() const {
    return static_cast<int>((order_.size() + batch_size_ - 1) / batch_size_);
}

std::span<const std::int64_t> Batches::operator[](int i) const {
    const std::size_t start = static_cast<std::size_t>(i) * batch_size_;
    return std::span(order_).subspan(start, std::min(batch_size_, order_.size() - start));
}

}  // namespace ballast
