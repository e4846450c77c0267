#include "core/results/plateau.h"

#include <QtTest>

#include "core/experiment/config_json.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

/// Two classes, the second of them the minority.
std::vector<EpochRecord> recordsOf(std::initializer_list<double> minority) {
    std::vector<EpochRecord> records;
    for (const double logit : minority) {
        EpochRecord record;
        record.epoch = static_cast<int>(records.size());
        record.streaming.min_logit = {9.0 - logit, logit};
        records.push_back(record);
    }
    return records;
}

bool onPlateau(std::initializer_list<double> minority, int patience) {
    return minorityIsOnPlateau(recordsOf(minority), {true, false}, patience);
}

}  // namespace

class TestPlateau : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aRiseOfATenthCounts() {
        QVERIFY(!onPlateau({-3.0, -2.0, -1.0, 0.0}, 2));
        QVERIFY(onPlateau({-3.0, -2.0, -1.95, -2.5}, 2));
        QVERIFY(!onPlateau({-3.0, -2.0, -1.85, -2.5}, 2));
        QVERIFY(onPlateau({-3.0, -2.0, -1.85, -2.5}, 1));
        QVERIFY(onPlateau({-2.0, -3.0, -4.0}, 2));  // falling is no rise
    }

    void thereMustBeEpochsBefore() {
        QVERIFY(!onPlateau({}, 1));
        QVERIFY(!onPlateau({-2.0, -2.0}, 2));
        QVERIFY(onPlateau({-2.0, -2.0, -2.0}, 2));
        QVERIFY(!minorityIsOnPlateau(std::vector<EpochRecord>(5), {true, false}, 2));  // imported
    }

    void onlyPlateausGiveTheFirstConfigBack() {
        RunDescription run;
        RunConfig given;
        given.phases.resize(2);
        given.phases[1].from = 60;
        given.phases[1].plateau = 5;
        run.config = given;
        run.config.phases[1].from = 40;
        run.config_as_given = toJson(given);
        QVERIFY(!configBeforePlateaus(run));
        run.edits.push_back({{"id", "plateau-40"}, {"epoch", 40}, {"plateau", 5}});
        QVERIFY(configBeforePlateaus(run) == given);
        run.edits.push_back({{"id", "x"}, {"epoch", 50}});
        QVERIFY(!configBeforePlateaus(run));
    }
};

BALLAST_TEST(TestPlateau)
#include "tst_plateau.moc"
