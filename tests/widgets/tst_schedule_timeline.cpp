#include <QtTest>

#include "tests/support/test_program.h"
#include "widgets/schedule_timeline.h"

using namespace ballast;

class TestScheduleTimeline : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { timeline_.reset(); }
    void draggingMovesT0InWholeEpochs();
    void draggingStaysBetweenTheNeighbours();
    void arrowsMoveTheSelectedLine();
    void aPressElsewhereMovesNothing();
    void onePhaseHasNoLine();

private:
    static RunConfig config();
    QWidget* plot() const {
        return timeline_->childAt(timeline_->width() / 2, timeline_->height() / 2);
    }
    QPoint inPlot(QPoint at) const { return plot()->mapFrom(timeline_.get(), at); }
    void moveMouse(QPoint at) const {
        QMouseEvent move(QEvent::MouseMove, at, plot()->mapToGlobal(at), Qt::NoButton,
                         Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(plot(), &move);
    }
    double pixelsPerEpoch() const {
        return (timeline_->phaseLinePosition(2).x() - timeline_->phaseLinePosition(1).x()) / 6.0;
    }

    std::unique_ptr<ScheduleTimeline> timeline_;
};

RunConfig TestScheduleTimeline::config() {
    RunConfig result;
    result.training.epochs = 20;
    result.lr_schedule.warmup_epochs = 2;
    result.phases.resize(3);
    result.phases[1].from = 8;
    result.phases[2].from = 14;
    return result;
}

void TestScheduleTimeline::init() {
    timeline_ = std::make_unique<ScheduleTimeline>();
    timeline_->resize(800, 220);
    timeline_->setConfig(config());
    timeline_->show();
    QVERIFY(QTest::qWaitForWindowExposed(timeline_.get()));
    QTest::qWait(50);
}

void TestScheduleTimeline::draggingMovesT0InWholeEpochs() {
    QSignalSpy spy(timeline_.get(), &ScheduleTimeline::phaseMoved);
    const QPoint from = inPlot(timeline_->phaseLinePosition(1));
    const auto by = [&](double epochs) { return QPoint(qRound(epochs * pixelsPerEpoch()), 0); };
    const QPoint to = from + by(2.3);
    QTest::mousePress(plot(), Qt::LeftButton, {}, from + QPoint(2, 0));
    moveMouse(to);
    QTest::mouseRelease(plot(), Qt::LeftButton, {}, to);
    QCOMPARE(spy.count(), 1);
    QCOMPARE(spy[0][0].toInt(), 1);
    QCOMPARE(spy[0][1].toInt(), 10);
    QCOMPARE(timeline_->phaseStart(1), 10);
    moveMouse(from);
    QCOMPARE(timeline_->phaseStart(1), 10);
}

void TestScheduleTimeline::draggingStaysBetweenTheNeighbours() {
    const double step = pixelsPerEpoch();
    const QPoint from = inPlot(timeline_->phaseLinePosition(1));
    QTest::mousePress(plot(), Qt::LeftButton, {}, from);
    moveMouse(from + QPoint(qRound(11 * step), 0));
    QCOMPARE(timeline_->phaseStart(1), 13);
    moveMouse(from - QPoint(qRound(12 * step), 0));
    QCOMPARE(timeline_->phaseStart(1), 1);
    QTest::mouseRelease(plot(), Qt::LeftButton, {}, from);

    const QPoint last = inPlot(timeline_->phaseLinePosition(2));
    QTest::mousePress(plot(), Qt::LeftButton, {}, last);
    moveMouse(last + QPoint(qRound(9 * step), 0));
    QTest::mouseRelease(plot(), Qt::LeftButton, {}, last);
    QCOMPARE(timeline_->phaseStart(2), 19);
}

void TestScheduleTimeline::arrowsMoveTheSelectedLine() {
    QSignalSpy spy(timeline_.get(), &ScheduleTimeline::phaseMoved);
    timeline_->setFocus();
    QCOMPARE(timeline_->selectedPhase(), std::optional<int>(1));
    QTest::keyClick(timeline_.get(), Qt::Key_Right);
    QCOMPARE(timeline_->phaseStart(1), 9);
    QTest::keyClick(timeline_.get(), Qt::Key_Left, Qt::ShiftModifier);
    QCOMPARE(timeline_->phaseStart(1), 1);
    QTest::keyClick(timeline_.get(), Qt::Key_Left);
    QCOMPARE(timeline_->phaseStart(1), 1);
    QCOMPARE(spy.count(), 2);
    QTest::keyClick(timeline_.get(), Qt::Key_Down);
    QTest::keyClick(timeline_.get(), Qt::Key_End);
    QCOMPARE(timeline_->phaseStart(2), 19);
    QCOMPARE(spy.last()[0].toInt(), 2);
}

void TestScheduleTimeline::aPressElsewhereMovesNothing() {
    QSignalSpy spy(timeline_.get(), &ScheduleTimeline::phaseMoved);
    const QPoint from = inPlot(timeline_->phaseLinePosition(1)) + QPoint(40, 0);
    QTest::mousePress(plot(), Qt::LeftButton, {}, from);
    moveMouse(from + QPoint(60, 0));
    QTest::mouseRelease(plot(), Qt::LeftButton, {}, from);
    QCOMPARE(spy.count(), 0);
    QCOMPARE(timeline_->phaseStart(1), 8);
}

void TestScheduleTimeline::onePhaseHasNoLine() {
    RunConfig one = config();
    one.phases.resize(1);
    timeline_->setConfig(one);
    QVERIFY(!timeline_->selectedPhase());
    QSignalSpy spy(timeline_.get(), &ScheduleTimeline::phaseMoved);
    QTest::keyClick(timeline_.get(), Qt::Key_Right);
    QCOMPARE(spy.count(), 0);
    timeline_->setConfig(config());
    QCOMPARE(timeline_->selectedPhase(), std::optional<int>(1));
}

BALLAST_TEST(TestScheduleTimeline)
#include "tst_schedule_timeline.moc"
