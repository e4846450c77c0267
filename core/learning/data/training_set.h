#pragma once

#include <torch/torch.h>

#include <optional>

#include "core/data/data_store.h"
#include "core/experiment/config.h"

namespace ballast {

/// Images of one split (or of a subset of it) as one uint8 tensor, zero-padded by kPadding pixels
/// on every side, colour last, so that a batch of crops is a single gather and comes out
/// channels_last.
struct ImageTensor {
    static constexpr std::int64_t kPadding = 4;

    torch::Tensor pixels;  // uint8 [N, H + 2·kPadding, W + 2·kPadding, channels]
    torch::Tensor labels;  // int64 [N]
    torch::Tensor scale;   // float [channels]: 1 / (255 · standard deviation)
    torch::Tensor shift;   // float [channels]: −mean / standard deviation

    std::int64_t size() const { return pixels.size(0); }
    std::int64_t height() const { return pixels.size(1) - 2 * kPadding; }
    std::int64_t width() const { return pixels.size(2) - 2 * kPadding; }
};

/// All images of `images`, or those of `indices` in that order, on `device`.
ImageTensor imageTensor(const ImageSet& images, const std::vector<std::int64_t>* indices,
                        const DatasetInfo& dataset, torch::Device device);

struct TrainingData {
    ImageTensor train;  // the imbalanced subset, class by class
    ImageTensor test;
    std::optional<ImageTensor> validation;  // where the config holds images out
};

/// Reads and checks the data set of a config and draws its subset. Throws DataError.
TrainingData loadTrainingData(const DataConfig& config, const std::vector<std::int64_t>& counts,
                              const DataStore& store, torch::Device device);

}  // namespace ballast
