#include <unistd.h>

#include <QtTest>
#include <algorithm>

#include "core/base/keyed_random.h"
#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/app/cli/small_disk.h"
#include "tests/app/cli/sweep_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {
bool may_mount = false;
}

/// A sweep with two workers is killed again and again, and another one refused room on the disk.
/// Both end with the numbers of the one that ran undisturbed.
class TestSweepCrash : public QObject, CliFolder {
    Q_OBJECT

    static constexpr int kWorkers = 2;
    static constexpr int kKills = 28;
    static constexpr int kRuns = 16;
    // Of each seed: 6 to the last T0, and what each run does after its own: 4 × 4 + 4 × 2.
    static constexpr int kShared = 2 * (6 + 4 * 4 + 4 * 2);

    const JpegFolder images_{{.train_counts = {40, 150, 20, 90, 60}, .pixels = 40}};
    std::map<std::string, RunSummary> undisturbed_;
    int undisturbed_ms_ = 0;
    QString sweep_;
    std::uint64_t seed_ = 0;
    std::uint64_t draws_ = 0;

    int draw(int bound) {
        const KeyedRandom random(seed_, Purpose::batch_order, 0);
        return static_cast<int>(
            below(random.words(draws_++)[0], static_cast<std::uint32_t>(bound)));
    }

    QStringList command(const QString& workspace) const {
        return {"sweep", sweep_, "--workspace", workspace, "--jobs", "2", "--threads", "2"};
    }

    /// Whether any run has a checkpoint half-written.
    static bool checkpointIsBeingWritten(const fs::path& workspace) {
        std::error_code error;
        for (const auto& run : fs::directory_iterator(workspace / "runs", error)) {
            std::error_code ignored;
            for (const auto& file : fs::directory_iterator(run.path() / "checkpoints", ignored)) {
                if (file.path().extension() == ".tmp") return true;
            }
        }
        return false;
    }

    /// How many runs have a checkpoint: one that has just got its first is in the middle of taking
    /// over a trunk, or has trained its first epoch.
    static int runsBegun(const fs::path& workspace) {
        int begun = 0;
        std::error_code error;
        for (const auto& run : fs::directory_iterator(workspace / "runs", error)) {
            std::error_code ignored;
            begun += fs::directory_iterator(run.path() / "checkpoints", ignored) !=
                     fs::directory_iterator();
        }
        return begun;
    }

