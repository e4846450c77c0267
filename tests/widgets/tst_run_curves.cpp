#include <QtTest>

#include "sample_records.h"
#include "tests/support/test_program.h"
#include "tests/widgets/curve_keys.h"
#include "widgets/run_curves.h"

using namespace ballast;

class TestRunCurves : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everySeriesHoldsTheRecordsNumbers();
    void exactSeriesHavePointsOnlyWhereMeasured();
    void missingValuesAreGaps();
    void importedRunsHaveTestAccuracyOnly();
    void balancedClassesHaveNoGroups();
    void aResumedRunReplacesItsLaterEpochs();
    void bestIsTheEarliestOfEquals();
    void bestFollowsTheSelection();
};

void TestRunCurves::everySeriesHoldsTheRecordsNumbers() {
    RunCurves curves(sample::run(QStringLiteral("a")));
    const EpochRecord record = sample::record(2, true);
    curves.append(record);
    const auto value = [&](const CurveKey& series) { return curves.valueAt(series, 3); };
    QCOMPARE(value(kMajorityAccuracy), 100.0 * record.streaming.majority_accuracy);
    QCOMPARE(value(kMinorityAccuracy), 100.0 * record.streaming.minority_accuracy);
    QCOMPARE(value(kExactMajorityAccuracy), 100.0 * record.exact->majority_accuracy);
    QCOMPARE(value(kExactMinorityAccuracy), 100.0 * record.exact->minority_accuracy);
    QCOMPARE(value(kMinLogitHighest), std::ranges::max(record.streaming.min_logit));
    QCOMPARE(value(kMinLogitLowest), std::ranges::min(record.streaming.min_logit));
    const auto& streaming = record.streaming.min_logit;
    const auto& exact = record.exact->min_logit;
    QCOMPARE(value(kMinLogitMajority), (streaming[0] + streaming[1]) / 2);
    QCOMPARE(value(kMinLogitMinority), (streaming[2] + streaming[3]) / 2);
    QCOMPARE(value(kExactMinLogitMajority), (exact[0] + exact[1]) / 2);
    QCOMPARE(value(kExactMinLogitMinority), (exact[2] + exact[3]) / 2);
    QCOMPARE(value(kAccuracyRatio),
             record.streaming.minority_accuracy / record.streaming.majority_accuracy);
    QCOMPARE(value(kExactAccuracyRatio),
             record.exact->minority_accuracy / record.exact->majority_accuracy);
    QCOMPARE(value(kBalancedTestAccuracy), 100.0 * record.balanced_test_accuracy);
    QVERIFY(std::isnan(curves.valueAt(kMajorityAccuracy, 2)));
}

void TestRunCurves::exactSeriesHavePointsOnlyWhereMeasured() {
    RunCurves curves(sample::run(QStringLiteral("a")));
    for (int epoch = 0; epoch < 6; ++epoch) curves.append(sample::record(epoch, epoch % 2 == 1));
    QCOMPARE(curves.points(kMajorityAccuracy).size(), std::size_t{6});
    const auto& exact = curves.points(kExactMajorityAccuracy);
    QCOMPARE(exact.size(), std::size_t{3});
    QCOMPARE(exact[0].x(), 2.0);
    QCOMPARE(exact[2].x(), 6.0);
}

void TestRunCurves::missingValuesAreGaps() {
    RunCurves curves(sample::run(QStringLiteral("a")));
    EpochRecord record = sample::record(0);
    record.balanced_test_accuracy = kMissing;
    record.streaming.min_logit.clear();
    curves.append(record);
    QCOMPARE(curves.points(kBalancedTestAccuracy).size(), std::size_t{1});
    QVERIFY(std::isnan(curves.points(kBalancedTestAccuracy)[0].y()));
    QVERIFY(std::isnan(curves.points(kMinLogitHighest)[0].y()));
    QVERIFY(std::isnan(curves.best().y()));
    QCOMPARE(curves.epochsDone(), 1);
}

void TestRunCurves::importedRunsHaveTestAccuracyOnly() {
    RunCurves curves(sample::run(QStringLiteral("a")));
    EpochRecord imported;
    imported.balanced_test_accuracy = 0.5;
    imported.test_accuracy = {0.9, 0.8, 0.2, 0.1};
    curves.append(imported);
    QCOMPARE(curves.best(), QPointF(1, 50));
    QVERIFY(!curves.hasTrainingStatistics());
    for (const CurveKey& series :
         {kMajorityAccuracy, kMinLogitLowest, kMinLogitMinority, kAccuracyRatio}) {
        QVERIFY(std::isnan(curves.valueAt(series, 1)));
    }
    // A fork continues with epochs of our own.
    curves.append(sample::record(1, true));
    QVERIFY(curves.hasTrainingStatistics());
    QVERIFY(std::isfinite(curves.valueAt(kExactAccuracyRatio, 2)));
}

void TestRunCurves::balancedClassesHaveNoGroups() {
    RunPlotInfo info = sample::run(QStringLiteral("a"));
    info.class_counts = {50, 50, 50, 50};
    info.majority = majorityClasses(info.class_counts);
    RunCurves curves(info);
    curves.append(sample::record(0));
    QVERIFY(!curves.hasMinority());
    QVERIFY(std::isnan(curves.valueAt(kMinLogitMajority, 1)));
    QVERIFY(!std::isnan(curves.valueAt(kMinLogitLowest, 1)));
    QVERIFY(!std::isnan(curves.valueAt(kBalancedTestAccuracy, 1)));
}

void TestRunCurves::aResumedRunReplacesItsLaterEpochs() {
    RunCurves curves(sample::run(QStringLiteral("a")));
    for (int epoch = 0; epoch < 5; ++epoch) curves.append(sample::record(epoch, true));
    curves.append(sample::record(2, true, 0.03));
    QCOMPARE(curves.epochsDone(), 3);
    QCOMPARE(curves.points(kExactAccuracyRatio).size(), std::size_t{3});
    QCOMPARE(curves.valueAt(kBalancedTestAccuracy, 3),
             100.0 * sample::record(2, true, 0.03).balanced_test_accuracy);
}

void TestRunCurves::bestIsTheEarliestOfEquals() {
    RunCurves curves(sample::run(QStringLiteral("a")));
    for (int epoch = 0; epoch < 6; ++epoch) {
        EpochRecord record = sample::record(epoch);
        record.balanced_test_accuracy = epoch == 1 || epoch == 4 ? 0.6 : 0.4;
        curves.append(record);
    }
    QCOMPARE(curves.best(), QPointF(2.0, 60.0));
}

void TestRunCurves::bestFollowsTheSelection() {
    RunPlotInfo info = sample::run(QStringLiteral("a"));
    info.selection = Selection::validation;
    RunCurves curves(info);
    const double test[] = {0.5, 0.7, 0.6};
    const double validation[] = {0.4, 0.5, 0.6};
    for (int epoch = 0; epoch < 3; ++epoch) {
        EpochRecord record = sample::record(epoch);
        record.balanced_test_accuracy = test[epoch];
        record.balanced_validation_accuracy = validation[epoch];
        curves.append(record);
    }
    QCOMPARE(curves.best(), QPointF(3, 60.0));
}

BALLAST_TEST(TestRunCurves)
#include "tst_run_curves.moc"
