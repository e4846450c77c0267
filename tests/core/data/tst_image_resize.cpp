#include <QtTest>
#include <cmath>

#include "core/data/image_resize.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

/// One channel's values of a row in all three channels.
RgbImage rowOf(const std::vector<int>& values) {
    RgbImage image{static_cast<int>(values.size()), 1, {}};
    for (const int value : values) {
        for (int c = 0; c < 3; ++c) image.pixels.push_back(static_cast<std::uint8_t>(value));
    }
    return image;
}

std::vector<double> resized(const std::vector<int>& values, double left, double width, int out) {
    std::vector<float> pixels;
    std::vector<float> rows;
    resizeBox(rowOf(values), {left, 0, width, 1}, out, 1, pixels, rows);
    std::vector<double> result;
    for (std::size_t i = 0; i < pixels.size(); i += 3) {
        if (pixels[i] != pixels[i + 1] || pixels[i] != pixels[i + 2]) return {};
        result.push_back(pixels[i]);
    }
    return result;
}

using Values = std::vector<double>;

}  // namespace

class TestImageResize : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // By hand: weight max(0, 1 − |x + ½ − centre| / s) of pixel x, s the larger of scale and 1,
    // over the weights' sum.
    void byHand_data() {
        QTest::addColumn<std::vector<int>>("from");
        QTest::addColumn<double>("left");
        QTest::addColumn<double>("width");
        QTest::addColumn<Values>("expected");
        using Row = std::vector<int>;
        QTest::newRow("same size") << Row{10, 20, 60} << 0.0 << 3.0 << Values{10, 20, 60};
        QTest::newRow("a part") << Row{10, 20, 60} << 1.0 << 2.0 << Values{20, 60};
        // Centre 0.5, 1, 1.5 … in input pixels of 2: mixed 3:1, the ends held.
        QTest::newRow("twice as large") << Row{0, 100} << 0.0 << 2.0 << Values{0, 25, 75, 100};
        // Centre 1 and 3, s = 2: weights ¾ ¾ ¼ of pixels 0, 1, 2.
        QTest::newRow("half as large") << Row{0, 70, 140, 210} << 0.0 << 4.0
                                       << Values{(0.75 * 70 + 0.25 * 140) / 1.75,
                                                 (0.25 * 70 + 0.75 * 140 + 0.75 * 210) / 1.75};
        // Centre 2, s = 4: ⅝ ⅞ ⅞ ⅝.
        QTest::newRow("to one pixel")
            << Row{8, 16, 24, 64} << 0.0 << 4.0
            << Values{(0.625 * 8 + 0.875 * 16 + 0.875 * 24 + 0.625 * 64) / 3};
        // Centre 1: half of each neighbour.
        QTest::newRow("between pixels") << Row{10, 30, 90} << 0.5 << 1.0 << Values{20};
        // Centre 1.75: ¾ of the second and ¼ of the third.
        QTest::newRow("a fraction") << Row{10, 30, 90} << 1.25 << 1.0 << Values{45};
        QTest::newRow("one pixel grows") << Row{77} << 0.0 << 1.0 << Values{77, 77, 77};
        QTest::newRow("beyond the edge") << Row{10, 30} << 1.0 << 3.0 << Values{30, 30, 30};
    }
    void byHand() {
        QFETCH(std::vector<int>, from);
        QFETCH(double, left);
        QFETCH(double, width);
        QFETCH(Values, expected);
        const Values found = resized(from, left, width, static_cast<int>(expected.size()));
        QCOMPARE(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            QVERIFY2(
                std::abs(found[i] - expected[i]) < 1e-3,
                qPrintable(QString("%1: %2, expected %3").arg(i).arg(found[i]).arg(expected[i])));
        }
    }

    void bothDirectionsAndColours() {
        RgbImage image{2, 2, {0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32}};
        std::vector<float> out;
        std::vector<float> rows;
        resizeBox(image, {0, 0, 2, 2}, 1, 1, out, rows);
        for (std::size_t c = 0; c < 3; ++c) {
            QVERIFY(std::abs(out[c] - static_cast<float>(15 + c)) < 1e-4F);
        }
        resizeBox(image, {0, 1, 2, 1}, 2, 1, out, rows);
        const float expected[] = {20, 21, 22, 30, 31, 32};
        QCOMPARE(out.size(), std::size(expected));
        for (std::size_t i = 0; i < out.size(); ++i) QCOMPARE(out[i], expected[i]);
    }
};

BALLAST_TEST(TestImageResize)
#include "tst_image_resize.moc"
