#include <QtTest>

#include "tests/support/test_program.h"
#include "widgets/view_menu.h"

using namespace ballast;

class TestViewMenu : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void savesTakesUpAndRemoves() {
        QByteArray shown = "one";
        ViewMenu menu([&] { return shown; });
        QSignalSpy changed(&menu, &ViewMenu::viewsChanged);
        QSignalSpy chosen(&menu, &ViewMenu::chosen);
        QVERIFY(menu.save(QStringLiteral(" R&D  of ν ")));
        QVERIFY(!menu.save(QStringLiteral("  ")));
        shown = "two";
        menu.save(QStringLiteral("Z"));
        QCOMPARE(changed.count(), 2);
        QCOMPARE(menu.presentName(), QStringLiteral("Z"));
        Q_EMIT menu.aboutToShow();
        QCOMPARE(menu.actions().at(0)->text(), QStringLiteral("R&&D of ν"));
        QVERIFY(!menu.actions().at(0)->isChecked() && menu.actions().at(1)->isChecked());
        menu.actions().at(0)->trigger();
        QCOMPARE(chosen.at(0).at(0).toByteArray(), QByteArray("one"));
        menu.save(QStringLiteral("R&D of ν"));  // in its place
        QCOMPARE(menu.views().size(), 2);
        menu.remove(QStringLiteral("Z"));
        QCOMPARE(menu.views().keys(), QStringList(QStringLiteral("R&D of ν")));
        Q_EMIT menu.aboutToShow();  // filled anew
        QCOMPARE(menu.findChildren<QMenu*>().size(), 1);
    }
};

BALLAST_TEST(TestViewMenu)
#include "tst_view_menu.moc"
