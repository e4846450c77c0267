#include "core/theory/what_if.h"

#include <QtTest>
#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/base/keyed_random.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

SavedLogits smallLogits() {
    SavedLogits saved;
    saved.class_counts = {100, 50, 10};
    saved.head.norms = {2.0F, 1.0F, 0.5F};
    saved.head.bias = {0.5F, 0.0F, -0.25F};
    saved.test = Logits{3,
                        {2.0F, 1.0F, -1.0F, 0.5F, 1.5F, 0.25F, 1.0F, 0.75F, 0.5F, 3.0F, -1.0F, 2.0F,
                         -0.5F, 0.25F, 0.0F},
                        {0, 1, 2, 2, 1}};
    return saved;
}

/// Logits around the label's, which favour classes with more images by their log share.
SavedLogits skewedLogits(int images, int classes) {
    SavedLogits saved;
    double total = 0.0;
    for (int y = 0; y < classes; ++y) {
        saved.class_counts.push_back(std::lround(1000.0 * std::pow(0.01, y / (classes - 1.0))));
        total += static_cast<double>(saved.class_counts.back());
    }
    const KeyedRandom random(7, Purpose::initial_weights, 0);
    Logits logits;
    logits.classes = classes;
    for (int i = 0; i < images; ++i) {
        logits.labels.push_back(i % classes);
        for (int j = 0; j < classes; ++j) {
            const double share =
                static_cast<double>(saved.class_counts[static_cast<std::size_t>(j)]) / total;
            const auto draw = static_cast<std::uint64_t>(i * classes + j);
            logits.values.push_back(static_cast<float>(random.normal(draw) + std::log(share) +
                                                       (j == i % classes ? 2.5 : 0.0)));
        }
    }
    saved.validation = logits;
    return saved;
}

std::string problemOf(const SavedLogits& saved, const WhatIf& adjustment,
                      LogitSplit split = LogitSplit::test) {
    try {
        whatIf(saved, split, adjustment);
        return "";
    } catch (const ConfigError& error) {
        return error.what();
    }
}

bool near(double value, double expected) {
    return std::abs(value - expected) < 2e-6;
}

}  // namespace

