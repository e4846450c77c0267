#include "core/runs/run.h"
#include "core/runs/slots.h"

#include <unistd.h>

#include <QtTest>
#include <fstream>
#include <functional>
#include <set>

#include "core/base/error.h"
#include "core/results/branch_points.h"
#include "core/results/workspace.h"
#include "core/runs/learning_library.h"
#include "core/runs/run.h"
#include "core/runs/run_logits.h"
#include "core/runs/segments.h"
#include "tests/core/base/error_of.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/core/runs/other_owner.h"
#include "tests/core/runs/trunk_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

TrainingEnvironment twoThreads() {
    TrainingEnvironment environment;
    environment.threads = 2;
    return environment;
}

/// Runs of 10 epochs that part after 5.
json sweepJson(const std::vector<double>& nu, const std::vector<int>& seeds = {}) {
    json sweep = json::parse(R"({"name": "of ν/1", "base": {
        "name": "ADRW", "data": {"dataset": "fashion-mnist"}, "model": {"name": "resnet8"},
        "phases": [{"from": 0}, {"from": 5, "alpha": {"rule": "power", "nu": 0.5}}],
        "lr_schedule": {"warmup_epochs": 1, "steps": [{"from": 5, "factor": 0.1}]},
        "training": {"epochs": 10, "device": "cpu"}}})");
    sweep["axes"] = {{"/phases/1/alpha/nu", nu}};
    if (!seeds.empty()) sweep["seeds"] = seeds;
    return sweep;
}

}  // namespace

