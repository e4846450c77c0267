#include <QAction>
#include <QMenuBar>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/desktop/main_window.h"
#include "app/desktop/pages/compare_page.h"
#include "app/desktop/pages/runs_page.h"
#include "app/desktop/run_controller.h"
#include "core/base/error.h"
#include "core/results/owned_run.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/bench/workspace_maker.h"
#include "tests/core/data/jpeg_folder.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/core/runs/scripted_config.h"
#include "tests/support/test_program.h"
#include "widgets/banner.h"
#include "widgets/run_table.h"

using namespace ballast;
namespace fs = std::filesystem;

/// A workspace in two windows, or in one that must not write.
class TestTwoWindows : public QObject {
    Q_OBJECT

    const JpegFolder images_{{.train_counts = {9, 30, 5, 12}, .test_per_class = 2, .pixels = 40}};
    QTemporaryDir folder_;
    std::unique_ptr<FakeLearning> learning_;

    fs::path workspace() const {
        return folder_.filePath(QString::fromLatin1(QTest::currentTestFunction())).toStdString();
    }

    RunConfig config() const { return scriptedConfig(images_, 4); }
    QString makeRun() const {
        const fs::path run = createRun(workspace(), config(), nlohmann::json::object(), {});
        return QString::fromStdString(run.filename().string());
    }
    std::unique_ptr<RunController> controller(Access access = Access::write) const {
        return std::make_unique<RunController>(*learning_, TrainingEnvironment{}, workspace(),
                                               access);
    }

    /// Every file with its size and time of change.
    static std::map<std::string, std::pair<std::uintmax_t, fs::file_time_type>> files(
        const fs::path& folder) {
        std::map<std::string, std::pair<std::uintmax_t, fs::file_time_type>> found;
        for (const auto& entry : fs::recursive_directory_iterator(folder)) {
            found[entry.path().string()] = {entry.is_regular_file() ? entry.file_size() : 0,
                                            entry.last_write_time()};
        }
        return found;
    }

    static QAction* actionOf(const MainWindow& window, const QString& words) {
        for (QAction* action : window.findChildren<QAction*>()) {
            if (action->text().remove(QLatin1Char('&')) == words) return action;
        }
        return nullptr;
    }

private Q_SLOTS:
    void initTestCase() { keepSettingsIn(folder_); }
    void init() { learning_ = std::make_unique<FakeLearning>(); }

    void theSecondWatchesUntilTheFirstIsClosed() {
        const QString run = makeRun();
        learning_->holdBefore(run.toStdString(), 2);
        auto first = controller();
        QVERIFY(!first->readOnly());
        first->open();
        QTRY_VERIFY(learning_->isHeld(run.toStdString()));

        const auto second = controller();
        QVERIFY(second->readOnly());
        QVERIFY2(second->readOnlyReason().contains(QStringLiteral("another window has")),
                 qPrintable(second->readOnlyReason()));
        MainWindow window(*second);
        window.show();
        second->open();
        QVERIFY(!second->holds(run));
        QVERIFY(second->queuedRuns().isEmpty());
        QTRY_COMPARE(second->find(run)->epochs.size(), std::size_t{2});
        QVERIFY(second->find(run)->status.state == RunState::running);
        QVERIFY(window.windowTitle().contains(QStringLiteral("read-only")));

        // Nothing that writes is done, whoever asks.
        const nlohmann::json other = nlohmann::json::parse(R"({"name": "other"})");
        QVERIFY_THROWS_EXCEPTION(StorageError, second->start(other));
        QVERIFY_THROWS_EXCEPTION(StorageError, second->startSweep(other));
        QVERIFY_THROWS_EXCEPTION(StorageError, second->startRuns({}));
        QVERIFY_THROWS_EXCEPTION(StorageError, second->fork(run, 1, {}, false));
        QVERIFY_THROWS_EXCEPTION(StorageError, second->edit(run, 3, {}, false));
        QVERIFY_THROWS_EXCEPTION(StorageError, second->moveToTrash(run));
        QVERIFY_THROWS_EXCEPTION(StorageError, second->reorderQueue({run}));
        QVERIFY_THROWS_EXCEPTION(
            StorageError, second->changeNotes(run, [](RunNotes& notes) { notes.note = "x"; }));
        second->resume(run);
        QVERIFY(!second->holds(run));
        QVERIFY_THROWS_EXCEPTION(StorageError, second->makeWritable());

        // The first is closed: its run is postponed, and the second may take it up.
        first->close();
        QTRY_VERIFY(first->idle());
        first.reset();
        learning_->letGo();
        auto* retry = window.findChild<QToolButton*>(QStringLiteral("make_writable"));
        QVERIFY(retry->isVisible());
        QTRY_VERIFY(second->find(run)->status.state == RunState::queued);
        QSignalSpy changed(second.get(), &RunController::accessChanged);
        retry->click();
        QCOMPARE(changed.size(), 1);
        QVERIFY(!second->readOnly());
        QVERIFY(!retry->isVisible());
        QVERIFY(!window.windowTitle().contains(QStringLiteral("read-only")));
        QTRY_VERIFY(second->find(run)->status.state == RunState::finished);
        QVERIFY(controller()->readOnly());  // now it is this one that writes
    }

