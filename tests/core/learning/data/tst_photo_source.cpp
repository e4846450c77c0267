#include <torch/torch.h>

#include <QtTest>
#include <chrono>
#include <fstream>
#include <numeric>

#include "core/base/error.h"
#include "core/learning/data/augmentation.h"
#include "core/learning/data/photo_source.h"
#include "core/learning/data/photo_transforms.h"
#include "tests/core/base/error_of.h"
#include "tests/core/data/class_layout.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

const Augmentation kAugmentation{"resized-crop-jitter", 5, 3};

RunConfig configOf(const DataConfig& data) {
    RunConfig config;
    config.data = data;
    return config;
}

ImageSources opened(const RunConfig& config) {
    const DataStore store;
    return openImageSources(config, store.classCounts(config.data), store, torch::kCPU, 1);
}

PhotoSource sourceOf(const JpegFolder& folder, int size, int threads) {
    const DataConfig config = folder.config(size);
    const DatasetInfo& dataset = *findDataset("image-folder");
    return {DataStore().list(config, Split::train),
            {size, dataset.mean, dataset.standard_deviation},
            torch::kCPU,
            threads};
}

/// Images and labels of a whole pass in the source's order, and the sizes of its batches.
struct Pass {
    torch::Tensor images;
    torch::Tensor labels;
    std::vector<std::int64_t> sizes;
};
Pass passOf(const PhotoSource& source, std::int64_t batch_size, const Augmentation& augmentation,
            bool backwards = false) {
    std::vector<std::int64_t> order(static_cast<std::size_t>(source.size()));
    std::iota(order.begin(), order.end(), 0);
    if (backwards) std::ranges::reverse(order);
    const auto stream = source.stream(order, batch_size, augmentation);
    Pass pass;
    std::vector<torch::Tensor> images;
    std::vector<torch::Tensor> labels;
    std::size_t at = 0;
    for (Batch batch; stream->next(batch);) {
        for (const std::int64_t index : batch.indices) {
            if (index != order[at++]) return {};
        }
        images.push_back(batch.images);
        labels.push_back(batch.labels);
        pass.sizes.push_back(batch.images.size(0));
    }
    pass.images = torch::cat(images);
    pass.labels = torch::cat(labels);
    return pass;
}

}  // namespace

class TestPhotoSource : public QObject {
    Q_OBJECT

    const JpegFolder folder_;

private Q_SLOTS:
    /// Together, shares are the batches that one process makes: by image and by place.
    void sharesAreTheWholeBatch() {
        const PhotoSource source = sourceOf(folder_, 32, 2);
        std::vector<std::int64_t> order(73);
        std::iota(order.rbegin(), order.rend(), 0);  // its last batch is one image
        for (const bool by_position : {false, true}) {
            const Augmentation augmentation{"resized-crop-jitter", 5, 2, by_position};
            const auto whole = source.stream(order, 24, augmentation);
            std::vector<std::unique_ptr<BatchStream>> parts;
            for (int rank = 0; rank < 3; ++rank) {
                parts.push_back(source.stream(order, 24, augmentation, {rank, 3}));
            }
            int batches = 0;
            for (Batch batch; whole->next(batch); ++batches) {
                QCOMPARE(batch.of_all, batch.labels.size(0));
                std::vector<torch::Tensor> images;
                std::vector<torch::Tensor> labels;
                for (const auto& part : parts) {
                    Batch own;
                    QVERIFY(part->next(own));
                    QCOMPARE(own.of_all, batch.of_all);
                    images.push_back(own.images);
                    labels.push_back(own.labels);
                }
                QVERIFY(torch::equal(torch::cat(images), batch.images));
                QVERIFY(torch::equal(torch::cat(labels), batch.labels));
            }
            QCOMPARE(batches, 4);
            for (const auto& part : parts) {
                Batch none;
                QVERIFY(!part->next(none));
            }
        }
    }

