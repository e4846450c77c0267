#include "core/runs/executor.h"

#include <QtTest>
#include <fstream>
#include <set>

#include "core/base/atomic_file.h"
#include "core/results/branch_points.h"
#include "core/results/owned_run.h"
#include "tests/core/data/jpeg_folder.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/core/runs/other_owner.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

class TestExecutor : public QObject {
    Q_OBJECT

    const JpegFolder images_{{.train_counts = {9, 30, 5, 12}, .test_per_class = 2, .pixels = 40}};
    QTemporaryDir folder_;
    FakeLearning learning_;

    /// A run that fails as soon as it is begun: it wants a GPU that no machine has.
    fs::path hopelessRun(const std::string& name = "hopeless") const {
        RunDescription description;
        description.config.name = name;
        description.config.training.device = "cuda:99";
        description.config_as_given = nlohmann::json::object();
        description.class_counts = std::vector<std::int64_t>(10, 5000);
        return OwnedRun::create(folder_.path().toStdString(), description);
    }

    /// A run of many epochs.
    fs::path longRun() const {
        RunConfig config = sharedConfig(0.5);
        config.name = "long";
        config.training.epochs = 1000;
        return createRun(folder_.path().toStdString(), config, nlohmann::json::object(), {});
    }

    /// Runs on few tiny pictures that leave each other after `t0` epochs, or where their T0 is
    /// less.
    RunConfig sharedConfig(double nu, int t0 = 3) const {
        RunConfig config;
        config.name = "shared";
        config.data = images_.config(16);
        config.model.name = "resnet8";
        config.phases.resize(2);
        config.phases[1].from = t0;
        config.phases[1].alpha = {"power", {{"nu", nu}}, {}};
        config.lr_schedule.warmup_epochs = 0;
        config.lr_schedule.steps = {{t0, 0.1}};
        config.training.epochs = t0 + 2;
        config.training.augmentation = "resized-crop-jitter";
        config.training.batch_size = 8;
        config.training.device = "cpu";
        return config;
    }

    static fs::path sharedRun(const QTemporaryDir& workspace, const RunConfig& config) {
        return createRun(workspace.path().toStdString(), config, nlohmann::json::object(), {});
    }

    /// How many epochs were trained in a run's own folder.
    static int epochsTrained(const fs::path& run) {
        if (!fs::exists(run / "log.txt")) return 0;
        return static_cast<int>(
            QString::fromStdString(readFile(run / "log.txt")).count(" done in "));
    }

    static nlohmann::json segment(const fs::path& run, int from, int to) {
        return {{"run", idOf(run)}, {"from", from}, {"to", to}};
    }

    static TrainingEnvironment withThreads(int threads) {
        TrainingEnvironment environment;
        environment.threads = threads;
        return environment;
    }

    /// Trains it in this thread; until so many epochs are done, where that is not 0.
    RunOutcome trainAlone(const fs::path& run, int until = 0) const {
        RunControl control;
        control.stopAfter(until);
        RunObserver nobody;
        return trainRun(learning_, run, withThreads(1), control, nobody);
    }

    /// The same config trained alone gives the same bytes.
    void compareWithAlone(const fs::path& run) const {
        const RunConfig config = readDescription(run).config;
        QTemporaryDir elsewhere;
        const fs::path alone = sharedRun(elsewhere, config);
        QVERIFY(trainAlone(alone).state == RunState::finished);
        QCOMPARE(readFile(run / "epochs.jsonl"), readFile(alone / "epochs.jsonl"));
        const fs::path last = fs::path("checkpoints") / checkpointName(config.training.epochs);
        QVERIFY(readFile(run / last) == readFile(alone / last));
    }

    static std::string idOf(const fs::path& folder) { return folder.filename().string(); }
    static RunState stateOf(const fs::path& folder) { return readRun(folder).status.state; }

    static std::vector<RunOutcome> outcomesOf(const std::vector<RunEvent>& events,
                                              const std::string& run) {
        std::vector<RunOutcome> outcomes;
        for (const RunEvent& event : events) {
            if (event.run != run) continue;
            if (const auto* change = std::get_if<StateChange>(&event.what)) {
                outcomes.push_back(change->outcome);
            }
        }
        return outcomes;
    }

private Q_SLOTS:
    void cleanup() {
        learning_.letGo();
        learning_.step_time = std::chrono::microseconds(0);
    }