    void actionsThatWriteSayWhyTheyAreOff() {
        makeWorkspace(workspace(), {3, 1, 4});
        const auto writer = controller();
        const auto made = controller();
        MainWindow window(*made);
        window.show();
        made->open();
        window.showRuns();
        window.runsPage().select(QString::fromStdString(made->runs().front()->id));
        const QStringList off{QStringLiteral("Start training"),
                              QStringLiteral("Resume"),
                              QStringLiteral("Fork…"),
                              QStringLiteral("Move to trash"),
                              QStringLiteral("Note and tags…"),
                              QStringLiteral("Pin"),
                              QStringLiteral("Run the demo experiment"),
                              QStringLiteral("Import runs…")};
        for (const QString& words : off) {
            const QAction* action = actionOf(window, words);
            QVERIFY2(action != nullptr, qPrintable(words));
            QVERIFY2(!action->isEnabled(), qPrintable(words));
            QVERIFY2(action->toolTip().contains(QStringLiteral("another window has")),
                     qPrintable(words + QStringLiteral(": ") + action->toolTip()));
        }
        for (const QString& words :
             {QStringLiteral("Copy config to editor"), QStringLiteral("Show only these"),
              QStringLiteral("Export figures…"), QStringLiteral("Open…")}) {
            QVERIFY2(actionOf(window, words)->isEnabled(), qPrintable(words));
        }
    }

    void lookingLeavesNoTrace() {
        makeWorkspace(workspace(), {5, 2, 6});
        makeRun();  // it waits, and goes on waiting
        const auto before = files(workspace());
        {
            const auto made = controller(Access::look);
            MainWindow window(*made);
            window.resize(1000, 700);
            window.show();
            made->open();
            window.showCompare();
            QTest::qWait(300);
            window.showExplain();
            QTest::qWait(300);
            window.showRuns();
            QTest::qWait(2500);  // the folders are looked through
            QVERIFY(made->idle());
            window.close();
        }
        const auto after = files(workspace());
        for (const auto& [file, stamp] : after) QVERIFY2(before.contains(file), file.c_str());
        QVERIFY(after == before);
    }

    // A folder that is not there is not made.
    void lookingMakesNoWorkspace() {
        const auto made = controller(Access::look);
        MainWindow window(*made);
        window.show();
        made->open();
        QTest::qWait(50);
        window.close();
        QVERIFY(!fs::exists(workspace()));
    }
};

BALLAST_TEST(TestTwoWindows)
#include "tst_two_windows.moc"
