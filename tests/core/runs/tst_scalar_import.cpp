#include "core/runs/scalar_import.h"

#include <QTemporaryDir>
#include <QtTest>
#include <limits>

#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/experiment/presets.h"
#include "core/results/run_folder.h"
#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {

using Series = std::map<std::int64_t, double>;

RunConfig config(int epochs) {
    RunConfig config;
    config.training.epochs = epochs;
    return config;
}

std::vector<EpochRecord> recordsOf(const LoggedScalars& scalars, int epochs,
                                   const ColumnChoice& more = {}) {
    ColumnChoice choice = suggestedColumns(scalars);
    for (const auto& [column, name] : more) choice[column] = name;
    std::vector<std::string> notes;
    return recordsFromScalars(scalars, choice, config(epochs), notes);
}

}  // namespace

class TestScalarImport : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;

    fs::path workspace() const { return fs::path(folder_.path().toStdString()); }

private Q_SLOTS:
    void usualNamesAreKnown() {
        const LoggedScalars scalars{"",
                                    {{"Acc/Test_top1", {{0, 40.0}}},
                                     {"val_acc", {{0, 0.3}}},
                                     {"train-loss", {{0, 2.0}}},
                                     {"LR", {{0, 0.1}}},
                                     {"gpu/temp", {{0, 70.0}}}},
                                    {}};
        QVERIFY((suggestedColumns(scalars) == ColumnChoice{{"test", "Acc/Test_top1"},
                                                           {"loss", "train-loss"},
                                                           {"learning-rate", "LR"}}));
        QVERIFY(!suggestedColumns({"", {{"train/loss", {{3, 1.0}}}}, {}}).contains("test"));
        QVERIFY((suggestedColumns({"", {{"Value", {{3, 1.0}}}}, {}}) ==
                 ColumnChoice{{"test", "Value"}}));
    }

    /// Steps from 0, from 1, every other epoch, and steps of batches.
    void epochsFromSteps() {
        for (const int first : {0, 1}) {
            const auto records = recordsOf(
                {"", {{"acc", Series{{first, 0.1}, {first + 1, 0.2}, {first + 2, 0.3}}}}, {}}, 200);
            QCOMPARE(records.size(), std::size_t{3});
            QCOMPARE(records[2].epoch, 2);
            QCOMPARE(records[2].balanced_test_accuracy, 0.3);
        }
        const auto sparse =
            recordsOf({"", {{"acc", Series{{5, 0.1}, {10, 0.2}, {15, 0.3}, {20, 0.4}}}}, {}}, 20);
        QCOMPARE(sparse.size(), std::size_t{20});
        QCOMPARE(sparse[9].balanced_test_accuracy, 0.2);
        QVERIFY(std::isnan(sparse[8].balanced_test_accuracy));
        const auto batches = recordsOf({"",
                                        {{"acc", Series{{97, 0.1}, {194, 0.2}}},
                                         {"loss", Series{{0, 9.0}, {96, 3.0}, {190, 2.0}}}},
                                        {}},
                                       200);
        QCOMPARE(batches.size(), std::size_t{2});
        QCOMPARE(batches[0].loss, 3.0);  // the last value of the epoch
        QCOMPARE(batches[1].loss, 2.0);
    }

    void stepsThatAreNoEpochs() {
        const auto before =
            recordsOf({"", {{"acc", Series{{0, 0.1}, {10, 0.2}, {20, 0.3}}}}, {}}, 20);
        QCOMPARE(before.size(), std::size_t{20});
        QCOMPARE(before[9].balanced_test_accuracy, 0.2);
        constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
        const auto wild = recordsOf(
            {"", {{"acc", Series{{kLeast, 0.1}, {-8589934291, 0.2}, {200, 0.3}}}}, {}}, 200);
        QCOMPARE(wild.size(), std::size_t{3});
        QCOMPARE(wild[2].balanced_test_accuracy, 0.3);
    }

    void percentAndShares() {
        const auto percent = recordsOf({"", {{"acc", {{0, 0.9}, {1, 61.5}}}}, {}}, 2);
        QCOMPARE(percent[1].balanced_test_accuracy, 0.615);
        QCOMPARE(percent[0].balanced_test_accuracy, 0.009);
        const auto few = recordsOf({"", {{"acc", {{0, 40.0}}}, {"few", {{0, 0.4}}}}, {}}, 2);
        QCOMPARE(few[0].shots.few, 0.004);  // in percent, as the others
        const LoggedScalars wrong{"", {{"acc", {{0, 3000.0}}}}, {}};
        QVERIFY(errorOf([&] { recordsOf(wrong, 2); }).contains("0 to 100 in percent"));
    }

    void columnsThatAreNot() {
        const LoggedScalars scalars{"", {{"top1", {{0, 0.5}}}, {"top5", {{0, 0.9}}}}, {}};
        const QString which = errorOf([&] { recordsOf(scalars, 2); });
        QVERIFY2(which.contains("which of these") && which.contains("\"top1\", \"top5\""),
                 qPrintable(which));
        QCOMPARE(recordsOf(scalars, 2, {{"test", "top1"}})[0].balanced_test_accuracy, 0.5);
        QVERIFY(errorOf([&] {
                    recordsOf(scalars, 2, {{"test", "top_1"}});
                }).contains("did you mean \"top1\""));
        QVERIFY(errorOf([&] {
                    recordsOf(scalars, 2, {{"test", "top1"}, {"speed", "top5"}});
                }).contains("unknown column \"speed\""));
    }

    void runsToCompareWith() {
        ScalarImport request;
        request.runs = {{"CE seed 0", {{"acc", {{0, 40.0}, {1, 45.0}, {2, 44.0}}}}, {}},
                        {"CE seed 1", {{"acc", {{0, 41.0}, {1, 46.0}, {2, 43.0}}}}, {}}};
        request.config = toJson(presetConfig({"CE+DRW", "cifar10", "", 100.0, "", 3}));
        request.source = "export.csv";
        const auto imported = importScalars(workspace(), request, DataStore());
        QCOMPARE(imported.size(), std::size_t{2});
        const RunSummary run = readRun(imported[1].folder);
        QVERIFY2(run.error.empty(), run.error.c_str());
        QCOMPARE(run.description.config.name, std::string("CE seed 1"));
        QCOMPARE(run.description.config.phases.size(), std::size_t{2});
        QCOMPARE(run.description.class_counts.size(), std::size_t{10});
        QVERIFY(run.status.state == RunState::finished);
        QCOMPARE(bestRecord(run.records, Selection::test)->epoch, 1);
        QCOMPARE(run.records[2].phase, 1);
        QVERIFY(run.description.parent == nlohmann::json({{"imported", "export.csv"}}));
    }

    void aConfigThatDoesNotFit() {
        ScalarImport request;
        request.runs = {{"CE", {{"acc", {{0, 40.0}}}}, {}}};
        request.config = toJson(presetConfig({"CE+DRW", "cifar10", "", 100.0, "", 200}));
        const auto before = fs::exists(workspace() / "runs")
                                ? std::distance(fs::directory_iterator(workspace() / "runs"), {})
                                : 0;
        QVERIFY(errorOf([&] {
                    importScalars(workspace(), request, DataStore());
                }).contains("beyond the last epoch"));
        const auto after = fs::exists(workspace() / "runs")
                               ? std::distance(fs::directory_iterator(workspace() / "runs"), {})
                               : 0;
        QCOMPARE(after, before);
    }
};

BALLAST_TEST(TestScalarImport)
#include "tst_scalar_import.moc"
