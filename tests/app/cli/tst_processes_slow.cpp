#include <signal.h>

#include <QtTest>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/base/atomic_file.h"
#include "core/base/free_port.h"
#include "core/experiment/config_json.h"
#include "core/results/run_folder.h"
#include "core/results/workspace.h"
#include "tests/app/cli/cli_process.h"
#include "tests/core/data/jpeg_folder.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

// Long enough that no process is killed after the run's end.
constexpr std::size_t kEpochs = 24;
constexpr const char* kConfig = R"({"name": "divided",
    "model": {"name": "resnet8"},
    "phases": [{"from": 0}, {"from": 12, "alpha": "inverse", "sampling": "class-balanced",
                             "smoothing": "concave", "head_start": "class-means"}],
    "optimizer": {"lr": 0.05},
    "training": {"epochs": 24, "batch_size": 17, "threads": 1, "device": "cpu"}})";

/// The processes that `parent` has started.
std::vector<pid_t> childrenOf(qint64 parent) {
    std::vector<pid_t> found;
    const QString path = QStringLiteral("/proc/%1/task/%1/children").arg(parent);
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return found;
    for (const QByteArray& each : file.readAll().split(' ')) {
        if (!each.trimmed().isEmpty()) found.push_back(each.trimmed().toInt());
    }
    return found;
}

}  // namespace

/// A run that processes of this machine divide: through the command line, with processes that end.
class TestProcesses : public QObject {
    Q_OBJECT

    const JpegFolder images_{{.train_counts = {40, 90, 20}, .pixels = 40}};
    QTemporaryDir folder_;
    QString config_;

    QString workspace(const QString& name) const { return folder_.filePath(name); }

    QStringList runArguments(const QString& name, const QStringList& more = {}) const {
        return QStringList{"run", config_, "--workspace", workspace(name)} + more;
    }

    fs::path onlyRun(const QString& name) const {
        const std::vector<RunSummary> runs = readWorkspace(workspace(name).toStdString());
        return runs.size() == 1 ? runs.front().folder : fs::path();
    }

    static bool sameNumbers(const fs::path& a, const fs::path& b) {
        const std::string records = readFile(a / "epochs.jsonl");
        return !records.empty() && records == readFile(b / "epochs.jsonl");
    }

    /// Starts a run of two processes that has done an epoch when this returns.
    void startDivided(QProcess& process, const QString& name) {
        QProcessEnvironment variables = QProcessEnvironment::systemEnvironment();
        variables.insert("BALLAST_PATIENCE", "20");
        process.setProcessEnvironment(variables);
        process.start(cliProgram(), runArguments(name, {"--processes", "2"}));
        QVERIFY(process.waitForStarted());
        QTRY_VERIFY_WITH_TIMEOUT(fs::exists(workspace(name).toStdString()) &&
                                     !onlyRun(name).empty() &&
                                     !readRun(onlyRun(name)).records.empty(),
                                 120'000);
    }

    struct Launched {
        CliAnswer first;
        CliAnswer other;
    };

    /// Both of two processes as torchrun starts them.
    static Launched launched(const QStringList& arguments) {
        const QStringList variables{"MASTER_ADDR=localhost",
                                    QStringLiteral("MASTER_PORT=%1").arg(freePort()),
                                    "WORLD_SIZE=2"};
        Launched both;
        std::jthread other(
            [&] { both.other = runCli(arguments, {}, variables + QStringList{"RANK=1"}); });
        both.first = runCli(arguments, {}, variables + QStringList{"RANK=0"});
        other.join();
        return both;
    }

private Q_SLOTS:
    void initTestCase() {
        json config = json::parse(kConfig);
        RunConfig data;
        data.data = images_.config(24);
        config["data"] = toJson(data)["data"];
        config_ = folder_.filePath("divided.json");
        QFile file(config_);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::fromStdString(config.dump()));
        file.close();
        const CliAnswer answer = runCli(runArguments("reference", {"--processes", "2"}));
        if (answer.says("this build cannot divide")) QSKIP("this build has no c10d with Gloo");
        QVERIFY2(answer.code == 0, answer.err);
        QCOMPARE(readableRun(onlyRun("reference")).records.size(), kEpochs);
        QCOMPARE(readDescription(onlyRun("reference")).config.training.processes, 2);
    }

