#include <torch/torch.h>

#include <QtTest>
#include <cmath>

#include "core/learning/data/photo_transforms.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestPhotoTransforms : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // Resize(256), CenterCrop(224) of 500×375: to 341×256, from column 58 (58.5 to even) and
    // row 16.
    void centreCropOfAPhotograph() {
        const CropBox box = centreCrop(500, 375, 224).box;
        const double across = 500.0 / 341.0;
        const double down = 375.0 / 256.0;
        QVERIFY(std::abs(box.left - 58 * across) < 1e-9);
        QVERIFY(std::abs(box.top - 16 * down) < 1e-9);
        QVERIFY(std::abs(box.width - 224 * across) < 1e-9);
        QVERIFY(std::abs(box.height - 224 * down) < 1e-9);
        const CropBox tall = centreCrop(375, 500, 224).box;
        QCOMPARE(tall.left, box.top);
        QCOMPARE(tall.top, box.left);
    }

    void centreCropStaysInside() {
        for (const auto& [w, h] : {std::pair{1, 1}, {1, 100}, {37, 41}, {5000, 20}}) {
            for (const int size : {8, 32, 224}) {
                const CropBox box = centreCrop(w, h, size).box;
                QVERIFY(box.left >= 0 && box.top >= 0);
                QVERIFY(box.left + box.width <= w + 1e-9 && box.top + box.height <= h + 1e-9);
            }
        }
    }

    void randomCropsAreTorchvisions() {
        double area = 0;
        int mirrored = 0;
        int first[3] = {0, 0, 0};
        double factors[3] = {0, 0, 0};
        constexpr int kImages = 4000;
        for (int i = 0; i < kImages; ++i) {
            const PhotoChange change = randomPhotoChange(500, 400, {"", 1, 0}, i);
            const CropBox& box = change.box;
            for (const double value : {box.left, box.top, box.width, box.height}) {
                QCOMPARE(value, std::floor(value));
            }
            QVERIFY(box.left >= 0 && box.left + box.width <= 500);
            QVERIFY(box.top >= 0 && box.top + box.height <= 400);
            // A rounded side moves both by less than a pixel in 100.
            const double share = box.width * box.height / (500 * 400);
            const double ratio = box.width / box.height;
            QVERIFY(share > 0.079 && share <= 1);
            QVERIFY(ratio > 0.74 && ratio < 1.35);
            area += share / kImages;
            mirrored += change.mirrored;
            ++first[change.order[0]];
            QCOMPARE(change.order[0] + change.order[1] + change.order[2], 3);
            for (std::size_t k = 0; k < 3; ++k) {
                QVERIFY(change.factors[k] >= 0.6F && change.factors[k] <= 1.4F);
                factors[k] += change.factors[k] / static_cast<double>(kImages);
            }
        }
        // Uniform in 0.08 … 1 but that large crops fit less often.
        QVERIFY2(area > 0.44 && area < 0.55, qPrintable(QString::number(area)));
        QVERIFY(std::abs(mirrored - kImages / 2) < 150);
        for (std::size_t k = 0; k < 3; ++k) {
            QVERIFY(std::abs(first[k] - kImages / 3) < 150);
            QVERIFY(std::abs(factors[k] - 1) < 0.02);
        }
    }

    // No crop of the allowed shapes fits: the middle, as wide as allowed.
    void fallback() {
        const CropBox box = randomPhotoChange(1000, 10, {"", 1, 0}, 7).box;
        QCOMPARE(box.height, 10.0);
        QCOMPARE(box.width, 13.0);
        QCOMPARE(box.left, 493.0);
        const CropBox pixel = randomPhotoChange(1, 1, {"", 1, 0}, 7).box;
        QCOMPARE(pixel.width, 1.0);
    }

    // Grey of (100, 50, 200) is 82.04, of (0, 0, 0) 0: mean 41.02.
    void jitterByHand() {
        PhotoChange change;
        change.jittered = true;
        const std::vector<float> pixels = {100, 50, 200, 0, 0, 0};
        const auto changed = [&](std::size_t what, float factor) {
            PhotoChange one = change;
            one.factors[what] = factor;
            std::vector<float> result = pixels;
            jitterColours(one, result);
            return result;
        };
        const auto near = [](const std::vector<float>& found, const std::vector<double>& expected) {
            for (std::size_t i = 0; i < expected.size(); ++i) {
                if (std::abs(found[i] - expected[i]) > 1e-2) return false;
            }
            return found.size() == expected.size();
        };
        QVERIFY(near(changed(0, 1), {100, 50, 200, 0, 0, 0}));
        QVERIFY(near(changed(0, 1.4F), {140, 70, 255, 0, 0, 0}));
        QVERIFY(near(changed(1, 0.5F), {70.51, 45.51, 120.51, 20.51, 20.51, 20.51}));
        QVERIFY(near(changed(2, 0.5F), {91.02, 66.02, 141.02, 0, 0, 0}));
        // Brightness, then contrast is not contrast, then brightness, where values are cut.
        change.factors[0] = 1.4F;
        change.factors[1] = 0.6F;
        std::vector<float> forth = pixels;
        jitterColours(change, forth);
        change.order[0] = 1;
        change.order[1] = 0;
        std::vector<float> back = pixels;
        jitterColours(change, back);
        QVERIFY(std::abs(forth[2] - back[2]) > 5);
    }

    void mirrorAndRounding() {
        PhotoChange change;
        const std::vector<float> pixels = {0.4F, 0.6F, 300, -5, 4, 5, 10, 11, 12, 13, 14, 15};
        std::uint8_t out[12];
        writePixels(change, pixels, 2, out);
        QCOMPARE((std::vector<std::uint8_t>(out, out + 12)),
                 (std::vector<std::uint8_t>{0, 1, 255, 0, 4, 5, 10, 11, 12, 13, 14, 15}));
        change.mirrored = true;
        writePixels(change, pixels, 2, out);
        QCOMPARE((std::vector<std::uint8_t>(out, out + 12)),
                 (std::vector<std::uint8_t>{0, 4, 5, 0, 1, 255, 13, 14, 15, 10, 11, 12}));
    }
};

BALLAST_TEST(TestPhotoTransforms)
#include "tst_photo_transforms.moc"
