#include <dlfcn.h>

#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/desktop/main_window.h"
#include "app/desktop/run_controller.h"
#include "app/desktop/startup.h"
#include "core/results/owned_run.h"
#include "core/runs/learning_library.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

constexpr int kLong = 60000;  // ms

/// Asks the dynamic loader, which cannot be told anything else.
bool trainingLibraryIsThere() {
    void* handle = ::dlopen("libballast_learning.so", RTLD_LAZY | RTLD_NOLOAD);
    if (handle != nullptr) ::dlclose(handle);
    return handle != nullptr;
}

void makeRunFolder(const std::filesystem::path& workspace) {
    RunDescription description;
    description.config.name = "finished";
    description.config_as_given = nlohmann::json::object();
    description.class_counts = {5000, 50};
    OwnedRun(OwnedRun::create(workspace, description)).setStatus(RunState::stopped, 0, "");
}

}  // namespace

/// What the window waits for before it is painted, and what comes behind. A library is loaded once
/// a process, so the order of the tests matters.
class TestStartup : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    std::filesystem::path workspace() const {
        return folder_.filePath(QString::fromLatin1(QTest::currentTestFunction())).toStdString();
    }

private Q_SLOTS:
    void initTestCase() { keepSettingsIn(folder_); }

    void theWindowIsPaintedWithoutTheTrainingLibrary() {
        makeRunFolder(workspace());
        RunController controller(learningLibrary(), TrainingEnvironment{}, workspace());
        QVERIFY(controller.hasRuns());
        MainWindow window(controller);
        bool painted = false;
        afterFirstPaint(window, [&] { painted = true; });
        window.show();
        QVERIFY(!painted);
        QTRY_VERIFY(painted);
        QVERIFY(window.isVisible());
        controller.open();
        QCOMPARE(controller.runs().size(), std::size_t{1});
        QVERIFY(!trainingLibraryIsThere());
        QVERIFY(!learningLoadedBy());
    }

    /// Which is so where it is minimised from the start.
    void aWindowThatNobodyPaintsIsNotWaitedFor() {
        QWidget hidden;
        int calls = 0;
        afterFirstPaint(hidden, [&] { ++calls; });
        QTRY_COMPARE(calls, 1);
        hidden.show();
        QVERIFY(QTest::qWaitForWindowExposed(&hidden));
        QCOMPARE(calls, 1);
    }

    /// The first of a session that is ended at once: the worker is loading, or has not begun.
    void closesWhileTheLibraryIsLoaded() {
        auto controller =
            std::make_unique<RunController>(learningLibrary(), TrainingEnvironment{}, workspace());
        QVERIFY(!controller->hasRuns());
        auto window = std::make_unique<MainWindow>(*controller);
        window->show();
        controller->loadTraining();
        window->close();
        QVERIFY(!window->isVisible());
        window.reset();
        controller.reset();
    }

    void theTrainingLibraryIsLoadedByAWorker() {
        RunController controller(learningLibrary(), TrainingEnvironment{}, workspace());
        controller.loadTraining();
        QVERIFY(controller.idle());  // loading is no run that closing would wait for
        QTRY_VERIFY_WITH_TIMEOUT(learningLoadedBy().has_value(), kLong);
        QVERIFY(trainingLibraryIsThere());
        QVERIFY(*learningLoadedBy() != std::this_thread::get_id());
    }

    void theProcessKnowsItsAge() {
        const double before = processAge();
        QVERIFY(before > 0 && before < 1000.0 * 3600);
        QTest::qSleep(30);
        QVERIFY(processAge() >= before + 30);
    }
};

BALLAST_TEST(TestStartup)
#include "tst_startup.moc"
