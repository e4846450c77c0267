#include <QtTest>

#include "core/results/owned_run.h"
#include "core/runs/executor.h"
#include "tests/core/data/jpeg_folder.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/core/runs/scripted_config.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

/// Slots and the queue's order, changed while runs are trained.
class TestExecutorSlots : public QObject {
    Q_OBJECT

    const JpegFolder images_{{.train_counts = {9, 30, 5, 12}, .test_per_class = 2, .pixels = 40}};
    std::unique_ptr<QTemporaryDir> workspace_;
    std::unique_ptr<FakeLearning> fake_;

    /// Runs of one seed share their first three epochs.
    fs::path run(int seed, double nu = 0.1) const {
        RunConfig config = scriptedConfig(images_, 5);
        config.phases.resize(2);
        config.phases[1].from = 3;
        config.phases[1].alpha = {"power", {{"nu", nu}}, {}};
        config.lr_schedule.steps = {{3, 0.1}};
        config.training.seed = static_cast<std::uint64_t>(seed);
        return createRun(workspace_->path().toStdString(), config, nlohmann::json::object(), {});
    }

    std::vector<fs::path> runs(int count) const {
        std::vector<fs::path> made;
        for (int seed = 0; seed < count; ++seed) made.push_back(run(seed));
        return made;
    }

    static TrainingEnvironment fourThreads() {
        TrainingEnvironment environment;
        environment.threads = 4;
        return environment;
    }

    static std::string idOf(const fs::path& folder) { return folder.filename().string(); }
    static int threadsOf(const fs::path& run) { return readDescription(run).threads; }
    static bool finished(const fs::path& run) {
        return readStatus(run).state == RunState::finished;
    }
    static std::vector<std::string> devices(int count) {
        return std::vector<std::string>(static_cast<std::size_t>(count), "auto");
    }

private Q_SLOTS:
    void init() {
        workspace_ = std::make_unique<QTemporaryDir>();
        fake_ = std::make_unique<FakeLearning>();
    }