    void theSameNumbersAgain() {
        const Launched both = launched(runArguments("again"));
        QVERIFY2(both.first.code == 0, both.first.err);
        QCOMPARE(both.other.code, 0);
        QVERIFY2(both.other.err.isEmpty() && both.other.out.isEmpty(), both.other.err);
        QVERIFY(sameNumbers(onlyRun("again"), onlyRun("reference")));
        // Nothing is left to do: neither fails, and the other one does not wait.
        for (const QStringList& arguments :
             {runArguments("again", {"--continue", "--set", "/training/processes=2"}),
              QStringList{"resume", QString::fromStdString(onlyRun("again").string())}}) {
            QElapsedTimer timer;
            timer.start();
            const Launched finished = launched(arguments);
            QVERIFY2(finished.first.code == 0, finished.first.err);
            QVERIFY2(finished.first.out.contains("finished already"), finished.first.out);
            QCOMPARE(finished.other.code, 0);
            QVERIFY(timer.elapsed() < 20'000);
        }
    }

    /// What the first one refuses, it says; the other one ends with it.
    void theFirstCannotBegin() {
        QElapsedTimer timer;
        timer.start();
        const Launched both = launched(runArguments("refused", {"--set", "/optimizer/lr=-1"}));
        QCOMPARE(both.first.code, 2);
        QVERIFY2(both.first.says("/optimizer/lr"), both.first.err);
        QCOMPARE(both.other.code, 0);
        QVERIFY2(both.other.err.isEmpty(), both.other.err);
        QVERIFY(timer.elapsed() < 20'000);
    }

    void aLostProcessEndsTheRunResumably_data() {
        QTest::addColumn<bool>("first");
        QTest::newRow("another") << false;
        QTest::newRow("the first") << true;
    }

    void aLostProcessEndsTheRunResumably() {
        QFETCH(const bool, first);
        const QString name = first ? "lost-first" : "lost";
        QProcess process;
        startDivided(process, name);
        const std::vector<pid_t> others = childrenOf(process.processId());
        QCOMPARE(others.size(), std::size_t{1});
        QElapsedTimer timer;
        timer.start();
        ::kill(first ? static_cast<pid_t>(process.processId()) : others.front(), SIGKILL);
        QVERIFY(process.waitForFinished(60'000));
        if (first) {  // the other one sees it and ends
            QTRY_VERIFY_WITH_TIMEOUT(::kill(others.front(), 0) != 0 || isZombie(others.front()),
                                     60'000);
        } else {
            const QByteArray said = process.readAllStandardError();
            QVERIFY2(said.contains("another process of this run has ended"), said);
            QCOMPARE(process.exitCode(), 4);
            QCOMPARE(readStatus(onlyRun(name)).state, RunState::failed);
        }
        QVERIFY(timer.elapsed() < 60'000);
        const fs::path run = onlyRun(name);
        QVERIFY(readableRun(run).records.size() < kEpochs);
        const CliAnswer answer = runCli({"resume", QString::fromStdString(run.string())});
        QVERIFY2(answer.code == 0, answer.err);
        QVERIFY(sameNumbers(run, onlyRun("reference")));
    }

    /// Either of them may be asked to stop.
    void anyProcessStopsTheRun() {
        QProcess process;
        startDivided(process, "stopped");
        const std::vector<pid_t> others = childrenOf(process.processId());
        QCOMPARE(others.size(), std::size_t{1});
        ::kill(others.front(), SIGTERM);
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitCode(), 130);
        const fs::path run = onlyRun("stopped");
        QCOMPARE(readStatus(run).state, RunState::stopped);
        const CliAnswer answer = runCli({"resume", QString::fromStdString(run.string())});
        QVERIFY2(answer.code == 0, answer.err);
        QVERIFY(sameNumbers(run, onlyRun("reference")));
    }

    /// The processes' parts of the images are together what one process sees.
    void classMeansAreDivided() {
        const QStringList untrained{
            "--set", R"(/phases=[{"from": 0, "trainable": "none", "head_start": "class-means"}])",
            "--set", "/training/epochs=1"};
        EpochRecord records[2];
        for (int i = 0; i < 2; ++i) {
            const QString name = QStringLiteral("means-%1").arg(i + 1);
            const CliAnswer answer = runCli(
                runArguments(name, untrained + QStringList{"--processes", QString::number(i + 1)}));
            QVERIFY2(answer.code == 0, answer.err);
            records[i] = readRun(onlyRun(name)).records.at(0);
        }
        QVERIFY(records[0].test_accuracy == records[1].test_accuracy);
        const std::vector<double>& one = records[0].exact->min_logit;
        const std::vector<double>& two = records[1].exact->min_logit;
        QVERIFY(one[0] > 0.0);  // features are no less than 0, and so are their means
        for (std::size_t y = 0; y < one.size(); ++y) {
            QVERIFY2(std::abs(one[y] - two[y]) < 1e-5 * one[y], std::to_string(two[y]).c_str());
        }
    }

    void whatCannotBeDivided() {
        const CliAnswer mixed =
            runCli(runArguments("mixed", {"--processes", "2", "--set", "/phases/0/mixing=mixup"}));
        QCOMPARE(mixed.code, 2);
        QVERIFY2(mixed.says("/training/processes: a phase that mixes a batch's images"), mixed.err);
        const CliAnswer two = runCli(QStringList{"run", config_, config_, "--workspace",
                                                 workspace("refused"), "--processes", "2"});
        QCOMPARE(two.code, 2);
        QVERIFY2(two.says("one run at a time, but 2 are given"), two.err);
        const CliAnswer other =
            runCli(runArguments("refused", {"--processes", "2", "--set", "/training/processes=3"}));
        QCOMPARE(other.code, 2);
        QVERIFY2(other.says("/training/processes: the config says 3, but 2"), other.err);
        const CliAnswer one =
            runCli(runArguments("refused", {"--processes", "1", "--set", "/training/processes=2"}));
        QCOMPARE(one.code, 2);
        QVERIFY2(one.says("the config says 2, but 1 process is to be started"), one.err);
        const CliAnswer rank = runCli(runArguments("refused"), {},
                                      {"MASTER_ADDR=localhost", "WORLD_SIZE=2", "RANK=two"});
        QCOMPARE(rank.code, 2);
        QVERIFY2(rank.says("RANK: \"two\""), rank.err);
        QVERIFY(!fs::exists(workspace("refused").toStdString()));
    }

private:
    static bool isZombie(pid_t process) {
        QFile file(QStringLiteral("/proc/%1/stat").arg(process));
        return file.open(QIODevice::ReadOnly) && file.readAll().contains(") Z ");
    }
};

BALLAST_TEST(TestProcesses)
#include "tst_processes_slow.moc"
