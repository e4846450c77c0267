#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/desktop/foreign_import.h"
#include "app/desktop/main_window.h"
#include "app/desktop/run_controller.h"
#include "core/results/workspace.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/support/test_program.h"
#include "widgets/banner.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {

constexpr int kClosedBy = 2000;  // ms; what is called off would take ten times as long
constexpr int kRuns = 2000;

/// As many runs as there are seeds.
nlohmann::json manyRuns() {
    return {{"base",
             {{"name", "many"},
              {"data", {{"dataset", "fashion-mnist"}}},
              {"model", {{"name", "resnet8"}}},
              {"training", {{"epochs", 1}}}}},
            {"seeds", {{"from", 0}, {"count", kRuns}}}};
}

}  // namespace

/// The window is closed while something is under way beside it.
class TestClosing : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    fs::path workspace() const {
        return folder_.filePath(QString::fromLatin1(QTest::currentTestFunction())).toStdString();
    }

    /// How long it takes to close the window, and to end what is under way.
    static qint64 close(std::unique_ptr<MainWindow>& window,
                        std::unique_ptr<RunController>& controller) {
        QElapsedTimer timer;
        timer.start();
        window->close();
        window.reset();
        controller.reset();
        return timer.elapsed();
    }

private Q_SLOTS:
    void initTestCase() { keepSettingsIn(folder_); }

    void whileASweepIsPlanned() {
        std::atomic<int> planned{0};
        const FakeLearning learning([&](const std::string&) {
            ++planned;
            QThread::msleep(10);
        });
        auto controller =
            std::make_unique<RunController>(learning, TrainingEnvironment{}, workspace());
        auto window = std::make_unique<MainWindow>(*controller);
        window->show();
        controller->startSweep(manyRuns());
        QTRY_VERIFY(planned > 5);
        const qint64 taken = close(window, controller);
        QVERIFY2(taken < kClosedBy, qPrintable(QString::number(taken)));
        QVERIFY(planned < kRuns);
        QVERIFY(!fs::exists(workspace() / "runs"));
    }

    void whileTheRunsOfASweepAreMade() {
        const FakeLearning learning;
        auto controller =
            std::make_unique<RunController>(learning, TrainingEnvironment{}, workspace());
        auto window = std::make_unique<MainWindow>(*controller);
        window->show();
        QSignalSpy started(controller.get(), &RunController::sweepStarted);
        controller->startSweep(manyRuns());
        const auto made = [&] { return readWorkspace(workspace()); };
        QTRY_VERIFY_WITH_TIMEOUT(fs::exists(workspace() / "runs") && made().size() > 2, 60000);
        const qint64 taken = close(window, controller);
        QVERIFY2(taken < kClosedBy, qPrintable(QString::number(taken)));
        QCOMPARE(started.count(), 0);
        QVERIFY(!fs::exists(workspace() / "sweeps"));
        const auto runs = made();
        QVERIFY2(runs.size() < kRuns, qPrintable(QString::number(runs.size())));
        for (const RunSummary& run : runs) {
            QCOMPARE(run.error, std::string());
            QVERIFY(run.status.state == RunState::queued);
        }
    }

    void whileAFolderIsImported() {
        const fs::path source = folder_.filePath(QStringLiteral("source")).toStdString();
        fs::copy(fs::path(BALLAST_TEST_DATA) / "public-code", source);
        std::ofstream(source / "20ckpt.pth.tar") << "weights";
        std::atomic<bool> read{false};
        const FakeLearning learning([&](const std::string& member) {
            if (member == "adoptCheckpoint") QThread::sleep(10);
            if (member != "inspectCheckpoint") return;
            read = true;
            QThread::msleep(300);
        });
        auto controller =
            std::make_unique<RunController>(learning, TrainingEnvironment{}, workspace());
        auto window = std::make_unique<MainWindow>(*controller);
        window->show();
        window->foreignImport().importLogs(source);
        QVERIFY(window->banner().message().contains(QStringLiteral("Importing")));
        QTRY_VERIFY(read);
        const qint64 taken = close(window, controller);
        QVERIFY2(taken < kClosedBy, qPrintable(QString::number(taken)));
        QVERIFY(!fs::exists(workspace() / "runs"));
    }
};

BALLAST_TEST(TestClosing)
#include "tst_closing.moc"
