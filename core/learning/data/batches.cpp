#include "core/learning/data/batches.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/keyed_random.h"
#include "core/experiment/class_sampling.h"

namespace ballast {

Batches::Batches(std::int64_t images, std::int64_t batch_size, std::uint64_t seed, int epoch)
    : Batches(KeyedRandom(seed, Purpose::batch_order, static_cast<std::uint32_t>(epoch))
                  .permutation(images),
              batch_size) {}

Batches::Batches(std::vector<std::int64_t> order, std::int64_t batch_size)
    : order_(std::move(order)), batch_size_(static_cast<std::size_t>(batch_size)) {}

int Batches::count() const {
    return static_cast<int>((order_.size() + batch_size_ - 1) / batch_size_);
}

std::span<const std::int64_t> Batches::operator[](int i) const {
    const std::size_t start = static_cast<std::size_t>(i) * batch_size_;
    return std::span(order_).subspan(start, std::min(batch_size_, order_.size() - start));
}

std::vector<std::int64_t> epochOrder(Sampling sampling,
                                     const std::vector<std::vector<std::int64_t>>& images_of_class,
                                     std::uint64_t seed, int epoch, double progress) {
    std::vector<std::int64_t> counts;
    for (const std::vector<std::int64_t>& of_class : images_of_class) {
        counts.push_back(static_cast<std::int64_t>(of_class.size()));
    }
    const std::int64_t images = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
    if (sampling == Sampling::instance) {
        return KeyedRandom(seed, Purpose::batch_order, static_cast<std::uint32_t>(epoch))
            .permutation(images);
    }
    std::vector<double> cumulative = drawWeights(sampling, counts, progress);
    std::partial_sum(cumulative.begin(), cumulative.end(), cumulative.begin());
    const KeyedRandom random(seed, Purpose::sampling, static_cast<std::uint32_t>(epoch));
    std::vector<std::int64_t> order;
    order.reserve(static_cast<std::size_t>(images));
    for (std::int64_t i = 0; i < images; ++i) {
        const auto words = random.words(static_cast<std::uint64_t>(i));
        const double at = (words[0] + 0.5) / 4294967296.0 * cumulative.back();
        const auto found = std::ranges::upper_bound(cumulative, at);
        const auto& of_class =
            images_of_class[static_cast<std::size_t>(found - cumulative.begin())];
        order.push_back(of_class[below(words[1], static_cast<std::uint32_t>(of_class.size()))]);
    }
    return order;
}

}  // namespace ballast