    void badRunsFailAndStopNoOther() {
        const fs::path gpu = hopelessRun();
        const fs::path damaged = hopelessRun("damaged");
        replaceFile(damaged / "run.json", "{ nonsense");
        const fs::path newer = hopelessRun("newer");
        std::string text = readFile(newer / "run.json");
        text.replace(text.find("\"format\": 1"), 11, "\"format\": 7");
        replaceFile(newer / "run.json", text);
        const fs::path nowhere = fs::path(folder_.path().toStdString()) / "runs" / "nowhere";
        const fs::path last = hopelessRun("last");

        Executor executor(learning_, {}, 1);
        QVERIFY(executor.idle());
        for (const fs::path& run : {damaged, nowhere, gpu, newer, last}) executor.enqueue(run);
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 60'000);
        const std::vector<RunEvent> events = executor.takeEvents();
        for (const auto& [folder, words] :
             std::vector<std::pair<fs::path, std::string>>{{damaged, "run.json"},
                                                           {nowhere, "not a run"},
                                                           {gpu, "cuda:99"},
                                                           {newer, "newer"},
                                                           {last, "cuda:99"}}) {
            const std::vector<RunOutcome> outcomes = outcomesOf(events, idOf(folder));
            QVERIFY2(outcomes.size() >= 2, folder.c_str());
            QVERIFY(outcomes.front().state == RunState::queued);
            QVERIFY(outcomes.back().state == RunState::failed);
            QVERIFY2(outcomes.back().message.find(words) != std::string::npos,
                     outcomes.back().message.c_str());
            QVERIFY(outcomes.back().exit_code != ExitCode::done);
            QVERIFY(!executor.holds(idOf(folder)));
        }
        QVERIFY(stateOf(gpu) == RunState::failed);
        QVERIFY(!readRun(gpu).status.message.empty());
        QVERIFY(!fs::exists(nowhere));
        QVERIFY(executor.takeEvents().empty());  // each is told once

        // A failed run may be tried again; what its folder needed first is said.
        std::ofstream(gpu / "epochs.jsonl") << "{\"torn";
        executor.enqueue(gpu);
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 60'000);
        const std::vector<RunEvent> again = executor.takeEvents();
        QVERIFY(outcomesOf(again, idOf(gpu)).back().state == RunState::failed);
        QCOMPARE(std::ranges::count_if(again,
                                       [](const RunEvent& event) {
                                           const auto* line = std::get_if<LogLine>(&event.what);
                                           return line &&
                                                  line->text.find("torn") != line->text.npos;
                                       }),
                 1);
    }

