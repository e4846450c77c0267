#include "app/desktop/slots_panel.h"

#include <QAction>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "app/desktop/main_window.h"
#include "app/desktop/run_controller.h"
#include "app/desktop/settings.h"
#include "core/base/atomic_file.h"
#include "core/results/owned_run.h"
#include "core/results/queue_order.h"
#include "tests/app/desktop/own_settings.h"
#include "tests/core/data/jpeg_folder.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/core/runs/scripted_config.h"
#include "tests/support/test_program.h"
#include "widgets/queue_table.h"
#include "widgets/slot_table.h"

using namespace ballast;
namespace fs = std::filesystem;

/// Runs of a scripted training, seen and steered through the panel.
class TestSlotsPanel : public QObject {
    Q_OBJECT

    const JpegFolder images_{{.train_counts = {9, 30, 5, 12}, .test_per_class = 2, .pixels = 40}};
    QTemporaryDir folder_;
    std::unique_ptr<FakeLearning> learning_;

    fs::path workspace() const {
        return folder_.filePath(QString::fromLatin1(QTest::currentTestFunction())).toStdString();
    }

    /// Queued runs "0", "1", … that share nothing.
    QStringList makeRuns(int count) const {
        QStringList ids;
        for (int seed = 0; seed < count; ++seed) {
            RunConfig config = scriptedConfig(images_, 4);
            config.name = std::to_string(seed);
            config.training.seed = static_cast<std::uint64_t>(seed);
            const fs::path run = createRun(workspace(), config, nlohmann::json::object(), {});
            ids << QString::fromStdString(run.filename().string());
        }
        return ids;
    }

    std::unique_ptr<RunController> controller() const {
        TrainingEnvironment environment;
        environment.threads = 4;
        return std::make_unique<RunController>(*learning_, environment, workspace());
    }

    static QStringList names(const QueueTable& queue) {
        QStringList all;
        for (const QueueRow& row : queue.rows()) all << row.name;
        return all;
    }

private Q_SLOTS:
    void initTestCase() { keepSettingsIn(folder_); }
    void init() {
        QSettings().clear();
        learning_ = std::make_unique<FakeLearning>();
    }

    void whatTrainsAndWhatWaits() {
        const QStringList runs = makeRuns(4);
        learning_->step_time = std::chrono::microseconds(200);
        for (const int i : {0, 1}) learning_->holdBefore(runs[i].toStdString(), 2);
        const auto made = controller();
        MainWindow window(*made);
        window.resize(1100, 800);
        window.show();
        made->open();
        SlotsPanel& panel = window.slotsPanel();
        QVERIFY(!panel.isVisible());
        panel.action()->trigger();
        QVERIFY(panel.isVisible());
        QVERIFY(window.rect().contains(panel.geometry()));
        QTRY_VERIFY(learning_->isHeld(runs[0].toStdString()));
        QTRY_COMPARE(names(panel.queue()),
                     (QStringList{QStringLiteral("1"), QStringLiteral("2"), QStringLiteral("3")}));
        QVERIFY(panel.queueText().startsWith(QStringLiteral("3 runs wait in the queue")));
        QTRY_COMPARE(panel.slotTable().rows().front().run, QStringLiteral("0"));
        const SlotRow slot = panel.slotTable().rows().front();
        QCOMPARE(slot.threads, QStringLiteral("4 threads"));
        QTRY_COMPARE(panel.slotTable().rows().front().pace, QStringLiteral("100 images/s"));
        QTRY_VERIFY2(panel.machineText().contains(QStringLiteral(" for the queue")),
                     qPrintable(panel.machineText()));
        QVERIFY(panel.machineText().contains(QStringLiteral("memory")));

        // Another slot takes the next run at once, with its share of the threads.
        panel.count().setValue(2);
        QTRY_COMPARE(panel.slotTable().rows().size(), std::size_t{2});
        QTRY_COMPARE(panel.slotTable().rows()[1].run, QStringLiteral("1"));
        QCOMPARE(panel.slotTable().rows()[0].threads, QStringLiteral("4 threads"));
        QCOMPARE(panel.slotTable().rows()[1].threads, QStringLiteral("2 threads"));
        QCOMPARE(Settings().slotDevices().size(), 2);

        QTest::keyClick(&panel, Qt::Key_Escape);
        QVERIFY(!panel.isVisible());
        QVERIFY(!panel.action()->isChecked());
        learning_->letGo();
        QTRY_VERIFY(made->idle());
    }

    // The order holds for the next who opens the workspace, where the run in training comes first.
    void theOrderIsKept() {
        const QStringList runs = makeRuns(4);
        learning_->holdBefore(runs[0].toStdString(), 1);
        {
            const auto made = controller();
            MainWindow window(*made);
            window.show();
            made->open();
            QTRY_VERIFY(learning_->isHeld(runs[0].toStdString()));
            SlotsPanel& panel = window.slotsPanel();
            panel.action()->trigger();
            QTRY_COMPARE(panel.queue().rows().size(), std::size_t{3});
            panel.queue().setSelectedIds({runs[3]});
            QTest::keyClick(&panel.queue(), Qt::Key_Home, Qt::AltModifier);
            QCOMPARE(made->queuedRuns(), (QStringList{runs[3], runs[1], runs[2]}));
        }
        std::vector<std::string> wanted;
        for (const int i : {0, 3, 1, 2}) wanted.push_back(runs[i].toStdString());
        QVERIFY(readQueueOrder(workspace()) == wanted);
        std::vector<std::string> begun;
        std::mutex mutex;
        learning_->letGo();
        learning_->before_epoch = [&](const std::string& run, int) {
            const std::lock_guard lock(mutex);
            if (begun.empty() || begun.back() != run) begun.push_back(run);
        };
        const auto again = controller();
        again->open();
        QTRY_VERIFY(again->idle());
        QVERIFY(begun == wanted);
    }

    void aDamagedOrderIsSaidAndStopsNobody() {
        makeRuns(1);
        replaceFile(queueOrderFile(workspace()), "{");
        const auto made = controller();
        QSignalSpy failed(made.get(), &RunController::failed);
        made->open();
        QCOMPARE(failed.size(), 1);
        QVERIFY(failed[0][0].toString().contains(QStringLiteral("queue.json is damaged")));
        QTRY_VERIFY(made->idle());
        QTRY_VERIFY(made->runs()[0]->status.state == RunState::finished);
    }

    void slotsAreRemembered() {
        Settings().setSlotDevices({QStringLiteral("auto"), QStringLiteral("cpu")});
        Settings().setSlotThreads(3);
        const auto made = controller();
        MainWindow window(*made);
        const auto states = made->slotStates();
        QCOMPARE(states.size(), std::size_t{2});
        QCOMPARE(states[1].device, std::string("cpu"));
        QCOMPARE(states[0].threads, 3);
        window.show();
        window.slotsPanel().action()->trigger();
        QCOMPARE(window.slotsPanel().count().value(), 2);
        QCOMPARE(window.slotsPanel().threads().value(), 3);
    }
};

BALLAST_TEST(TestSlotsPanel)
#include "tst_slots_panel.moc"
