#include <QtTest>

#include "core/results/transition.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

/// Four classes, the first two in the majority; T0 = 2 of nine epochs.
RunConfig config() {
    RunConfig config;
    config.training.epochs = 9;
    config.optimizer.lr = 0.1;
    config.lr_schedule.warmup_epochs = 0;
    config.lr_schedule.steps = {{2, 0.01}};
    Phase late;
    late.from = 2;
    late.alpha = {"power", {{"nu", 0.2}}, {}};
    late.sam_radius = 0.4;
    config.phases.push_back(late);
    return config;
}

const std::vector<bool> kMajority{true, true, false, false};

EpochRecord record(int epoch, std::vector<double> test, double logit) {
    EpochRecord record;
    record.epoch = epoch;
    record.test_accuracy = std::move(test);
    record.balanced_test_accuracy = balancedAccuracy(record.test_accuracy);
    record.streaming.min_logit = {logit, logit + 2.0, -logit, -logit - 2.0};
    return record;
}

/// The minority before: 0.15; after: 0.25, 0.45, 0.55, so half of 0.4 by the second epoch.
std::vector<EpochRecord> records() {
    return {record(0, {0.8, 0.6, 0.1, 0.0}, 1.0), record(1, {0.9, 0.7, 0.2, 0.1}, 2.0),
            record(2, {0.8, 0.7, 0.3, 0.2}, 3.0), record(3, {0.8, 0.75, 0.6, 0.3}, 4.0),
            record(4, {0.85, 0.65, 0.5, 0.6}, 5.0)};
}

bool closeTo(double a, double b) {
    return std::abs(a - b) < 1e-12;
}

}  // namespace

class TestTransition : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatChanged() {
        const auto made = transitions(config(), kMajority, {});
        QCOMPARE(made.size(), std::size_t{1});
        QCOMPARE(made[0].epoch, 2);
        QCOMPARE(made[0].epochs, 7);
        QStringList changes;
        for (const auto& change : made[0].changes) {
            changes << QString::fromStdString(change.what + ": " + change.before + " → " +
                                              change.after);
        }
        QCOMPARE(changes.size(), 3);
        QVERIFY(changes[0].startsWith(QStringLiteral("Class weight α_y: ")));
        QVERIFY(changes[0].endsWith(QStringLiteral("ν = 0.2")));
        QCOMPARE(changes[1], QStringLiteral("Learning rate: 0.1 → 0.001"));
        QCOMPARE(changes[2], QStringLiteral("SAM radius: 0 → 0.4"));
    }

    void accuraciesBeforeAndAfter() {
        const Transition made = transitions(config(), kMajority, records())[0];
        QCOMPARE(made.trained, 3);
        QCOMPARE(made.points.size(), std::size_t{4});  // the phase has no tenth epoch
        const int after[] = {0, 1, 2, 5};
        for (std::size_t i = 0; i < 4; ++i) QCOMPARE(made.points[i].epochs_after, after[i]);
        QVERIFY(closeTo(made.points[0].majority, 0.8) && closeTo(made.points[0].minority, 0.15));
        QVERIFY(closeTo(made.points[0].balanced, 0.475));
        QVERIFY(closeTo(made.points[1].minority, 0.25));
        QVERIFY(closeTo(made.points[2].majority, 0.775) && closeTo(made.points[2].minority, 0.45));
        QVERIFY(std::isnan(made.points[3].minority));  // not trained yet
        QCOMPARE(made.last.epochs_after, 3);
        QVERIFY(closeTo(made.last.minority, 0.55));
        QCOMPARE(made.half_gain.value_or(0), 2);
        QVERIFY(closeTo(made.points[0].majority_min_logit, 3.0));
        QVERIFY(closeTo(made.points[0].minority_min_logit, -3.0));
        QVERIFY(closeTo(made.last.majority_min_logit, 6.0));
    }

    void classesThatGainedAndLost() {
        const Transition made = transitions(config(), kMajority, records())[0];
        QCOMPARE(made.gained.size(), std::size_t{2});
        QCOMPARE(made.gained[0].class_index, std::size_t{3});
        QVERIFY(closeTo(made.gained[0].gain, 0.5));
        QCOMPARE(made.gained[1].class_index, std::size_t{2});
        QCOMPARE(made.lost.size(), std::size_t{2});
        QVERIFY(closeTo(made.lost[0].gain, -0.05) && closeTo(made.lost[1].gain, -0.05));
    }

    void beforeThePhaseBegins() {
        const std::vector<EpochRecord> all = records();
        const Transition made = transitions(config(), kMajority, std::span(all).first(1))[0];
        QCOMPARE(made.trained, 0);
        QVERIFY(std::isnan(made.points[0].majority));
        QVERIFY(made.gained.empty() && made.lost.empty() && !made.half_gain);
        const Transition begun = transitions(config(), kMajority, std::span(all).first(2))[0];
        QCOMPARE(begun.last.epochs_after, 0);
        QVERIFY(closeTo(begun.points[0].minority, 0.15));
        QVERIFY(begun.gained.empty() && !begun.half_gain);
    }

    void classesWithoutTestImagesCountForNothing() {
        std::vector<EpochRecord> all = records();
        for (EpochRecord& one : all) one.test_accuracy[3] = kMissing;
        const Transition made = transitions(config(), kMajority, all)[0];
        QVERIFY(closeTo(made.points[0].minority, 0.2));
        QCOMPARE(made.gained.size(), std::size_t{1});
    }

    void balancedClassesHaveNoMinority() {
        const Transition made = transitions(config(), {}, records())[0];
        QVERIFY(std::isnan(made.last.minority) && !made.half_gain);
        QVERIFY(closeTo(made.last.balanced, 0.65));
        QVERIFY(!made.gained.empty());
    }

    // A second change ends the first's phase: what comes then is not put down to it.
    void phasesEnd() {
        RunConfig three = config();
        Phase last = three.phases[1];
        last.from = 4;
        last.sam_radius = 0.0;
        three.phases.push_back(last);
        const auto made = transitions(three, kMajority, records());
        QCOMPARE(made.size(), std::size_t{2});
        QCOMPARE(made[0].epochs, 2);
        QCOMPARE(made[0].trained, 2);
        QVERIFY(closeTo(made[0].last.minority, 0.45));
        QCOMPARE(made[1].trained, 1);
        QCOMPARE(made[1].changes.size(), std::size_t{1});
        QVERIFY(closeTo(made[1].points[0].minority, 0.45));
        QVERIFY(transitions(RunConfig{}, kMajority, records()).empty());
    }
};

BALLAST_TEST(TestTransition)
#include "tst_transition.moc"