    // As many at a time as there are slots, and no more.
    void severalSlots() {
        QTemporaryDir workspace;
        FakeLearning fake;
        std::vector<fs::path> runs;
        for (int i = 0; i < 7; ++i) {
            RunConfig config = sharedConfig(0.1);
            config.training.seed = static_cast<std::uint64_t>(i);  // nothing to share
            runs.push_back(sharedRun(workspace, config));
            fake.holdBefore(idOf(runs.back()), 1);
        }
        Executor executor(fake, withThreads(3), 3);
        for (const fs::path& run : runs) executor.enqueue(run);
        QTRY_COMPARE_WITH_TIMEOUT(fake.active(), 3, 20'000);
        for (int i = 0; i < 3; ++i) {
            QTRY_VERIFY_WITH_TIMEOUT(fake.isHeld(idOf(runs[static_cast<std::size_t>(i)])), 20'000);
        }
        QTest::qWait(50);
        QCOMPARE(fake.active(), 3);
        QVERIFY(!executor.idle());
        fake.letGo();
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 20'000);
        QCOMPARE(fake.mostActive(), 3);
        for (const fs::path& run : runs) QVERIFY(stateOf(run) == RunState::finished);
    }

    // One long run in the only slot, and others behind it.
    void queueStopPausePostpone() {
        learning_.step_time = std::chrono::milliseconds(20);
        const fs::path running = longRun();
        const fs::path waiting = hopelessRun("waiting");
        const fs::path other = hopelessRun("other");
        Executor executor(learning_, {DataStore(), 0, true}, 1);
        executor.enqueue(running);
        executor.enqueue(waiting);
        executor.enqueue(waiting);  // once is enough
        executor.enqueue(other);
        const std::string id = idOf(running);
        QVERIFY(executor.holds(id) && executor.holds(idOf(waiting)));
        QTRY_VERIFY_WITH_TIMEOUT(executor.latestProgress().contains(id), 120'000);
        executor.enqueue(running);  // it runs already
        QVERIFY(!executor.idle());
        const StepProgress progress = executor.latestProgress().at(id);
        QCOMPARE(progress.epoch, 0);
        QCOMPARE(progress.epochs, 1000);
        QVERIFY(progress.step >= 1 && progress.step <= progress.steps);
        QVERIFY(progress.images_per_second > 0);

        // A queued run that is stopped leaves the queue and says so on disk.
        executor.stop(idOf(waiting));
        QVERIFY(!executor.holds(idOf(waiting)));
        QVERIFY(stateOf(waiting) == RunState::stopped);
        executor.stop("unknown");
        executor.setPaused("unknown", true);
        const auto so_far = executor.takeEvents();
        QCOMPARE(outcomesOf(so_far, idOf(waiting)).size(), std::size_t{2});
        QVERIFY(outcomesOf(so_far, idOf(waiting)).back().state == RunState::stopped);

        executor.setPaused(id, true);
        QTRY_VERIFY_WITH_TIMEOUT(stateOf(running) == RunState::paused, 120'000);
        const int step = executor.latestProgress().at(id).step;
        QTest::qWait(200);
        QCOMPARE(executor.latestProgress().at(id).step, step);
        QVERIFY(outcomesOf(executor.takeEvents(), id).back().state == RunState::paused);
        executor.setPaused(id, false);
        QTRY_VERIFY_WITH_TIMEOUT(executor.latestProgress().at(id).step > step, 120'000);

        // Queued again, it is not stopped any more.
        executor.enqueue(waiting);
        QVERIFY(executor.holds(idOf(waiting)));
        QVERIFY(stateOf(waiting) == RunState::queued);

        // Closing: all go back to the queue, for the next who opens the workspace.
        executor.postponeAll();
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 120'000);
        QVERIFY(stateOf(running) == RunState::queued);
        QVERIFY(stateOf(waiting) == RunState::queued);
        QVERIFY(stateOf(other) == RunState::queued);
        QVERIFY(executor.latestProgress().empty());
        const auto events = executor.takeEvents();
        QVERIFY(outcomesOf(events, id).back().state == RunState::queued);
        QVERIFY(outcomesOf(events, idOf(other)).empty());

        // It may be taken up again, and stopped for good.
        executor.enqueue(running);
        QTRY_VERIFY_WITH_TIMEOUT(executor.latestProgress().contains(id), 120'000);
        executor.stop(id);
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 120'000);
        QVERIFY(stateOf(running) == RunState::stopped);
    }

    void destructorPostponesAndJoins() {
        learning_.step_time = std::chrono::milliseconds(20);
        const fs::path running = longRun();
        const fs::path waiting = hopelessRun();
        {
            Executor executor(learning_, {}, 1);
            executor.enqueue(running);
            executor.enqueue(waiting);
            QTRY_VERIFY_WITH_TIMEOUT(stateOf(running) == RunState::running, 60'000);
        }
        QVERIFY(stateOf(running) == RunState::queued);
        QVERIFY(stateOf(waiting) == RunState::queued);
        const OwnedRun free_again(running);  // throws if it were held
        { const Executor idle_one(learning_, {}, 4); }
    }

    // Queued together, one after the other or at once, the trunk is trained once.
    void sharedEpochsAreTrainedOnce_data() {
        QTest::addColumn<int>("slots_");
        QTest::addColumn<int>("threads");  // of the config; 0: the slot's, which is 1
        QTest::newRow("one slot") << 1 << 0;
        QTest::newRow("two slots") << 2 << 0;
        QTest::newRow("two slots, config with threads") << 2 << 1;
    }

    void sharedEpochsAreTrainedOnce() {
        QFETCH(int, slots_);
        QFETCH(int, threads);
        QTemporaryDir workspace;
        std::vector<fs::path> runs;
        for (const double nu : {0.1, 0.2, 0.3}) {
            RunConfig config = sharedConfig(nu);
            config.training.threads = threads;
            runs.push_back(sharedRun(workspace, config));
        }
        Executor executor(learning_, withThreads(threads == 0 ? slots_ : 2 * slots_), slots_);
        for (const fs::path& run : runs) executor.enqueue(run);
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 120'000);
        for (const fs::path& run : runs) {
            const RunSummary summary = readRun(run);
            QVERIFY2(summary.status.state == RunState::finished,
                     (stateName(summary.status.state) + (": " + summary.status.message)).c_str());
            QCOMPARE(epochsTrained(run), run == runs[0] ? 5 : 2);
            QCOMPARE(executor.waitsFor(idOf(run)), std::string());
            compareWithAlone(run);
        }
        QCOMPARE(readDescription(runs[2]).segments.size(), std::size_t{2});
        QCOMPARE(readDescription(runs[2]).segments[1], segment(runs[2], 3, 5));
        // Nothing is kept for those that are done.
        std::vector<RecordsReplaced> taken;
        for (const RunEvent& event : executor.takeEvents()) {
            const auto* replaced = std::get_if<RecordsReplaced>(&event.what);
            if (replaced != nullptr && event.run == idOf(runs[1])) taken.push_back(*replaced);
        }
        QCOMPARE(taken.size(), std::size_t{1});
        QCOMPARE(taken[0].records.size(), std::size_t{3});
    }

    // Queued while its trunk is in training, and the trunk has no reason of its own to keep the
    // checkpoint where they part.
    void laterRunWaitsForItsTrunk() {
        QTemporaryDir workspace;
        const fs::path trunk = sharedRun(workspace, sharedConfig(0.1, 8));
        const fs::path child = sharedRun(workspace, sharedConfig(0.1, 4));
        learning_.holdBefore(idOf(trunk), 2);
        Executor executor(learning_, withThreads(2), 2);
        executor.enqueue(trunk);
        QTRY_VERIFY_WITH_TIMEOUT(learning_.isHeld(idOf(trunk)), 20'000);
        executor.enqueue(child);
        QTRY_COMPARE_WITH_TIMEOUT(executor.waitsFor(idOf(child)), idOf(trunk), 20'000);
        QCOMPARE(branchPoints(trunk), std::vector<int>{4});  // or it would be gone too soon
        QTest::qWait(300);
        QVERIFY(executor.holds(idOf(child)));
        QVERIFY(readRun(child).records.empty());
        // One that waits may be taken off the queue, and queued again.
        executor.stop(idOf(child));
        QCOMPARE(executor.waitsFor(idOf(child)), std::string());
        executor.enqueue(child);
        QTRY_COMPARE_WITH_TIMEOUT(executor.waitsFor(idOf(child)), idOf(trunk), 20'000);
        learning_.letGo();
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 20'000);
        QCOMPARE(epochsTrained(trunk), 10);
        QCOMPARE(epochsTrained(child), 2);
        QCOMPARE(readDescription(child).segments,
                 nlohmann::json::array({segment(trunk, 0, 4), segment(child, 4, 6)}));
        compareWithAlone(child);
    }

    void stoppedTrunkIsLeftToTheNext() {
        QTemporaryDir workspace;
        const fs::path trunk = sharedRun(workspace, sharedConfig(0.1, 12));
        const fs::path child = sharedRun(workspace, sharedConfig(0.2, 12));
        Executor executor(learning_, withThreads(1), 1);
        learning_.holdBefore(idOf(trunk), 5);
        executor.enqueue(trunk);
        executor.enqueue(child);
        QTRY_VERIFY_WITH_TIMEOUT(learning_.isHeld(idOf(trunk)), 20'000);
        executor.stop(idOf(trunk));
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 120'000);
        learning_.letGo();
        QVERIFY(stateOf(trunk) == RunState::stopped);
        QVERIFY(stateOf(child) == RunState::finished);
        const int left = readStatus(trunk).epochs_done;
        QCOMPARE(left, 5);
        QCOMPARE(readDescription(child).segments,
                 nlohmann::json::array({segment(trunk, 0, left), segment(child, left, 14)}));
        QCOMPARE(epochsTrained(child), 14 - left);
        compareWithAlone(child);
    }

    // A checkpoint that cannot be written: the second.
    void failingTrunkBlocksNobody() {
        for (const int slots_ : {1, 2}) {
            QTemporaryDir workspace;
            const fs::path trunk = sharedRun(workspace, sharedConfig(0.1));
            const fs::path child = sharedRun(workspace, sharedConfig(0.2));
            fs::create_directories(trunk / "checkpoints" / ".epoch-000002.safetensors.tmp" / "x");
            Executor executor(learning_, withThreads(slots_), slots_);
            executor.enqueue(trunk);
            executor.enqueue(child);
            QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 120'000);
            QVERIFY(stateOf(trunk) == RunState::failed);
            const std::string message = readRun(trunk).status.message;
            QVERIFY2(message.find(".epoch-000002.safetensors.tmp") != std::string::npos,
                     message.c_str());
            QVERIFY(stateOf(child) == RunState::finished);
            QCOMPARE(readDescription(child).segments,
                     nlohmann::json::array({segment(trunk, 0, 1), segment(child, 1, 5)}));
            compareWithAlone(child);

            // Fixed, it resumes where it was, or takes what the other has trained meanwhile.
            fs::remove_all(trunk / "checkpoints" / ".epoch-000002.safetensors.tmp");
            executor.enqueue(trunk);
            QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 120'000);
            QVERIFY(stateOf(trunk) == RunState::finished);
            compareWithAlone(trunk);
        }
    }

    // A request only saves training; where it cannot be written all continues without.
    void requestsThatCannotBeWrittenStopNobody() {
        QTemporaryDir workspace;
        const fs::path trunk = sharedRun(workspace, sharedConfig(0.1, 4));
        const fs::path child = sharedRun(workspace, sharedConfig(0.1, 2));
        std::ofstream(trunk / "branches") << "a file where the folder should be";
        Executor executor(learning_, withThreads(1), 1);
        executor.enqueue(trunk);
        executor.enqueue(child);
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 120'000);
        for (const fs::path& run : {trunk, child}) {
            QVERIFY2(stateOf(run) == RunState::finished, readRun(run).status.message.c_str());
        }
        compareWithAlone(child);
    }

    // As a kill between the two leaves it: the record where the runs part is there, its checkpoint
    // is not.
    void recordAheadOfItsCheckpointIsWaitedFor() {
        QTemporaryDir workspace;
        const fs::path trunk = sharedRun(workspace, sharedConfig(0.1));
        const fs::path child = sharedRun(workspace, sharedConfig(0.2));
        QCOMPARE(trainAlone(trunk, 3).epochs_done, 3);
        fs::remove(trunk / "checkpoints" / checkpointName(3));
        Executor executor(learning_, withThreads(2), 2);
        executor.enqueue(trunk);
        executor.enqueue(child);
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 120'000);
        QCOMPARE(readDescription(child).segments,
                 nlohmann::json::array({segment(trunk, 0, 3), segment(child, 3, 5)}));
        QCOMPARE(epochsTrained(trunk), 6);  // one of them twice
        QCOMPARE(epochsTrained(child), 2);
        compareWithAlone(child);
    }

    // As a kill while a trunk is taken over leaves it: the checkpoint is there, its records are
    // not.
    void brokenTakeOverIsTakenUp_data() {
        QTest::addColumn<bool>("gone");  // the trunk
        QTest::newRow("again") << false;
        QTest::newRow("without the trunk") << true;
    }

    void brokenTakeOverIsTakenUp() {
        QFETCH(bool, gone);
        QTemporaryDir workspace;
        const fs::path trunk = sharedRun(workspace, sharedConfig(0.1));
        const fs::path child = sharedRun(workspace, sharedConfig(0.2));
        QCOMPARE(trainAlone(trunk, 3).epochs_done, 3);
        {
            OwnedRun run(child);
            takeTrunk(run, {idOf(trunk), trunk, 3, 1});
            fs::remove(child / "epochs.jsonl");
        }
        if (gone) fs::remove_all(trunk);
        Executor executor(learning_, withThreads(1), 1);
        executor.enqueue(child);
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 120'000);
        QVERIFY(stateOf(child) == RunState::finished);
        QCOMPARE(epochsTrained(child), gone ? 5 : 2);
        QCOMPARE(readDescription(child).segments.size(), std::size_t{gone ? 0U : 2U});
        compareWithAlone(child);
    }

    // Another process has the trunk in training; it is left alone until that process dies.
    void runOfAnotherProcessIsTakenUpOnceItDies() {
        QTemporaryDir workspace;
        const fs::path trunk = sharedRun(workspace, sharedConfig(0.1));
        const fs::path child = sharedRun(workspace, sharedConfig(0.2));
        OtherOwner other(trunk);
        QVERIFY(other.owns());
        {
            Executor executor(learning_, withThreads(2), 2);
            executor.enqueue(trunk);
            executor.enqueue(child);
            QTRY_COMPARE_WITH_TIMEOUT(executor.waitsFor(idOf(trunk)), idOf(trunk), 20'000);
            QTRY_COMPARE_WITH_TIMEOUT(executor.waitsFor(idOf(child)), idOf(trunk), 20'000);
            QTest::qWait(1500);
            QVERIFY(!executor.idle());
            QVERIFY(stateOf(trunk) == RunState::running);
            QCOMPARE(readStatus(trunk).owner->pid, std::int64_t{other.pid()});
            QVERIFY(readRun(child).records.empty());
            other.kill();
            QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 120'000);
        }
        QCOMPARE(epochsTrained(trunk), 5);
        QCOMPARE(epochsTrained(child), 2);
        compareWithAlone(child);
    }
};

BALLAST_TEST(TestExecutor)
#include "tst_executor.moc"