class TestWhatIf : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // Python, with N, z, w, b as in smallLogits() and pi = N / 160:
    //   f = (z - b) / w**tn if tn else z;  f = f / (N / 100)**gamma - tau * log(pi)
    //   p = exp(f) * weights / sum(exp(f) * weights); prediction argmax(p), confidence max(p)
    //   ece = sum over m of |I| / 5 * |mean(right) - mean(confidence)|, I: m/15 < confidence <=
    //   (m+1)/15
    void golden_data() {
        QTest::addColumn<WhatIf>("adjustment");
        QTest::addColumn<QList<double>>("accuracy");
        QTest::addColumn<double>("error");
        const auto row = [](const char* name, const WhatIf& adjustment, QList<double> accuracy,
                            double error) {
            QTest::newRow(name) << adjustment << std::move(accuracy) << error;
        };
        row("nothing", {}, {1, 1, 0}, 0.19177725292673448);
        row("tau 1", {.tau = 1}, {1, 0, 1}, 0.38712131474174305);
        row("gamma 0.2", {.gamma = 0.2}, {1, 1, 0.5}, 0.41043451420612675);
        row("tau-norm 1", {.tau_norm = 1}, {0, 0.5, 1}, 0.17089213770250342);
        row("weights", {.weights = {1, 0.5, 4}}, {1, 0, 1}, 0.3130975925993571);
        row("all", {.tau = 0.5, .gamma = -0.1, .tau_norm = 0.7, .weights = {1, 2, 3}}, {0, 0, 1},
            0.34104105901952686);
    }
    void golden() {
        QFETCH(WhatIf, adjustment);
        QFETCH(QList<double>, accuracy);
        QFETCH(double, error);
        const WhatIfResult result = whatIf(smallLogits(), LogitSplit::test, adjustment);
        QCOMPARE(QList<double>(result.accuracy.begin(), result.accuracy.end()), accuracy);
        QVERIFY(near(result.balanced, (accuracy[0] + accuracy[1] + accuracy[2]) / 3));
        QVERIFY2(near(result.calibration_error, error),
                 qPrintable(QString::number(result.calibration_error, 'g', 12)));
    }

    void confusionShotsAndBins() {
        const WhatIfResult result = whatIf(smallLogits(), LogitSplit::test, {});
        QCOMPARE(result.confusion.share(2, 0), 1.0);
        QCOMPARE(result.confusion.share(0, 0), 1.0);
        QVERIFY(std::isnan(result.shots.many));  // 100 images are not more than 100
        QCOMPARE(result.shots.medium, 1.0);
        QCOMPARE(result.shots.few, 0.0);
        // 0.7054 and 0.7214 lie in (10/15, 11/15], 0.4192 and 0.4442 in (6/15, 7/15]
        QCOMPARE(result.bins[10].images, 2);
        QVERIFY(near(result.bins[10].confidence, (0.7053845126982412 + 0.7213991842739687) / 2));
        QCOMPARE(result.bins[10].accuracy, 0.5);
        QCOMPARE(result.bins[6].images, 2);
        QCOMPARE(result.bins[0].images, 0);
        QVERIFY(std::isnan(result.bins[0].accuracy));
    }

    // Against double precision, image by image, of more images and classes than a block has.
    void equalsThePlainWay() {
        const SavedLogits saved = skewedLogits(1003, 37);
        const WhatIf adjustment{.tau = 0.4, .gamma = 0.05, .tau_norm = 0.0, .weights = {}};
        const LogitMap map = logitMap(adjustment, saved.class_counts, saved.head);
        const Logits& logits = *saved.validation;
        std::vector<std::int64_t> predictions;
        double confidence = 0.0;
        for (std::size_t i = 0; i < logits.images(); ++i) {
            std::vector<double> z(37);
            for (std::size_t j = 0; j < 37; ++j) {
                z[j] = map.scale[j] * logits.values[i * 37 + j] + map.shift[j];
            }
            const auto top = std::ranges::max_element(z);
            predictions.push_back(top - z.begin());
            double sum = 0.0;
            for (const double value : z) sum += std::exp(value - *top);
            confidence += 1.0 / sum;
        }
        const WhatIfResult result = whatIf(saved, LogitSplit::validation, adjustment);
        QVERIFY(result.confusion == confusionMatrix(logits.labels, predictions, 37));
        double of_bins = 0.0;
        for (const ReliabilityBin& bin : result.bins) {
            if (bin.images > 0) of_bins += bin.images * bin.confidence;
        }
        QVERIFY(std::abs(of_bins / confidence - 1) < 1e-6);
    }

    void nanIsOfNoClass() {
        SavedLogits saved = smallLogits();
        saved.test->values[1] = std::numeric_limits<float>::quiet_NaN();
        const WhatIfResult result = whatIf(saved, LogitSplit::test, {});
        QCOMPARE(result.accuracy[0], 0.0);
        QCOMPARE(result.confusion.share(0, ConfusionMatrix::kNoClass), 1.0);
        int images = 0;
        for (const ReliabilityBin& bin : result.bins) images += bin.images;
        QCOMPARE(images, 4);
    }

    void aWeightOfZeroTakesAClassOut() {
        const WhatIfResult result =
            whatIf(smallLogits(), LogitSplit::test, {.weights = {0.0, 1.0, 1.0}});
        for (std::size_t y = 0; y < 3; ++y) QVERIFY(!(result.confusion.share(y, 0) > 0.0));
    }

    void bestTauIsFoundAndMarked() {
        const SavedLogits saved = skewedLogits(20'000, 10);
        const BestTau best = bestTau(saved, LogitSplit::validation);
        // The logits were shifted by log π_y, so the optimum is 1, up to the sample.
        QVERIFY2(std::abs(best.tau - 1.0) < 0.25, qPrintable(QString::number(best.tau)));
        const auto balancedAt = [&](double tau) {
            return whatIf(saved, LogitSplit::validation, {.tau = tau}).balanced;
        };
        QCOMPARE(best.balanced, balancedAt(best.tau));
        QCOMPARE(best.balanced_before, balancedAt(0.0));
        for (double tau = -1.0; tau < 3.0; tau += 0.1) QVERIFY(balancedAt(tau) <= best.balanced);
        QVERIFY(sentenceOf(best).find("tuned on the validation images") != std::string::npos);
        QVERIFY(sentenceOf(best).find("too much") == std::string::npos);
    }

    void bestTauOnTestSaysSo() {
        const BestTau best = bestTau(smallLogits(), LogitSplit::test);
        QVERIFY(sentenceOf(best).find("tuned on test") != std::string::npos);
    }

    void ofEqualTausTheSmallestIsTaken() {
        SavedLogits saved = smallLogits();
        saved.test->labels = {0, 1, 0, 0, 1};  // all right as they are
        QCOMPARE(bestTau(saved, LogitSplit::test).tau, 0.0);
    }

    void theSearchCanBeCalledOff() {
        const std::atomic<bool> cancelled{true};
        QVERIFY_EXCEPTION_THROWN(bestTau(smallLogits(), LogitSplit::test, {}, cancelled),
                                 CancelledError);
    }

    /// f_y − δ Σ_k c_k u_yk, before everything else.
    void theEffectIsTakenOffFirst() {
        SavedLogits saved = smallLogits();
        saved.head = {HeadKind::linear, {}, {}, true, {0.5F, 0.0F, -1.0F, 2.0F, 0.25F, 1.0F}, 1.0};
        saved.test->effects = {1.0F, 0.0F, 0.5F, -0.5F, -1.0F, 1.0F, 0.25F, 2.0F, 0.0F, 1.0F};
        SavedLogits by_hand = saved;
        by_hand.test->effects.clear();
        for (std::size_t i = 0; i < 5; ++i) {
            for (std::size_t y = 0; y < 3; ++y) {
                const float off =
                    saved.test->effects[2 * i] * saved.head.class_effects[2 * y] +
                    saved.test->effects[2 * i + 1] * saved.head.class_effects[2 * y + 1];
                by_hand.test->values[3 * i + y] -= 1.5F * off;
            }
        }
        const WhatIfResult found = whatIf(saved, LogitSplit::test, {.gamma = 0.2, .tde = 1.5});
        const WhatIfResult expected = whatIf(by_hand, LogitSplit::test, {.gamma = 0.2});
        QVERIFY(found.confusion == expected.confusion);
        QVERIFY(std::abs(found.calibration_error - expected.calibration_error) < 1e-6);
        QVERIFY(!(found.confusion == whatIf(saved, LogitSplit::test, {.gamma = 0.2}).confusion));
        QCOMPARE(bestTau(saved, LogitSplit::test, {.tde = 1.5}).tau,
                 bestTau(by_hand, LogitSplit::test).tau);
        QVERIFY(problemOf(by_hand, {.tde = 1}).find("the effect was not saved") !=
                std::string::npos);
        QVERIFY(problemOf(smallLogits(), {.tde = 1}).find("only De-confound's head") !=
                std::string::npos);
        std::vector<std::string> said;
        QCOMPARE(clamped({.tde = 7.0}, &said).tde, 3.0);
        QCOMPARE(said.size(), std::size_t{1});
    }

    void refusals() {
        SavedLogits cosine = smallLogits();
        cosine.head = {HeadKind::cosine, {}, {}};
        QVERIFY(problemOf(cosine, {.tau_norm = 1}).find("cosine head") != std::string::npos);
        QCOMPARE(problemOf(cosine, {.tau = 1}), "");
        SavedLogits calibrated = smallLogits();
        calibrated.head = {HeadKind::linear, {}, {}, true};
        QVERIFY(problemOf(calibrated, {.tau_norm = 1}).find("more than its head's") !=
                std::string::npos);
        QCOMPARE(problemOf(calibrated, {.tau = 1}), "");
        SavedLogits without = smallLogits();
        without.head.norms.clear();
        QVERIFY(problemOf(without, {.tau_norm = 1}).find("not saved") != std::string::npos);
        const double nan = std::numeric_limits<double>::quiet_NaN();
        QVERIFY(problemOf(smallLogits(), {.tau = nan}).find("τ is nan") != std::string::npos);
        QVERIFY(problemOf(smallLogits(), {.weights = {1, 1}}).find("2 decision weights for 3") !=
                std::string::npos);
        QVERIFY(problemOf(smallLogits(), {.weights = {1, -1, 1}}).find("-1") != std::string::npos);
        QVERIFY(problemOf(smallLogits(), {.weights = {0, 0, 0}}).find("all") != std::string::npos);
        QVERIFY(problemOf(smallLogits(), {}, LogitSplit::validation).find("validation images") !=
                std::string::npos);
    }

    void beyondTheUsefulRangeIsClampedAndSaid() {
        std::vector<std::string> said;
        const WhatIf within = clamped({.tau = 7, .gamma = -0.6, .tau_norm = 1}, &said);
        QCOMPARE(within.tau, kTauRange.most);
        QCOMPARE(within.gamma, kGammaRange.least);
        QCOMPARE(within.tau_norm, 1.0);
        QCOMPARE(said.size(), std::size_t{2});
        QCOMPARE(said[0], "τ 7 is beyond what is useful, -1 to 3; it is taken as 3");
    }
};

BALLAST_TEST(TestWhatIf)
#include "tst_what_if.moc"
