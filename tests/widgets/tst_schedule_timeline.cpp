#include <QMenu>
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
    void draggingMovesAStep();
    void draggingSetsARadius();
    void keysReachEverything();
    void theMenuAddsAndRemovesSteps();

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

void TestScheduleTimeline::draggingMovesAStep() {
    RunConfig stepped = config();
    stepped.lr_schedule.steps = {{8, 0.1}, {16, 0.01}};  // one where a phase begins
    timeline_->setConfig(stepped);
    QTest::qWait(50);
    QSignalSpy steps(timeline_.get(), &ScheduleTimeline::stepsChanged);
    QSignalSpy phases(timeline_.get(), &ScheduleTimeline::phaseMoved);
    QSignalSpy settled(timeline_.get(), &ScheduleTimeline::settled);
    const QPoint from = inPlot(timeline_->handlePosition({ScheduleHandle::Kind::step, 0}));
    QTest::mousePress(plot(), Qt::LeftButton, {}, from);
    QCOMPARE(timeline_->selected(), (ScheduleHandle{ScheduleHandle::Kind::step, 0}));
    const int x = inPlot(timeline_->phaseLinePosition(1)).x() - qRound(3 * pixelsPerEpoch());
    moveMouse({x, from.y()});
    QTest::mouseRelease(plot(), Qt::LeftButton, {}, {x, from.y()});
    QCOMPARE(steps.count(), 1);
    QCOMPARE(timeline_->config().lr_schedule.steps[0].from, 5);
    QCOMPARE(timeline_->config().lr_schedule.steps[0].factor, 0.1);
    QCOMPARE(phases.count(), 0);
    QVERIFY(settled.count() > 0);
}

void TestScheduleTimeline::draggingSetsARadius() {
    QSignalSpy radii(timeline_.get(), &ScheduleTimeline::radiusChanged);
    const ScheduleHandle handle{ScheduleHandle::Kind::radius, 1};
    const QPoint from = inPlot(timeline_->handlePosition(handle));
    QTest::mousePress(plot(), Qt::LeftButton, {}, from);
    QCOMPARE(timeline_->selected(), handle);
    moveMouse(from - QPoint(0, 30));
    QTest::mouseRelease(plot(), Qt::LeftButton, {}, from);
    QCOMPARE(radii.count(), 1);
    QCOMPARE(radii[0][0].toInt(), 1);
    const double radius = radii[0][1].toDouble();
    QVERIFY(radius > 0.0 && radius <= kTopRadius);
    QCOMPARE(radius * 20, std::round(radius * 20));  // in steps of 0.05
    QCOMPARE(timeline_->config().phases[1].sam_radius, radius);
    // Back to the bottom is off.
    QTest::mousePress(plot(), Qt::LeftButton, {}, inPlot(timeline_->handlePosition(handle)));
    moveMouse(from + QPoint(0, 40));
    QTest::mouseRelease(plot(), Qt::LeftButton, {}, from);
    QCOMPARE(timeline_->config().phases[1].sam_radius, 0.0);
}

void TestScheduleTimeline::keysReachEverything() {
    QSignalSpy steps(timeline_.get(), &ScheduleTimeline::stepsChanged);
    QSignalSpy radii(timeline_.get(), &ScheduleTimeline::radiusChanged);
    timeline_->setFocus();
    QTest::keyClick(timeline_.get(), Qt::Key_Insert);
    QCOMPARE(timeline_->config().lr_schedule.steps, (std::vector<LrStep>{{14, 0.1}}));
    QCOMPARE(timeline_->selected(), (ScheduleHandle{ScheduleHandle::Kind::step, 0}));
    QTest::keyClick(timeline_.get(), Qt::Key_Left);
    QTest::keyClick(timeline_.get(), Qt::Key_Minus);
    QCOMPARE(timeline_->config().lr_schedule.steps, (std::vector<LrStep>{{13, 0.05}}));
    QTest::keyClick(timeline_.get(), Qt::Key_Down);
    QTest::keyClick(timeline_.get(), Qt::Key_Plus);
    QCOMPARE(radii.count(), 1);
    QCOMPARE(timeline_->config().phases[0].sam_radius, 0.05);
    QTest::keyClick(timeline_.get(), Qt::Key_Delete);  // no step: nothing
    QTest::keyClick(timeline_.get(), Qt::Key_Up);
    QTest::keyClick(timeline_.get(), Qt::Key_Delete);
    QVERIFY(timeline_->config().lr_schedule.steps.empty());
    QCOMPARE(steps.count(), 4);
    QVERIFY(timeline_->accessibleDescription().contains(QStringLiteral("SAM radius of phase 2")));
}

void TestScheduleTimeline::theMenuAddsAndRemovesSteps() {
    const auto choose = [&](const char* name) {
        QContextMenuEvent asked(QContextMenuEvent::Keyboard, {}, {});
        QCoreApplication::sendEvent(timeline_.get(), &asked);
        auto* menu = timeline_->findChild<QMenu*>(QStringLiteral("schedule_menu"));
        QVERIFY(menu != nullptr);
        auto* entry = menu->findChild<QAction*>(QLatin1String(name));
        QVERIFY2(entry != nullptr, name);
        QVERIFY(entry->isEnabled());
        entry->trigger();
        delete menu;
    };
    choose("add_step");
    QCOMPARE(timeline_->config().lr_schedule.steps.size(), std::size_t{1});
    choose("remove_step");
    QVERIFY(timeline_->config().lr_schedule.steps.empty());
    // With the mouse it is the epoch there.
    const QPoint at =
        inPlot(timeline_->phaseLinePosition(1)) + QPoint(qRound(2 * pixelsPerEpoch()), 0);
    QContextMenuEvent asked(QContextMenuEvent::Mouse, at, plot()->mapToGlobal(at));
    QCoreApplication::sendEvent(plot(), &asked);
    auto* menu = timeline_->findChild<QMenu*>(QStringLiteral("schedule_menu"));
    QVERIFY(menu != nullptr && menu->isVisible());
    menu->findChild<QAction*>(QStringLiteral("add_step"))->trigger();
    QCOMPARE(timeline_->config().lr_schedule.steps, (std::vector<LrStep>{{10, 0.1}}));
}

BALLAST_TEST(TestScheduleTimeline)
#include "tst_schedule_timeline.moc"
