#include "widgets/schedule_handles.h"

#include <QtTest>

#include "tests/support/test_program.h"

using namespace ballast;
using Kind = ScheduleHandle::Kind;

namespace {

RunConfig threePhases() {
    RunConfig config;
    config.training.epochs = 20;
    config.phases.resize(3);
    config.phases[1].from = 8;
    config.phases[2].from = 14;
    config.lr_schedule.steps = {{8, 0.1}, {16, 0.01}};
    return config;
}

}  // namespace

class TestScheduleHandles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everythingHasAHandle() {
        const std::vector<ScheduleHandle> handles = handlesOf(threePhases());
        QCOMPARE(handles.size(), std::size_t{2 + 2 + 3});
        QCOMPARE(handles.front(), (ScheduleHandle{Kind::start, 1}));
        QCOMPARE(handlesOf(RunConfig()).size(), std::size_t{1});  // the radius
    }

    void stepsMoveBetweenTheirNeighbours() {
        RunConfig config = threePhases();
        QVERIFY(moveTo(config, {Kind::step, 0}, 99));
        QCOMPARE(config.lr_schedule.steps[0].from, 15);
        QVERIFY(moveTo(config, {Kind::step, 0}, -5));
        QCOMPARE(config.lr_schedule.steps[0].from, 1);
        QVERIFY(!moveTo(config, {Kind::step, 0}, 1));
        QVERIFY(moveTo(config, {Kind::step, 1}, 99));
        QCOMPARE(config.lr_schedule.steps[1].from, 19);
        QVERIFY(!moveTo(config, {Kind::radius, 0}, 3));
    }

    void stepsAreAddedInOrder() {
        RunConfig config = threePhases();
        QCOMPARE(addStepAt(config, 12), std::optional<std::size_t>(1));
        QCOMPARE(config.lr_schedule.steps[1].factor, 0.01);
        QCOMPARE(addStepAt(config, 19), std::optional<std::size_t>(3));
        QCOMPARE(config.lr_schedule.steps[3].factor, 0.001);
        for (const int epoch : {12, 0, -1, 20}) QVERIFY(!addStepAt(config, epoch));
        removeStep(config, 1);
        removeStep(config, 9);
        QCOMPARE(config.lr_schedule.steps.size(), std::size_t{3});
        config.lr_schedule.kind = LrKind::cosine;
        QVERIFY(!addStepAt(config, 5));
    }

    void valuesGoUpAndDown() {
        RunConfig config = threePhases();
        const ScheduleHandle step{Kind::step, 0};
        for (const double expected : {0.2, 0.5, 1.0, 2.0}) {
            const double next = nextValue(config, step, true);
            QCOMPARE(next, expected);
            QVERIFY(setValueOf(config, step, next));
        }
        for (const double expected : {1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01}) {
            setValueOf(config, step, nextValue(config, step, false));
            QVERIFY(config.lr_schedule.steps[0].factor == expected);
        }
        setValueOf(config, step, 0.3);
        QCOMPARE(nextValue(config, step, true), 0.5);
        QCOMPARE(nextValue(config, step, false), 0.2);
        const ScheduleHandle radius{Kind::radius, 2};
        QCOMPARE(nextValue(config, radius, false), 0.0);
        QVERIFY(setValueOf(config, radius, nextValue(config, radius, true)));
        QVERIFY(config.phases[2].sam_radius == 0.05);
        setValueOf(config, radius, 0.12);
        QCOMPARE(nextValue(config, radius, true), 0.15);
        QCOMPARE(nextValue(config, radius, false), 0.1);
    }

    void whatCannotBeIsRefused() {
        RunConfig config = threePhases();
        QVERIFY(!setValueOf(config, {Kind::step, 0}, 0.0));
        QVERIFY(!setValueOf(config, {Kind::radius, 0}, -0.1));
        QVERIFY(!setValueOf(config, {Kind::radius, 0}, 11.0));
        QVERIFY(!setValueOf(config, {Kind::start, 1}, 3.0));
        QCOMPARE(config, threePhases());
    }

    void labelsSayWhatItIs() {
        RunConfig config = threePhases();
        config.phases[1].sam_radius = 0.1;
        QCOMPARE(handleLabel(config, {Kind::start, 1}), QStringLiteral("T₀ = 8"));
        QCOMPARE(handleLabel(config, {Kind::start, 2}), QStringLiteral("phase 3: 14"));
        QCOMPARE(handleLabel(config, {Kind::step, 1}), QStringLiteral("× 0.01"));
        QCOMPARE(handleLabel(config, {Kind::radius, 1}), QStringLiteral("SAM 0.1"));
        QVERIFY(handleInWords(config, {Kind::step, 0}).contains(QStringLiteral("epoch 8")));
    }
};

BALLAST_TEST(TestScheduleHandles)
#include "tst_schedule_handles.moc"
