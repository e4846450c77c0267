#include "core/executor.h"

#include <QtTest>
#include <fstream>
#include <set>

#include "core/results/atomic_file.h"
#include "core/results/run_folder.h"

using namespace ballast;
namespace fs = std::filesystem;

class TestExecutor : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    /// A run that fails as soon as it is begun: it wants a GPU that no machine has.
    fs::path hopelessRun(const std::string& name = "hopeless") const {
        RunDescription description;
        description.config.name = name;
        description.config.training.device = "cuda:99";
        description.config_as_given = nlohmann::json::object();
        description.class_counts = std::vector<std::int64_t>(10, 5000);
        return OwnedRun::create(folder_.path().toStdString(), description);
    }

    /// A real run of many epochs.
    fs::path longRun() const {
        RunConfig config;
        config.name = "long";
        config.data.dataset = "fashion-mnist";
        config.data.imbalance.ratio = 6000;
        config.model.name = "resnet8";
        config.training.epochs = 1000;
        config.training.device = "cpu";
        return createRun(folder_.path().toStdString(), config, nlohmann::json::object(), {});
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

        Executor executor({}, 1);
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

    void severalSlots() {
        std::set<std::string> runs;
        Executor executor({}, 3);
        for (int i = 0; i < 12; ++i) {
            const fs::path run = hopelessRun("many");
            runs.insert(idOf(run));
            executor.enqueue(run);
        }
        QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 60'000);
        const std::vector<RunEvent> events = executor.takeEvents();
        for (const std::string& run : runs) {
            QVERIFY(outcomesOf(events, run).back().state == RunState::failed);
        }
    }

    // One long real run in the only slot, and others behind it.
    void queueStopPausePostpone() {
        const fs::path running = longRun();
        const fs::path waiting = hopelessRun("waiting");
        const fs::path other = hopelessRun("other");
        Executor executor({DataStore(), 0, true}, 1);
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
        const fs::path running = longRun();
        const fs::path waiting = hopelessRun();
        {
            Executor executor({}, 1);
            executor.enqueue(running);
            executor.enqueue(waiting);
            QTRY_VERIFY_WITH_TIMEOUT(stateOf(running) == RunState::running, 60'000);
        }
        QVERIFY(stateOf(running) == RunState::queued);
        QVERIFY(stateOf(waiting) == RunState::queued);
        const OwnedRun free_again(running);  // throws if it were held
        { const Executor idle_one({}, 4); }
    }
};

QTEST_GUILESS_MAIN(TestExecutor)
#include "tst_executor.moc"
