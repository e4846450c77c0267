#include <QtTest>
#include <numeric>

#include "core/theory/bound_comparison.h"
#include "tests/support/test_program.h"

using namespace ballast;
using Counts = std::vector<std::int64_t>;
using Numbers = std::vector<double>;

namespace {

const Counts kBoundImages = {100, 10, 1};
const Numbers kBoundMu = {0.002316097082538137, 1.2078232258230153, 4.028261848733925};

bool agrees(double value, double expected) {
    return std::abs(value - expected) <= 1e-9 * std::abs(expected);
}

Numbers powerOf(const Counts& counts, double kappa) {
    Numbers mu;
    for (const std::int64_t n : counts) mu.push_back(7.0 * std::pow(double(n), -kappa));
    return mu;
}

}  // namespace

class TestBoundComparison : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // Python, delta = 0.05, M = 2, c = 1, R = [0.5, 1, 1.5]:
    //   sum(R) / 3, sum(max(mu) / sqrt(n) for n in N) / 3,
    //   sum(3 * M * sqrt(log(2 * 3 / delta) / (2 * n)) for n in N) / 3
    void equation7() {
        const BoundConstants constants{0.05, 2.0, 1.0};
        const BoundParts parts =
            unionBound(Numbers{0.5, 1.0, 1.5}, kBoundMu, kBoundImages, constants);
        QVERIFY(agrees(parts.risk, 1.0));
        QVERIFY(agrees(parts.complexity, 1.9016454263211013));
        QVERIFY(agrees(parts.confidence, 4.3823001686469025));
        QVERIFY(std::isnan(unionBound({}, kBoundMu, kBoundImages, constants).risk));
    }

    // Python, R = 0.7, scale = 37: scale * R, scale / sqrt(111) * sum(mu * sqrt(pi)),
    //   scale * 3 * M * sqrt(log(2 / delta) / (2 * 111))
    void equation14() {
        const BoundParts parts = dataDependentBound(0.7, kBoundMu, kBoundImages, {0.05, 2.0, 1.0});
        QVERIFY(agrees(parts.risk, 25.9));
        QVERIFY(agrees(parts.complexity, 2.623631741337312));
        QVERIFY(agrees(parts.confidence, 28.616974662135302));
        QVERIFY(agrees(parts.gap(), 2.623631741337312 + 28.616974662135302));
        const BoundParts wider = dataDependentBound(0.7, kBoundMu, kBoundImages, {0.05, 2.0, 3.0});
        QVERIFY(agrees(wider.complexity, 3.0 * parts.complexity));
        QCOMPARE(wider.confidence, parts.confidence);
    }

    // Proposition 2: with μ_y = N_y^−κ the complexities are equal at κ = 1 and change places there.
    void proposition2() {
        const Counts counts = {5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50};
        const auto excess = [&](double kappa) {
            const Numbers mu = powerOf(counts, kappa);
            return dataDependentBound(0, mu, counts, {}).complexity /
                   unionBound({}, mu, counts, {}).complexity;
        };
        QVERIFY(excess(0.9) > 1.0);
        QVERIFY(agrees(excess(1.0), 1.0));
        QVERIFY(excess(1.1) < 1.0);
    }

    void constantsOutOfRangeAreRefused() {
        for (const BoundConstants& bad :
             {BoundConstants{0.0, 1, 1}, BoundConstants{1.0, 1, 1}, BoundConstants{0.05, 0, 1},
              BoundConstants{0.05, 1, -1}, BoundConstants{kMissing, 1, 1},
              BoundConstants{0.05, std::numeric_limits<double>::infinity(), 1}}) {
            QVERIFY_THROWS_EXCEPTION(ConfigError, checkBoundConstants(bad));
            QVERIFY_THROWS_EXCEPTION(ConfigError, unionBound({}, kBoundMu, kBoundImages, bad));
            QVERIFY_THROWS_EXCEPTION(ConfigError,
                                     dataDependentBound(0, kBoundMu, kBoundImages, bad));
        }
        try {
            checkBoundConstants({1.5, 1, 1});
        } catch (const ConfigError& error) {
            QVERIFY(std::string(error.what()).find("δ is 1.5") != std::string::npos);
        }
    }

    void riskOfTheWeightedMean() {
        RunConfig config;
        config.phases[0].alpha = {"power", {{"nu", 0.5}}, {}};
        const ClassTerms terms = classTerms(config.phases[0], kBoundImages);
        EpochRecord record;
        record.loss = 2.0;
        // Σ π α = 3 Σ √π / Σ 1/√π · … by hand: (100·0.21183 + 10·0.669866 + 2.118303) / 111
        const double mean =
            (100 * 0.21183033350896271 + 10 * 0.66986633140141 + 2.118303335089627) / 111;
        QVERIFY(agrees(empiricalRisk(config, terms, kBoundImages, record), 2.0 * mean));
        config.loss.reduction = Reduction::mean;
        QCOMPARE(empiricalRisk(config, terms, kBoundImages, record), 2.0);
        config.phases[0].sampling = Sampling::class_balanced;
        QVERIFY(std::isnan(empiricalRisk(config, terms, kBoundImages, record)));
        config.phases[0].sampling = Sampling::instance;
        config.loss.name = "focal";
        QVERIFY(std::isnan(empiricalRisk(config, terms, kBoundImages, record)));
    }

    void classRisksLieBetween() {
        const RiskRange range = classRiskRange(0.7, kBoundImages);
        QVERIFY(agrees(range.lower, 0.259));  // 0.7 · 111 / 300
        QVERIFY(agrees(range.upper, 25.9));   // 0.7 · 111 / 3
    }

    // Python: least squares of log [0.3, 0.5, 2, 9] on log [1000, 300, 40, 10], with
    // t_{0.975, 2} = 4.302652729696142
    void slopeAndItsInterval() {
        const LipschitzSlope slope =
            lipschitzSlope(Numbers{0.3, 0.5, 2.0, 9.0}, Counts{1000, 300, 40, 10});
        QVERIFY(agrees(slope.kappa, 0.7335410716871019));
        QVERIFY(std::abs(slope.lower - 0.36137947506093826) < 1e-5);
        QVERIFY(std::abs(slope.upper - 1.1057026683132656) < 1e-5);
        QVERIFY(slope.verdict() == LipschitzSlope::Verdict::undecided);
        QVERIFY(
            slopeSentence(slope).starts_with("κ = 0.73 (95 % interval 0.36 … 1.11, 4 classes)"));
    }

    void verdicts() {
        const Counts counts = {1000, 300, 40, 10};
        const auto verdict = [&](double kappa) {
            return lipschitzSlope(powerOf(counts, kappa), counts).verdict();
        };
        QVERIFY(verdict(1.5) == LipschitzSlope::Verdict::above_one);
        QVERIFY(verdict(0.5) == LipschitzSlope::Verdict::below_one);
        QVERIFY(verdict(-0.5) == LipschitzSlope::Verdict::below_one);
    }

    void notDefined() {
        const auto undefined = [](const Numbers& mu, const Counts& counts) {
            const LipschitzSlope slope = lipschitzSlope(mu, counts);
            const bool none =
                slope.verdict() == LipschitzSlope::Verdict::undefined && std::isnan(slope.kappa);
            return none ? slopeSentence(slope) : std::string();
        };
        QCOMPARE(undefined({1, 2}, {100, 10}),
                 std::string("κ is not defined: fewer than three classes"));
        QVERIFY(undefined({1, 2, 3}, {50, 50, 50}).find("same number") != std::string::npos);
        QVERIFY(undefined({0, 2, 3}, {100, 10, 1}).find("μ above 0") != std::string::npos);
        QVERIFY(undefined({kMissing, 2, 3}, {100, 10, 1}).find("μ above 0") != std::string::npos);
    }
};

BALLAST_TEST(TestBoundComparison)
#include "tst_bound_comparison.moc"