    /// Looks until `condition` holds; false where the process ended first.
    template<class Condition>
    static bool waitUntil(QProcess& process, Condition condition) {
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < 120'000) {
            for (int i = 0; i < 20; ++i) {
                if (condition()) return true;
                ::usleep(100);
            }
            if (process.waitForFinished(0) || process.state() == QProcess::NotRunning) return false;
        }
        return false;
    }

    void compareWithUndisturbed(const fs::path& workspace) const {
        const std::map<std::string, RunSummary> runs = runsByName(workspace);
        QCOMPARE(runs.size(), undisturbed_.size());
        for (const auto& [name, reference] : undisturbed_) {
            QVERIFY2(runs.contains(name), name.c_str());
            const RunSummary& run = runs.at(name);
            QVERIFY2(run.status.state == RunState::finished, name.c_str());
            QVERIFY2(resultsOf(run) == resultsOf(reference), name.c_str());
        }
        for (const auto& entry : fs::recursive_directory_iterator(workspace)) {
            const std::string path = entry.path().string();
            const bool half_made = path.find("/runs/.") != std::string::npos;  // killed then
            QVERIFY2(half_made || !path.ends_with(".tmp") ||
                         path.find("/checkpoints/") == std::string::npos,
                     path.c_str());
        }
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(QFileInfo(cliProgram()).isExecutable(), "BALLAST_CLI names no program");
        const QByteArray given = qgetenv("BALLAST_TEST_SEED");
        seed_ = given.isEmpty() ? 20 : given.toULongLong();
        sweep_ = file("sweep.json", tinySweep(images_).dump());
        QElapsedTimer timer;
        timer.start();
        const CliAnswer answer = runCli(command(path("undisturbed")));
        QVERIFY2(answer.code == 0, answer.err.constData());
        undisturbed_ms_ = static_cast<int>(timer.elapsed());
        qInfo("undisturbed: %d ms", undisturbed_ms_);
        undisturbed_ = runsByName(path("undisturbed").toStdString());
        QCOMPARE(undisturbed_.size(), std::size_t{kRuns});
        int trained = 0;
        for (const auto& [name, run] : undisturbed_) trained += epochsTrained(run);
        QCOMPARE(trained, kShared);
    }

    void killedAtAnyMoment() {
        const fs::path workspace = path("killed").toStdString();
        int kills = 0;
        int while_written = 0;
        int while_taken_over = 0;
        bool done = false;
        for (int i = 0; i < kKills && !done; ++i) {
            QProcess process;
            process.setStandardOutputFile(QProcess::nullDevice());
            process.setStandardErrorFile(QProcess::nullDevice());
            process.start(cliProgram(), command(QString::fromStdString(workspace.string())));
            QVERIFY(process.waitForStarted());
            switch (i % 4) {
                case 0:  // from before anything is made to the middle of a run
                    // A machine that was busy for a while must not make the kills few.
                    process.waitForFinished(draw(std::min(undisturbed_ms_, 30'000) / 6));
                    break;
                case 1:
                case 2:
                    waitUntil(process, [&] { return !checkpointIsBeingWritten(workspace); });
                    if (waitUntil(process, [&] { return checkpointIsBeingWritten(workspace); })) {
                        ::usleep(static_cast<useconds_t>(draw(i % 4 == 1 ? 300 : 1500)));
                        while_written += checkpointIsBeingWritten(workspace);
                    }
                    break;
                case 3:  // a run has just got its first checkpoint: its own, or a trunk's
                    if (waitUntil(process, [&, before = runsBegun(workspace)] {
                            return runsBegun(workspace) > before;
                        })) {
                        ++while_taken_over;
                    }
                    break;
            }
            done = process.state() == QProcess::NotRunning;
            process.kill();  // SIGKILL
            QVERIFY(done || process.waitForFinished());
            if (process.exitStatus() == QProcess::CrashExit) ++kills;
            for (const RunSummary& run : readWorkspace(workspace)) {
                QVERIFY2(run.error.empty(), run.error.c_str());
            }
        }
        qInfo("%d kills, %d while a checkpoint was written, %d as a run began", kills,
              while_written, while_taken_over);
        QVERIFY2(kills >= 25, qPrintable(QString::number(kills)));
        QVERIFY(while_written >= 3);
        const CliAnswer answer = runCli(command(QString::fromStdString(workspace.string())));
        QVERIFY2(answer.code == 0, answer.err.constData());
        QVERIFY2(answer.out.contains("16 of 16 runs are finished"), answer.out.constData());
        compareWithUndisturbed(workspace);

        // Nothing lost, and nothing trained again but the epochs that were in progress.
        int trained = 0;
        for (const auto& [name, run] : runsByName(workspace)) trained += epochsTrained(run);
        qInfo("%d epochs trained, %d without kills", trained, kShared);
        QVERIFY2(trained >= kShared - kills * kWorkers && trained <= kShared + kills * kWorkers,
                 qPrintable(QString::number(trained)));
        // Said once more, it has nothing to do.
        const CliAnswer again = runCli(command(QString::fromStdString(workspace.string())));
        QCOMPARE(again.code, 0);
        int after = 0;
        for (const auto& [name, run] : runsByName(workspace)) after += epochsTrained(run);
        QCOMPARE(after, trained);
    }

    // The disk is filled by somebody else while the sweep trains, and freed again.
    void fullDisk() {
        const fs::path disk = path("disk").toStdString();
        if (!may_mount) QSKIP("this system lets no test mount a small disk");
        const SmallDisk small(disk, 256);
        QVERIFY(small.mounted());
        const fs::path workspace = disk / "workspace";
        const QStringList same = command(QString::fromStdString(workspace.string()));
        QProcess process;
        process.start(cliProgram(), same);
        QVERIFY(waitUntil(process, [&] { return runsBegun(workspace) >= 2; }));
        // Still in the trunk, in the middle of writing, or later: another time each time.
        process.waitForFinished(draw(3000));
        QCOMPARE(process.state(), QProcess::Running);
        fillDisk(disk / "filler");
        QVERIFY(process.waitForFinished(120'000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 4);
        const QByteArray said = process.readAllStandardOutput();
        // Each run was tried and says for itself which file it is about.
        int failed = 0;
        int finished = 0;
        for (const QByteArray& line : said.split('\n')) {
            if (line.contains("  finished")) ++finished;
            if (!line.contains("  failed: cannot ")) continue;
            ++failed;
            QVERIFY2(line.contains(workspace.c_str()) && line.contains("No space left on device"),
                     line.constData());
        }
        qInfo("%d runs finished, %d found no room", finished, failed);
        QCOMPARE(failed + finished, kRuns);
        QVERIFY(failed > 0);
        QVERIFY(process.readAllStandardError().contains("failed"));
        for (const RunSummary& run : readWorkspace(workspace)) {
            QVERIFY2(run.error.empty(), run.error.c_str());
        }

        // It does not begin anew without room,
        const CliAnswer full = runCli(same);
        QCOMPARE(full.code, 4);
        QVERIFY2(full.says("there is no room for the runs in") && full.says("its runs need") &&
                     full.says("free are 0.0 MiB"),
                 full.err.constData());
        // and continues with it.
        fs::remove(disk / "filler");
        const CliAnswer answer = runCli(same);
        QVERIFY2(answer.code == 0, answer.err.constData());
        compareWithUndisturbed(workspace);
        for (const auto& entry : fs::recursive_directory_iterator(workspace)) {
            QVERIFY2(!entry.path().string().ends_with(".tmp"), entry.path().c_str());
        }
    }

    void diskTooSmallFromTheStart() {
        const fs::path disk = path("tiny").toStdString();
        if (!may_mount) QSKIP("this system lets no test mount a small disk");
        const SmallDisk small(disk, 80);
        QVERIFY(small.mounted());
        const fs::path workspace = disk / "workspace";
        const CliAnswer answer = runCli(command(QString::fromStdString(workspace.string())));
        QCOMPARE(answer.code, 4);
        QVERIFY2(answer.says("there is no room for the runs in") && answer.says("free are 80.0"),
                 answer.err.constData());
        QVERIFY(!fs::exists(workspace));
    }
};

BALLAST_TEST_PREPARED(TestSweepCrash, [] { may_mount = ownMounts(); })
#include "tst_sweep_crash_slow.moc"
