#include <QtTest>
#include <cmath>

#include "core/data/jpeg.h"
#include "tests/core/base/error_of.h"
#include "tests/core/data/jpeg_folder.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {

/// A smooth colour image.
RgbImage slopes(int width, int height) {
    RgbImage image{width, height, {}};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (const int value : {255 * x / width, 255 * y / height, 128}) {
                image.pixels.push_back(static_cast<std::uint8_t>(value));
            }
        }
    }
    return image;
}

int at(const RgbImage& image, int x, int y, int c) {
    return image.pixels[static_cast<std::size_t>(3 * (y * image.width + x) + c)];
}

/// With the sizes of its start-of-frame segment replaced.
QByteArray announcing(QByteArray jpeg, int width, int height) {
    const auto frame = jpeg.indexOf("\xff\xc0");
    const int sizes[] = {height >> 8, height & 255, width >> 8, width & 255};
    for (int i = 0; i < 4; ++i) jpeg[frame + 5 + i] = static_cast<char>(sizes[i]);
    return jpeg;
}

}  // namespace

class TestJpeg : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    fs::path fileOf(const QByteArray& bytes) const {
        const fs::path file = fs::path(folder_.path().toStdString()) / "image.JPEG";
        writeBytes(file, bytes);
        return file;
    }

    RgbImage decoded(const QByteArray& bytes, int reduction = 1) const {
        JpegDecoder decoder;
        decoder.open(fileOf(bytes));
        RgbImage image;
        decoder.decode(reduction, image);
        return image;
    }

private Q_SLOTS:
    void everyReduction() {
        const RgbImage original = slopes(101, 67);
        const QByteArray bytes = jpegBytes(original, 95);
        for (const int reduction : {1, 2, 4, 8}) {
            const RgbImage image = decoded(bytes, reduction);
            QCOMPARE(image.width, (101 + reduction - 1) / reduction);
            QCOMPARE(image.height, (67 + reduction - 1) / reduction);
            QCOMPARE(image.pixels.size(), static_cast<std::size_t>(3 * image.width * image.height));
            // A pixel stands for the middle of its square.
            for (const int x : {1, 5}) {
                const int whole = x * reduction + reduction / 2;
                QVERIFY(std::abs(at(image, x, 2, 0) - at(original, whole, 0, 0)) <= 8);
                QVERIFY(std::abs(at(image, x, 2, 2) - 128) <= 8);
            }
        }
    }

    void reductionThatSuffices() {
        QCOMPARE(jpegReduction(448, 500, 224), 2);
        QCOMPARE(jpegReduction(447, 500, 224), 1);
        QCOMPARE(jpegReduction(100, 100, 224), 1);
        QCOMPARE(jpegReduction(896, 4000, 224), 4);
        QCOMPARE(jpegReduction(256, 256, 32), 8);
    }

    void greyBecomesColour() {
        const RgbImage image = decoded(kGreyJpeg);
        QCOMPARE(image.width, 16);
        for (int c = 0; c < 3; ++c) {
            QVERIFY(std::abs(at(image, 3, 4, c) - 200) <= 2);
            QVERIFY(std::abs(at(image, 12, 4, c) - 40) <= 2);
        }
    }

    // 255 102 0 by 200, over 255.
    void cmykBecomesColour() {
        const RgbImage image = decoded(kCmykJpeg);
        const int expected[] = {200, 80, 0};
        for (int c = 0; c < 3; ++c) QVERIFY(std::abs(at(image, 8, 4, c) - expected[c]) <= 3);
    }

    // Two pixels, ff 10 20 and 00 30 f0, as Python's zlib packs them.
    void pngUnderAJpegName() {
        const QByteArray png = QByteArray::fromBase64(
            "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR4nGP4L6DAYPABAAghAlAX40NbAAAAAE"
            "lFT"
            "kSuQmCC");
        JpegDecoder decoder;
        decoder.open(fileOf(png));
        QCOMPARE(decoder.width(), 2);
        RgbImage image;
        int reduction = 8;
        const QString error = errorOf([&] { decoder.decode(reduction, image); });
        if (error.contains("no libpng")) QSKIP("this build has no libpng");
        QCOMPARE(error, QString("no error"));
        QCOMPARE(reduction, 1);
        QCOMPARE(image.pixels, (std::vector<std::uint8_t>{0xff, 0x10, 0x20, 0x00, 0x30, 0xf0}));
        QVERIFY(errorOf([&] { decoded(png.left(45)); }).contains("image.JPEG"));
    }

    void onePixel() {
        const RgbImage image = decoded(jpegBytes({1, 1, {200, 100, 50}}, 95));
        QCOMPARE(image.width, 1);
        std::vector<float> values;
        std::vector<float> rows;
        resizeBox(image, {0, 0, 1, 1}, 4, 4, values, rows);
        for (std::size_t i = 0; i < values.size(); i += 3) {
            QVERIFY(std::abs(values[i] - 200) < 4 && std::abs(values[i + 2] - 50) < 4);
        }
    }

    void errors_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("word");
        const QByteArray good = jpegBytes(slopes(200, 100));
        QTest::newRow("empty") << QByteArray() << "empty";
        QTest::newRow("no image") << QByteArray("These are words.") << "decoded";
        QTest::newRow("cut off") << good.left(good.size() / 2) << "decoded";
        QTest::newRow("end missing, some pixels too") << good.chopped(40) << "decoded";
        QTest::newRow("header only") << good.left(100) << "decoded";
        QTest::newRow("announces too much") << announcing(good, 65500, 65500) << "65500×65500";
        QTest::newRow("announces more than there is") << announcing(good, 200, 1000) << "decoded";
        QByteArray torn = good;
        for (qsizetype i = torn.size() / 2; i < torn.size() - 2; ++i) {
            torn[i] = static_cast<char>(i * 91 % 251);
        }
        QTest::newRow("torn") << torn << "decoded";
        QTest::newRow("PNG header only") << QByteArray("\x89PNG\r\n\x1a\nxx", 10) << "PNG";
    }
    void errors() {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, word);
        const QString error = errorOf([&] { decoded(bytes); });
        QVERIFY2(error.contains("image.JPEG") && error.contains(word), qPrintable(error));
    }

    void noFile() {
        JpegDecoder decoder;
        const QString error = errorOf([&] { decoder.open("/nowhere/x.jpg"); });
        QVERIFY2(error.contains("/nowhere/x.jpg"), qPrintable(error));
        decoder.open(fileOf(kGreyJpeg));  // and continues
        QCOMPARE(decoder.height(), 8);
    }

    // Bytes between the segments leave no pixel unknown; files of the large data sets have them.
    void extraneousBytesAreHarmless() {
        QByteArray bytes = kGreyJpeg;
        bytes.insert(2, QByteArray("\0\0\0", 3));
        QCOMPARE(decoded(bytes).pixels, decoded(kGreyJpeg).pixels);
    }
};

BALLAST_TEST(TestJpeg)
#include "tst_jpeg.moc"
