#include <QAction>
#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "app/desktop/figures.h"
#include "app/desktop/main_window.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/run_controller.h"
#include "core/base/atomic_file.h"
#include "core/experiment/config_json.h"
#include "core/runs/learning_library.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/core/data/jpeg_folder.h"
#include "tests/support/test_program.h"
#include "tests/widgets/curve_keys.h"
#include "widgets/live_plots.h"

using namespace ballast;
using nlohmann::json;

namespace {

constexpr int kTrainingTime = 240000;  // ms

bool finished(const RunController& controller, const QString& run) {
    return controller.find(run)->status.state == RunState::finished;
}

std::string recordsOf(const std::filesystem::path& folder) {
    return readFile(folder / "epochs.jsonl");
}

/// Bytes of the last checkpoint: weights, batch-norm statistics and momentum.
std::string weightsOf(const std::filesystem::path& folder) {
    return readFile(folder / "checkpoints" / "epoch-000002.safetensors");
}

}  // namespace

/// The window with real training in its workers.
class TestTrainingWindow : public QObject {
    Q_OBJECT

    // Batches of 4: epochs of a second or so, in which there are ninety moments to pause.
    const JpegFolder images_{{.train_counts = {40, 150, 20, 90, 60}, .pixels = 40}};
    QTemporaryDir folder_;
    std::string records_;  // of the undisturbed run
    std::string weights_;

    std::filesystem::path workspace(const char* name) const {
        return folder_.filePath(QLatin1String(name)).toStdString();
    }

    json realConfig() const {
        RunConfig config;
        config.data = images_.config(24);
        return {{"name", "window"},
                {"data", toJson(config)["data"]},
                {"model", {{"name", "resnet8"}}},
                {"phases", {{{"from", 0}}, {{"from", 1}, {"alpha", "inverse"}}}},
                {"training", {{"epochs", 2}, {"batch_size", 4}, {"threads", 2}}}};
    }

private Q_SLOTS:
    void initTestCase() { keepSettingsIn(folder_); }

    void plotsHoldExactlyTheRecordsNumbers() {
        RunController controller(learningLibrary(), TrainingEnvironment{},
                                 workspace("undisturbed"));
        MainWindow window(controller);
        window.show();
        controller.open();
        const QString run = controller.start(realConfig());
        QTRY_VERIFY_WITH_TIMEOUT(finished(controller, run), kTrainingTime);
        const RunSummary on_disk = readRun(controller.find(run)->folder);
        QCOMPARE(on_disk.records.size(), std::size_t{2});
        const LivePlots& plots = window.runsPage().plots();
        const auto majority = plots.curve(run, kMajorityAccuracy);
        const auto exact = plots.curve(run, kExactMinorityAccuracy);
        const auto test = plots.curve(run, kBalancedTestAccuracy);
        QCOMPARE(majority.size(), std::size_t{2});
        QCOMPARE(exact.size(), std::size_t{2});  // both sides of T0
        for (std::size_t i = 0; i < 2; ++i) {
            const EpochRecord& record = on_disk.records[i];
            QCOMPARE(majority[i],
                     QPointF(record.epoch + 1, 100.0 * record.streaming.majority_accuracy));
            QCOMPARE(exact[i], QPointF(record.epoch + 1, 100.0 * record.exact->minority_accuracy));
            QCOMPARE(test[i], QPointF(record.epoch + 1, 100.0 * record.balanced_test_accuracy));
        }
        records_ = recordsOf(on_disk.folder);
        weights_ = weightsOf(on_disk.folder);

        const auto files = writeWorkspaceFigures(controller.workspace(), workspace("figures"));
        QVERIFY(files.size() >= 8);
        for (const auto& file : files)
            QVERIFY2(std::filesystem::file_size(file) > 100, file.c_str());
    }

    void pauseAndResumeChangeNoNumber() {
        QVERIFY(!records_.empty());
        RunController controller(learningLibrary(), TrainingEnvironment{}, workspace("paused"));
        MainWindow window(controller);
        controller.open();
        const QString run = controller.start(realConfig());
        QTRY_VERIFY_WITH_TIMEOUT(controller.progress(run) && controller.progress(run)->step > 5,
                                 kTrainingTime);
        controller.setPaused(run, true);
        QTRY_VERIFY_WITH_TIMEOUT(controller.find(run)->status.state == RunState::paused,
                                 kTrainingTime);
        const int step = controller.progress(run)->step;
        QTest::qWait(500);
        QCOMPARE(controller.progress(run)->step, step);
        controller.setPaused(run, false);
        QTRY_VERIFY_WITH_TIMEOUT(finished(controller, run), kTrainingTime);
        QCOMPARE(recordsOf(controller.find(run)->folder), records_);
        QCOMPARE(weightsOf(controller.find(run)->folder), weights_);
    }

    // Closing asks the worker, keeps the window alive until it obeys, and loses no more than the
    // epoch in progress; opening again continues by itself.
    void closedWhileTraining() {
        QVERIFY(!records_.empty());
        QString run;
        {
            RunController controller(learningLibrary(), TrainingEnvironment{}, workspace("closed"));
            MainWindow window(controller);
            window.show();
            controller.open();
            run = controller.start(realConfig());
            QTRY_VERIFY_WITH_TIMEOUT(controller.progress(run) &&
                                         controller.progress(run)->epoch == 1 &&
                                         controller.progress(run)->step > 2,
                                     kTrainingTime);
            QVERIFY(!window.close());  // refused for now
            QVERIFY(window.isVisible());
            QTRY_VERIFY_WITH_TIMEOUT(!window.isVisible(), kTrainingTime);
            QVERIFY(controller.idle());
            const RunSummary summary = readRun(controller.find(run)->folder);
            QVERIFY(summary.status.state == RunState::queued);
            QCOMPARE(summary.records.size(), std::size_t{1});
        }
        RunController controller(learningLibrary(), TrainingEnvironment{}, workspace("closed"));
        MainWindow window(controller);
        controller.open();
        QTRY_VERIFY_WITH_TIMEOUT(finished(controller, run), kTrainingTime);
        QCOMPARE(recordsOf(controller.find(run)->folder), records_);
        QCOMPARE(weightsOf(controller.find(run)->folder), weights_);
        QCOMPARE(window.runsPage().plots().curve(run, kBalancedTestAccuracy).size(),
                 std::size_t{2});
    }
};

BALLAST_TEST(TestTrainingWindow)
#include "tst_training_window_slow.moc"
