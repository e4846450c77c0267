#include <QToolButton>
#include <QtTest>

#include "tests/support/test_program.h"
#include "widgets/banner.h"

using namespace ballast;

class TestBanner : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void showsAndDismisses();
};

void TestBanner::showsAndDismisses() {
    QWidget window;
    Banner banner(&window);
    window.show();
    QVERIFY(!banner.isVisible());
    banner.showMessage(QStringLiteral("the disk is full"), Banner::Kind::error);
    QVERIFY(banner.isVisible());
    QCOMPARE(banner.message(), QStringLiteral("the disk is full"));
    QVERIFY(banner.accessibleName().contains(QStringLiteral("the disk is full")));
    QSignalSpy spy(&banner, &Banner::dismissed);
    auto* close = banner.findChild<QToolButton*>(QStringLiteral("banner_close"));
    QTest::keyClick(close, Qt::Key_Escape);
    QVERIFY(!banner.isVisible());
    QCOMPARE(spy.count(), 1);
    banner.showMessage(QStringLiteral("a run can be resumed"));
    QCOMPARE(banner.kind(), Banner::Kind::info);
    QTest::mouseClick(close, Qt::LeftButton);
    QVERIFY(!banner.isVisible());
    QCOMPARE(spy.count(), 2);
}

BALLAST_TEST(TestBanner)
#include "tst_banner.moc"
