#include "core/learning/data/memory_source.h"

#include <algorithm>

#include "core/learning/data/augmentation.h"
#include "core/learning/part_times.h"

namespace ballast {
namespace {

/// Whether the images lie side by side, so that no gather is needed.
bool isStretch(std::span<const std::int64_t> indices) {
    return std::ranges::adjacent_find(
               indices, [](std::int64_t a, std::int64_t b) { return b != a + 1; }) == indices.end();
}

class MemoryStream final : public BatchStream {
public:
    MemoryStream(const ImageTensor& images, std::vector<std::int64_t> order,
                 std::int64_t batch_size, const Augmentation& augmentation, Share share)
        : images_(images),
          pass_(images, std::move(order), augmentation),
          batch_size_(batch_size),
          share_(share),
          plain_(augmentation.name == "none") {}

    bool next(Batch& batch) override {
        const PartTimer timer(Part::data);
        const auto images = static_cast<std::int64_t>(pass_.order().size());
        if (at_ >= images) return false;
        const std::int64_t of_all = std::min(batch_size_, images - at_);
        const std::int64_t start = at_ + share_.begin(of_all);
        const std::int64_t count = share_.count(of_all);
        const auto indices =
            std::span(pass_.order())
                .subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(count));
        batch.indices.assign(indices.begin(), indices.end());
        if (plain_ && count > 0 && isStretch(indices)) {
            batch.images = plainBatch(images_, indices.front(), count);
            batch.labels = images_.labels.narrow(0, indices.front(), count);
        } else {
            batch.images = pass_.batch(start, count);
            batch.labels = pass_.labels(start, count);
        }
        batch.of_all = of_all;
        at_ += of_all;
        return true;
    }

private:
    const ImageTensor& images_;
    const AugmentedPass pass_;
    const std::int64_t batch_size_;
    const Share share_;
    const bool plain_;
    std::int64_t at_ = 0;
};

}  // namespace

std::unique_ptr<BatchStream> MemorySource::makeStream(std::vector<std::int64_t> order,
                                                      std::int64_t batch_size,
                                                      const Augmentation& augmentation,
                                                      Share share) const {
    return std::make_unique<MemoryStream>(images_, std::move(order), batch_size, augmentation,
                                          share);
}

}  // namespace ballast
