#include <QtTest>

#include "core/analysis/paired_comparison.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

bool near(double value, double golden) {
    return std::abs(value - golden) < 1e-9;
}

PairedStatistics ofFive() {
    return pairedStatistics(std::vector<double>{0.01, 0.02, 0.015, 0.03, 0.005});
}

}  // namespace

class TestPairedComparison : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // d = np.array([0.01, 0.02, 0.015, 0.03, 0.005]), SciPy 1.10.1
    void fiveSeeds() {
        const PairedStatistics made = ofFive();
        QCOMPARE(made.n, 5);
        // stats.ttest_rel(d, 0 * d).pvalue
        QVERIFY(near(made.t_p, 0.020475874420910686));
        // stats.t.interval(0.95, 4, loc=d.mean(), scale=stats.sem(d))
        QVERIFY(std::abs(made.lower - 0.0040580580595000765) < 1e-8);
        QVERIFY(std::abs(made.upper - 0.027941941940499926) < 1e-8);
        // d.mean() / d.std(ddof=1)
        QVERIFY(near(made.effect, 1.6636007837121163));
        // stats.wilcoxon(d, zero_method="wilcox", mode="exact").pvalue
        QVERIFY(near(made.wilcoxon_p, 0.0625));
        // stats.permutation_test((d,), lambda x, axis: x.mean(axis=axis), n_resamples=np.inf,
        //                        permutation_type="samples", vectorized=True).pvalue
        QVERIFY(near(made.permutation_p, 0.0625));
    }

    // The same calls.
    void moreSeeds() {
        const PairedStatistics eight = pairedStatistics(
            std::vector<double>{0.01, -0.02, 0.015, 0.03, 0.005, 0.011, 0.017, -0.003});
        QVERIFY(near(eight.t_p, 0.1653268396339312));
        QVERIFY(near(eight.wilcoxon_p, 0.1953125));
        QVERIFY(near(eight.permutation_p, 0.171875));
        const PairedStatistics ten = pairedStatistics(
            std::vector<double>{0.3, 0.1, -0.2, 0.4, 0.5, 0.6, -0.7, 0.8, 0.9, 1.0});
        QVERIFY(near(ten.t_p, 0.05282734216838729));
        QVERIFY(near(ten.wilcoxon_p, 0.064453125));
        QVERIFY(near(ten.permutation_p, 0.064453125));
    }

    // r = stats.rankdata(abs(d)) * np.sign(d) of d without its zeros, then
    // stats.permutation_test((r,), lambda x, axis: x.sum(axis=axis), n_resamples=np.inf,
    //                        permutation_type="samples", vectorized=True).pvalue == 0.125;
    // stats.wilcoxon itself takes the distribution without ties and gives 0.09375.
    void tiesAndZeros() {
        QVERIFY(near(signedRankP(std::vector<double>{1, 1, -1, 2, 3, 2, 0, 0}), 0.125));
        // Equal but for rounding: 0.3 − 0.2 and 0.2 − 0.1 are not the same double.
        QVERIFY(near(signedRankP(std::vector<double>{0.3 - 0.2, 0.1 - 0.2, 0.1, 0.2, 0.3, 0.2}),
                     0.125));
        QCOMPARE(signedRankP(std::vector<double>{0, 0}), 1.0);
        // stats.permutation_test of the same numbers without the zeros: they change no sum.
        QVERIFY(near(signFlipP(std::vector<double>{1, 1, -1, 2, 3, 2, 0, 0}), 0.125));
    }

    void limits() {
        QVERIFY(std::isnan(signFlipP(std::vector<double>(21, 1.0))));
        QVERIFY(near(signFlipP(std::vector<double>(20, 1.0)), std::ldexp(1.0, -19)));
        QVERIFY(std::isnan(signedRankP(std::vector<double>(201, 1.0))));
        QVERIFY(signedRankP(std::vector<double>(200, 1.0)) < 1e-50);
        QVERIFY(std::isnan(signedRankP({})) && std::isnan(signFlipP({})));
    }

    void missingDifferencesCountForNothing() {
        const PairedStatistics made =
            pairedStatistics(std::vector<double>{0.01, kMissing, 0.02, 0.015, 0.03, 0.005});
        QCOMPARE(made.n, 5);
        QCOMPARE(made.t_p, ofFive().t_p);
        QCOMPARE(made.wilcoxon_p, ofFive().wilcoxon_p);
    }

    void differencesWithoutSpread() {
        const PairedStatistics same = pairedStatistics(std::vector<double>{0.1, 0.1});
        QVERIFY(std::isnan(same.t_p) && std::isnan(same.effect));
        QCOMPARE(same.seeds_for_power, 0);
        QVERIFY(verdictText(same, DifferenceUnit::plain).find("no test can judge") !=
                std::string::npos);
        QCOMPARE(pairedStatistics(std::vector<double>{0.0, 0.0, 0.0}).t_p, 1.0);
    }

    // def power(n, d): c = t.ppf(0.975, n - 1); nc = d * np.sqrt(n)
    //     return nct.sf(c, n - 1, nc) + nct.cdf(-c, n - 1, nc)
    // The first n with power(n, d) >= 0.8: 199, 34, 10, 5, 3.
    void seedsNeeded() {
        QCOMPARE(seedsForPower(0.2), 199);
        QCOMPARE(seedsForPower(-0.5), 34);
        QCOMPARE(seedsForPower(1.0), 10);
        QCOMPARE(seedsForPower(2.0), 5);
        QCOMPARE(seedsForPower(5.0), 3);
        QCOMPARE(seedsForPower(1e6), 2);
        QCOMPARE(seedsForPower(1e-4), 0);
        QCOMPARE(seedsForPower(0.0), 0);
        QCOMPARE(seedsForPower(kMissing), 0);
    }

    // Four tests by hand: 0.005 · 4, 0.01 · 3, 0.03 · 2, and 0.04 · 1 no less than 0.06.
    void holm() {
        const std::vector<double> made =
            holmAdjusted(std::vector<double>{0.01, 0.04, kMissing, 0.03, 0.005});
        QVERIFY(near(made[0], 0.03) && near(made[1], 0.06) && near(made[3], 0.06));
        QVERIFY(near(made[4], 0.02) && std::isnan(made[2]));
        QCOMPARE(holmAdjusted(std::vector<double>{0.7, 0.8})[1], 1.0);
    }

    void verdicts() {
        QCOMPARE(QString::fromStdString(verdictText(pairedStatistics(std::vector<double>{0.1}),
                                                    DifferenceUnit::plain)),
                 QString("n = 1: one seed says nothing about the difference"));
        QVERIFY(verdictText({}, DifferenceUnit::plain).starts_with("n = 0: no seed in common"));
        QCOMPARE(QString::fromStdString(verdictText(ofFive(), DifferenceUnit::percentage_points)),
                 QString("+1.60 points, 95 % interval 0.41 … 2.79 (n = 5, p = 0.020): more than "
                         "chance between seeds"));
        // Of three pairs tested at once, the smallest p counts three times.
        QCOMPARE(QString::fromStdString(
                     verdictText(ofFive(), DifferenceUnit::percentage_points, 3 * 0.02)),
                 QString("+1.60 points, 95 % interval 0.41 … 2.79 (n = 5, p = 0.060 after Holm): "
                         "may be chance between seeds; a difference of this size takes about 6 "
                         "seeds to show"));
        const auto few = pairedStatistics(std::vector<double>{-0.3, 0.1, -0.1});
        const std::string unclear = verdictText(few, DifferenceUnit::plain);
        QVERIFY2(unclear.starts_with("−0.1000, 95 % interval −0.5968 … 0.3968 (n = 3, p = 0.48)"),
                 unclear.c_str());
        QVERIFY(unclear.find("takes about " + std::to_string(few.seeds_for_power) + " seeds") !=
                std::string::npos);
    }
};

BALLAST_TEST(TestPairedComparison)
#include "tst_paired_comparison.moc"
