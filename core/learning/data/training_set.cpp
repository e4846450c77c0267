#include "core/learning/data/training_set.h"

#include "core/base/error.h"
#include "core/experiment/imbalance.h"

namespace ballast {
namespace {

torch::Tensor perChannel(const std::vector<double>& values, torch::Device device) {
    return torch::tensor(values, torch::kFloat64).to(torch::kFloat32).to(device);
}

}  // namespace

ImageTensor imageTensor(const ImageSet& images, const std::vector<std::int64_t>* indices,
                        const DatasetInfo& dataset, torch::Device device) {
    const auto count = static_cast<std::int64_t>(images.labels.size());
    const torch::Tensor pixels =
        torch::from_blob(const_cast<std::uint8_t*>(images.pixels.data()),
                         {count, images.channels, images.height, images.width}, torch::kUInt8);
    const torch::Tensor labels =
        torch::from_blob(const_cast<std::int32_t*>(images.labels.data()), {count}, torch::kInt32);
    torch::Tensor kept_pixels = pixels;
    torch::Tensor kept_labels = labels;
    if (indices != nullptr) {
        const torch::Tensor kept = torch::tensor(*indices, torch::kInt64);
        kept_pixels = pixels.index_select(0, kept);
        kept_labels = labels.index_select(0, kept);
    }
    constexpr std::int64_t kPad = ImageTensor::kPadding;
    torch::Tensor padded = torch::zeros(
        {kept_labels.size(0), images.height + 2 * kPad, images.width + 2 * kPad, images.channels},
        torch::kUInt8);
    padded.narrow(1, kPad, images.height)
        .narrow(2, kPad, images.width)
        .copy_(kept_pixels.permute({0, 2, 3, 1}));

    std::vector<double> scale;
    std::vector<double> shift;
    for (std::size_t c = 0; c < dataset.mean.size(); ++c) {
        scale.push_back(1.0 / (255.0 * dataset.standard_deviation[c]));
        shift.push_back(-dataset.mean[c] / dataset.standard_deviation[c]);
    }
    return {padded.to(device), kept_labels.to(torch::kInt64).to(device), perChannel(scale, device),
            perChannel(shift, device)};
}

TrainingData loadTrainingData(const DataConfig& config, const std::vector<std::int64_t>& counts,
                              const DataStore& store, torch::Device device) {
    const DatasetInfo* dataset = findDataset(config.dataset);
    if (dataset == nullptr) throw DataError("unknown data set \"" + config.dataset + "\"");
    TrainingData data;
    {
        const ImageSet images = store.read(*dataset, Split::train);
        const DataSplit split = splitIndices(images.labels, counts, config);
        data.train = imageTensor(images, &split.train, *dataset, device);
        if (!split.validation.empty()) {
            data.validation = imageTensor(images, &split.validation, *dataset, device);
        }
    }
    data.test = imageTensor(store.read(*dataset, Split::test), nullptr, *dataset, device);
    return data;
}

}  // namespace ballast
