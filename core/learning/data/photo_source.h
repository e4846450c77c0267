#pragma once

#include "core/data/image_lists.h"
#include "core/learning/data/image_source.h"
#include "core/learning/data/photo_transforms.h"

namespace ballast {

/// What the network gets of each photograph.
struct PhotoFormat {
    int size;                  // pixels of both sides
    std::vector<double> mean;  // [3], of values scaled to 0 … 1
    std::vector<double> standard_deviation;
    double margin = kPhotoMargin;  // of images as they are, centreCrop's
};

/// That of a data set's images as a run trained with `augmentation` sees them: what is cropped and
/// mirrored like small images is also tested like them, whole.
PhotoFormat photoFormat(const DatasetInfo& dataset, int size, std::string_view augmentation);

/// The images of a list, decoded from their JPEG files by threads that work ahead of who asks, in
/// order. A stream holds finished batches of at most kAheadBytes (but always the one in work);
/// batches do not depend on the number of threads. Damaged files arrive in next() as DataError,
/// after all whole batches before. A stream that is destroyed leaves after the images in work.
class PhotoSource final : public ImageSource {
public:
    static constexpr std::int64_t kAheadBytes = std::int64_t{512} << 20;

    PhotoSource(ImageList list, PhotoFormat format, torch::Device device, int threads);

    std::int64_t size() const override { return labels_.size(0); }
    std::int64_t channels() const override { return 3; }
    const torch::Tensor& labels() const override { return labels_; }
    const ImageList& list() const { return list_; }

private:
    friend class PhotoStream;

    std::unique_ptr<BatchStream> makeStream(std::vector<std::int64_t> order,
                                            std::int64_t batch_size,
                                            const Augmentation& augmentation,
                                            Share share) const override;

    ImageList list_;
    PhotoFormat format_;
    torch::Device device_;
    int threads_;
    torch::Tensor labels_;  // int64 [N]
    torch::Tensor scale_;   // float [3]: 1 / (255 · standard deviation)
    torch::Tensor shift_;   // float [3]: −mean / standard deviation
};

/// How many batches of `batch_size` images of `size` pixels a stream may hold: as many as fit into
/// PhotoSource::kAheadBytes, at least 1 and at most 8.
std::size_t batchesAhead(std::int64_t batch_size, int size);

}  // namespace ballast
