#include <QtTest>
#include <algorithm>
#include <cmath>

#include "core/base/keyed_random.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestKeyedRandom : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // Known answers of the Random123 distribution (kat_vectors, philox4x32 10).
    void philoxKnownAnswers() {
        const std::array<std::uint32_t, 4> zeros = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
        QCOMPARE(philox4x32({0, 0, 0, 0}, {0, 0}), zeros);
        constexpr std::uint32_t kOnes = 0xffffffff;
        const std::array<std::uint32_t, 4> ones = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
        QCOMPARE(philox4x32({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}), ones);
        const std::array<std::uint32_t, 4> pi = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
        QCOMPARE(
            philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            pi);
    }

    void dependsOnEveryPartOfTheKey() {
        const KeyedRandom base(1, Purpose::batch_order, 2);
        QCOMPARE(base.words(3), KeyedRandom(1, Purpose::batch_order, 2).words(3));
        QVERIFY(base.words(3) != KeyedRandom(2, Purpose::batch_order, 2).words(3));
        QVERIFY(base.words(3) != KeyedRandom(1ull << 40 | 1, Purpose::batch_order, 2).words(3));
        QVERIFY(base.words(3) != KeyedRandom(1, Purpose::augmentation, 2).words(3));
        QVERIFY(base.words(3) != KeyedRandom(1, Purpose::batch_order, 3).words(3));
        QVERIFY(base.words(3) != base.words(4));
        QVERIFY(base.words(3) != base.words(3ull << 32));
    }

    void permutationHoldsEveryIndexOnce() {
        const auto order = KeyedRandom(7, Purpose::batch_order, 0).permutation(1000);
        auto sorted = order;
        std::ranges::sort(sorted);
        for (std::int64_t i = 0; i < 1000; ++i) QCOMPARE(sorted[static_cast<std::size_t>(i)], i);
        QVERIFY(order != sorted);
        QVERIFY(order != KeyedRandom(7, Purpose::batch_order, 1).permutation(1000));
    }

    void momentsOfUniformAndNormal() {
        const KeyedRandom random(3, Purpose::initial_weights, 0);
        constexpr int kDraws = 200000;
        double uniform = 0, normal = 0, square = 0;
        for (int i = 0; i < kDraws; ++i) {
            const double u = random.uniform(static_cast<std::uint64_t>(i));
            QVERIFY(u >= 0.0 && u < 1.0);
            uniform += u;
            const double z = random.normal(static_cast<std::uint64_t>(i));
            normal += z;
            square += z * z;
        }
        // Five standard errors.
        QVERIFY(std::abs(uniform / kDraws - 0.5) < 5 * std::sqrt(1.0 / 12 / kDraws));
        QVERIFY(std::abs(normal / kDraws) < 5 / std::sqrt(kDraws));
        QVERIFY(std::abs(square / kDraws - 1.0) < 5 * std::sqrt(2.0 / kDraws));
    }

    void belowCoversItsRange() {
        QCOMPARE(below(0, 9), 0u);
        QCOMPARE(below(0xffffffff, 9), 8u);
        QCOMPARE(below(0x80000000, 2), 1u);
    }
};

BALLAST_TEST(TestKeyedRandom)
#include "tst_keyed_random.moc"
