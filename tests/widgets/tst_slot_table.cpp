#include "widgets/slot_table.h"

#include <QComboBox>
#include <QLabel>
#include <QtTest>

#include "tests/support/test_program.h"

using namespace ballast;

class TestSlotTable : public QObject {
    Q_OBJECT

    static SlotRow row(const char* device, const char* run, bool ending = false) {
        SlotRow made;
        made.device = QString::fromLatin1(device);
        made.threads = QStringLiteral("2 threads");
        made.run = QString::fromLatin1(run);
        made.state = QStringLiteral("epoch 3/8");
        made.done = 0.3;
        made.ending = ending;
        return made;
    }
    static QStringList visibleTexts(const SlotTable& table) {
        QStringList all;
        for (const QLabel* label : table.findChildren<QLabel*>()) {
            if (label->isVisibleTo(&table) && !label->text().isEmpty()) all << label->text();
        }
        return all;
    }
    static QComboBox* choice(const SlotTable& table, int slot) {
        return table.findChild<QComboBox*>(QStringLiteral("slot_device_%1").arg(slot));
    }

private Q_SLOTS:
    void oneDeviceIsNoChoice() {
        SlotTable table;
        table.setDevices({QStringLiteral("cpu")});
        table.setRows({row("auto", "ce"), row("auto", "drw")});
        QVERIFY(visibleTexts(table).contains(QStringLiteral("CPU")));
        QVERIFY(visibleTexts(table).join(QString()).contains(QStringLiteral("drw")));
        QVERIFY(!choice(table, 0)->isVisibleTo(&table));
        table.setRows({row("auto", "ce")});
        QVERIFY(!visibleTexts(table).join(QString()).contains(QStringLiteral("drw")));
        table.setRows({row("auto", "ce"), row("auto", "vs")});
        QVERIFY(visibleTexts(table).join(QString()).contains(QStringLiteral("vs")));
    }

    void theDevicesOfSlotsAreChosen() {
        SlotTable table;
        table.setRows({row("auto", "ce"), row("cpu", "drw"), row("cuda:0", "vs", true)});
        table.setDevices({QStringLiteral("cpu"), QStringLiteral("cuda:0")});
        QVERIFY(choice(table, 0)->isVisibleTo(&table));
        QVERIFY(!choice(table, 2)->isVisibleTo(&table));  // it has no next run
        QCOMPARE(choice(table, 1)->currentData().toString(), QStringLiteral("cpu"));
        QSignalSpy chosen(&table, &SlotTable::devicesChosen);
        QComboBox* first = choice(table, 0);
        first->setCurrentIndex(first->findData(QStringLiteral("cuda:0")));
        Q_EMIT first->activated(first->currentIndex());
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen[0][0].toStringList(),
                 (QStringList{QStringLiteral("cuda:0"), QStringLiteral("cpu")}));
        table.setChangeable(false);
        QVERIFY(!first->isEnabled());
    }
};

BALLAST_TEST(TestSlotTable)
#include "tst_slot_table.moc"
