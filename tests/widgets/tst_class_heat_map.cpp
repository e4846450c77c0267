#include <QComboBox>
#include <QtTest>

#include "sample_records.h"
#include "tests/support/test_program.h"
#include "widgets/class_heat_map.h"

using namespace ballast;

class TestClassHeatMap : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // Five classes in two rows, three epochs in two columns; by hand.
    void neighboursAreAveraged() {
        const std::vector<std::vector<double>> epochs{
            {1, 2, 3, 4, 5}, {3, 4, 5, 6, kMissing}, {9, 8, 7, 6, 5}};
        const std::vector<std::size_t> order{4, 3, 2, 1, 0};
        const HeatGrid grid = heatGrid(epochs, order, 2, 2);
        QCOMPARE(grid.rows, 2);
        QCOMPARE(grid.columns, 2);
        QCOMPARE(grid.classes_per_row, 3);
        QCOMPARE(grid.epochs_per_column, 2);
        QCOMPARE(grid.at(0, 0), (5.0 + 4 + 3 + 6 + 5) / 5.0);  // one is missing
        QCOMPARE(grid.at(1, 0), (2.0 + 1 + 4 + 3) / 4.0);
        QCOMPARE(grid.at(0, 1), 6.0);
        QCOMPARE(grid.at(1, 1), 8.5);
        const HeatGrid whole = heatGrid(epochs, order, 5, 3);
        QCOMPARE(whole.at(0, 0), 5.0);
        QVERIFY(std::isnan(whole.at(0, 1)));
        QCOMPARE(heatGrid({}, order, 5, 3).columns, 0);
    }

    void classesFromTheMostFrequent() {
        ClassHeatMap map;
        RunPlotInfo run = sample::run(QStringLiteral("a"));
        run.class_counts = {10, 100, 30, 60};
        map.setRun(run, {});
        QCOMPARE(map.classAt(0), std::size_t{1});
        QCOMPARE(map.classAt(3), std::size_t{0});
        map.append(sample::record(0));
        map.append(sample::record(1));
        QCOMPARE(map.grid().rows, 4);
        QCOMPARE(map.grid().at(0, 0), 82.0);  // per cent
        QCOMPARE(map.grid().at(3, 1), 92.0);
        map.setQuantity(QStringLiteral("min-logit"));
        QCOMPARE(map.grid().at(3, 0), 1.5);
        map.setQuantity(QStringLiteral("test-accuracy"));
        QCOMPARE(map.grid().at(1, 1), 10.0);
        QCOMPARE(map.quantity(), QStringLiteral("test-accuracy"));
    }

    void itGrowsAndResumes() {
        ClassHeatMap map;
        map.setRun(sample::run(QStringLiteral("a")), {});
        std::vector<EpochRecord> records;
        for (int epoch = 0; epoch < 5; ++epoch) records.push_back(sample::record(epoch));
        map.setRecords(records);
        QCOMPARE(map.grid().columns, 5);
        map.append(sample::record(5));
        QCOMPARE(map.epochsDone(), 6);
        map.append(sample::record(2, false, 0.05));  // a resumed run takes back what follows
        QCOMPARE(map.epochsDone(), 3);
        QCOMPARE(map.grid().at(0, 2), 100 * sample::record(2, false, 0.05).streaming.accuracy[0]);
    }

    void lipschitzConstantsStartAtZero() {
        ClassHeatMap map;
        map.setRun(sample::run(QStringLiteral("a")), {});
        EpochRecord record = sample::record(0);
        record.streaming.lipschitz = {0.5, 1.5, 2.5, 4.0};
        map.append(record);
        map.setQuantity(QStringLiteral("lipschitz"));
        QCOMPARE(map.quantity(), QStringLiteral("lipschitz"));
        QCOMPARE(map.grid().at(3, 0), 4.0);
        QCOMPARE(map.lowest(), 0.0);
        QCOMPARE(map.highest(), 4.0);
    }

    void twoRunsAsTheirDifference() {
        ClassHeatMap map;
        map.setRun(sample::run(QStringLiteral("a")), {});
        map.setRecords(std::vector{sample::record(0, false, 0.1), sample::record(1, false, 0.1)});
        RunPlotInfo other = sample::run(QStringLiteral("b"));
        map.subtract(other, std::vector{sample::record(0)});
        QVERIFY(std::abs(map.grid().at(2, 0) - 10.0) < 1e-9);  // per cent
        QVERIFY(std::isnan(map.grid().at(2, 1)));              // the other has no such epoch
        QCOMPARE(map.lowest(), -map.highest());
        QVERIFY(map.remark().contains(QStringLiteral("red: larger in A")));
        map.setRecords({});
        QVERIFY(map.remark().contains(QStringLiteral("B")));
        other.class_counts = {1, 2, 3};
        map.subtract(other, {});
        QVERIFY(map.reason().contains(QStringLiteral("no difference")));
        map.setRun(sample::run(QStringLiteral("a")), {});
        map.append(sample::record(0));
        QCOMPARE(map.grid().at(0, 0), 91.0);
        QCOMPARE(map.lowest(), 0.0);
    }

    void aThousandClassesAreAveragedAndItIsSaid() {
        ClassHeatMap map;
        map.resize(700, 300);
        RunPlotInfo run = sample::run(QStringLiteral("a"));
        run.class_counts.assign(100, 500);
        map.setRun(run, {});
        EpochRecord record;
        record.streaming.accuracy.assign(100, 0.5);
        map.append(record);
        QCOMPARE(map.grid().rows, 100);
        QVERIFY(!map.remark().contains(QStringLiteral("mean")));
        run.class_counts.assign(1000, 500);
        map.setRun(run, {});
        record.streaming.accuracy.assign(1000, 0.5);
        map.append(record);
        QVERIFY(map.grid().rows <= 150);
        QVERIFY(map.remark().contains(
            QStringLiteral("a row is the mean of %1").arg(map.grid().classes_per_row)));
    }

    void thePointerIsOnAnEpoch() {
        ClassHeatMap map;
        map.resize(700, 300);
        map.setRun(sample::run(QStringLiteral("a")), {});
        for (int epoch = 0; epoch < 6; ++epoch) map.append(sample::record(epoch));
        map.setEpochs(0, 6);
        map.show();
        QVERIFY(QTest::qWaitForWindowExposed(&map));
        QSignalSpy pointed(&map, &ClassHeatMap::pointedAt);
        QTest::mouseMove(&map, {200, 200});
        QTest::mouseMove(&map, {250, 200});
        QTRY_VERIFY(!pointed.isEmpty());
        const int epoch = pointed.last()[0].toInt();
        QVERIFY(epoch >= 1 && epoch <= 6);
        QSignalSpy left(&map, &ClassHeatMap::pointerLeft);
        QTest::mouseMove(&map, {690, 200});  // on the bars
        QTRY_VERIFY(!left.isEmpty());
    }
};

BALLAST_TEST(TestClassHeatMap)
#include "tst_class_heat_map.moc"
