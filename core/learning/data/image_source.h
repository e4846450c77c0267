#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/data/data_store.h"
#include "core/experiment/config.h"
#include "core/learning/data/share.h"

namespace ballast {

/// How the images of a pass are changed at random: a pure function of (seed, epoch, image's index).
struct Augmentation {
    std::string name = "none";  // of the catalogue
    std::uint64_t seed = 0;
    int epoch = 0;
    bool by_position = false;  // of the image's place in the order instead, where it may come twice
};

struct Batch {
    torch::Tensor images;               // float [B, channels, H, W], normalised, channels_last
    torch::Tensor labels;               // int64 [B]
    std::vector<std::int64_t> indices;  // [B], into the source
    std::int64_t of_all = 0;            // images of the batch that this is a share of

    // Of mixed images (mixing.h), else undefined.
    torch::Tensor other_labels = {};  // int64 [B], of what was mixed into each image
    torch::Tensor label_share =
        {};  // [B]: what `labels` have of the loss; the others have the rest
    bool mixed() const { return other_labels.defined(); }
};

/// One pass over images of a source, batch by batch. For one thread.
class BatchStream {
public:
    virtual ~BatchStream() = default;

    /// The next batch, on the source's device; false after the last. Throws DataError.
    virtual bool next(Batch& batch) = 0;
};

/// The images of a split, wherever they lie.
class ImageSource {
public:
    virtual ~ImageSource() = default;

    virtual std::int64_t size() const = 0;
    virtual std::int64_t channels() const = 0;

    /// int64 [N], on the source's device.
    virtual const torch::Tensor& labels() const = 0;

    /// The images of `order`, in that order, `batch_size` at a time (the last batch may be
    /// smaller); of each batch what `share` says, which may be nothing. The source must outlive the
    /// stream.
    std::unique_ptr<BatchStream> stream(std::vector<std::int64_t> order, std::int64_t batch_size,
                                        const Augmentation& augmentation, Share share = {}) const {
        return makeStream(std::move(order), batch_size, augmentation, share);
    }

    /// All images as they are, in their own order.
    std::unique_ptr<BatchStream> plainStream(std::int64_t batch_size, Share share = {}) const;

private:
    virtual std::unique_ptr<BatchStream> makeStream(std::vector<std::int64_t> order,
                                                    std::int64_t batch_size,
                                                    const Augmentation& augmentation,
                                                    Share share) const = 0;
};

struct ImageSources {
    std::unique_ptr<ImageSource> train;  // with the subset's order, and class counts as given
    std::unique_ptr<ImageSource> test;
    std::unique_ptr<ImageSource> validation;  // nullptr without a validation split
    std::vector<std::string> remarks;         // sentences for the run's log
};

/// The test images of a data set alone, as a run trained with `augmentation` sees them; otherwise
/// as openImageSources.
std::unique_ptr<ImageSource> openTestImages(const DataConfig& config, std::string_view augmentation,
                                            const DataStore& store, torch::Device device,
                                            int threads);

/// The images of a config's data set: small images in memory, listed ones decoded as they are
/// needed by `threads` threads. A validation list that cannot be read is only remarked on where the
/// best epoch is not chosen by it; so is a class without test images. Throws DataError, also where
/// the lists have other class counts.
ImageSources openImageSources(const RunConfig& config, const std::vector<std::int64_t>& counts,
                              const DataStore& store, torch::Device device, int threads);

}  // namespace ballast
