#include <QtTest>
#include <csignal>
#include <set>

#include "core/base/keyed_random.h"
#include "core/cluster/job_plan.h"
#include "core/cluster/slurm.h"
#include "core/runs/segments.h"
#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/app/cli/slurm_cluster.h"
#include "tests/app/cli/sweep_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;
using nlohmann::json;

/// Sweeps on a real Slurm of one node.
class TestSlurm : public QObject, CliFolder {
    Q_OBJECT

    static constexpr int kRuns = 12;
    // Of each seed: 6 to the last T0, and what each run does after its own: 3 × 4 + 3 × 2.
    static constexpr int kShared = 2 * (6 + 3 * 4 + 3 * 2);
    static constexpr int kHarms = 10;

    const JpegFolder images_{{.train_counts = {15, 50, 8, 25}, .test_per_class = 2, .pixels = 40}};
    std::unique_ptr<SlurmCluster> cluster_;
    std::map<std::string, RunSummary> local_;
    QString sweep_;

    json twelveRuns() const {
        json sweep = tinySweep(images_);
        sweep["base"]["training"]["threads"] = 1;
        sweep["axes"].erase(2);  // the radius
        sweep["axes"][1]["/phases/1/alpha/nu"] = {0.1, 0.4, 0.7};
        return sweep;
    }

    static fs::path place(const QString& workspace) { return workspace.toStdString(); }

    CliAnswer onSlurm(const QString& sweep, const QString& workspace,
                      const QStringList& more = {}) const {
        return runCli(QStringList{"sweep", sweep, "--on", "slurm", "--workspace", workspace} +
                      more);
    }

    /// What `sweep --status` tells of each segment, by its name.
    std::map<std::string, json> states(const QString& workspace) const {
        std::map<std::string, json> all;
        const CliAnswer answer = runCli({"sweep", "--status", "--json", "--workspace", workspace});
        for (const json& one : parsed(answer.out)) all[one["segment"]] = one;
        return all;
    }

    static std::vector<LiveTask> live(const QString& workspace) {
        JobBook book = readJobBook(place(workspace));
        const auto queue = Slurm().queue();
        book.resolve(queue);
        return liveTasks(book, queue);
    }

    /// No two jobs train the same epochs. One that is about to end may have submitted the rest of
    /// its own, which waits for this end.
    static void noSegmentTwice(const QString& workspace) {
        std::map<std::string, JobState> states;
        for (const JobState& state : Slurm().queue()) states[state.id] = state;
        std::set<std::tuple<std::string, int, bool>> ends;
        for (const LiveTask& task : live(workspace)) {
            const bool waits = states[task.id].reason == "Dependency";
            QVERIFY2(ends.insert({task.run, task.to, waits}).second, task.id.c_str());
        }
    }

    static std::vector<LiveTask> running(const QString& workspace) {
        std::set<std::string> ids;
        for (const JobState& state : Slurm().queue()) {
            if (state.state == "RUNNING") ids.insert(state.id);
        }
        std::vector<LiveTask> tasks = live(workspace);
        std::erase_if(tasks, [&](const LiveTask& task) { return !ids.contains(task.id); });
        return tasks;
    }

    static bool nothingLeft(const QString& workspace) { return live(workspace).empty(); }

    void compareWithLocal(const QString& workspace) const {
        const auto runs = runsByName(place(workspace));
        QCOMPARE(runs.size(), local_.size());
        for (const auto& [name, run] : runs) {
            QVERIFY2(run.status.state == RunState::finished, name.c_str());
            QVERIFY2(resultsOf(run) == resultsOf(local_.at(name)), name.c_str());
        }
    }

    static int epochsOf(const QString& workspace) {
        int trained = 0;
        for (const auto& [name, run] : runsByName(place(workspace))) trained += epochsTrained(run);
        return trained;
    }

    /// A sweep whose trunk takes some seconds.
    QString longTrunk(const QString& name) const {
        json sweep = twelveRuns();
        sweep["base"]["phases"][1]["from"] = 30;
        sweep["base"]["lr_schedule"]["steps"][0]["from"] = 30;
        sweep["base"]["training"]["epochs"] = 31;
        sweep["axes"] = {{"/phases/1/alpha/nu", {0.1, 0.4}}};
        sweep.erase("seeds");
        return file(name, sweep.dump());
    }

