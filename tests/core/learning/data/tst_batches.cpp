#include "core/experiment/catalog.h"
#include "core/learning/data/batches.h"
#include "tests/support/test_program.h"

#include <QtTest>
#include <algorithm>
#include <cmath>
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

    // Classes of 4,000, 400 and 40 images: with weights 1 each a third of the draws, with √N 0.706,
    // 0.223 and 0.071 of them; within four standard deviations.
    void samplingRules_data() {
        QTest::addColumn<QString>("sampling");
        QTest::addColumn<double>("first");
        QTest::addColumn<double>("last");
        QTest::newRow("class-balanced") << "class-balanced" << 1.0 / 3 << 1.0 / 3;
        QTest::newRow("square-root") << "square-root" << 0.70610 << 0.07061;
    }
    void samplingRules() {
        QFETCH(const QString, sampling);
        QFETCH(const double, first);
        QFETCH(const double, last);
        std::vector<std::vector<std::int64_t>> images(3);
        for (std::int64_t i = 0; i < 4440; ++i) {
            images[i < 4000 ? 0 : i < 4400 ? 1 : 2].push_back(i);
        }
        const auto order = epochOrder(*choiceNamed<Sampling>(sampling.toStdString()), images, 5, 2);
        QCOMPARE(order.size(), std::size_t{4440});
        const auto share = [&](std::int64_t from, std::int64_t to) {
            return static_cast<double>(std::ranges::count_if(
                       order, [&](std::int64_t i) { return i >= from && i < to; })) /
                   4440.0;
        };
        const double deviation = 4.0 * std::sqrt(0.25 / 4440.0);
        QVERIFY(std::abs(share(0, 4000) - first) < deviation);
        QVERIFY(std::abs(share(4400, 4440) - last) < deviation);
        QCOMPARE(epochOrder(*choiceNamed<Sampling>(sampling.toStdString()), images, 5, 2), order);
        QVERIFY(epochOrder(*choiceNamed<Sampling>(sampling.toStdString()), images, 5, 3) != order);
    }

    // Classes of 4,000, 400 and 40 images of 4,440: (1 − s) π_y + s/3, within four deviations; s =
    // 1 is the class-balanced order itself.
    void progressiveSampling() {
        std::vector<std::vector<std::int64_t>> images(3);
        for (std::int64_t i = 0; i < 4440; ++i) {
            images[i < 4000 ? 0 : i < 4400 ? 1 : 2].push_back(i);
        }
        for (const double s : {0.0, 0.25, 0.5, 1.0}) {
            const auto order = epochOrder(Sampling::progressive, images, 5, 2, s);
            QCOMPARE(order.size(), std::size_t{4440});
            const auto last = static_cast<double>(
                std::ranges::count_if(order, [](std::int64_t i) { return i >= 4400; }));
            const double p = (1.0 - s) * 40.0 / 4440.0 + s / 3.0;
            QVERIFY(std::abs(last - 4440.0 * p) < 4.0 * std::sqrt(4440.0 * p * (1.0 - p)));
            QVERIFY((order == epochOrder(Sampling::class_balanced, images, 5, 2)) == (s == 1.0));
            QCOMPARE(epochOrder(Sampling::progressive, images, 5, 2, s), order);
        }
    }

    void everyImageOnceIsTheOldOrder() {
        std::vector<std::vector<std::int64_t>> images(2);
        for (std::int64_t i = 0; i < 100; ++i) images[i < 70 ? 0 : 1].push_back(i);
        QCOMPARE(epochOrder(Sampling::instance, images, 5, 2), Batches(100, 10, 5, 2).order());
    }
};

BALLAST_TEST(TestBatches)
#include "tst_batches.moc"
