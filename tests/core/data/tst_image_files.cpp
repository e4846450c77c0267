#include <QtTest>
#include <cstdint>
#include <numeric>

#include "core/base/error.h"
#include "core/data/image_files.h"
#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

QByteArray idxHeader(std::initializer_list<std::uint32_t> shape, char type = 8) {
    QByteArray bytes;
    bytes.append('\0').append('\0').append(type).append(static_cast<char>(shape.size()));
    for (const std::uint32_t size : shape) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes.append(static_cast<char>(size >> shift & 255));
        }
    }
    return bytes;
}

QByteArray cifarRecords(const QByteArray& labels, int label_bytes) {
    QByteArray bytes;
    for (int i = 0; i < labels.size() / label_bytes; ++i) {
        bytes.append(labels.mid(i * label_bytes, label_bytes));
        for (int k = 0; k < 3072; ++k) bytes.append(static_cast<char>(i + k));
    }
    return bytes;
}

// What the gzip program makes of `content`.
QByteArray gzipped(const QByteArray& content) {
    QProcess gzip;
    gzip.start("gzip", {"-nc"});
    gzip.write(content);
    gzip.closeWriteChannel();
    gzip.waitForFinished();
    return gzip.readAllStandardOutput();
}

}  // namespace

class TestImageFiles : public QObject {
    Q_OBJECT

private:
    QTemporaryDir folder_;

    std::filesystem::path write(const QByteArray& content) {
        QFile file(folder_.filePath("file"));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size()) abort();
        return file.fileName().toStdString();
    }

