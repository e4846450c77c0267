#include "core/learning/data/image_source.h"

#include <numeric>

#include "core/base/error.h"
#include "core/learning/data/memory_source.h"
#include "core/learning/data/photo_source.h"

namespace ballast {

std::unique_ptr<BatchStream> ImageSource::plainStream(std::int64_t batch_size, Share share) const {
    std::vector<std::int64_t> order(static_cast<std::size_t>(size()));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    return stream(std::move(order), batch_size, {}, share);
}

namespace {

const DatasetInfo& datasetOf(const DataConfig& data) {
    if (const DatasetInfo* dataset = findDataset(data.dataset)) return *dataset;
    throw DataError("unknown data set \"" + data.dataset + "\"");
}

/// The validation images of a listed data set, or nullptr and a remark where they cannot be had and
/// nothing depends on them.
std::unique_ptr<ImageSource> validationImages(const RunConfig& config, const DataStore& store,
                                              const PhotoFormat& format, torch::Device device,
                                              int threads, std::vector<std::string>& remarks) {
    const bool needed = config.training.selection == Selection::validation;
    if (!needed && !store.hasValidationList(config.data)) return nullptr;
    try {
        ImageList list = store.list(config.data, Split::validation);
        checkImageFiles(list);
        return std::make_unique<PhotoSource>(std::move(list), format, device, threads);
    } catch (const DataError& error) {
        if (needed) throw;
        const std::string problem = error.what();
        remarks.push_back("validation accuracy is not measured: " +
                          problem.substr(0, problem.find('\n')));
        return nullptr;
    }
}

}  // namespace

std::unique_ptr<ImageSource> openTestImages(const DataConfig& config, std::string_view augmentation,
                                            const DataStore& store, torch::Device device,
                                            int threads) {
    const DatasetInfo& dataset = datasetOf(config);
    if (!dataset.listed()) {
        return std::make_unique<MemorySource>(
            imageTensor(store.read(dataset, Split::test), nullptr, dataset, device));
    }
    ImageList list = store.list(config, Split::test);
    checkImageFiles(list);
    return std::make_unique<PhotoSource>(
        std::move(list), photoFormat(dataset, config.image_size, augmentation), device, threads);
}

ImageSources openImageSources(const RunConfig& config, const std::vector<std::int64_t>& counts,
                              const DataStore& store, torch::Device device, int threads) {
    const DatasetInfo& dataset = datasetOf(config.data);
    if (!dataset.listed()) {
        TrainingData data = loadTrainingData(config.data, counts, store, device);
        ImageSources sources{std::make_unique<MemorySource>(std::move(data.train)),
                             std::make_unique<MemorySource>(std::move(data.test)),
                             nullptr,
                             {}};
        if (data.validation) {
            sources.validation = std::make_unique<MemorySource>(std::move(*data.validation));
        }
        return sources;
    }
    ImageList train = store.list(config.data, Split::train);
    ImageList test = store.list(config.data, Split::test);
    if (train.class_counts != counts) {
        throw DataError(train.file.string() +
                        " has other numbers of images per class than when this run was made");
    }
    checkImageFiles(train);
    checkImageFiles(test);
    const std::vector<std::string> class_names = store.classNames(config.data);
    const PhotoFormat format =
        photoFormat(dataset, config.data.image_size, config.training.augmentation);
    ImageSources sources;
    const std::string lacking = lackingClasses(test, class_names);
    if (!lacking.empty()) sources.remarks.push_back(lacking);
    sources.train = std::make_unique<PhotoSource>(std::move(train), format, device, threads);
    sources.test = std::make_unique<PhotoSource>(std::move(test), format, device, threads);
    sources.validation = validationImages(config, store, format, device, threads, sources.remarks);
    return sources;
}

}  // namespace ballast
