#include <QtTest>

#include "core/theory/bound.h"
#include "core/theory/bound_factors.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

const std::vector<std::int64_t> kFactorImages = {100, 10, 1};

bool almost(double value, double expected) {
    return std::abs(value - expected) <= 1e-10 * std::abs(expected);
}

/// VS with ADRW from epoch 3 on.
RunConfig deferred() {
    RunConfig config;
    config.phases.resize(2);
    for (Phase& phase : config.phases) {
        phase.beta = {"cdt", {{"gamma", 0.1}}, {}};
        phase.delta = {"la", {{"tau", 1.0}}, {}};
    }
    config.phases[1].from = 3;
    config.phases[1].alpha = {"power", {{"nu", 0.5}}, {}};
    return config;
}

EpochRecord measuredRecord(int epoch, std::vector<double> min_logit) {
    EpochRecord record;
    record.epoch = epoch;
    record.streaming.min_logit = std::move(min_logit);
    record.streaming.observed_lipschitz = {0.1, 0.2, 0.3};
    return record;
}

}  // namespace

class TestBoundFactors : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // Python, with N = [100, 10, 1], pi = N / 111, alpha = 3 pi^-0.5 / sum(pi^-0.5), beta = (N /
    // 100)^0.1, delta = log(pi), B = [2, -1, -3], z = beta * B + delta, rest_y = (sum(exp(z)) -
    // exp(z_y)) / sum(exp(z)), product = sqrt(pi) alpha beta~ rest, scale = 1 / (3 pi_3).
    void eachFactorAndTheirProduct() {
        const auto factors = boundFactors(deferred(), kFactorImages, measuredRecord(5, {2, -1, -3}),
                                          StatisticsSource::streaming);
        QVERIFY(factors);
        const double alpha[] = {0.21183033350896271, 0.66986633140141, 2.118303335089627};
        const double rest[] = {0.006279776597364208, 0.9939228102683794, 0.9997974131342564};
        const double mu[] = {0.002316097082538137, 1.2078232258230153, 4.028261848733925};
        const double product[] = {0.0021983420648301086, 0.36252827722422354, 0.3823456942710548};
        for (std::size_t y = 0; y < 3; ++y) {
            QVERIFY(almost(factors->root_share[y], std::sqrt(double(kFactorImages[y]) / 111.0)));
            QVERIFY(almost(factors->alpha[y], alpha[y]));
            QVERIFY(almost(factors->one_minus_softmax[y], rest[y]));
            QVERIFY(almost(factors->lipschitz[y], mu[y]));
            QVERIFY(almost(factors->product[y], product[y]));
        }
        QVERIFY(almost(factors->scale, 37.0));
        QVERIFY(almost(factors->sum(), 27.641675601724014));
        QVERIFY(almost(factors->observed_product[2], 0.3 / std::sqrt(111.0)));
    }

    void theTermsAreThoseOfTheEpochsPhase() {
        const auto before = boundFactors(deferred(), kFactorImages, measuredRecord(2, {2, -1, -3}),
                                         StatisticsSource::streaming);
        QCOMPARE(before->alpha, (std::vector<double>{1, 1, 1}));
        const auto after = boundFactors(deferred(), kFactorImages, measuredRecord(3, {2, -1, -3}),
                                        StatisticsSource::streaming);
        QVERIFY(after->alpha[2] > 2.0);
    }

    // The records' own μ_y, which training computed, is the same number.
    void agreesWithWhatTrainingRecords() {
        for (const char* delta : {"la", "ldam"}) {
            Phase phase;
            phase.beta = {"constant", {{"scale", 3.0}}, {}};
            phase.delta = {delta, {{delta == std::string("la") ? "tau" : "max_margin", 0.5}}, {}};
            const ClassTerms terms = classTerms(phase, kFactorImages);
            ClassStatistics statistics;
            statistics.min_logit = {0.9, 0.5, 0.2};
            const auto mu = localLipschitz(terms, statistics.min_logit);
            const BoundFactors factors = boundFactors(terms, kFactorImages, statistics);
            const auto summands = boundTerms(mu, kFactorImages);
            for (std::size_t y = 0; y < 3; ++y) {
                QVERIFY(almost(factors.lipschitz[y], mu[y]));
                QVERIFY(almost(factors.scale * factors.product[y], summands[y]));
            }
            QVERIFY(std::isnan(factors.observedSum()));  // not recorded
        }
    }

    // 1 − 1/(1 + exp(−50)) is 0 in doubles; exp(−50) / (1 + exp(−50)) is not.
    void keepsWhatIsLeftOfOne() {
        ClassTerms terms{{1, 1}, {1, 1}, {0, 0}, false};
        const auto rest = oneMinusSoftmax(terms, std::vector<double>{50, 0});
        QVERIFY(almost(rest[0], std::exp(-50.0)));
        QVERIFY(almost(rest[1], 1.0));
        terms.beta = {1000, 1000};  // no overflow
        QCOMPARE(oneMinusSoftmax(terms, std::vector<double>{50, 50})[0], 0.5);
    }

    void sourcesAreNotMixed() {
        EpochRecord streamed = measuredRecord(0, {2, -1, -3});
        EpochRecord both = measuredRecord(1, {2, -1, -3});
        both.exact = both.streaming;
        both.exact->min_logit = {5, 5, 5};
        EpochRecord imported;
        imported.epoch = 2;
        const std::vector<EpochRecord> records = {streamed, both, imported};
        QVERIFY(!boundFactors(deferred(), kFactorImages, streamed, StatisticsSource::exact));
        const auto exact =
            boundOverTime(deferred(), kFactorImages, records, StatisticsSource::exact);
        const auto stream =
            boundOverTime(deferred(), kFactorImages, records, StatisticsSource::streaming);
        QCOMPARE(exact.size(), std::size_t{1});
        QCOMPARE(exact[0].epochs_done, 2);
        QCOMPARE(stream.size(), std::size_t{2});
        QVERIFY(exact[0].sum != stream[1].sum);
    }

    void estimatesAreThoseOfTheEpoch() {
        RunConfig config;
        config.phases[0].beta = {"cvs-scale", {{"gamma", 0.0}}, {}};
        EpochRecord record = measuredRecord(0, {2, -1, -3});
        record.kappa = {0.5, 1.0, 0.25};
        const auto factors =
            boundFactors(config, kFactorImages, record, StatisticsSource::streaming);
        QCOMPARE(factors->beta, (std::vector<double>{2.0, 1.0, 4.0}));
    }

    void mostFrequentFirst() {
        const std::vector<std::int64_t> counts = {10, 100, 10, 500};
        QCOMPARE(classesByFrequency(counts), (std::vector<std::size_t>{3, 1, 0, 2}));
    }

    void aMissingLogitIsNoNumber() {
        const auto factors =
            boundFactors(deferred(), kFactorImages, measuredRecord(0, {2, kMissing, -3}),
                         StatisticsSource::streaming);
        QVERIFY(std::isnan(factors->sum()));
    }
};

BALLAST_TEST(TestBoundFactors)
#include "tst_bound_factors.moc"