    void batchesAreNormalisedImages() {
        const PhotoSource source = sourceOf(folder_, 32, 2);
        QCOMPARE(source.size(), std::int64_t{201});
        QCOMPARE(source.channels(), std::int64_t{3});
        const Pass pass = passOf(source, 64, {});
        QCOMPARE(pass.sizes, (std::vector<std::int64_t>{64, 64, 64, 9}));
        QVERIFY(torch::equal(pass.labels, source.labels()));
        QVERIFY(torch::equal(torch::bincount(pass.labels).slice(0, 0, 3),
                             torch::tensor({12, 40, 5}, torch::kInt64)));
        QCOMPARE(pass.images.sizes().vec(), (std::vector<std::int64_t>{201, 3, 32, 32}));
        const auto stream = source.plainStream(4);
        Batch batch;
        QVERIFY(stream->next(batch));
        QVERIFY(batch.images.is_contiguous(torch::MemoryFormat::ChannelsLast));

        // The first, decoded at full size: (v / 255 − mean) / standard deviation.
        JpegDecoder decoder;
        decoder.open(folder_.path() / "train/class 0/0.jpg");
        RgbImage image;
        int whole = 1;
        decoder.decode(whole, image);
        std::vector<float> values;
        std::vector<float> rows;
        resizeBox(image, centreCrop(image.width, image.height, 32).box, 32, 32, values, rows);
        torch::Tensor expected = torch::tensor(values).view({32, 32, 3}).div(255);
        expected = (expected - torch::tensor({0.485, 0.456, 0.406}, torch::kFloat32)) /
                   torch::tensor({0.229, 0.224, 0.225}, torch::kFloat32);
        const torch::Tensor difference = (expected.permute({2, 0, 1}) - batch.images[0]).abs();
        // A reduced image is a little different at edges.
        QVERIFY2(difference.mean().item<double>() < 0.02,
                 qPrintable(QString::number(difference.mean().item<double>())));
        QVERIFY(difference.max().item<double>() < 0.3);
    }

    // The same numbers for any number of threads, batch size and order; others in another epoch.
    void imagesDependOnNothingElse() {
        const Pass one = passOf(sourceOf(folder_, 32, 1), 50, kAugmentation);
        const PhotoSource source = sourceOf(folder_, 32, 2);
        QVERIFY(torch::equal(passOf(source, 50, kAugmentation).images, one.images));
        QVERIFY(torch::equal(passOf(sourceOf(folder_, 32, 5), 7, kAugmentation, true).images,
                             one.images.flip({0})));
        Augmentation other = kAugmentation;
        other.epoch = 4;
        QVERIFY(!torch::equal(passOf(source, 50, other).images, one.images));
        other = kAugmentation;
        other.seed = 6;
        QVERIFY(!torch::equal(passOf(source, 50, other).images, one.images));
    }

    void memoryIsBounded() {
        const std::int64_t image = 224 * 224 * 3;
        for (const std::int64_t batch : {1, 16, 128, 256, 1024}) {
            const auto ahead = static_cast<std::int64_t>(batchesAhead(batch, 224));
            QVERIFY(ahead >= 1 && ahead <= 8);
            QVERIFY(ahead * batch * image <= PhotoSource::kAheadBytes);
        }
        QCOMPARE(batchesAhead(256, 224), std::size_t{8});
        QCOMPARE(batchesAhead(1024, 224), std::size_t{3});
        QCOMPARE(batchesAhead(65536, 224), std::size_t{1});

        // Nobody takes anything: of 201 images no more are made than fit, 8 batches of 4. The
        // access times would be the file system's word for it; a damaged file far behind is ours.
        JpegFolder::Options options;
        options.corrupt = true;
        const JpegFolder damaged(options);
        const PhotoSource source = sourceOf(damaged, 8, 2);
        const auto stream = source.plainStream(4);
        QTest::qWait(300);
        // Fixed before it is reached: had it been read, its batch would fail.
        const auto good = folder_.path() / "train/class 3/0.jpg";
        std::filesystem::copy_file(good, source.list().path(JpegFolder::kCorrupt),
                                   std::filesystem::copy_options::overwrite_existing);
        int batches = 0;
        for (Batch batch; stream->next(batch);) ++batches;
        QCOMPARE(batches, 51);
    }

    void streamsLeaveAtOnce() {
        const PhotoSource source = sourceOf(folder_, 224, 2);
        using Clock = std::chrono::steady_clock;
        for (const int taken : {0, 1}) {
            auto stream = source.plainStream(100);
            Batch batch;
            for (int i = 0; i < taken; ++i) QVERIFY(stream->next(batch));
            const Clock::time_point start = Clock::now();
            stream.reset();
            const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
            QVERIFY2(seconds < 0.3, qPrintable(QString::number(seconds)));
        }
    }

    void damagedFileIsNamedAfterTheBatchesBefore() {
        JpegFolder::Options options;
        options.corrupt = true;
        const JpegFolder damaged(options);
        for (const int threads : {1, 3}) {
            const PhotoSource source = sourceOf(damaged, 16, threads);
            const auto stream = source.plainStream(30);
            Batch batch;
            QVERIFY(stream->next(batch));
            QVERIFY(stream->next(batch));
            const QString error = errorOf([&] { stream->next(batch); });
            const std::string file = source.list().path(JpegFolder::kCorrupt).string();
            QVERIFY2(error.contains(QString::fromStdString(file)), qPrintable(error));
        }
    }