    /// Waits until the trunk has trained a few epochs, and returns its name.
    std::string trunkInTraining(const QString& workspace) const {
        std::string trunk;
        [&] {
            QTRY_VERIFY_WITH_TIMEOUT(
                [&] {
                    for (const auto& [segment, state] : states(workspace)) {
                        if (state["job_state"] != "RUNNING" || state["epochs_done"] < 2) continue;
                        trunk = segment;
                    }
                    return !trunk.empty();
                }(),
                30'000);
        }();
        return trunk;
    }

    /// Whether it could be done.
    bool harm(int kind, const LiveTask& task, const QString& workspace) const {
        const QString id = QString::fromStdString(task.id);
        if (kind == 0) {
            const RunStatus status = readStatus(place(workspace) / "runs" / task.run);
            return status.owner && ::kill(static_cast<pid_t>(status.owner->pid), SIGKILL) == 0;
        }
        if (kind == 1) cluster_->run("scancel", {id});
        if (kind == 2) cluster_->run("scontrol", {"requeue", id});
        if (kind == 3) cluster_->run("scancel", {"--signal=USR1", "--batch", id});
        return true;
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(QFileInfo(cliProgram()).isExecutable(), "BALLAST_CLI names no program");
        cluster_ = std::make_unique<SlurmCluster>();
        if (const QString problem = cluster_->start(); !problem.isEmpty()) {
            cluster_.reset();
            if (problem.contains("apt-get install")) QSKIP(qPrintable(problem));
            QFAIL(qPrintable(problem));
        }
        sweep_ = file("sweep.json", twelveRuns().dump());
        const CliAnswer answer = runCli({"sweep", sweep_, "--workspace", path("local")});
        QVERIFY2(answer.code == 0, answer.err.constData());
        local_ = runsByName(place(path("local")));
        QCOMPARE(local_.size(), std::size_t{kRuns});
    }

    void cleanupTestCase() { cluster_.reset(); }

    // What Slurm refuses is said by option and value, and nothing is made.
    void whatSlurmRefuses_data() {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("partition") << QStringList{"--partition", "nope"}
                                   << QByteArray("--partition: sbatch refuses \"nope\"");
        QTest::newRow("GPU") << QStringList{"--gpus-per-run", "1"}
                             << QByteArray("--gpus-per-run: sbatch refuses 1");
    }

    void whatSlurmRefuses() {
        QFETCH(QStringList, options);
        QFETCH(QByteArray, said);
        const CliAnswer answer = onSlurm(sweep_, path("never"), options);
        QCOMPARE(answer.code, 2);
        QVERIFY2(answer.says(said.constData()), answer.err.constData());
        QVERIFY(!QFileInfo::exists(path("never")));
    }

    // No node is large enough, or only smaller ones are up: it is said, and the jobs wait.
    void nodesAreTooSmall() {
        json one = twelveRuns();
        one["base"]["training"]["threads"] = 0;
        const QString workspace = path("large");
        const CliAnswer answer =
            onSlurm(file("one.json", one.dump()), workspace, {"--threads", "64"});
        QVERIFY2(answer.code == 0 &&
                     answer.says("no node that is up could run a job with 64 CPUs (--threads)"),
                 answer.err.constData());
        for (const auto& [segment, state] : states(workspace)) {
            QVERIFY(state["job_state"] == "PENDING" && !state["trained"]);
        }
        cluster_->run("scancel", {"--me"});
        QTRY_VERIFY_WITH_TIMEOUT(nothingLeft(workspace), 10'000);
        const CliAnswer told = runCli({"sweep", "--status", "--workspace", workspace});
        QVERIFY2(told.code == 4 && told.out.contains("  cancelled"), told.out.constData());
    }

    // Twelve runs through Slurm are those of one process, each epoch trained once; more values
    // later are only what is missing.
    void asLocallyBitForBit() {
        const QString workspace = path("workspace with a blank");
        CliAnswer answer = onSlurm(sweep_, workspace, {"--array-limit", "4", "--json"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        json told = parsed(answer.out);
        QCOMPARE(told["runs"], kRuns);
        QCOMPARE(told["queued"], 0);
        const int segments = told["submitted"];
        QCOMPARE(told["jobs"].size(), std::size_t{5});  // 2 roots, and of each seed 2 arrays
        noSegmentTwice(workspace);
        // Again at once: all of it is with Slurm.
        answer = onSlurm(sweep_, workspace, {"--json"});
        told = parsed(answer.out);
        QCOMPARE(told["submitted"], 0);
        QVERIFY(told["queued"] >= segments - 3);  // the first may be over already
        // More values, while they are trained.
        json more = twelveRuns();
        more["axes"][1]["/phases/1/alpha/nu"].push_back(0.9);
        const QString extended = file("more.json", more.dump());
        answer = onSlurm(extended, workspace, {"--json"});
        told = parsed(answer.out);
        QCOMPARE(told["submitted"], 4);
        QTRY_VERIFY_WITH_TIMEOUT(nothingLeft(workspace), 90'000);
        for (const auto& [segment, state] : states(workspace)) {
            QVERIFY2(state["words"] == "done", state.dump().c_str());
        }
        answer = onSlurm(extended, workspace);
        QVERIFY2(answer.out.contains("16 of 16 runs are finished, 0 segments are with Slurm"),
                 answer.out.constData());
        QCOMPARE(epochsOf(workspace), kShared + 2 * (4 + 2));
        const auto runs = runsByName(place(workspace));
        for (const auto& [name, run] : local_) {
            QVERIFY2(resultsOf(run) == resultsOf(runs.at(name)), name.c_str());
            QVERIFY(runs.at(name).status.peak_memory > 10'000'000);
        }
        // Now that such runs were measured, jobs ask for what they need.
        more["axes"][1]["/phases/1/alpha/nu"].push_back(0.95);
        answer = onSlurm(file("most.json", more.dump()), workspace, {"--dry-run"});
        QVERIFY2(answer.out.contains("#SBATCH --mem=") && answer.out.contains("--time=00:15:00"),
                 answer.out.constData());
    }

    // The warning before the time limit: the rest is another job, and what waits follows it.
    void theTimeLimit() {
        const QString workspace = path("limit");
        CliAnswer answer = onSlurm(longTrunk("limit.json"), workspace, {"--time", "10"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        const std::string trunk = trunkInTraining(workspace);
        const std::string first = states(workspace)[trunk]["job"];
        cluster_->run("scancel", {"--signal=USR1", "--batch", QString::fromStdString(first)});
        QTRY_VERIFY_WITH_TIMEOUT(states(workspace)[trunk]["job"] != first, 20'000);
        noSegmentTwice(workspace);
        QTRY_VERIFY_WITH_TIMEOUT(nothingLeft(workspace), 60'000);
        for (const auto& [segment, state] : states(workspace)) {
            QVERIFY2(state["words"] == "done", state.dump().c_str());
        }
        const std::string log = readFile(segmentLog(place(workspace), trunk));
        QVERIFY2(log.find("trains the rest") != std::string::npos, log.c_str());
        QCOMPARE(epochsOf(workspace), 32);  // none of them twice
        answer = runCli({"sweep", "--status", "--workspace", workspace});
        QCOMPARE(answer.code, 0);
        QVERIFY2(answer.out.contains("done  (run finished, 31 epochs)"), answer.out.constData());
    }

    // A job that dies takes with it what waits for it; that is said, and submitted again.
    void aKilledTrunk() {
        const QString workspace = path("killed");
        const QString sweep = longTrunk("killed.json");
        QVERIFY(onSlurm(sweep, workspace).code == 0);
        const std::string trunk = trunkInTraining(workspace);
        const std::string run = segmentRange(trunk).run;
        const RunStatus status = readStatus(place(workspace) / "runs" / run);
        QVERIFY(status.owner);
        ::kill(static_cast<pid_t>(status.owner->pid), SIGKILL);
        QTRY_VERIFY_WITH_TIMEOUT(nothingLeft(workspace), 30'000);
        const CliAnswer answer = runCli({"sweep", "--status", "--workspace", workspace});
        QCOMPARE(answer.code, 4);
        QVERIFY2(answer.out.contains("failed on ") &&
                     answer.out.contains("never started: a job that it waited for has failed"),
                 answer.out.constData());
        // The last lines of its log.
        QVERIFY2(answer.out.contains("\n    " + QByteArray(trunk.c_str()) + "  epoch "),
                 answer.out.constData());
        QVERIFY(onSlurm(sweep, workspace).code == 0);
        QTRY_VERIFY_WITH_TIMEOUT(nothingLeft(workspace), 60'000);
        for (const auto& [segment, state] : states(workspace)) {
            QVERIFY2(state["words"] == "done", state.dump().c_str());
        }
    }

    // Two tasks of a job step train one run; cancelled, it stops, and started again it resumes.
    void oneRunUnderSrun() {
        if (QStandardPaths::findExecutable("srun").isEmpty()) QSKIP("srun is not installed");
        json config = twelveRuns()["base"];
        config["name"] = "divided";
        config["training"]["epochs"] = 24;
        config["training"]["processes"] = 2;
        const QString given = file("divided.json", config.dump());
        const CliAnswer here = runCli({"run", given, "--workspace", path("processes")});
        if (here.says("this build cannot divide")) QSKIP("this build has no c10d with Gloo");
        QVERIFY2(here.code == 0, here.err);

        const QString workspace = path("under srun");
        const auto step = [&](QProcess& process, const QStringList& arguments) {
            QProcessEnvironment variables = QProcessEnvironment::systemEnvironment();
            variables.insert("MASTER_ADDR", "127.0.0.1");
            variables.insert("MASTER_PORT", QString::number(freePort()));
            process.setProcessEnvironment(variables);
            process.start(
                "srun", QStringList{"--ntasks=2", "--kill-on-bad-exit", cliProgram()} + arguments);
        };
        const auto only = [&] { return runsByName(place(workspace))["divided"]; };
        QProcess first;
        step(first, {"run", given, "--workspace", workspace});
        QTRY_VERIFY_WITH_TIMEOUT(QFileInfo::exists(workspace) && only().records.size() >= 2,
                                 60'000);
        cluster_->run("scancel", {"--me", "--state=RUNNING"});
        QVERIFY(first.waitForFinished(30'000));
        const RunSummary stopped = only();
        QVERIFY(stopped.records.size() < 24);
        QCOMPARE(stopped.status.state, RunState::stopped);
        QProcess second;
        step(second, {"resume", QString::fromStdString(stopped.folder.string())});
        QVERIFY(second.waitForFinished(60'000));
        QVERIFY2(second.exitCode() == 0, second.readAllStandardError());
        QVERIFY(resultsOf(only()) == resultsOf(runsByName(place(path("processes")))["divided"]));
    }

    // Cancelled, killed, requeued (as after a node's failure or preemption) and out of time, again
    // and again: the same command resumes it, and the numbers are those of the undisturbed sweep.
    void nothingIsLost() {
        const std::uint64_t seed = QRandomGenerator::global()->generate();
        const KeyedRandom random(seed, Purpose::batch_order, 0);
        std::uint64_t draws = 0;
        const auto drawn = [&](std::size_t count) {
            return static_cast<std::size_t>(random.uniform(draws++) * static_cast<double>(count));
        };
        qInfo("seed %llu", static_cast<unsigned long long>(seed));
        int harms = 0;
        for (int round = 0; harms < kHarms; ++round) {  // a sweep may be done before
            QVERIFY(round < 5);
            const QString workspace = path(QStringLiteral("harmed %1").arg(round));
            for (bool over = false; harms < kHarms && !over;) {
                const CliAnswer answer = onSlurm(sweep_, workspace, {"--json"});
                QVERIFY2(answer.code == 0, answer.err.constData());
                const json told = parsed(answer.out);
                over = told["submitted"] == 0 && told["queued"] == 0;
                noSegmentTwice(workspace);
                QTest::qWait(static_cast<int>(drawn(500)));
                for (const LiveTask& task : running(workspace)) {
                    if (harms == kHarms || drawn(3) == 0) continue;
                    if (harm(harms % 4, task, workspace)) ++harms;
                    if (harms == kHarms / 2) cluster_->restartController();
                }
            }
            for (int again = 0; again < 6; ++again) {
                QTRY_VERIFY_WITH_TIMEOUT(nothingLeft(workspace), 60'000);
                const CliAnswer answer = onSlurm(sweep_, workspace, {"--json"});
                if (parsed(answer.out)["submitted"] == 0) break;
            }
            compareWithLocal(workspace);
        }
    }
};

BALLAST_TEST(TestSlurm)
#include "tst_slurm_slow.moc"
