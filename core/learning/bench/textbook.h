#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <string>

#include "core/data/image_files.h"
#include "core/experiment/catalog.h"

namespace ballast {

/// What a competent user writes in LibTorch after the tutorials: the same network in the default
/// layout with torch::relu and a padded shortcut, a data set that augments one image as it is
/// fetched, torch::data's DataLoader with stacking, torch::optim::SGD. Benchmarks compare with it.
/// With `autocast` what such a user does to have it faster: the forward pass under LibTorch's
/// autocast to bfloat16, network and images in channels_last.
class Textbook {
public:
    static constexpr double kMomentum = 0.9;
    static constexpr double kWeightDecay = 2e-4;

    /// The network of `model` ("resnet32"), for `images`, a batch size, and a device.
    Textbook(const std::string& model, const ImageSet& images, const DatasetInfo& dataset,
             int batch_size, double learning_rate, torch::Device device, bool autocast = false);
    ~Textbook();

    /// One pass over all images, a step a batch; with SAM where the radius is above 0.
    void trainEpoch(double sam_radius);

    /// So many steps on one batch that is there already.
    void trainOnOneBatch(int steps, double sam_radius);

    /// Fetches and augments all images, batch by batch.
    void loadEpoch();

    /// Evaluates all images, `batch_size` at a time, taken out of one tensor; returns how many are
    /// right.
    std::int64_t evaluate(std::int64_t batch_size);

    /// One step, with SAM where the radius is above 0; the loss, of what SAM started from.
    torch::Tensor step(const torch::Tensor& images, const torch::Tensor& labels, double sam_radius);

    torch::nn::Sequential& network() { return network_; }

private:
    struct Loader;

    torch::Tensor lossOf(const torch::Tensor& images, const torch::Tensor& labels);

    torch::Device device_;
    bool autocast_;
    torch::nn::Sequential network_;
    torch::optim::SGD optimizer_;
    std::unique_ptr<Loader> loader_;
    torch::Tensor all_images_;  // normalised
    torch::Tensor all_labels_;
};

}  // namespace ballast
