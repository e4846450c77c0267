#include <QtTest>
#include <cmath>

#include "core/results/statistics.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestStatistics : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // statistics.stdev([71.1, 71.5, 72.3, 70.9]) in Python
    void meanAndSampleDeviation() {
        const std::vector<double> values = {71.1, 71.5, 72.3, 70.9};
        const Statistics result = statisticsOf(values);
        QCOMPARE(result.n, 4);
        QCOMPARE(result.mean, 71.45);
        QCOMPARE(result.standard_deviation, 0.6191391873668877);
    }

    void missingValuesCountForNothing() {
        const std::vector<double> values = {kMissing, 1.0, kMissing, 3.0};
        const Statistics result = statisticsOf(values);
        QCOMPARE(result.n, 2);
        QCOMPARE(result.mean, 2.0);
        QCOMPARE(result.standard_deviation, std::sqrt(2.0));
    }

    void fewValues() {
        const Statistics none = statisticsOf({});
        QCOMPARE(none.n, 0);
        QVERIFY(std::isnan(none.mean) && std::isnan(none.standard_deviation));
        const std::vector<double> one = {0.25};
        QCOMPARE(statisticsOf(one).mean, 0.25);
        QVERIFY(std::isnan(statisticsOf(one).standard_deviation));
    }

    // Squares of large numbers would lose the difference.
    void largeNumbersKeepTheirSpread() {
        const std::vector<double> values = {1e9 + 1, 1e9 + 2, 1e9 + 3};
        QCOMPARE(statisticsOf(values).standard_deviation, 1.0);
    }
};

BALLAST_TEST(TestStatistics)
#include "tst_statistics.moc"
