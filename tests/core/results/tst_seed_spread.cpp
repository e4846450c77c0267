#include <QtTest>

#include "core/results/seed_spread.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestSeedSpread : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // 1, 2, 6: mean 3, squares 4 + 1 + 9, so a standard deviation of √7.
    void bandsOfThreeSeeds_data() {
        QTest::addColumn<int>("spread");
        QTest::addColumn<double>("lower");
        QTest::addColumn<double>("upper");
        const double deviation = std::sqrt(7.0);
        const double error = deviation / std::sqrt(3.0);
        QTest::newRow("standard deviation")
            << int(Spread::standard_deviation) << 3.0 - deviation << 3.0 + deviation;
        QTest::newRow("standard error")
            << int(Spread::standard_error) << 3.0 - error << 3.0 + error;
        QTest::newRow("range") << int(Spread::range) << 1.0 << 6.0;
        QTest::newRow("t interval")
            << int(Spread::t_interval) << 3.0 - 4.302653 * error << 3.0 + 4.302653 * error;
    }
    void bandsOfThreeSeeds() {
        QFETCH(int, spread);
        QFETCH(double, lower);
        QFETCH(double, upper);
        const std::vector<double> values{6.0, kMissing, 1.0, 2.0};
        const SeedSpread made = seedSpread(values, static_cast<Spread>(spread));
        QCOMPARE(made.n, 3);
        QCOMPARE(made.mean, 3.0);
        QCOMPARE(made.lower, lower);
        QCOMPARE(made.upper, upper);
    }
    void oneSeedHasNoBand() {
        for (const Spread spread : {Spread::standard_deviation, Spread::standard_error,
                                    Spread::range, Spread::t_interval}) {
            const SeedSpread made = seedSpread(std::vector<double>{kMissing, 4.0}, spread);
            QCOMPARE(made.n, 1);
            QCOMPARE(made.mean, 4.0);
            QVERIFY(std::isnan(made.lower) && std::isnan(made.upper));
        }
        QCOMPARE(seedSpread({}, Spread::range).n, 0);
        QVERIFY(std::isnan(seedSpread({}, Spread::range).mean));
    }
    // Tables of Student's t (two-sided, 95 %).
    void quantiles() {
        QVERIFY(std::isnan(studentQuantile975(0)));
        QVERIFY(std::abs(studentQuantile975(1) - 12.7062) < 1e-4);
        QVERIFY(std::abs(studentQuantile975(4) - 2.77645) < 1e-5);
        QVERIFY(std::abs(studentQuantile975(30) - 2.04227) < 1e-5);
        QVERIFY(std::abs(studentQuantile975(31) - 2.03951) < 1e-5);
        QVERIFY(std::abs(studentQuantile975(40) - 2.02108) < 1e-5);
        QVERIFY(std::abs(studentQuantile975(120) - 1.97993) < 1e-5);
    }
};

BALLAST_TEST(TestSeedSpread)
#include "tst_seed_spread.moc"
