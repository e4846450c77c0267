#include "core/learning/data/image_source.h"

#include <numeric>

#include "core/base/error.h"
#include "core/learning/data/memory_source.h"
#include "core/learning/data/photo_source.h"

namespace ballast {

std::unique_ptr<BatchStream> ImageSource::plainStream(std::int64_t batch_size) const {
    std::vector<std::int64_t> order(static_cast<std::size_t>(size()));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    return stream(std::move(order), batch_size, {});
}

std::unique_ptr<ImageSource> openTestImages(const DataConfig& config, const DataStore& store,
                                            torch::Device device, int threads) {
    const DatasetInfo* dataset = findDataset(config.dataset);
    if (dataset == nullptr) throw DataError("unknown data set \"" + config.dataset + "\"");
    if (!dataset->listed()) {
        return std::make_unique<MemorySource>(
            imageTensor(store.read(*dataset, Split::test), nullptr, *dataset, device));
    }
    ImageList list = store.list(config, Split::test);
    checkImageFiles(list);
    const PhotoFormat format{config.image_size, dataset->mean, dataset->standard_deviation};
    return std::make_unique<PhotoSource>(std::move(list), format, device, threads);
}

ImageSources openImageSources(const DataConfig& config, const std::vector<std::int64_t>& counts,
                              const DataStore& store, torch::Device device, int threads) {
    const DatasetInfo* dataset = findDataset(config.dataset);
    if (dataset == nullptr) throw DataError("unknown data set \"" + config.dataset + "\"");
    if (!dataset->listed()) {
        TrainingData data = loadTrainingData(config, counts, store, device);
        ImageSources sources{std::make_unique<MemorySource>(std::move(data.train)),
                             std::make_unique<MemorySource>(std::move(data.test)), nullptr};
        if (data.validation) {
            sources.validation = std::make_unique<MemorySource>(std::move(*data.validation));
        }
        return sources;
    }
    ImageList train = store.list(config, Split::train);
    ImageList test = store.list(config, Split::test);
    if (train.class_counts != counts) {
        throw DataError(train.file.string() +
                        " has other numbers of images per class than when this run was made");
    }
    checkImageFiles(train);
    checkImageFiles(test);
    const PhotoFormat format{config.image_size, dataset->mean, dataset->standard_deviation};
    return {std::make_unique<PhotoSource>(std::move(train), format, device, threads),
            std::make_unique<PhotoSource>(std::move(test), format, device, threads), nullptr};
}

}  // namespace ballast