private Q_SLOTS:
    void idxImages() {
        const QByteArray content = idxHeader({2, 2, 3}) + "abcdefghijkl";
        for (const QByteArray& stored : {content, gzipped(content)}) {
            const IdxFile idx = readIdx(write(stored), 3);
            QCOMPARE(idx.shape, (std::vector<std::int64_t>{2, 2, 3}));
            QCOMPARE(idx.bytes.size(), static_cast<std::size_t>(content.size()));
            QCOMPARE(idx.values()[0], std::uint8_t{'a'});
            QCOMPARE(idx.values()[11], std::uint8_t{'l'});
            QCOMPARE(idx.values().size(), 12U);
        }
    }

    void idxLabelsWithinRange() {
        const auto path = write(idxHeader({3}) + QByteArray("\0\1\2", 3));
        QCOMPARE(idxLabels(readIdx(path, 1), 3, path), (std::vector<std::int32_t>{0, 1, 2}));
        const QString error = errorOf([&] { idxLabels(readIdx(path, 1), 2, path); });
        QVERIFY2(error.contains("image 2 has class 2, expected 0 … 1"), qPrintable(error));
    }

    void damagedIdx_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("complaint");
        const QByteArray good = idxHeader({2, 2, 3}) + "abcdefghijkl";
        QTest::newRow("empty") << QByteArray() << "starts with , expected 00 00 08 03";
        QTest::newRow("another format")
            << QByteArray("\x89PNG....") << "starts with 89 50 4e 47, expected 00 00 08 03";
        QTest::newRow("another type") << idxHeader({2, 2, 3}, 13) + "abcdefghijkl"
                                      << "starts with 00 00 0d 03";
        QTest::newRow("labels for images") << idxHeader({2}) + "ab"
                                           << "starts with 00 00 08 01";
        QTest::newRow("cut header") << good.left(10) << "has 10 bytes, its header alone takes 16";
        QTest::newRow("cut") << good.chopped(1) << "cut off: it has 11 values, expected 2×2×3 = 12";
        QTest::newRow("too long") << good + "m"
                                  << "has more bytes after its 2×2×3 = 12 values";
        QTest::newRow("huge") << idxHeader({0xffffffff, 0xffffffff, 0xffffffff})
                              << "announces 4294967295×4294967295×4294967295 values";
        QTest::newRow("lying header") << idxHeader({1000, 1000, 1000}) + "abc"
                                      << "it has 3 values, expected";
        // The header says 12 values, the archive holds 100 MB.
        QTest::newRow("bomb") << gzipped(good + QByteArray(100000000, '\0'))
                              << "has more bytes after";
        // Incompressible, so that half the archive is about half the content.
        QByteArray noise;
        for (quint32 i = 0, x = 1; i < 10000; ++i) noise.append(char((x = x * 69069 + 1) >> 24));
        const QByteArray zipped = gzipped(idxHeader({100, 10, 10}) + noise);
        QTest::newRow("cut archive") << zipped.left(5000) << "cut off: its gzip data end too soon";
        QTest::newRow("cut checksum") << zipped.chopped(4) << "cut off: its gzip data end too soon";
        QByteArray flipped = zipped;
        flipped[flipped.size() - 5] = static_cast<char>(flipped[flipped.size() - 5] ^ 1);
        QTest::newRow("wrong checksum") << flipped << "cannot be unpacked";
    }

    void damagedIdx() {
        QFETCH(QByteArray, content);
        QFETCH(QString, complaint);
        const auto path = write(content);
        const QString error = errorOf([&] { readIdx(path, 3); });
        QVERIFY2(error.contains(complaint), qPrintable(error));
        QVERIFY2(error.startsWith(QString::fromStdString(path.string())), qPrintable(error));
    }

    void limitOnTheHeader() {
        const auto path = write(idxHeader({2, 2, 3}) + "abcdefghijkl");
        QCOMPARE(readIdx(path, 3, 12).values().size(), 12U);
        QVERIFY(errorOf([&] { readIdx(path, 3, 11); }).contains("expected at most 11"));
    }

    void cifar10() {
        const auto path = write(cifarRecords(QByteArray("\3\11", 2), 1));
        ImageSet images;
        appendCifar(readCifar(path, kCifar10, 2), kCifar10, path, images);
        appendCifar(readCifar(path, kCifar10, 2), kCifar10, path, images);
        QCOMPARE(images.labels, (std::vector<std::int32_t>{3, 9, 3, 9}));
        QCOMPARE(images.pixels.size(), 4U * 3072U);
        QCOMPARE(images.channels, 3);
        QCOMPARE(images.height, 32);
        QCOMPARE(images.width, 32);
        QCOMPARE(images.pixels[0], std::uint8_t{0});
        QCOMPARE(images.pixels[3072], std::uint8_t{1});
        QCOMPARE(images.pixels[3072 + 3071], std::uint8_t{(1 + 3071) % 256});

        std::vector<std::int32_t> labels;
        appendCifarLabels(path, kCifar10, 2, labels);
        QCOMPARE(labels, (std::vector<std::int32_t>{3, 9}));
    }

    void cifar100TakesTheFineLabel() {
        const auto path = write(cifarRecords(QByteArray("\23\143\1\2", 4), 2));
        ImageSet images;
        appendCifar(readCifar(path, kCifar100, 2), kCifar100, path, images);
        QCOMPARE(images.labels, (std::vector<std::int32_t>{99, 2}));
        QCOMPARE(images.pixels[3072], std::uint8_t{1});
        std::vector<std::int32_t> labels;
        appendCifarLabels(path, kCifar100, 2, labels);
        QCOMPARE(labels, images.labels);
    }

    void damagedCifar() {
        const QByteArray good = cifarRecords(QByteArray("\3\12", 2), 1);
        std::vector<std::int32_t> labels;
        ImageSet images;

        auto path = write(good.chopped(1));
        QString error = errorOf([&] { readCifar(path, kCifar10, 2); });
        QVERIFY2(error.contains("cut off: it has 6145 bytes, expected 6146 (2 records of 3073)"),
                 qPrintable(error));
        QCOMPARE(errorOf([&] { appendCifarLabels(path, kCifar10, 2, labels); }), error);
        QVERIFY(errorOf([&] { readCifar(path, kCifar10, 1); }).contains("too long"));

        path = write(good);
        error = errorOf([&] { appendCifar(readCifar(path, kCifar10, 2), kCifar10, path, images); });
        QVERIFY2(error.contains("image 1 has class 10, expected 0 … 9"), qPrintable(error));
        QCOMPARE(errorOf([&] { appendCifarLabels(path, kCifar10, 2, labels); }), error);

        const std::filesystem::path none = folder_.filePath("none").toStdString();
        QVERIFY(errorOf([&] { readCifar(none, kCifar10, 2); }).contains("none cannot be opened"));
        QVERIFY(errorOf([&] { readIdx(none, 1); }).contains("none cannot be opened"));
    }
};

BALLAST_TEST(TestImageFiles)
#include "tst_image_files.moc"
