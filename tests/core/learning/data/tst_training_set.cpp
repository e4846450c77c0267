#include "core/learning/data/training_set.h"

#include <torch/torch.h>

#include <QtTest>

#include "core/base/error.h"
#include "core/experiment/imbalance.h"
#include "core/learning/data/augmentation.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

/// Two grey images and one more, 2×3 pixels: 1 … 6, 11 … 16, 21 … 26; labels 2, 0, 1.
ImageSet threeImages() {
    ImageSet images{1, 2, 3, {2, 0, 1}, {}};
    for (const int image : {0, 10, 20}) {
        for (int i = 1; i <= 6; ++i) images.pixels.push_back(static_cast<std::uint8_t>(image + i));
    }
    return images;
}

}  // namespace

class TestTrainingSet : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void imagesArePaddedWithZeros() {
        const ImageTensor tensor =
            imageTensor(threeImages(), nullptr, *findDataset("fashion-mnist"), torch::kCPU);
        QCOMPARE(tensor.pixels.sizes().vec(), (std::vector<std::int64_t>{3, 10, 11, 1}));
        QCOMPARE(tensor.pixels.scalar_type(), torch::kUInt8);
        QCOMPARE(tensor.size(), std::int64_t{3});
        QCOMPARE(tensor.height(), std::int64_t{2});
        QCOMPARE(tensor.width(), std::int64_t{3});
        for (std::int64_t i = 0; i < 3; ++i) {
            for (std::int64_t y = 0; y < 10; ++y) {
                for (std::int64_t x = 0; x < 11; ++x) {
                    const bool inside = y >= 4 && y < 6 && x >= 4 && x < 7;
                    const std::int64_t expected = inside ? 10 * i + (y - 4) * 3 + (x - 4) + 1 : 0;
                    QCOMPARE(tensor.pixels[i][y][x][0].item<std::int64_t>(), expected);
                }
            }
        }
        QVERIFY(torch::equal(tensor.labels, torch::tensor({2, 0, 1}, torch::kInt64)));
    }

    void subsetKeepsItsOrder() {
        const std::vector<std::int64_t> indices = {2, 0};
        const ImageTensor tensor =
            imageTensor(threeImages(), &indices, *findDataset("fashion-mnist"), torch::kCPU);
        QVERIFY(torch::equal(tensor.labels, torch::tensor({1, 2}, torch::kInt64)));
        QCOMPARE(tensor.pixels[0][4][4][0].item<std::int64_t>(), std::int64_t{21});
        QCOMPARE(tensor.pixels[1][5][6][0].item<std::int64_t>(), std::int64_t{6});
    }

    // Files hold colours one after the other, the tensor has them last.
    void coloursComeLast() {
        ImageSet images{3, 1, 2, {4}, {1, 2, 3, 4, 5, 6}};
        const ImageTensor tensor =
            imageTensor(images, nullptr, *findDataset("cifar10"), torch::kCPU);
        const torch::Tensor pixels = tensor.pixels[0][4].narrow(0, 4, 2);
        QVERIFY(
            torch::equal(pixels, torch::tensor({1, 3, 5, 2, 4, 6}, torch::kUInt8).view({2, 3})));
    }

    // (v / 255 − mean) / std.
    void normalisation() {
        ImageSet images{3, 1, 1, {0}, {0, 128, 255}};
        const DatasetInfo& info = *findDataset("cifar10");
        const torch::Tensor batch =
            plainBatch(imageTensor(images, nullptr, info, torch::kCPU), 0, 1).flatten();
        const double values[] = {0, 128, 255};
        const double means[] = {0.4914, 0.4822, 0.4465};
        const double deviations[] = {0.2023, 0.1994, 0.2010};
        for (int c = 0; c < 3; ++c) {
            const double expected = (values[c] / 255 - means[c]) / deviations[c];
            QVERIFY(std::abs(batch[c].item<double>() - expected) < 1e-6);
        }
    }

    void fashionMnist() {
        const DataStore store;
        DataConfig config;
        config.dataset = "fashion-mnist";
        config.imbalance.ratio = 1000;
        const std::vector<std::int64_t> counts = classCounts(config);
        const TrainingData data = loadTrainingData(config, counts, store, torch::kCPU);

        // Class by class, the counts of the profile.
        std::int64_t at = 0;
        for (std::size_t y = 0; y < counts.size(); ++y) {
            QVERIFY(data.train.labels.narrow(0, at, counts[y])
                        .eq(static_cast<std::int64_t>(y))
                        .all()
                        .item<bool>());
            at += counts[y];
        }
        QCOMPARE(data.train.size(), at);
        QCOMPARE(data.test.size(), std::int64_t{10000});
        QVERIFY(torch::equal(torch::bincount(data.test.labels), torch::full({10}, 1000)));

        // The images are those of the subset's indices.
        const ImageSet files = store.read(*findDataset("fashion-mnist"), Split::train);
        const auto subset = subsetIndices(files.labels, counts, 0);
        for (const std::size_t i : {std::size_t{0}, subset.size() / 2, subset.size() - 1}) {
            const torch::Tensor image =
                data.train.pixels[static_cast<std::int64_t>(i)].narrow(0, 4, 28).narrow(1, 4, 28);
            const auto* pixels = files.pixels.data() + subset[i] * 28 * 28;
            const torch::Tensor flat = image.contiguous();
            QVERIFY(std::equal(pixels, pixels + 28 * 28, flat.data_ptr<std::uint8_t>()));
        }

        // The catalogue's mean and standard deviation are those of the images.
        const torch::Tensor test = plainBatch(data.test, 0, 10000);
        QVERIFY(std::abs(test.mean().item<double>()) < 0.02);
        QVERIFY(std::abs(test.std().item<double>() - 1) < 0.02);
    }

    void missingDataIsSaid() {
        QTemporaryDir nowhere;
        if (DataStore().find(*findDataset("cifar100"))) QSKIP("CIFAR-100 is on this machine");
        DataConfig config;
        config.dataset = "cifar100";
        try {
            loadTrainingData(config, classCounts(config), DataStore({nowhere.path().toStdString()}),
                             torch::kCPU);
            QFAIL("nothing was said");
        } catch (const DataError& error) {
            const std::string text = error.what();
            QVERIFY2(text.find("ballast-cli data get cifar100") != std::string::npos, text.c_str());
            QVERIFY(text.find(nowhere.path().toStdString()) != std::string::npos);
        }
    }
};

BALLAST_TEST(TestTrainingSet)
#include "tst_training_set.moc"
