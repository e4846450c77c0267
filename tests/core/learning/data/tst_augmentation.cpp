#include "core/learning/data/augmentation.h"

#include <torch/torch.h>

#include <QtTest>
#include <map>
#include <numeric>

#include "core/base/keyed_random.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

/// Eleven images of 9×7 pixels: no side equals another, so that none can be mistaken for another.
ImageSet picturesOf(int channels) {
    ImageSet images{channels, 9, 7, std::vector<std::int32_t>(11, 0), {}};
    const KeyedRandom random(1, Purpose::initial_weights, 0);
    for (std::uint64_t i = 0; i < 11ULL * 63 * static_cast<std::uint64_t>(channels); ++i) {
        images.pixels.push_back(static_cast<std::uint8_t>(random.words(i)[0]));
    }
    return images;
}

DatasetInfo infoOf(int channels) {
    DatasetInfo info = *findDataset("cifar10");
    info.mean.resize(static_cast<std::size_t>(channels));
    info.standard_deviation.resize(static_cast<std::size_t>(channels));
    return info;
}

/// Crop at (top, left) of the image with 4 zero pixels around it, mirrored or not, normalised:
/// pixel by pixel.
float expectedPixel(const ImageSet& images, const ImageTensor& tensor, std::int64_t image,
                    std::int64_t channel, std::int64_t row, std::int64_t column, std::int64_t top,
                    std::int64_t left, bool mirrored) {
    const std::int64_t y = row + top - 4;
    const std::int64_t x = (mirrored ? images.width - 1 - column : column) + left - 4;
    float value = 0.0F;
    if (y >= 0 && y < images.height && x >= 0 && x < images.width) {
        const std::int64_t at =
            ((image * images.channels + channel) * images.height + y) * images.width + x;
        value = images.pixels[static_cast<std::size_t>(at)];
    }
    const float scaled = value * tensor.scale[channel].item<float>();
    return scaled + tensor.shift[channel].item<float>();
}

torch::Tensor augmented(const ImageTensor& tensor, const std::vector<std::int64_t>& indices,
                        const std::string& name, std::uint64_t seed, int epoch) {
    return AugmentedPass(tensor, indices, {name, seed, epoch, false})
        .batch(0, static_cast<std::int64_t>(indices.size()));
}

}  // namespace

