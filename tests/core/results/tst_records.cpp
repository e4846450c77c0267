#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/results/records.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

EpochRecord sample(int epoch, double balanced) {
    EpochRecord record;
    record.epoch = epoch;
    record.learning_rate = 0.1;
    record.loss = 1.0 / 3.0;
    record.balanced_test_accuracy = balanced;
    record.test_accuracy = {balanced, balanced};
    record.streaming = {{0.9, 0.1}, {-1, -2}, {0, 1}, {1, 2}, {3, 4}, {5, 6}, 0.9, 0.1};
    return record;
}

}  // namespace

class TestRecords : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void roundTripIsExact() {
        EpochRecord record = sample(3, 0.123456789012345678);
        record.exact = record.streaming;
        record.test_confusion.rows = {{{0, 3}, {1, 2}}, {{-1, 1}}};
        record.shots.few = kMissing;
        record.streaming.minority_accuracy = kMissing;
        const std::string line = toJson(record).dump();
        const EpochRecord back = recordFromJson(nlohmann::json::parse(line));
        QCOMPARE(toJson(back).dump(), line);
        QCOMPARE(back.balanced_test_accuracy, record.balanced_test_accuracy);
        QVERIFY(std::isnan(back.shots.few));
        QVERIFY(std::isnan(back.streaming.minority_accuracy));
        QVERIFY(back.exact.has_value() && *back.exact == *record.exact);
        QCOMPARE(back.test_confusion, record.test_confusion);
    }

    void newerFormatIsRefused() {
        auto value = nlohmann::json(toJson(sample(0, 0.5)));
        value["format"] = 99;
        QVERIFY_THROWS_EXCEPTION(StorageError, recordFromJson(value));
        QVERIFY_THROWS_EXCEPTION(StorageError, recordFromJson(nlohmann::json::object()));
    }

    void bestIsTheEarliestOfEquals() {
        const std::vector<EpochRecord> records = {sample(0, 0.5), sample(1, 0.7), sample(2, 0.7),
                                                  sample(3, 0.6)};
        QCOMPARE(bestRecord(records, Selection::test)->epoch, 1);
        QVERIFY(bestRecord({}, Selection::test) == nullptr);
    }

    void groupsAndShots() {
        const std::vector<double> accuracy = {0.9, 0.8, 0.4, 0.2};
        const GroupMeans groups = groupMeans(accuracy, {true, true, false, false});
        QCOMPARE(groups.majority, (0.9 + 0.8) / 2);
        QCOMPARE(groups.minority, (0.4 + 0.2) / 2);
        QVERIFY(std::isnan(groupMeans(accuracy, {}).majority));
        // Many: more than 100; medium: 20 to 100; few: fewer than 20.
        const ShotAccuracy shots =
            shotAccuracy(accuracy, std::vector<std::int64_t>{101, 100, 20, 19});
        QCOMPARE(shots.many, 0.9);
        QCOMPARE(shots.medium, (0.8 + 0.4) / 2);
        QCOMPARE(shots.few, 0.2);
        QVERIFY(
            std::isnan(shotAccuracy(accuracy, std::vector<std::int64_t>{500, 500, 500, 500}).few));
    }

    void classesWithoutTestImagesDoNotCount() {
        const std::vector<double> accuracy = {0.5, kMissing, 0.25, kMissing};
        QCOMPARE(balancedAccuracy(accuracy), 0.375);
        QVERIFY(std::isnan(balancedAccuracy(std::vector<double>{kMissing})));
        const ShotAccuracy shots =
            shotAccuracy(accuracy, std::vector<std::int64_t>{101, 102, 20, 19});
        QCOMPARE(shots.many, 0.5);
        QCOMPARE(shots.medium, 0.25);
        QVERIFY(std::isnan(shots.few));
        EpochRecord record;
        record.test_accuracy = accuracy;
        record.balanced_test_accuracy = 0.375;
        const EpochRecord read = recordFromJson(nlohmann::json::parse(toJson(record).dump()));
        QVERIFY(std::isnan(read.test_accuracy[1]));
        QCOMPARE(read.test_accuracy[2], 0.25);
    }

    void ratioNeedsAMajority() {
        ClassStatistics statistics;
        QVERIFY(std::isnan(statistics.accuracyRatio()));
        statistics.majority_accuracy = 0.8;
        statistics.minority_accuracy = 0.4;
        QCOMPARE(statistics.accuracyRatio(), 0.5);
    }

    void stateNames() {
        for (const RunState state :
             {RunState::queued, RunState::running, RunState::paused, RunState::finished,
              RunState::stopped, RunState::diverged, RunState::failed}) {
            QVERIFY(stateFromName(stateName(state)) == state);
        }
        QVERIFY(!stateFromName("sleeping"));
    }
};

BALLAST_TEST(TestRecords)
#include "tst_records.moc"
