#include "widgets/queue_table.h"

#include <QAbstractItemModelTester>
#include <QMimeData>
#include <QtTest>

#include "tests/support/test_program.h"

using namespace ballast;

class TestQueueTable : public QObject {
    Q_OBJECT

    static std::vector<QueueRow> rows(const QString& letters) {
        std::vector<QueueRow> made;
        for (const QChar letter : letters) {
            made.push_back({letter, QStringLiteral("run %1").arg(letter), QStringLiteral("queued"),
                            QStringLiteral("2 min")});
        }
        return made;
    }
    static QString letters(const QueueTable& table) {
        QString all;
        for (const QueueRow& row : table.rows()) all += row.id;
        return all;
    }
    static void drop(QueueTable& table, const QList<int>& dragged, int at) {
        QModelIndexList indexes;
        for (const int row : dragged) {
            for (int column = 0; column < table.model()->columnCount(); ++column) {
                indexes << table.model()->index(row, column);
            }
        }
        const std::unique_ptr<QMimeData> data(table.model()->mimeData(indexes));
        // False: the view must not remove what was dragged.
        QVERIFY(!table.model()->dropMimeData(data.get(), Qt::MoveAction, at, 0, {}));
    }

private Q_SLOTS:
    void rowsAreShown() {
        QueueTable table;
        const QAbstractItemModelTester tester(table.model());
        table.setRows(rows(QStringLiteral("abc")));
        const QAbstractItemModel& model = *table.model();
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.index(1, 0).data().toInt(), 2);
        QCOMPARE(model.index(1, 1).data().toString(), QStringLiteral("run b"));
        auto changed = rows(QStringLiteral("abc"));
        changed[2].done_in.clear();
        table.setRows(changed);
        QCOMPARE(model.index(2, 3).data().toString(), QStringLiteral("–"));
    }

    void keysMoveTheSelectedRows() {
        QueueTable table;
        const QAbstractItemModelTester tester(table.model());
        QSignalSpy reordered(&table, &QueueTable::reordered);
        table.setRows(rows(QStringLiteral("abcde")));
        table.setSelectedIds({QStringLiteral("b"), QStringLiteral("d")});
        QTest::keyClick(&table, Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(letters(table), QStringLiteral("bdace"));
        QCOMPARE(reordered.last().front().toStringList().join(QString()), QStringLiteral("bdace"));
        QCOMPARE(table.selectedIds(), (QStringList{QStringLiteral("b"), QStringLiteral("d")}));
        QTest::keyClick(&table, Qt::Key_Up, Qt::AltModifier);  // they are on top
        QCOMPARE(reordered.size(), 1);
        QTest::keyClick(&table, Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(letters(table), QStringLiteral("abdce"));
        QTest::keyClick(&table, Qt::Key_End, Qt::AltModifier);
        QCOMPARE(letters(table), QStringLiteral("acebd"));
        QTest::keyClick(&table, Qt::Key_Home, Qt::AltModifier);
        QCOMPARE(letters(table), QStringLiteral("bdace"));
    }

    void rowsAreDragged() {
        QueueTable table;
        QSignalSpy reordered(&table, &QueueTable::reordered);
        table.setRows(rows(QStringLiteral("abcde")));
        drop(table, {0}, 3);
        QCOMPARE(letters(table), QStringLiteral("bcade"));
        drop(table, {1, 3}, 0);
        QCOMPARE(letters(table), QStringLiteral("cdbae"));
        drop(table, {0}, -1);  // below the last row
        QCOMPARE(letters(table), QStringLiteral("dbaec"));
        QCOMPARE(reordered.size(), 3);
        table.setMovable(false);
        drop(table, {0}, 3);
        QCOMPARE(letters(table), QStringLiteral("dbaec"));
        table.setSelectedIds({QStringLiteral("b")});
        QTest::keyClick(&table, Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(reordered.size(), 3);
    }

    void theSelectionStaysOnItsRuns() {
        QueueTable table;
        table.setRows(rows(QStringLiteral("abcd")));
        table.setSelectedIds({QStringLiteral("c")});
        table.setRows(rows(QStringLiteral("bcd")));  // the first has begun
        QCOMPARE(table.selectedIds(), QStringList{QStringLiteral("c")});
        QSignalSpy removed(&table, &QueueTable::removeRequested);
        QTest::keyClick(&table, Qt::Key_Delete);
        QCOMPARE(removed.size(), 1);
        QCOMPARE(removed[0][0].toStringList(), QStringList{QStringLiteral("c")});
        table.setRows(rows(QStringLiteral("bd")));
        QVERIFY(table.selectedIds().isEmpty());
        QTest::keyClick(&table, Qt::Key_Delete);
        QCOMPARE(removed.size(), 1);
    }
};

BALLAST_TEST(TestQueueTable)
#include "tst_queue_table.moc"