    void aSlotMoreTakesTheNextRunAndDisturbsNone() {
        const auto all = runs(3);
        for (const fs::path& each : all) fake_->holdBefore(idOf(each), 2);
        Executor executor(*fake_, fourThreads(), 1);
        QCOMPARE(executor.slotStates().size(), std::size_t{1});
        for (const fs::path& each : all) executor.enqueue(each);
        QTRY_VERIFY_WITH_TIMEOUT(fake_->isHeld(idOf(all[0])), 20'000);
        QCOMPARE(fake_->active(), 1);

        executor.setSlots(devices(2));
        QTRY_VERIFY_WITH_TIMEOUT(fake_->isHeld(idOf(all[1])), 20'000);
        QCOMPARE(fake_->active(), 2);
        const auto states = executor.slotStates();
        QCOMPARE(states.size(), std::size_t{2});
        QCOMPARE(states[0].run, idOf(all[0]));
        QCOMPARE(states[1].run, idOf(all[1]));
        QCOMPARE(states[0].run_threads, 4);  // it has begun
        QCOMPARE(states[0].threads, 2);
        QCOMPARE(states[1].run_threads, 2);

        fake_->letGo();
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 20'000);
        QVERIFY(std::ranges::all_of(all, finished));
        QCOMPARE(threadsOf(all[0]), 4);
        QCOMPARE(threadsOf(all[1]), 2);
        QCOMPARE(threadsOf(all[2]), 2);
    }

    void aSlotLessGoesAfterItsRun() {
        const auto all = runs(4);
        for (const fs::path& each : all) fake_->holdBefore(idOf(each), 2);
        Executor executor(*fake_, fourThreads(), 2);
        for (const fs::path& each : all) executor.enqueue(each);
        QTRY_COMPARE_WITH_TIMEOUT(fake_->active(), 2, 20'000);
        executor.setSlots(devices(1));
        auto states = executor.slotStates();
        QCOMPARE(states.size(), std::size_t{2});
        QVERIFY(!states[0].ending);
        QVERIFY(states[1].ending);
        QTest::qWait(50);
        QCOMPARE(fake_->active(), 2);  // both go on
        fake_->letGo();
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 20'000);
        QVERIFY(std::ranges::all_of(all, finished));
        QCOMPARE(executor.slotStates().size(), std::size_t{1});
        QCOMPARE(threadsOf(all[3]), 4);
        QCOMPARE(fake_->mostActive(), 2);
    }

    void anIdleSlotGoesFirstAndAnEndingOneMayStay() {
        const fs::path only = run(0);
        fake_->holdBefore(idOf(only), 2);
        Executor executor(*fake_, fourThreads(), 3);
        executor.enqueue(only);
        QTRY_VERIFY_WITH_TIMEOUT(fake_->isHeld(idOf(only)), 20'000);
        executor.setSlots(devices(1));
        QTRY_COMPARE(executor.slotStates().size(), std::size_t{1});
        QCOMPARE(executor.slotStates()[0].run, idOf(only));
        QVERIFY(!executor.slotStates()[0].ending);
        // Slots that come and go many times leave no thread behind that the end would wait for.
        for (int i = 0; i < 20; ++i) executor.setSlots(devices(1 + i % 4));
        executor.setSlots(devices(2), 3);
        QCOMPARE(executor.slotStates().size(), std::size_t{2});
        QCOMPARE(executor.slotStates()[1].threads, 3);
        fake_->letGo();
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 20'000);
        QVERIFY(finished(only));
    }

    void aRunResumesWithTheThreadsItBeganWith() {
        const fs::path resumed = run(0);
        fake_->holdBefore(idOf(resumed), 2);
        Executor executor(*fake_, fourThreads(), 1);
        executor.enqueue(resumed);
        QTRY_VERIFY_WITH_TIMEOUT(fake_->isHeld(idOf(resumed)), 20'000);
        executor.stop(idOf(resumed));
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 20'000);
        QCOMPARE(readStatus(resumed).epochs_done, 2);
        fake_->letGo();
        executor.setSlots(devices(1), 1);
        executor.enqueue(resumed);
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 20'000);
        QVERIFY(finished(resumed));
        QCOMPARE(threadsOf(resumed), 4);
    }

    // What was trained on more threads than a slot has is not taken over; on as many, it is.
    void runsShareOnlyWhereThreadsAgree() {
        const fs::path trunk = run(0, 0.1);
        const fs::path other = run(0, 0.2);
        const fs::path same = run(0, 0.3);
        Executor executor(*fake_, fourThreads(), 1);
        executor.enqueue(trunk);
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 20'000);
        executor.setSlots(devices(1), 2);
        executor.enqueue(other);
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 20'000);
        executor.setSlots(devices(1), 4);
        executor.enqueue(same);
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 20'000);
        QCOMPARE(threadsOf(other), 2);
        QVERIFY(readDescription(other).segments.empty());
        QCOMPARE(readDescription(same).segments.size(), std::size_t{2});
        QVERIFY(std::ranges::all_of(std::vector{trunk, other, same}, finished));
    }

    void theQueueIsTrainedInTheOrderThatIsAskedFor() {
        const auto all = runs(5);
        std::vector<std::string> begun;
        std::mutex mutex;
        fake_->before_epoch = [&](const std::string& run, int epoch) {
            const std::lock_guard lock(mutex);
            if (epoch == 0) begun.push_back(run);
        };
        fake_->holdBefore(idOf(all[0]), 2);
        Executor executor(*fake_, fourThreads(), 1);
        for (const fs::path& each : all) executor.enqueue(each);
        QTRY_VERIFY_WITH_TIMEOUT(fake_->isHeld(idOf(all[0])), 20'000);
        QVERIFY((executor.queuedRuns() ==
                 std::vector{idOf(all[1]), idOf(all[2]), idOf(all[3]), idOf(all[4])}));
        // One that has begun, one that is unknown, and one that is left out.
        executor.reorder({idOf(all[4]), idOf(all[0]), "unknown", idOf(all[2]), idOf(all[1])});
        const std::vector wanted{idOf(all[4]), idOf(all[2]), idOf(all[1]), idOf(all[3])};
        QVERIFY(executor.queuedRuns() == wanted);
        fake_->letGo();
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 20'000);
        QCOMPARE(begun.size(), std::size_t{5});
        QVERIFY((std::vector(begun.begin() + 1, begun.end()) == wanted));
        QVERIFY(executor.queuedRuns().empty());
    }
};

BALLAST_TEST(TestExecutorSlots)
#include "tst_executor_slots.moc"
