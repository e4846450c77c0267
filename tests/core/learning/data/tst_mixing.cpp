#include "core/learning/data/mixing.h"

#include <torch/torch.h>

#include <QtTest>
#include <cmath>
#include <numeric>

#include "tests/support/test_program.h"

using namespace ballast;

namespace {

constexpr int kBatches = 20000;

Batch mixableBatch() {
    Batch batch;
    batch.images = torch::sin(torch::arange(4 * 3 * 5 * 5, torch::kFloat32))
                       .view({4, 3, 5, 5})
                       .contiguous(torch::MemoryFormat::ChannelsLast);
    batch.labels = torch::tensor(std::vector<std::int64_t>{0, 1, 2, 0});
    return batch;
}

}  // namespace

class TestMixing : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // λ = max(l, 1 − l) with l ~ Beta(a, a): (λ − ½)² has the mean var l = 1 / (4 (2a + 1)), and
    // its deviation over 20,000 batches is at most 1/4 / √20000; and P(λ > 0.9) = 2 I_0.1(a, a), in
    // Python 2 * scipy.stats.beta.cdf(0.1, a, a).
    void sharesAreBeta_data() {
        QTest::addColumn<double>("a");
        QTest::addColumn<double>("above");
        QTest::newRow("0.2") << 0.2 << 0.67338;
        QTest::newRow("1") << 1.0 << 0.2;
        QTest::newRow("2") << 2.0 << 0.056;
        QTest::newRow("8") << 8.0 << 6.7e-5;
    }
    void sharesAreBeta() {
        QFETCH(const double, a);
        QFETCH(const double, above);
        double square = 0.0;
        int many = 0;
        for (int i = 0; i < kBatches; ++i) {
            const double share = mixtureOf(a, 3, 1, i, 1).share;
            QVERIFY(share >= 0.5 && share <= 1.0);
            square += (share - 0.5) * (share - 0.5);
            many += share > 0.9 ? 1 : 0;
        }
        const double variance = 1.0 / (4.0 * (2.0 * a + 1.0));
        QVERIFY2(std::abs(square / kBatches - variance) < 4.0 * 0.125 / std::sqrt(kBatches),
                 qPrintable(QString::number(square / kBatches)));
        const double share = static_cast<double>(many) / kBatches;
        const double deviation = std::sqrt(std::max(above * (1.0 - above), 1e-4) / kBatches);
        QVERIFY2(std::abs(share - above) < 4.5 * deviation, qPrintable(QString::number(share)));
    }

    void aNearZeroIsStillAShare() {
        for (int i = 0; i < 100; ++i) {
            const double share = mixtureOf(1e-3, 3, 1, i, 1).share;
            QVERIFY(share >= 0.5 && share <= 1.0);
        }
    }

    void partnersAreAPermutation() {
        std::vector<int> of_first(5);
        for (int i = 0; i < 5000; ++i) {
            std::vector<std::int64_t> partners = mixtureOf(1.0, 3, 1, i, 5).partners;
            ++of_first[static_cast<std::size_t>(partners[0])];
            std::ranges::sort(partners);
            QCOMPARE(partners, (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
        }
        for (const int times : of_first) QVERIFY(std::abs(times - 1000) < 4 * 29);
    }

    void pureFunctionOfSeedEpochAndBatch() {
        const auto same = [](const Mixture& one, const Mixture& other) {
            return one.share == other.share && one.partners == other.partners;
        };
        const Mixture mixture = mixtureOf(1.0, 3, 1, 2, 128);
        QVERIFY(same(mixture, mixtureOf(1.0, 3, 1, 2, 128)));
        QVERIFY(!same(mixture, mixtureOf(1.0, 4, 1, 2, 128)));
        QVERIFY(!same(mixture, mixtureOf(1.0, 3, 2, 2, 128)));
        QVERIFY(!same(mixture, mixtureOf(1.0, 3, 1, 3, 128)));
    }

    void imagesAreMixedAndLieAsBefore() {
        const Batch before = mixableBatch();
        Batch batch = mixableBatch();
        Phase phase;
        phase.mixing = Mixing::mixup;
        mix(batch, {0.75, {1, 0, 3, 2}}, phase, std::vector<std::int64_t>{90, 30, 10});
        for (std::int64_t i = 0; i < 4; ++i) {
            const torch::Tensor expected =
                0.75 * before.images[i] + 0.25 * before.images[i % 2 == 0 ? i + 1 : i - 1];
            QVERIFY(torch::allclose(batch.images[i], expected, 1e-6, 1e-6));
        }
        QVERIFY(batch.images.is_contiguous(torch::MemoryFormat::ChannelsLast));
        QVERIFY(batch.labels.equal(before.labels));
        QVERIFY(batch.other_labels.equal(torch::tensor(std::vector<std::int64_t>{1, 0, 0, 2})));
        QVERIFY(batch.label_share.eq(0.75).all().item<bool>());
    }

    // N = 90, 30, 10 and κ = 3: pairs (0, 1), (1, 0), (2, 0), (0, 2).
    void remixGivesRareClassesTheLabel() {
        Phase phase;
        phase.mixing = Mixing::remix;
        const std::vector<std::int64_t> counts = {90, 30, 10};
        const auto shares = [&](double share) {
            Batch batch = mixableBatch();
            mix(batch, {share, {1, 0, 3, 2}}, phase, counts);
            const auto* values = batch.label_share.data_ptr<float>();
            return std::vector<float>(values, values + 4);
        };
        QCOMPARE(shares(0.75), (std::vector<float>{0.75F, 1.0F, 1.0F, 0.75F}));
        phase.remix_ratio = 4.0;
        QCOMPARE(shares(0.75), (std::vector<float>{0.75F, 0.75F, 1.0F, 0.75F}));
        phase.remix_share = 0.2;
        QCOMPARE(shares(0.75), (std::vector<float>(4, 0.75F)));
        phase.remix_share = 0.8;  // also where it has less than half
        QCOMPARE(shares(0.75), (std::vector<float>{0.75F, 0.75F, 1.0F, 0.0F}));
    }
};

BALLAST_TEST(TestMixing)
#include "tst_mixing.moc"
