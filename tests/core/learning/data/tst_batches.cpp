#include "core/learning/data/batches.h"

#include <QtTest>
#include <algorithm>
#include <numeric>

using namespace ballast;

namespace {

std::vector<std::int64_t> orderOf(const Batches& batches) {
    std::vector<std::int64_t> order;
    for (int i = 0; i < batches.count(); ++i) {
        order.insert(order.end(), batches[i].begin(), batches[i].end());
    }
    return order;
}

}  // namespace

class TestBatches : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyImageOnce_data() {
        QTest::addColumn<int>("images");
        QTest::addColumn<int>("batch_size");
        QTest::addColumn<int>("batches");
        QTest::addColumn<int>("last");
        QTest::newRow("last one smaller") << 1000 << 128 << 8 << 104;
        QTest::newRow("no rest") << 1024 << 128 << 8 << 128;
        QTest::newRow("a single image left") << 129 << 128 << 2 << 1;
        QTest::newRow("fewer images than a batch") << 5 << 128 << 1 << 5;
        QTest::newRow("one image") << 1 << 1 << 1 << 1;
    }
    void everyImageOnce() {
        QFETCH(const int, images);
        QFETCH(const int, batch_size);
        QFETCH(const int, batches);
        QFETCH(const int, last);
        const Batches made(images, batch_size, 3, 0);
        QCOMPARE(made.count(), batches);
        for (int i = 0; i + 1 < batches; ++i) {
            QCOMPARE(made[i].size(), static_cast<std::size_t>(batch_size));
        }
        QCOMPARE(made[batches - 1].size(), static_cast<std::size_t>(last));
        std::vector<std::int64_t> order = orderOf(made);
        if (images > 100) QVERIFY(!std::ranges::is_sorted(order));
        std::ranges::sort(order);
        std::vector<std::int64_t> all(static_cast<std::size_t>(images));
        std::iota(all.begin(), all.end(), 0);
        QCOMPARE(order, all);
    }

    void pureFunctionOfSeedAndEpoch() {
        const auto order = [](std::uint64_t seed, int epoch) {
            return orderOf(Batches(500, 32, seed, epoch));
        };
        QCOMPARE(order(1, 7), order(1, 7));
        QVERIFY(order(1, 7) != order(1, 8));
        QVERIFY(order(1, 7) != order(2, 7));
        QVERIFY(order(0, 1) != order(1, 0));
        QVERIFY(order(1, 7) != order((std::uint64_t{1} << 32) + 1, 7));  // all 64 bits count
        // The size of the batches cuts the same order differently.
        QCOMPARE(orderOf(Batches(500, 100, 1, 7)), order(1, 7));
    }
};

QTEST_GUILESS_MAIN(TestBatches)
#include "tst_batches.moc"
