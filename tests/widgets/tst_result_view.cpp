#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QTableView>
#include <QtTest>

#include "tests/support/test_program.h"
#include "widgets/result_view.h"

using namespace ballast;

namespace {

ResultRow row(const QString& id, double best) {
    ResultRow result;
    result.id = id;
    result.name = id;
    result.best_balanced = best;
    return result;
}

}  // namespace

class TestResultView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theModelKeepsItsPromises();
    void aRowFromRecords();
    void sortsNumbersAndPutsMissingLast();
    void copiesTabSeparatedValues();
};

void TestResultView::theModelKeepsItsPromises() {
    ResultModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setRow(row(QStringLiteral("a"), 0.5));
    model.setRow(row(QStringLiteral("b"), kMissing));
    model.setRow(row(QStringLiteral("a"), 0.625));
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(0, ResultModel::best).data().toString(), QStringLiteral("62.5"));
    QCOMPARE(model.index(1, ResultModel::best).data().toString(), QStringLiteral("–"));
    model.removeRun(QStringLiteral("a"));
    QCOMPARE(model.rowCount(), 1);
}

void TestResultView::aRowFromRecords() {
    std::vector<EpochRecord> records(3);
    for (int i = 0; i < 3; ++i) {
        auto& record = records[static_cast<std::size_t>(i)];
        record.epoch = i;
        record.balanced_test_accuracy = i == 1 ? 0.7 : 0.6;
        record.shots.many = 0.1 * (i + 1);
        record.streaming.majority_accuracy = 0.9;
    }
    records[2].exact = ClassStatistics{};
    records[2].exact->majority_accuracy = 0.95;
    RunSummary run;
    run.id = "a";
    run.description.config.training.epochs = 3;
    run.records = records;
    const ResultRow result = resultRow(indexed(run));
    QCOMPARE(result.epochs_done, 3);
    QCOMPARE(result.best_epoch, 1);
    QCOMPARE(result.best_balanced, 0.7);
    QCOMPARE(result.last_balanced, 0.6);
    QCOMPARE(result.majority, 0.95);
    QVERIFY(result.exact);
    QCOMPARE(result.shots.many, 0.2);
    QVERIFY(std::isnan(result.shots.few));
    QCOMPARE(resultRow(IndexedRun{}).best_epoch, -1);
}

void TestResultView::sortsNumbersAndPutsMissingLast() {
    ResultView view;
    view.setRow(row(QStringLiteral("low"), 0.095));
    view.setRow(row(QStringLiteral("none"), kMissing));
    view.setRow(row(QStringLiteral("high"), 0.5));
    auto* table = view.findChild<QTableView*>();
    const auto names = [&] {
        QStringList list;
        for (int i = 0; i < 3; ++i) list << table->model()->index(i, 0).data().toString();
        return list.join(QLatin1Char(' '));
    };
    QCOMPARE(names(), QStringLiteral("low none high"));
    table->sortByColumn(ResultModel::best, Qt::AscendingOrder);
    QCOMPARE(names(), QStringLiteral("low high none"));
    table->sortByColumn(ResultModel::best, Qt::DescendingOrder);
    QCOMPARE(names(), QStringLiteral("high low none"));
}

void TestResultView::copiesTabSeparatedValues() {
    ResultView view;
    view.setRow(row(QStringLiteral("a"), 0.5));
    view.setRow(row(QStringLiteral("b"), 0.6));
    QCOMPARE(view.selectionAsTsv().count(QLatin1Char('\n')), 3);
    view.show();
    auto* table = view.findChild<QTableView*>();
    table->selectRow(1);
    table->setFocus();
    view.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&view));
    QTest::keyClick(table, Qt::Key_C, Qt::ControlModifier);
    const QStringList lines = QApplication::clipboard()->text().split(QLatin1Char('\n'));
    QCOMPARE(lines.size(), 3);
    QCOMPARE(lines[0].split(QLatin1Char('\t')).size(), static_cast<int>(ResultModel::columns));
    QCOMPARE(lines[1].split(QLatin1Char('\t')).at(ResultModel::name), QStringLiteral("b"));
    QCOMPARE(lines[1].split(QLatin1Char('\t')).at(ResultModel::best), QStringLiteral("60.0"));
}

BALLAST_TEST(TestResultView)
#include "tst_result_view.moc"
