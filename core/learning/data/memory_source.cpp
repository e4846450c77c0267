#include "core/learning/data/memory_source.h"

#include <algorithm>
#include <numeric>

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
                 std::int64_t batch_size, Augmentation augmentation)
        : images_(images),
          order_(std::move(order)),
          batch_size_(static_cast<std::size_t>(batch_size)),
          augmentation_(std::move(augmentation)) {}

    bool next(Batch& batch) override {
        const PartTimer timer(Part::data);
        if (at_ >= order_.size()) return false;
        const std::span<const std::int64_t> indices =
            std::span(order_).subspan(at_, std::min(batch_size_, order_.size() - at_));
        batch.indices.assign(indices.begin(), indices.end());
        if (augmentation_.name == "none" && isStretch(indices)) {
            const auto count = static_cast<std::int64_t>(indices.size());
            batch.images = plainBatch(images_, indices.front(), count);
            batch.labels = images_.labels.narrow(0, indices.front(), count);
            at_ += indices.size();
            return true;
        }
        const torch::Tensor rows =
            torch::tensor(at::ArrayRef<std::int64_t>(indices.data(), indices.size()), torch::kInt64)
                .to(images_.labels.device());
        std::vector<std::int64_t> positions(indices.size());
        std::iota(positions.begin(), positions.end(), static_cast<std::int64_t>(at_));
        batch.images =
            augmentedBatch(images_, indices, augmentation_.by_position ? positions : batch.indices,
                           augmentation_.name, augmentation_.seed, augmentation_.epoch);
        at_ += indices.size();
        batch.labels = images_.labels.index_select(0, rows);
        return true;
    }

private:
    const ImageTensor& images_;
    const std::vector<std::int64_t> order_;
    const std::size_t batch_size_;
    const Augmentation augmentation_;
    std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<BatchStream> MemorySource::stream(std::vector<std::int64_t> order,
                                                  std::int64_t batch_size,
                                                  const Augmentation& augmentation) const {
    return std::make_unique<MemoryStream>(images_, std::move(order), batch_size, augmentation);
}

}  // namespace ballast
