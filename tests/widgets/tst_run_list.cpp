#include <QAbstractItemModelTester>
#include <QListView>
#include <QtTest>

#include "tests/support/test_program.h"
#include "widgets/run_list.h"

using namespace ballast;

namespace {

RunListItem item(const QString& id, const QString& status = {}) {
    RunListItem result;
    result.id = id;
    result.name = id.toUpper();
    result.status = status;
    return result;
}

const QString kA = QStringLiteral("a");
const QString kB = QStringLiteral("b");

}  // namespace

class TestRunList : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theModelKeepsItsPromises();
    void updatingKeepsTheSelection();
    void spaceTogglesVisibility();
    void clickingTheTickTogglesVisibility();
    void deleteAsksToRemove();
    void texts();
};

void TestRunList::theModelKeepsItsPromises() {
    RunListModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    for (const char c : {'a', 'b', 'c'}) model.setItem(item(QString(QLatin1Char(c))));
    QCOMPARE(model.rowCount(), 3);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    model.setItem(item(kB, QStringLiteral("queued")));
    QCOMPARE(changed.count(), 1);
    model.setItem(item(kB, QStringLiteral("queued")));
    QCOMPARE(changed.count(), 1);
    QCOMPARE(model.index(1).data(RunListModel::status_role).toString(), QStringLiteral("queued"));
    model.removeItem(kA);
    QCOMPARE(model.rowOf(kB), 0);
    QVERIFY(!model.find(kA));
    model.clear();
    QCOMPARE(model.rowCount(), 0);
}

void TestRunList::updatingKeepsTheSelection() {
    RunList list;
    QSignalSpy spy(&list, &RunList::selectionChanged);
    list.setItem(item(kA));
    list.setItem(item(kB));
    list.select(kB);
    QCOMPARE(spy.count(), 1);
    list.setItem(item(kB, QStringLiteral("epoch 1/2")));
    QCOMPARE(list.selectedIds(), QStringList{kB});
    QCOMPARE(spy.count(), 1);
    list.removeItem(kA);
    QCOMPARE(list.selectedIds(), QStringList{kB});
}

void TestRunList::spaceTogglesVisibility() {
    RunList list;
    list.setItem(item(kA));
    list.select(kA);
    QSignalSpy spy(&list, &RunList::visibilityToggled);
    QTest::keyClick(list.findChild<QListView*>(), Qt::Key_Space);
    QCOMPARE(spy.count(), 1);
    QCOMPARE(spy[0][0].toString(), kA);
    QCOMPARE(spy[0][1].toBool(), false);
    QVERIFY(!list.model().find(kA)->visible);
}

void TestRunList::clickingTheTickTogglesVisibility() {
    RunList list;
    list.resize(300, 200);
    list.setItem(item(kA));
    list.show();
    auto* view = list.findChild<QListView*>();
    QSignalSpy spy(&list, &RunList::visibilityToggled);
    const QRect row = view->visualRect(list.model().index(0));
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, row.topLeft() + QPoint(18, 16));
    QCOMPARE(spy.count(), 1);
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, row.center());
    QCOMPARE(spy.count(), 1);
    QCOMPARE(list.selectedIds(), QStringList{kA});
}

void TestRunList::deleteAsksToRemove() {
    RunList list;
    list.setItem(item(kA));
    list.setItem(item(kB));
    QSignalSpy spy(&list, &RunList::removeRequested);
    QTest::keyClick(list.findChild<QListView*>(), Qt::Key_Delete);
    QCOMPARE(spy.count(), 0);
    list.select(kB);
    QTest::keyClick(list.findChild<QListView*>(), Qt::Key_Delete);
    QCOMPARE(spy.count(), 1);
    QCOMPARE(spy[0][0].toStringList(), QStringList{kB});
    QVERIFY(list.model().find(kB));
}

void TestRunList::texts() {
    StepProgress progress;
    progress.epoch = 6;
    progress.epochs = 14;
    progress.images_per_second = 4100.4;
    progress.seconds_left = 48.2;
    QCOMPARE(runningText(progress),
             QStringLiteral("epoch 7/14 · 4,100 images/s · about 48 s left"));
    progress.seconds_left = -1;
    QCOMPARE(runningText(progress), QStringLiteral("epoch 7/14 · 4,100 images/s"));
    QCOMPARE(finishedText(0.8416, 11, Selection::test),
             QStringLiteral("finished · best 84.2 % at epoch 12"));
    QVERIFY(finishedText(0.8416, 11, Selection::validation)
                .endsWith(QStringLiteral("chosen on validation")));
}

BALLAST_TEST(TestRunList)
#include "tst_run_list.moc"