/// Trains nothing: what "was trained" is written by hand.
class TestSweepStore : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;

    fs::path workspace() const { return fs::path(folder_->path().toStdString()) / "workspace"; }
    fs::path runFolder(const PlannedRun& run) const { return workspace() / "runs" / run.id; }

    SweepPlan planned(const json& sweep) const {
        return planSweep(learningLibrary(), sweepFromJson(sweep, "test"), workspace(), twoThreads(),
                         1);
    }

    SweepPlan prepared(const json& sweep) const {
        SweepPlan plan = planned(sweep);
        prepareSweep(plan, sweepFromJson(sweep, "test"), sweep, workspace());
        return plan;
    }

    void train(const PlannedRun& run, int epochs, RunState state, int threads = 2) const {
        Surroundings here = surroundingsOf(learningLibrary(), twoThreads());
        here.threads = threads;
        pretendTraining(runFolder(run), epochs, state, here);
    }

    static std::vector<std::string> idsOf(const SweepPlan& plan) {
        std::vector<std::string> ids;
        for (const PlannedRun& run : plan.runs) ids.push_back(run.id);
        return ids;
    }

    std::ptrdiff_t runsThere() const { return std::ssize(readWorkspace(workspace())); }

    RunOutcome segment(const std::string& name) const {
        RunControl control;
        RunObserver nobody;
        return trainSegment(learningLibrary(), workspace(), name, twoThreads(), control, nobody);
    }

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    // As a sweep's, but no file names them.
    void runsAreMadeTogetherWithoutASweep() {
        SweepPlan plan =
            planRuns(learningLibrary(), sweepRuns(sweepFromJson(sweepJson({0.2, 0.5}), "test")),
                     workspace(), twoThreads(), 1);
        QCOMPARE(plan.whole.epochs_alone, std::int64_t{20});
        QCOMPARE(plan.left.epochs_shared, std::int64_t{15});
        makeRuns(plan, workspace());
        QCOMPARE(runsThere(), std::ptrdiff_t{2});
        QVERIFY(!fs::exists(workspace() / "sweeps"));
        QCOMPARE(branchPoints(runFolder(plan.runs[0])).size(), std::size_t{1});
    }

    /// A sweep's runs are trained by one process each.
    void severalProcessesAreRefused() {
        json sweep = sweepJson({0.1, 0.2});
        sweep["base"]["training"]["processes"] = 2;
        const QString said = errorOf([&] { planned(sweep); });
        QVERIFY2(said.startsWith("/training/processes: 2 is for runs"), qPrintable(said));
        QVERIFY(!fs::exists(workspace()));
    }

    void planningChangesNothing() {
        const SweepPlan plan = planned(sweepJson({0.1, 0.2, 0.3}, {0, 1}));
        QCOMPARE(plan.runs.size(), std::size_t{6});
        QCOMPARE(plan.whole.epochs_alone, 60);
        QCOMPARE(plan.whole.epochs_shared, 2 * (5 + 3 * 5));
        QCOMPARE(plan.left.epochs_shared, 40);
        QVERIFY(!plan.seconds.has_value());
        QVERIFY(plan.bytes_needed > 0 && plan.bytes_free > 0);
        for (const PlannedRun& run : plan.runs) QVERIFY(run.id.empty());
        QVERIFY(!fs::exists(workspace()));
    }

    /// As many as could begin if nothing were there, with two cores each; one for what sets its
    /// threads.
    void slotsWhereNobodySays() {
        const SweepPlan one_trunk = planned(sweepJson({0.1, 0.2, 0.3}));
        QCOMPARE(slotsFor(learningLibrary(), one_trunk, 8), 1);
        const SweepPlan three_trunks = planned(sweepJson({0.1, 0.2}, {0, 1, 2}));
        QCOMPARE(slotsFor(learningLibrary(), three_trunks, 8), 3);
        QCOMPARE(slotsFor(learningLibrary(), three_trunks, 5), 2);
        QCOMPARE(slotsFor(learningLibrary(), three_trunks, 2), 1);
        QCOMPARE(slotsFor(learningLibrary(), three_trunks, 1), 1);
        json own_threads = sweepJson({0.1, 0.2}, {0, 1, 2});
        own_threads["base"]["training"]["threads"] = 2;
        QCOMPARE(slotsFor(learningLibrary(), planned(own_threads), 8), 1);
    }

    /// One at a time where a run keeps the cores or the GPU busy alone.
    void slotsOfOtherRuns() {
        SweepPlan plan;
        plan.runs.resize(2);
        plan.whole.segments.resize(2);
        plan.whole.segments[1].run = 1;
        RunConfig& config = plan.runs[1].run.config;
        config.data.dataset = "cifar10";
        QCOMPARE(slotsFor(learningLibrary(), plan, 8), 2);
        config.data.dataset = "imagenet-lt";
        QCOMPARE(slotsFor(learningLibrary(), plan, 8), 1);
        config.data.dataset = "cifar10";
        if (learningLibrary().resolveDevice("auto") == "cpu") QSKIP("LibTorch can use no GPU here");
        config.training.device = "cuda:0";
        QCOMPARE(slotsFor(learningLibrary(), plan, 8), 1);
    }

    /// What all need is what each needs, whatever tells them apart.
    void roomForEachRun() {
        json sweep = sweepJson({0.1, 0.2});
        sweep["axes"]["/model/name"] = {"resnet8", "resnet20"};
        sweep["axes"]["/training/epochs"] = {10, 20};
        sweep["axes"]["/phases/1/trainable"] = {"all", "head-scale"};
        const SweepPlan plan = planned(sweep);
        QCOMPARE(plan.runs.size(), std::size_t{16});
        std::int64_t bytes = 0;
        std::set<std::int64_t> sizes;
        for (const PlannedRun& run : plan.runs) {
            sizes.insert(bytesOfRun(learningLibrary(), run.run.config, 10));
            bytes += bytesOfRun(learningLibrary(), run.run.config, 10);
        }
        QCOMPARE(plan.bytes_needed, bytes);
        QCOMPARE(sizes.size(), std::size_t{8});
    }

    void prepareMakesRunsAndNamesThem() {
        const json given = sweepJson({0.1, 0.2, 0.3});
        SweepPlan plan = planned(given);
        std::vector<std::size_t> told;
        prepareSweep(plan, sweepFromJson(given, "test"), given, workspace(),
                     [&](std::size_t made) { told.push_back(made); });
        QCOMPARE(told, (std::vector<std::size_t>{1, 2, 3}));
        QCOMPARE(runsThere(), std::ptrdiff_t{3});
        for (const PlannedRun& run : plan.runs) {
            const RunSummary summary = readRun(runFolder(run));
            QCOMPARE(summary.error, std::string());
            QVERIFY(summary.status.state == RunState::queued);
            QVERIFY(summary.description.config == run.run.config);
            QCOMPARE(summary.description.subset_sha256, run.subset_sha256);
        }
        // The first trains what all share, and is asked to keep it.
        QCOMPARE(branchPoints(runFolder(plan.runs[0])), std::vector<int>{5});
        QCOMPARE(segmentName(plan.runs[0], plan.left.segments[0]), plan.runs[0].id + "@0-5");
        const json file = json::parse(readFile(workspace() / "sweeps" / "of----1.json"));
        QCOMPARE(file["format"], kSweepFormat);
        QCOMPARE(file["name"], "of ν/1");
        QCOMPARE(file["sweep"], given);
        QCOMPARE(file["runs"].get<std::vector<std::string>>(), idsOf(plan));

        // Once more: the same runs.
        const SweepPlan again = prepared(given);
        QCOMPARE(idsOf(again), idsOf(plan));
        QCOMPARE(runsThere(), std::ptrdiff_t{3});
    }

    /// What the first of three runs has done already, and how many epochs are left of 20.
    void whatIsThereIsNotPlannedAgain_data() {
        QTest::addColumn<int>("epochs");
        QTest::addColumn<int>("threads");
        QTest::addColumn<QList<int>>("from");
        const auto row = [](const char* name, int epochs, int threads, const QList<int>& from) {
            QTest::newRow(name) << epochs << threads << from;
        };
        row("finished", 10, 2, {10, 5, 5});
        row("within the trunk", 3, 2, {3, 5, 5});
        row("after the trunk", 7, 2, {7, 5, 5});
        row("with fewer threads", 7, 1, {7, 5, 5});
        // It resumes by itself; the others cannot, and the second trains the trunk anew.
        row("with more threads", 7, 4, {7, 0, 5});
    }

    void whatIsThereIsNotPlannedAgain() {
        QFETCH(int, epochs);
        QFETCH(int, threads);
        QFETCH(QList<int>, from);
        const json sweep = sweepJson({0.1, 0.2, 0.3});
        const SweepPlan before = prepared(sweep);
        const RunState state = epochs == 10 ? RunState::finished : RunState::stopped;
        train(before.runs[0], epochs, state, threads);
        const SweepPlan plan = planned(sweep);
        QCOMPARE(idsOf(plan), idsOf(before));
        QVERIFY(plan.runs[0].state == state);
        QCOMPARE(plan.runs[0].epochs_done, epochs);
        QCOMPARE(plan.left.from, std::vector<int>(from.begin(), from.end()));
        QCOMPARE(plan.whole.epochs_shared, 20);
        QVERIFY(epochs < 10 || plan.bytes_needed < before.bytes_needed);
    }

    void addedValuesAndSeeds() {
        const SweepPlan first = prepared(sweepJson({0.1, 0.2}));
        for (const PlannedRun& run : first.runs) train(run, 10, RunState::finished);
        const json larger = sweepJson({0.1, 0.15, 0.2}, {0, 1});
        const SweepPlan plan = prepared(larger);
        QCOMPARE(plan.runs.size(), std::size_t{6});
        QCOMPARE(plan.runs[0].id, first.runs[0].id);  // their names differ: "… · seed 0"
        QCOMPARE(plan.runs[4].id, first.runs[1].id);
        QCOMPARE(plan.left.epochs_shared, 5 + (5 + 3 * 5));
        QCOMPARE(plan.left.from[2], 5);     // the new value takes over a finished run's trunk
        QCOMPARE(plan.left.source[2], -1);  // which is there
        QCOMPARE(runsThere(), std::ptrdiff_t{6});
        // Two runs of the same config: the finished one is the sweep's.
        OwnedRun::create(workspace(), readDescription(runFolder(plan.runs[0])));
        QCOMPARE(planned(larger).runs[0].id, first.runs[0].id);
    }

    void withoutRoomNothingIsMade() {
        const json sweep = sweepJson({0.1, 0.2});
        SweepPlan plan = planned(sweep);
        QVERIFY(plan.bytes_needed > (4 << 20) && plan.bytes_needed < (64 << 20));
        plan.bytes_free = plan.bytes_needed;
        const QString said =
            errorOf([&] { prepareSweep(plan, sweepFromJson(sweep, "test"), sweep, workspace()); });
        QVERIFY2(said.contains("no room") && said.contains("MiB") &&
                     said.contains(QString::fromStdString(workspace().string())),
                 qPrintable(said));
        QVERIFY(!fs::exists(workspace()));
    }

    void savedLogitsNeedRoom() {
        const Sweep sweep = sweepFromJson(sweepJson({0.1, 0.2}), "test");
        const FakeLearning learning;
        const SweepPlan without = planSweep(learning, sweep, workspace(), twoThreads(), 1);
        TrainingEnvironment keeping = twoThreads();
        keeping.save_logits = true;
        const SweepPlan with = planSweep(learning, sweep, workspace(), keeping, 1);
        std::int64_t bytes = 0;
        for (const PlannedRun& run : with.runs) {
            const RunConfig& config = run.run.config;
            bytes += static_cast<std::int64_t>(config.phases.size()) *
                     logitsBytes(config, run.class_counts).value();
        }
        QVERIFY(bytes > 0);
        QCOMPARE(with.bytes_needed - without.bytes_needed, bytes);
    }

    /// No run is looked at any more, and nothing is made.
    void cancelledPlanning() {
        const json sweep = sweepJson({0.1, 0.2, 0.3, 0.4, 0.5});
        std::atomic<bool> cancelled{false};
        int devices = 0;
        int sizes = 0;
        const FakeLearning learning([&](const std::string& member) {
            if (member == "checkpointBytes") ++sizes;
            if (member == "resolveDevice" && ++devices == 3) cancelled = true;
        });
        const QString said = errorOf([&] {
            planSweep(learning, sweepFromJson(sweep, "test"), workspace(), twoThreads(), 1,
                      cancelled);
        });
        QCOMPARE(said, QStringLiteral("planning the sweep was cancelled"));
        QCOMPARE(devices, 3);
        QCOMPARE(sizes, 0);
        QVERIFY(!fs::exists(workspace()));
    }

    /// What is made by then is whole, and is the sweep's when it is prepared again.
    void cancelledPreparing_data() {
        QTest::addColumn<int>("made");
        QTest::newRow("before any run") << 0;
        QTest::newRow("after two") << 2;
    }

    void cancelledPreparing() {
        QFETCH(int, made);
        const json given = sweepJson({0.1, 0.2, 0.3});
        const Sweep sweep = sweepFromJson(given, "test");
        const FakeLearning learning;
        SweepPlan plan = planSweep(learning, sweep, workspace(), twoThreads(), 1);
        std::atomic<bool> cancelled{made == 0};
        const QString said = errorOf([&] {
            prepareSweep(
                plan, sweep, given, workspace(),
                [&](std::size_t so_far) { cancelled = so_far == 2; }, cancelled);
        });
        QVERIFY2(said.endsWith(QStringLiteral("was cancelled")), qPrintable(said));
        QCOMPARE(fs::exists(workspace()), made > 0);
        QVERIFY(!fs::exists(workspace() / "sweeps"));
        for (const RunSummary& run : readWorkspace(workspace())) {
            QCOMPARE(run.error, std::string());
            QVERIFY(run.status.state == RunState::queued);
        }
        QCOMPARE(runsThere(), std::ptrdiff_t{made});
        SweepPlan again = planSweep(learning, sweep, workspace(), twoThreads(), 1);
        prepareSweep(again, sweep, given, workspace());
        for (std::size_t i = 0; i < static_cast<std::size_t>(made); ++i) {
            QCOMPARE(again.runs[i].id, plan.runs[i].id);
        }
        QCOMPARE(runsThere(), std::ptrdiff_t{3});
    }

    void placesWhereNoSweepCanBe_data() {
        QTest::addColumn<QString>("place");
        QTest::addColumn<QString>("said");
        QTest::newRow("within a run") << "workspace/runs/RUN/deeper"
                                      << "would lie in the run";
        QTest::newRow("within a workspace") << "workspace/deeper"
                                            << "would lie in the workspace";
        QTest::newRow("around a workspace") << "."
                                            << "has a workspace in it";
        QTest::newRow("a file") << "file"
                                << "file";
        QTest::newRow("below a file") << "file/deeper"
                                      << "file";
        QTest::newRow("a file for its runs") << "blocked"
                                             << "blocked";
        QTest::newRow("not to be written") << "protected"
                                           << "protected";
    }

    void placesWhereNoSweepCanBe() {
        QFETCH(QString, place);
        QFETCH(QString, said);
        if (place == "protected" && ::geteuid() == 0) QSKIP("root may write everywhere");
        const json sweep = sweepJson({0.1});
        const SweepPlan there = prepared(sweep);
        place.replace("RUN", QString::fromStdString(there.runs[0].id));
        const fs::path outside = folder_->path().toStdString();
        std::ofstream(outside / "file") << "x";
        fs::create_directories(outside / "blocked");
        std::ofstream(outside / "blocked" / "runs") << "x";
        fs::create_directories(outside / "protected");
        fs::permissions(outside / "protected", fs::perms::owner_read | fs::perms::owner_exec);
        const QString error = errorOf([&] {
            const fs::path where = outside / place.toStdString();
            SweepPlan plan =
                planSweep(learningLibrary(), sweepFromJson(sweep, "test"), where, twoThreads(), 1);
            prepareSweep(plan, sweepFromJson(sweep, "test"), sweep, where);
        });
        QVERIFY2(error.contains(said), qPrintable(error));
        QCOMPARE(runsThere(), std::ptrdiff_t{1});
    }

    /// Between plan and prepare a run is deleted, damaged or becomes another: it is made anew.
    void runsThatChangedSinceThePlan_data() {
        QTest::addColumn<QString>("change");
        QTest::newRow("deleted") << "deleted";
        QTest::newRow("damaged") << "damaged";
        QTest::newRow("edited") << "edited";
    }

    void runsThatChangedSinceThePlan() {
        QFETCH(QString, change);
        const json sweep = sweepJson({0.1, 0.2, 0.3});
        const SweepPlan before = prepared(sweep);
        SweepPlan plan = planned(sweep);
        const fs::path trunk = runFolder(plan.runs[0]);
        if (change == "deleted") fs::remove_all(trunk);
        if (change == "damaged") replaceFile(trunk / "run.json", "{ nonsense");
        if (change == "edited") {
            RunDescription description = readDescription(trunk);
            description.config.training.seed = 17;
            OwnedRun(trunk).describe(description);
        }
        prepareSweep(plan, sweepFromJson(sweep, "test"), sweep, workspace());
        const fs::path made = runFolder(plan.runs[0]);
        QVERIFY(change == "deleted" || made != trunk);
        QVERIFY(readDescription(made).config == plan.runs[0].run.config);
        QCOMPARE(branchPoints(made), std::vector<int>{5});
        QCOMPARE(plan.runs[1].id, before.runs[1].id);
        for (const auto& entry : fs::directory_iterator(workspace() / "runs")) {
            QVERIFY2(fs::exists(entry.path() / "run.json"), entry.path().c_str());
        }
        QVERIFY(!errorOf([&] {
                     requestBranchPoint(workspace() / "runs" / "nobody", 5, "x");
                 }).contains("no error"));
        QVERIFY(!fs::exists(workspace() / "runs" / "nobody"));
    }

    void namesThatAreNoSegments_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"", "run", "@", "run@", "run@1", "run@1-", "run@-2", "run@5-2",
                                 "run@1-1", "run@a-b", "run@1-2x", "run@-1-5", "run@1--5",
                                 "run@ 1-5", "run@1.5-2", "run@0-99999999999999999999"}) {
            QTest::newRow(name) << name;
        }
    }

    void namesThatAreNoSegments() {
        QFETCH(QString, name);
        const QString said = errorOf([&] { segment(name.toStdString()); });
        QVERIFY2(said.contains("\"" + name + "\" is no segment; it is RUN@FROM-TO"),
                 qPrintable(said));
    }

    void segmentsThatCannotBeTrained() {
        const SweepPlan plan = prepared(sweepJson({0.1, 0.2}));
        const std::string& first = plan.runs[0].id;
        const std::string& second = plan.runs[1].id;
        const auto said = [&](const std::string& name) { return errorOf([&] { segment(name); }); };
        QVERIFY(said("nobody@0-5").contains("there is no run nobody in"));
        QVERIFY(said("../runs/" + first + "@0-5").contains("there is no run"));
        QVERIFY(said(first + "@0-11").contains("has 10 epochs"));
        const QString early = said(second + "@5-10");
        QVERIFY2(early.contains("starts from 5 epochs") && early.contains("more than 0"),
                 qPrintable(early));
        train(plan.runs[0], 3, RunState::queued);
        QVERIFY(said(second + "@5-10").contains("more than 3"));
        QVERIFY_THROWS_EXCEPTION(StorageError, segment(second + "@5-10"));
        QVERIFY_THROWS_EXCEPTION(ConfigError, segment("nobody@0-5"));
        QVERIFY(readRun(runFolder(plan.runs[1])).records.empty());
        replaceFile(runFolder(plan.runs[1]) / "run.json", "{ nonsense");
        QVERIFY(said(second + "@5-10").contains("there is no run"));
    }

    /// Whatever became of the run afterwards.
    void segmentsThatAreDone_data() {
        QTest::addColumn<int>("state");
        QTest::addColumn<int>("outcome");
        const auto row = [](RunState state, RunState outcome) {
            QTest::newRow(stateName(state)) << static_cast<int>(state) << static_cast<int>(outcome);
        };
        row(RunState::queued, RunState::queued);
        row(RunState::stopped, RunState::queued);
        row(RunState::failed, RunState::queued);
        row(RunState::finished, RunState::finished);
    }

    void segmentsThatAreDone() {
        QFETCH(int, state);
        QFETCH(int, outcome);
        const SweepPlan plan = prepared(sweepJson({0.1, 0.2}));
        train(plan.runs[0], 10, static_cast<RunState>(state));
        const std::string before = readFile(runFolder(plan.runs[0]) / "status.json");
        const RunOutcome answer = segment(plan.runs[0].id + "@0-5");
        QCOMPARE(static_cast<int>(answer.state), outcome);
        QCOMPARE(answer.epochs_done, 10);
        QVERIFY(answer.exit_code == ExitCode::done);
        QCOMPARE(readFile(runFolder(plan.runs[0]) / "status.json"), before);
    }

    // Its epochs are there, but it was killed before it said that it is finished.
    void segmentsOfRunsThatHaveOnlyToEnd() {
        const SweepPlan plan = prepared(sweepJson({0.1, 0.2}));
        train(plan.runs[0], 10, RunState::queued);
        const FakeLearning learning;
        RunControl control;
        RunObserver nobody;
        const RunOutcome answer = trainSegment(learning, workspace(), plan.runs[0].id + "@9-10",
                                               twoThreads(), control, nobody);
        QVERIFY2(answer.state == RunState::finished, answer.message.c_str());
        QVERIFY(readStatus(runFolder(plan.runs[0])).state == RunState::finished);
    }

    void segmentInTrainingElsewhere() {
        const SweepPlan plan = prepared(sweepJson({0.1, 0.2}));
        const OtherOwner other(runFolder(plan.runs[0]));
        QVERIFY(other.owns());
        const RunOutcome answer = segment(plan.runs[0].id + "@0-5");
        QVERIFY(answer.busy);
        QVERIFY(answer.state == RunState::failed);
        QVERIFY2(answer.message.find(std::to_string(other.pid())) != std::string::npos,
                 answer.message.c_str());
    }
};

BALLAST_TEST(TestSweepStore)
#include "tst_sweep_store.moc"
