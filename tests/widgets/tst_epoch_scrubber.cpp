#include <QSignalSpy>
#include <QSlider>
#include <QToolButton>
#include <QtTest>

#include "tests/support/test_program.h"
#include "widgets/epoch_scrubber.h"

using namespace ballast;

class TestEpochScrubber : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void movesByEpochsAndPhases() {
        EpochScrubber scrubber;
        scrubber.setEpochs({1, 5, 10, 15, 16, 17, 20}, {16}, 20);
        auto* slider = scrubber.findChild<QSlider*>(QStringLiteral("epoch_slider"));
        scrubber.setEpoch(20);
        QSignalSpy chosen(&scrubber, &EpochScrubber::epochChosen);
        QTest::keyClick(slider, Qt::Key_Left);
        QCOMPARE(scrubber.epoch(), 17);
        QCOMPARE(scrubber.words(), QStringLiteral("after epoch 17 of 20, phase 2"));
        QTest::keyClick(slider, Qt::Key_PageUp);
        QCOMPARE(scrubber.epoch(), 16);
        QCOMPARE(scrubber.words(), QStringLiteral("after epoch 16 of 20, phase 1"));
        QTest::keyClick(slider, Qt::Key_PageDown);
        QCOMPARE(scrubber.epoch(), 17);
        QTest::keyClick(slider, Qt::Key_Home);
        QCOMPARE(scrubber.epoch(), 1);
        QTest::keyClick(slider, Qt::Key_End);
        QCOMPARE(scrubber.epoch(), 20);
        QVERIFY(scrubber.atLast());
        QCOMPARE(chosen.size(), 5);
        QCOMPARE(chosen.last()[0].toInt(), 20);
        scrubber.findChild<QToolButton*>(QStringLiteral("phase_before"))->click();
        QCOMPARE(scrubber.epoch(), 16);
    }

    void takesTheNearestBefore() {
        EpochScrubber scrubber;
        scrubber.setEpochs({5, 10, 15}, {}, 15);
        QSignalSpy chosen(&scrubber, &EpochScrubber::epochChosen);
        scrubber.setEpoch(12);
        QCOMPARE(scrubber.epoch(), 10);
        scrubber.setEpoch(1);
        QCOMPARE(scrubber.epoch(), 5);
        scrubber.setEpoch(99);
        QCOMPARE(scrubber.epoch(), 15);
        scrubber.setEpochs({1, 2, 14}, {}, 15);  // another source: the epoch stays near
        QCOMPARE(scrubber.epoch(), 14);
        QCOMPARE(chosen.size(), 0);
        QCOMPARE(scrubber.words(), QStringLiteral("after epoch 14 of 15"));
    }

    void withoutEpochs() {
        EpochScrubber scrubber;
        QCOMPARE(scrubber.epoch(), 0);
        QVERIFY(scrubber.words().isEmpty());
        scrubber.nextPhase();
        scrubber.previousPhase();
        QCOMPARE(scrubber.epoch(), 0);
    }
};

BALLAST_TEST(TestEpochScrubber)
#include "tst_epoch_scrubber.moc"
