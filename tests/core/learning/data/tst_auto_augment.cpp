#include "core/learning/data/auto_augment.h"
#include "tests/support/test_program.h"

#include <torch/torch.h>

#include <QtTest>
#include <cmath>
#include <numeric>

using namespace ballast;

namespace {

using Op = ImageOperation;

/// Two images of 4×4 pixels with three channels, values spread over 0 … 255.
torch::Tensor pictures() {
    return ((torch::arange(2 * 4 * 4 * 3, torch::kInt64) * 37 + 11) % 256)
        .view({2, 4, 4, 3})
        .to(torch::kUInt8);
}

torch::Tensor magnitudes(double value) {
    return torch::full({2}, value);
}

std::vector<std::int64_t> keysOf(std::int64_t count) {
    std::vector<std::int64_t> keys(static_cast<std::size_t>(count));
    std::iota(keys.begin(), keys.end(), std::int64_t{0});
    return keys;
}

}  // namespace

class TestAutoAugment : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // A magnitude at which the operation changes nothing.
    void neutralMagnitudes_data() {
        QTest::addColumn<int>("operation");
        QTest::addColumn<double>("magnitude");
        QTest::newRow("shear") << static_cast<int>(Op::shear_y) << 0.0;
        QTest::newRow("bicubic shear") << static_cast<int>(Op::shear_y_bicubic) << 0.0;
        QTest::newRow("translate x") << static_cast<int>(Op::translate_x) << 0.0;
        QTest::newRow("translate y") << static_cast<int>(Op::translate_y) << 0.0;
        QTest::newRow("rotate") << static_cast<int>(Op::rotate) << 0.0;
        QTest::newRow("color") << static_cast<int>(Op::color) << 1.0;
        QTest::newRow("contrast") << static_cast<int>(Op::contrast) << 1.0;
        QTest::newRow("brightness") << static_cast<int>(Op::brightness) << 1.0;
        QTest::newRow("sharpness") << static_cast<int>(Op::sharpness) << 1.0;
        QTest::newRow("posterize") << static_cast<int>(Op::posterize) << 8.0;
        QTest::newRow("solarize") << static_cast<int>(Op::solarize) << 256.0;
    }
    void neutralMagnitudes() {
        QFETCH(const int, operation);
        QFETCH(const double, magnitude);
        const torch::Tensor images = pictures();
        QVERIFY(applyOperation(static_cast<Op>(operation), images, magnitudes(magnitude))
                    .equal(images));
    }

    // By hand, from Pillow's definitions.
    void handValues() {
        const torch::Tensor images = pictures();
        const torch::Tensor wide = images.to(torch::kInt64);
        QVERIFY(
            applyOperation(Op::invert, images, magnitudes(0)).to(torch::kInt64).equal(255 - wide));
        QVERIFY(applyOperation(Op::posterize, images, magnitudes(4))
                    .to(torch::kInt64)
                    .equal(wide.floor_divide(16) * 16));
        QVERIFY(applyOperation(Op::solarize, images, magnitudes(128))
                    .to(torch::kInt64)
                    .equal(torch::where(wide.ge(128), 255 - wide, wide)));
        QVERIFY(applyOperation(Op::brightness, images, magnitudes(0.5))
                    .to(torch::kInt64)
                    .equal(wide.floor_divide(2)));
        // One pixel to the left, grey where the image had nothing.
        const torch::Tensor moved = applyOperation(Op::translate_x, images, magnitudes(0.25));
        QVERIFY(moved.narrow(2, 0, 3).equal(images.narrow(2, 1, 3)));
        QVERIFY(moved.select(2, 3).eq(128).all().item<bool>());
        // A quarter turn about the centre.
        const torch::Tensor turned = applyOperation(Op::rotate, images, magnitudes(90.0001));
        QVERIFY(turned.equal(images.rot90(-1, {1, 2})) || turned.equal(images.rot90(1, {1, 2})));
    }

    // Pillow 9: ImageOps.equalize and autocontrast of one row 10 10 20 30 (256 of each value for
    // equalize, so that its step is not 0).
    void histogramOperations() {
        const torch::Tensor row = torch::tensor({10, 10, 20, 30}, torch::kUInt8);
        const torch::Tensor image = row.repeat_interleave(256).view({1, 32, 32, 1});
        const torch::Tensor contrast = applyOperation(Op::autocontrast, image, torch::zeros({1}));
        QCOMPARE(contrast.min().item<int>(), 0);
        QCOMPARE(contrast.max().item<int>(), 255);
        QVERIFY(contrast.reshape({-1})[600].item<int>() == 127);
        // step = (1024 − 256) / 255 = 3; levels (1 + n) / 3 with n = 0, 512, 768 images before.
        const torch::Tensor equal = applyOperation(Op::equalize, image, torch::zeros({1}));
        QCOMPARE(equal.reshape({-1})[0].item<int>(), 0);
        QCOMPARE(equal.reshape({-1})[600].item<int>(), 171);
        QCOMPARE(equal.reshape({-1})[1000].item<int>(), 255);
    }

    // An image's changes follow from its key alone, whatever is in the batch with it.
    void aFunctionOfTheKey() {
        const torch::Tensor images = (torch::arange(64 * 32 * 32 * 3, torch::kInt64) % 251)
                                         .view({64, 32, 32, 3})
                                         .to(torch::kUInt8);
        const KeyedRandom random(3, Purpose::augmentation_policy, 5);
        const auto keys = keysOf(64);
        const torch::Tensor together = autoAugment(images, keys, random);
        QVERIFY(together.equal(autoAugment(images, keys, random)));
        const std::vector<std::int64_t> two = {40, 7};
        const torch::Tensor picked =
            autoAugment(images.index_select(0, torch::tensor(two)), two, random);
        QVERIFY(picked[0].equal(together[40]));
        QVERIFY(picked[1].equal(together[7]));
        const KeyedRandom other(3, Purpose::augmentation_policy, 6);
        QVERIFY(!together.equal(autoAugment(images, keys, other)));
        // Most images change; the policy leaves some as they are.
        const torch::Tensor changed = together.ne(images).flatten(1).any(1);
        const auto count = changed.sum().item<std::int64_t>();
        QVERIFY2(count > 30 && count < 60, qPrintable(QString::number(count)));
    }

    // Pillow's BICUBIC (a = −1) by hand: a shear of 0.5 reads column 0 a quarter of a pixel lower,
    // at row y + 0.25, where the neighbours count −9/64, 57/64, 19/64 and −3/64; rows beyond the
    // border are the border's. In column 3 it reads at y + 1.75, and from the last two rows
    // outside.
    void bicubicShearsAsPillows() {
        const torch::Tensor column = torch::tensor({10, 40, 200, 90}, torch::kUInt8);
        const torch::Tensor image = column.view({1, 4, 1, 1}).repeat({1, 1, 4, 3});
        const torch::Tensor sheared =
            applyOperation(Op::shear_y_bicubic, image, torch::tensor({0.5}));
        const auto at = [&](int row, int x) { return sheared[0][row][x][0].item<int>(); };
        QCOMPARE(at(0, 0), (-9 * 10 + 57 * 10 + 19 * 40 - 3 * 200) / 64);
        QCOMPARE(at(1, 0), (-9 * 10 + 57 * 40 + 19 * 200 - 3 * 90) / 64);
        QCOMPARE(at(2, 0), (-9 * 40 + 57 * 200 + 19 * 90 - 3 * 90) / 64);
        QCOMPARE(at(0, 3), (-3 * 10 + 19 * 40 + 57 * 200 - 9 * 90) / 64);
        QCOMPARE(at(2, 3), 128);
        QCOMPARE(at(3, 3), 128);
        const torch::Tensor flat = torch::full({1, 8, 8, 3}, 199, torch::kUInt8);
        const torch::Tensor moved =
            applyOperation(Op::shear_y_bicubic, flat, torch::tensor({0.2333}));
        QVERIFY((moved.eq(199) | moved.eq(128)).all().item<bool>());
    }

    // Of 2,000 images the authors' policy changes otherwise those it shears (2 pairs of 25, with
    // probabilities 0.5 and 0.2), and of those it rotates (0.7 in one pair) the half that would
    // turn the other way.
    void theAuthorsDifferInRotationsAndShearsOnly() {
        const std::int64_t count = 2000;
        const torch::Tensor images = (torch::arange(16 * 16, torch::kInt64) * 37 % 251)
                                         .view({1, 16, 16, 1})
                                         .repeat({count, 1, 1, 3})
                                         .to(torch::kUInt8);
        const KeyedRandom random(3, Purpose::augmentation_policy, 5);
        const auto keys = keysOf(count);
        const torch::Tensor published = autoAugment(images, keys, random);
        const torch::Tensor authors = autoAugment(images, keys, random, AutoAugmentAs::authors);
        const auto other = published.ne(authors).flatten(1).any(1).sum().item<std::int64_t>();
        const double expected = (0.5 * 0.7 + 0.5 + 0.2) / 25.0;
        QVERIFY2(std::abs(static_cast<double>(other) / count - expected) < 0.012,
                 qPrintable(QString::number(other)));
        // Images that only the rotation changed: all of them turned one way.
        const torch::Tensor turn = magnitudes(30.0 * 2 / 9).slice(0, 0, 1);
        const torch::Tensor left = applyOperation(Op::rotate, images.slice(0, 0, 1), turn);
        const torch::Tensor right = applyOperation(Op::rotate, images.slice(0, 0, 1), -turn);
        const auto like = [](const torch::Tensor& many, const torch::Tensor& one) {
            return many.eq(one).flatten(1).all(1).sum().item<std::int64_t>();
        };
        QVERIFY(like(published, left) > 5 && like(published, right) > 5);
        QCOMPARE(like(authors, left), like(published, left) + like(published, right));
        QCOMPARE(like(authors, right), std::int64_t{0});
    }

    void cutoutBlackensASquare() {
        torch::Tensor images = torch::full({200, 32, 32, 3}, 255, torch::kUInt8);
        const KeyedRandom random(1, Purpose::augmentation, 0);
        cutout(images, 16, keysOf(200), random);
        const torch::Tensor black = images.select(3, 0).eq(0);
        const torch::Tensor area = black.flatten(1).sum(1);
        QCOMPARE(area.max().item<std::int64_t>(), std::int64_t{256});
        QVERIFY(area.min().item<std::int64_t>() >= 64);  // the centre is never outside
        QVERIFY(images.select(3, 1).eq(0).equal(black));
        const torch::Tensor rows = black.any(2).sum(1);
        const torch::Tensor columns = black.any(1).sum(1);
        QVERIFY((rows * columns).equal(area));  // one rectangle
    }
};

BALLAST_TEST(TestAutoAugment)
#include "tst_auto_augment.moc"