    void greyImagesAreTaken() {
        JpegFolder::Options options;
        options.grey = true;
        options.train_counts = {40, 40};
        const JpegFolder grey(options);
        QCOMPARE(passOf(sourceOf(grey, 16, 2), 64, {}).images.size(0), std::int64_t{80});
    }

    void missingFilesAreFoundBeforehand() {
        JpegFolder::Options options;
        options.missing = true;
        const JpegFolder missing(options);
        const RunConfig config = configOf(missing.config(16));
        const QString error = errorOf([&] { opened(config); });
        QVERIFY2(error.contains("1 problem") && error.contains("is not there"), qPrintable(error));
    }

    // Files of small images give the very batches that the same pixels in memory give, cropped and
    // mirrored or as they are.
    void smallImagesAreAsInMemory() {
        const QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        constexpr int kSize = 12;
        constexpr int kImages = 9;
        ImageSet set;
        set.channels = 3;
        set.height = set.width = kSize;
        ImageList list;
        list.folder = root;
        for (int i = 0; i < kImages; ++i) {
            list.paths.push_back(std::to_string(i) + ".png");
            list.labels.push_back(i % 2);
            writePicture(root, list.paths.back(), i, kSize, kSize);
            const RgbImage image = smallPicture(i, kSize, kSize);
            for (std::size_t c = 0; c < 3; ++c) {
                for (std::size_t at = c; at < image.pixels.size(); at += 3) {
                    set.pixels.push_back(image.pixels[at]);
                }
            }
        }
        set.labels = list.labels;
        const DatasetInfo& dataset = *findDataset("image-folder");
        const ImageTensor memory = imageTensor(set, nullptr, dataset, torch::kCPU);
        const PhotoSource source(list, photoFormat(dataset, kSize, "crop-flip"), torch::kCPU, 2);
        const Pass plain = passOf(source, 4, {});
        QVERIFY(torch::allclose(plain.images, plainBatch(memory, 0, kImages), 0, 1e-5));

        std::vector<std::int64_t> order(kImages);
        std::iota(order.begin(), order.end(), 0);
        for (const int epoch : {0, 1}) {
            const Augmentation augmentation{"crop-flip", 5, epoch};
            const AugmentedPass expected(memory, order, augmentation);
            QVERIFY(torch::allclose(passOf(source, 4, augmentation).images,
                                    expected.batch(0, kImages), 0, 1e-5));
            QVERIFY(!torch::allclose(expected.batch(0, kImages), plain.images, 0, 1e-2));
        }
        // Without crop-flip the edges are cut off, as they were before there was another way.
        QCOMPARE(photoFormat(dataset, 224, "none").margin, 256.0 / 224.0);
        QCOMPARE(photoFormat(dataset, 224, "resized-crop-jitter").margin, 256.0 / 224.0);
    }

    void validationImages() {
        const QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        for (const char* name : {"train/cat/1.jpg", "train/dog/1.png", "test/dog/1.JPG"}) {
            writePicture(root, name);
        }
        RunConfig config = configOf(folderConfig(root));
        config.training.augmentation = "none";
        ImageSources sources = opened(config);
        QVERIFY(sources.validation == nullptr);
        QCOMPARE(sources.remarks.size(), std::size_t{1});
        QVERIFY2(sources.remarks[0].find("0 (cat)") != std::string::npos,
                 sources.remarks[0].c_str());

        // A validation split that cannot be read is in the way of nothing, unless it is needed.
        writePicture(root, "val/cat/1.png");
        writePicture(root, "test/cat/1.png");
        sources = opened(config);
        QVERIFY(sources.validation != nullptr && sources.remarks.empty());
        QCOMPARE(sources.validation->size(), std::int64_t{1});
        writePicture(root, "val/bird/1.png");
        sources = opened(config);
        QVERIFY(sources.validation == nullptr);
        QCOMPARE(sources.remarks.size(), std::size_t{1});
        QVERIFY2(sources.remarks[0].find("val/bird") != std::string::npos,
                 sources.remarks[0].c_str());
        config.training.selection = Selection::validation;
        const QString error = errorOf([&] { opened(config); });
        QVERIFY2(error.contains("val/bird"), qPrintable(error));
    }

    void otherListsAreRefused() {
        const RunConfig config = configOf(folder_.config(16));
        const QString error = errorOf([&] {
            openImageSources(config, std::vector<std::int64_t>(10, 1), DataStore(), torch::kCPU, 1);
        });
        QVERIFY2(error.contains("train.txt"), qPrintable(error));
    }
};

BALLAST_TEST(TestPhotoSource)
#include "tst_photo_source.moc"