class TestAugmentation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // An image's draws are the words of its index: top and left = word · 9 / 2^32, and the highest
    // bit of the third word mirrors.
    void cropAndFlipPixelByPixel_data() {
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("epoch");
        QTest::newRow("grey") << 1 << 0;
        QTest::newRow("colour") << 3 << 0;
        QTest::newRow("colour, epoch 199") << 3 << 199;
    }
    void cropAndFlipPixelByPixel() {
        QFETCH(const int, channels);
        QFETCH(const int, epoch);
        const ImageSet images = picturesOf(channels);
        const ImageTensor tensor = imageTensor(images, nullptr, infoOf(channels), torch::kCPU);
        const std::vector<std::int64_t> indices = {7, 0, 10, 3, 3};
        const torch::Tensor batch = augmented(tensor, indices, "crop-flip", 42, epoch);
        QCOMPARE(batch.sizes().vec(), (std::vector<std::int64_t>{5, channels, 9, 7}));
        QVERIFY(batch.is_contiguous(torch::MemoryFormat::ChannelsLast));
        const auto values = batch.accessor<float, 4>();
        const KeyedRandom random(42, Purpose::augmentation, static_cast<std::uint32_t>(epoch));
        for (std::int64_t i = 0; i < 5; ++i) {
            const std::int64_t image = indices[static_cast<std::size_t>(i)];
            const auto words = random.words(static_cast<std::uint64_t>(image));
            const auto top = static_cast<std::int64_t>(words[0] * 9ULL >> 32);
            const auto left = static_cast<std::int64_t>(words[1] * 9ULL >> 32);
            const bool mirrored = words[2] >= 0x80000000U;
            for (std::int64_t c = 0; c < channels; ++c) {
                for (std::int64_t y = 0; y < 9; ++y) {
                    for (std::int64_t x = 0; x < 7; ++x) {
                        const float expected =
                            expectedPixel(images, tensor, image, c, y, x, top, left, mirrored);
                        QVERIFY2(values[i][c][y][x] == expected,
                                 qPrintable(QString("image %1, channel %2, row %3, column %4")
                                                .arg(i)
                                                .arg(c)
                                                .arg(y)
                                                .arg(x)));
                    }
                }
            }
        }
    }

    // The authors' AutoAugment has a name of its own; few images of a pass differ from the
    // published one's, most from plain crops.
    void theAuthorsAutoAugmentIsItsOwn() {
        ImageSet images{3, 32, 32, {0}, {}};
        for (int i = 0; i < 3 * 32 * 32; ++i) {
            images.pixels.push_back(static_cast<std::uint8_t>(i * 37 % 251));
        }
        const ImageTensor tensor = imageTensor(images, nullptr, infoOf(3), torch::kCPU);
        const std::vector<std::int64_t> order(1000, 0);
        const auto pass = [&](const char* name) {
            return AugmentedPass(tensor, order, {name, 3, 1, true}).batch(0, 1000);
        };
        const torch::Tensor authors = pass("autoaugment-cutout-authors");
        const auto differing = [&](const char* name) {
            return authors.ne(pass(name)).flatten(1).any(1).sum().item<std::int64_t>();
        };
        const std::int64_t few = differing("autoaugment-cutout");
        QVERIFY2(few > 10 && few < 80, qPrintable(QString::number(few)));
        QVERIFY(differing("crop-flip") > 900);
    }

    void withoutAugmentationImagesStayAsTheyAre() {
        const ImageSet images = picturesOf(3);
        const ImageTensor tensor = imageTensor(images, nullptr, infoOf(3), torch::kCPU);
        const torch::Tensor plain = plainBatch(tensor, 2, 4);
        QCOMPARE(plain.sizes().vec(), (std::vector<std::int64_t>{4, 3, 9, 7}));
        for (std::int64_t i = 0; i < 4; ++i) {
            for (std::int64_t c = 0; c < 3; ++c) {
                for (std::int64_t y = 0; y < 9; ++y) {
                    for (std::int64_t x = 0; x < 7; ++x) {
                        QCOMPARE(plain[i][c][y][x].item<float>(),
                                 expectedPixel(images, tensor, i + 2, c, y, x, 4, 4, false));
                    }
                }
            }
        }
        const std::vector<std::int64_t> indices = {2, 3, 4, 5};
        QVERIFY(torch::equal(augmented(tensor, indices, "none", 42, 3), plain));
        QVERIFY(!torch::equal(augmented(tensor, indices, "crop-flip", 42, 3), plain));
    }

    // What an image becomes depends on seed, epoch and its index only, not on its neighbours.
    void pureFunctionOfSeedEpochAndIndex() {
        const ImageTensor tensor = imageTensor(picturesOf(3), nullptr, infoOf(3), torch::kCPU);
        const auto batch = [&](std::vector<std::int64_t> indices, std::uint64_t seed, int epoch) {
            return augmented(tensor, indices, "crop-flip", seed, epoch);
        };
        const torch::Tensor all = batch({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 5, 8);
        QVERIFY(torch::equal(batch({9}, 5, 8)[0], all[9]));
        QVERIFY(torch::equal(batch({9, 4}, 5, 8)[1], all[4]));
        QVERIFY(!torch::equal(batch({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 6, 8), all));
        QVERIFY(!torch::equal(batch({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 5, 9), all));
    }

    // A pass cut into batches gives what it gives as a whole; where an image may come twice, its
    // place counts and not its index.
    void batchesArePartsOfThePass() {
        ImageSet images = picturesOf(3);
        std::iota(images.labels.begin(), images.labels.end(), 20);
        const ImageTensor tensor = imageTensor(images, nullptr, infoOf(3), torch::kCPU);
        const std::vector<std::int64_t> order = {3, 3, 0, 9, 3};
        for (const bool by_position : {false, true}) {
            const AugmentedPass pass(tensor, order, {"crop-flip", 5, 8, by_position});
            const torch::Tensor whole = pass.batch(0, 5);
            QVERIFY(torch::equal(torch::cat({pass.batch(0, 2), pass.batch(2, 3)}), whole));
            QCOMPARE(torch::equal(whole[0], whole[1]), !by_position);
            const torch::Tensor by_index = augmented(tensor, {0, 1, 2, 3, 4}, "crop-flip", 5, 8);
            QCOMPARE(torch::equal(whole[3], augmented(tensor, {9}, "crop-flip", 5, 8)[0]),
                     !by_position);
            QCOMPARE(torch::equal(whole[2], by_index[0]), !by_position);
            QVERIFY(torch::equal(pass.labels(1, 3), torch::tensor({23, 20, 29}, torch::kInt64)));
        }
    }

    // An image with a single bright pixel shows where the crop lay: all 81 places and both flips
    // come up, each about equally often.
    void everyCropAndFlipComesUp() {
        ImageSet images{1, 9, 7, std::vector<std::int32_t>(1, 0), std::vector<std::uint8_t>(63, 0)};
        images.pixels[4 * 7 + 2] = 255;  // row 4, column 2
        const ImageTensor tensor = imageTensor(images, nullptr, infoOf(1), torch::kCPU);
        const std::vector<std::int64_t> index = {0};
        constexpr int kEpochs = 4000;
        std::map<std::int64_t, int> places;
        int gone = 0;
        for (int epoch = 0; epoch < kEpochs; ++epoch) {
            const torch::Tensor image = augmented(tensor, index, "crop-flip", 0, epoch).flatten();
            const auto bright = image.argmax().item<std::int64_t>();
            if (image[bright].item<float>() > 0) {
                ++places[bright];
            } else {
                ++gone;
            }
        }
        // The pixel moves by −4 … 4 rows, all nine inside; by −4 … 4 columns from column 2 (seen:
        // −2 … 4, of nine) or, mirrored, from column 4 (seen: −4 … 2): 14 of 18 cases are seen.
        QCOMPARE(places.size(), std::size_t{63});
        const double share = static_cast<double>(gone) / kEpochs;
        QVERIFY2(std::abs(share - 4.0 / 18.0) < 0.03, qPrintable(QString::number(share)));
        for (const auto& [place, count] : places) {
            // 1/162 for each way; five standard deviations of the larger of 1 or 2 ways.
            QVERIFY(count > 0 && count < kEpochs * 2.0 / 162 + 5 * std::sqrt(kEpochs * 2.0 / 162));
        }
    }
};

BALLAST_TEST(TestAugmentation)
#include "tst_augmentation.moc"
