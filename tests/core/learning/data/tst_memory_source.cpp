#include "core/learning/data/memory_source.h"

#include <QtTest>
#include <numeric>

#include "core/base/keyed_random.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

MemorySource sourceOf(int count) {
    ImageSet images{3, 9, 9, std::vector<std::int32_t>(static_cast<std::size_t>(count)), {}};
    std::iota(images.labels.begin(), images.labels.end(), 0);
    const KeyedRandom random(1, Purpose::initial_weights, 0);
    for (std::uint64_t i = 0; i < 243ULL * static_cast<std::uint64_t>(count); ++i) {
        images.pixels.push_back(static_cast<std::uint8_t>(random.words(i)[0]));
    }
    return MemorySource(imageTensor(images, nullptr, *findDataset("cifar10"), torch::kCPU));
}

}  // namespace

class TestMemorySource : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sharesAreTheWholeBatch_data() {
        QTest::addColumn<QString>("augmentation");
        QTest::addColumn<bool>("by_position");
        QTest::newRow("plain") << "none" << false;
        QTest::newRow("by image") << "crop-flip" << false;
        QTest::newRow("by place") << "crop-flip" << true;
        QTest::newRow("policy") << "autoaugment-cutout" << true;
    }

    /// Together, shares are the batches that one process makes; the last one is a single image.
    void sharesAreTheWholeBatch() {
        QFETCH(const QString, augmentation);
        QFETCH(const bool, by_position);
        const MemorySource source = sourceOf(17);
        std::vector<std::int64_t> order(17);
        std::iota(order.begin(), order.end(), 0);
        if (augmentation != "none") std::ranges::reverse(order);
        const Augmentation change{augmentation.toStdString(), 5, 2, by_position};
        const auto whole = source.stream(order, 8, change);
        const auto first = source.stream(order, 8, change, {0, 2});
        const auto second = source.stream(order, 8, change, {1, 2});
        int batches = 0;
        for (Batch batch; whole->next(batch); ++batches) {
            Batch a;
            Batch b;
            QVERIFY(first->next(a) && second->next(b));
            QCOMPARE(batch.of_all, batch.labels.size(0));
            QVERIFY(a.of_all == batch.of_all && b.of_all == batch.of_all);
            QCOMPARE(a.labels.size(0), batch.of_all / 2);
            QVERIFY(torch::equal(torch::cat({a.images, b.images}), batch.images));
            QVERIFY(torch::equal(torch::cat({a.labels, b.labels}), batch.labels));
            a.indices.insert(a.indices.end(), b.indices.begin(), b.indices.end());
            QCOMPARE(a.indices, batch.indices);
        }
        QCOMPARE(batches, 3);
        Batch none;
        QVERIFY(!first->next(none) && !second->next(none));
    }
};

BALLAST_TEST(TestMemorySource)
#include "tst_memory_source.moc"
