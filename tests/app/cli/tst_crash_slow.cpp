#include <sys/resource.h>
#include <unistd.h>

#include <QtTest>
#include <csignal>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/base/keyed_random.h"
#include "core/experiment/config_json.h"
#include "core/results/run_folder.h"
#include "core/runs/run.h"
#include "tests/app/cli/cli_process.h"
#include "tests/core/data/jpeg_folder.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;
namespace fs = std::filesystem;

/// One run is killed, cut off and refused room on the disk in every slot below, and resumed by the
/// next; the last slot compares it with one that ran without a break.
class TestCrash : public QObject {
    Q_OBJECT

    // Long enough that no kill comes after its end: the slots below kill it after shares of the
    // time that it takes undisturbed, and train three quarters of it at most in killedAtAnyMoment,
    // seven epochs in all the others.
    static constexpr int kEpochs = 40;
    static constexpr const char* kConfig = R"({"name": "crash",
        "model": {"name": "resnet8"},
        "phases": [{"from": 0}, {"from": 30, "alpha": "inverse"}],
        "training": {"epochs": 40, "batch_size": 16, "threads": 2, "device": "cpu"}})";

    const JpegFolder images_{{.train_counts = {40, 150, 20, 90, 60}, .pixels = 40}};
    json config_;

    QTemporaryDir folder_;
    fs::path reference_;
    fs::path run_;
    std::uint64_t seed_ = 0;
    std::uint64_t draws_ = 0;
    int kills_ = 0;
    int undisturbed_ms_ = 0;

    /// A whole number below `bound`, another each time.
    int draw(int bound) {
        const KeyedRandom random(seed_, Purpose::batch_order, 0);
        return static_cast<int>(
            below(random.words(draws_++)[0], static_cast<std::uint32_t>(bound)));
    }

    void startResume(QProcess& process) const {
        process.start(cliProgram(), {"resume", QString::fromStdString(run_.string())});
        QVERIFY(process.waitForStarted());
    }

    /// Looks until `condition` holds; false where the process ended first.
    template<class Condition>
    static bool waitUntil(QProcess& process, Condition condition) {
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < 300'000) {
            for (int i = 0; i < 20; ++i) {
                if (condition()) return true;
                ::usleep(200);
            }
            if (process.waitForFinished(0) || process.state() == QProcess::NotRunning) return false;
        }
        return false;
    }

    bool checkpointIsBeingWritten() const {
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator(run_ / "checkpoints", ignored)) {
            const std::string name = entry.path().filename().string();
            if (name.starts_with(".epoch-") && name.ends_with(".tmp")) return true;
        }
        return false;
    }

    std::uintmax_t recordBytes() const {
        std::error_code error;
        const std::uintmax_t bytes = fs::file_size(run_ / "epochs.jsonl", error);
        return error ? 0 : bytes;
    }

    void kill(QProcess& process) {
        process.kill();  // SIGKILL
        QVERIFY(process.waitForFinished());
        if (process.exitStatus() == QProcess::CrashExit) ++kills_;
        const RunSummary summary = readRun(run_);
        QVERIFY2(summary.error.empty(), summary.error.c_str());
        qInfo("killed with %zu records, state %s%s", summary.records.size(),
              stateName(summary.status.state), summary.interrupted ? ", interrupted" : "");
        if (summary.status.state == RunState::running) QVERIFY(summary.interrupted);
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(QFileInfo(cliProgram()).isExecutable(), "BALLAST_CLI names no program");
        const QByteArray given = qgetenv("BALLAST_TEST_SEED");
        seed_ = given.isEmpty() ? static_cast<std::uint64_t>(QDateTime::currentMSecsSinceEpoch())
                                : given.toULongLong();
        qInfo("BALLAST_TEST_SEED=%llu", static_cast<unsigned long long>(seed_));

        config_ = json::parse(kConfig);
        RunConfig data;
        data.data = images_.config(24);
        config_["data"] = toJson(data)["data"];
        const QString workspace = folder_.filePath("unbroken");
        QElapsedTimer timer;
        timer.start();
        const CliAnswer answer =
            runCli({"run", "-", "--json", "--workspace", workspace}, config_.dump().c_str());
        undisturbed_ms_ = static_cast<int>(timer.elapsed());
        QVERIFY2(answer.code == 0, answer.err.constData());
        // What a program reads: the folder, states, the records as they are on disk, the outcome.
        std::string records;
        json last;
        for (const QByteArray& line : answer.out.trimmed().split('\n')) {
            last = json::parse(line.toStdString());
            if (last["event"] == "run") reference_ = last["run"].get<std::string>();
            if (last["event"] == "epoch") {
                records +=
                    nlohmann::ordered_json::parse(line.toStdString())["record"].dump() + "\n";
            }
        }
        QCOMPARE(last["event"], "outcome");
        QCOMPARE(last["state"], "finished");
        QCOMPARE(last["epochs_done"], kEpochs);
        QCOMPARE(records, readFile(reference_ / "epochs.jsonl"));

        run_ = createRun(folder_.filePath("crashed").toStdString(), configFromJson(config_, ""),
                         config_, {});
    }

    void killedAtAnyMoment() {
        for (int i = 0; i < 5; ++i) {
            QProcess process;
            startResume(process);
            const int milliseconds = i == 0 ? draw(600) : draw(undisturbed_ms_ / 7);
            qInfo("kill after %d ms", milliseconds);
            QVERIFY(!process.waitForFinished(milliseconds));
            kill(process);
        }
    }

    void killedAfterARecord() {
        QProcess process;
        startResume(process);
        // It may shrink before: a resumed run cuts off records that no checkpoint backs.
        QVERIFY(waitUntil(process, [&, before = recordBytes()]() mutable {
            const std::uintmax_t now = recordBytes();
            return now > std::exchange(before, now);
        }));
        kill(process);
    }

    void killedWhileACheckpointIsWritten() {
        for (int i = 0; i < 2; ++i) {
            QProcess process;
            startResume(process);
            QVERIFY(waitUntil(process, [&] { return !checkpointIsBeingWritten(); }));  // a leftover
            QVERIFY(waitUntil(process, [&] { return checkpointIsBeingWritten(); }));
            ::usleep(static_cast<useconds_t>(draw(3000)));
            kill(process);
        }
    }

    void secondProcessIsRefused() {
        QProcess process;
        startResume(process);
        QVERIFY(waitUntil(process, [&] {
            return readRun(run_).status.owner.has_value() && !readRun(run_).interrupted;
        }));
        const CliAnswer second = runCli({"resume", QString::fromStdString(run_.string())});
        QCOMPARE(second.code, 4);
        QVERIFY2(second.says("another process is training the run"), second.err.constData());
        QVERIFY2(second.says(qPrintable(QString::number(process.processId()))),
                 second.err.constData());
        QVERIFY(readRun(run_).status.state == RunState::running);
        QCOMPARE(process.state(), QProcess::Running);
        kill(process);
    }

    // A limit on the size of files stands in for a full disk: the checkpoint does not fit.
    void fullDisk() {
        QVERIFY(readRun(run_).records.size() < kEpochs);
        QProcess process;
        process.setChildProcessModifier([] {
            std::signal(SIGXFSZ, SIG_IGN);
            const rlimit small{200'000, 200'000};
            ::setrlimit(RLIMIT_FSIZE, &small);
        });
        startResume(process);
        QVERIFY(process.waitForFinished(300'000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 4);
        const QByteArray said = process.readAllStandardError();
        QVERIFY2(said.contains(".safetensors") && said.contains("File too large"),
                 said.constData());
        const RunSummary summary = readRun(run_);
        QVERIFY(summary.status.state == RunState::failed);
        QVERIFY(!summary.status.message.empty());
        QVERIFY(!checkpointIsBeingWritten());
    }

    void interruptedBySignal() {
        for (const int signal : {SIGINT, SIGTERM}) {
            QProcess process;
            startResume(process);
            QVERIFY(waitUntil(process, [&] {
                return readRun(run_).status.state == RunState::running &&
                       !readRun(run_).interrupted;
            }));
            QVERIFY(!process.waitForFinished(draw(undisturbed_ms_ / kEpochs)));
            ::kill(static_cast<pid_t>(process.processId()), signal);
            QVERIFY(process.waitForFinished(120'000));
            QCOMPARE(process.exitStatus(), QProcess::NormalExit);
            QCOMPARE(process.exitCode(), 130);
            const QByteArray said = process.readAllStandardError();
            QVERIFY2(said.contains("ballast-cli resume"), said.constData());
            QVERIFY(readRun(run_).status.state == RunState::stopped);
        }
    }

    void endsLikeTheUnbrokenRun() {
        QVERIFY2(kills_ >= 8, qPrintable(QString::number(kills_)));
        const CliAnswer answer = runCli({"resume", QString::fromStdString(run_.string())});
        QVERIFY2(answer.code == 0, answer.err.constData());
        const RunSummary summary = readRun(run_);
        QVERIFY(summary.status.state == RunState::finished);
        QCOMPARE(readFile(run_ / "epochs.jsonl"), readFile(reference_ / "epochs.jsonl"));
        for (const char* name : {"epoch-000030.safetensors", "epoch-000040.safetensors"}) {
            QVERIFY2(readFile(run_ / "checkpoints" / name) ==
                         readFile(reference_ / "checkpoints" / name),
                     name);
        }
        for (const auto& entry : fs::recursive_directory_iterator(run_)) {
            QVERIFY2(!entry.path().string().ends_with(".tmp"), entry.path().c_str());
        }
        QCOMPARE(runCli({"resume", QString::fromStdString(run_.string())}).code, 0);
    }
};

BALLAST_TEST(TestCrash)
#include "tst_crash_slow.moc"
