#include <QtTest>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "core/base/error.h"
#include "core/results/epoch_scalars.h"
#include "tests/core/results/made_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestEpochScalars : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void ownLinesAreScanned() {
        EpochRecord record = madeRecord(7, 1.0 / 3.0);
        record.exact = record.streaming;
        record.kappa = {1.0};
        QVERIFY(scanOwnShape(toJson(record).dump()).has_value());
        record.test_confusion.rows = {{{0, 3}, {1, 2}}, {}};
        const std::string text = toJson(record).dump();
        const auto scanned = scanOwnShape(text);  // where it fails, indexes have become slow
        QVERIFY(scanned.has_value());
        QCOMPARE(scanned->epoch, 7);
        QVERIFY(same(scanned->scalars, scalarsOf(record)));
        record.nu = 0.95;
        const auto chosen = scanOwnShape(toJson(record).dump());
        QVERIFY(chosen.has_value());
        QCOMPARE(chosen->scalars.nu, 0.95);
        QCOMPARE(recordOf(chosen->scalars, 7).nu, 0.95);
        record.nu = kMissing;
        record.tau = 0.8;
        const auto shifted = scanOwnShape(toJson(record).dump());
        QVERIFY(shifted.has_value());
        QCOMPARE(recordOf(shifted->scalars, 7).tau, 0.8);
        record.teacher_mean = {0.7, 0.3};
        QVERIFY(scanOwnShape(toJson(record).dump()).has_value());
        record.tde_alpha = 1.5;
        QVERIFY(scanOwnShape(toJson(record).dump()).has_value());
        const EpochRecord again = recordFromJson(nlohmann::json::parse(toJson(record).dump()));
        QCOMPARE(again.teacher_mean, record.teacher_mean);
        QVERIFY(!scanOwnShape(text + " "));
        QVERIFY(!scanOwnShape(text.substr(0, text.size() - 1)));
    }

    void recordsWithoutClasses() {
        EpochRecord record = madeRecord(7, 1.0 / 3.0);
        record.exact = record.streaming;
        for (const EpochRecord& whole : {record, madeRecord(3, kMissing)}) {
            const EpochRecord bare = recordOf(scalarsOf(whole), whole.epoch);
            QVERIFY(same(scalarsOf(bare), scalarsOf(whole)));
            QCOMPARE(bare.epoch, whole.epoch);
            QCOMPARE(bare.exact.has_value(), whole.exact.has_value());
            QVERIFY(bare.test_accuracy.empty() && bare.streaming.min_logit.empty());
        }
    }

    // Spellings of a number that toJson does not write.
    void numbersAreReadAlike_data() {
        QTest::addColumn<QByteArray>("number");
        for (const char* number : {"-0", "-0.0", "0", "1", "-3", "1E2", "1e+22", "1e-5", "0.1",
                                   "18446744073709551616", "9007199254740993", "1e-400", "1e308",
                                   "123456789012345678901234567890123456789012345",
                                   "0.1000000000000000055511151231257827021181583404541015625"}) {
            QTest::newRow(number) << QByteArray(number);
        }
    }
    void numbersAreReadAlike() {
        QFETCH(const QByteArray, number);
        std::string text = toJson(madeRecord(0, 0.5)).dump();
        text.replace(text.find("\"loss\":2.0"), 10, "\"loss\":" + number.toStdString());
        const auto scanned = scanRecord(text);
        QVERIFY(scanned);
        QVERIFY(same(scanned->scalars, scalarsOf(recordFromJson(nlohmann::json::parse(text)))));
    }

    // Whatever a line says, it is what the records' own reader says of it.
    void scanningAgreesOnChangedLines() {
        EpochRecord record = madeRecord(3, 0.1234567890123456789);
        record.exact = record.streaming;
        record.test_confusion.rows = {{{-1, 1}, {0, 3}, {1, 20}}, {}, {{2, 100}}};
        const std::string text = toJson(record).dump();
        const std::string signs = "0123456789-+.eE,:[]{}\"n ul";
        std::mt19937 random(2);
        int fast = 0;
        // What both say, if they say the same: "torn", "refused", "read"; else "different".
        const auto judged = [](const std::string& changed) -> std::string {
            const auto value = nlohmann::json::parse(changed, nullptr, false);
            try {
                const auto scanned = scanRecord(changed);
                if (value.is_discarded()) return scanned ? "different" : "torn";
                const EpochRecord read = recordFromJson(value);
                return scanned && scanned->epoch == read.epoch &&
                               same(scanned->scalars, scalarsOf(read))
                           ? "read"
                           : "different";
            } catch (const StorageError&) {
                try {
                    if (!value.is_discarded()) recordFromJson(value);
                    return "different";
                } catch (const StorageError&) {
                    return "refused";
                }
            }
        };
        std::map<std::string, int> times;
        for (int i = 0; i < 20000; ++i) {
            std::string changed = text;
            const std::size_t at = random() % changed.size();
            switch (random() % 3) {
                case 0:
                    changed[at] = signs[random() % signs.size()];
                    break;
                case 1:
                    changed.insert(at, 1, signs[random() % signs.size()]);
                    break;
                default:
                    changed.erase(at, 1 + random() % 2);
            }
            fast += scanOwnShape(changed).has_value();
            const std::string said = judged(changed);
            QVERIFY2(said != "different", changed.c_str());
            ++times[said];
        }
        QVERIFY(times["torn"] > 500 && times["refused"] > 50 && times["read"] > 2000);
        QVERIFY(fast > 2000);
    }
};

BALLAST_TEST(TestEpochScalars)
#include "tst_epoch_scalars.moc"
