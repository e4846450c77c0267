#pragma once

#include "core/learning/data/image_source.h"
#include "core/learning/data/training_set.h"

namespace ballast {

/// Small images, all of them in one tensor; batches are made on its device when they are asked for.
class MemorySource final : public ImageSource {
public:
    explicit MemorySource(ImageTensor images) : images_(std::move(images)) {}

    std::int64_t size() const override { return images_.size(); }
    std::int64_t channels() const override { return images_.pixels.size(3); }
    const torch::Tensor& labels() const override { return images_.labels; }

private:
    std::unique_ptr<BatchStream> makeStream(std::vector<std::int64_t> order,
                                            std::int64_t batch_size,
                                            const Augmentation& augmentation,
                                            Share share) const override;

    ImageTensor images_;
};

}  // namespace ballast
