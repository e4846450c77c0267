#include <QtTest>

#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/app/cli/sweep_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

/// sweep --on slurm where Slurm is missing, or played by scripts.
class TestSlurmCommands : public QObject, CliFolder {
    Q_OBJECT

    const JpegFolder images_{{.train_counts = {9, 30, 5, 12}, .test_per_class = 2, .pixels = 40}};
    QString sweep_;

    CliAnswer sweep(const QStringList& options, const QString& programs) const {
        return runCli(QStringList{"sweep", sweep_, "--workspace", path("never")} + options, {},
                      {"PATH=" + programs});
    }

    /// A folder with sbatch, squeue and scancel that do as the lines say.
    QString programs(const QString& name, const QString& sbatch, const QString& squeue) const {
        const QString folder = path(name);
        QDir().mkpath(folder);
        for (const auto& [program, lines] :
             {std::pair("sbatch", sbatch), std::pair("squeue", squeue),
              std::pair("scancel", QString())}) {
            file(name + "/" + program, "#!/bin/sh\n" + lines.toStdString() + "\n");
            QFile::setPermissions(folder + "/" + program, QFile::ReadOwner | QFile::ExeOwner);
        }
        return folder + ":/usr/bin:/bin";
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(QFileInfo(cliProgram()).isExecutable(), "BALLAST_CLI names no program");
        sweep_ = file("sweep.json", tinySweep(images_).dump());
        QVERIFY(QDir().mkpath(path("empty")));
    }

    void badOptions_data() {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QByteArrayList>("said");
        const QStringList on{"--on", "slurm"};
        QTest::newRow("elsewhere")
            << QStringList{"--on", "pbs"} << QByteArrayList{"--on", "pbs", "slurm"};
        QTest::newRow("time") << on + QStringList{"--time", "2h"}
                              << QByteArrayList{"--time: \"2h\"", "HOURS:MINUTES:SECONDS"};
        QTest::newRow("memory") << on + QStringList{"--memory-per-run", "4GB"}
                                << QByteArrayList{"--memory-per-run: \"4GB\"", "M, G or T"};
        QTest::newRow("partition")
            << on + QStringList{"--partition", "a b"} << QByteArrayList{"--partition: \"a b\""};
        QTest::newRow("GPUs") << on + QStringList{"--gpus-per-run", "2"}
                              << QByteArrayList{"--gpus-per-run", "2"};
        QTest::newRow("array limit")
            << on + QStringList{"--array-limit", "-1"} << QByteArrayList{"--array-limit"};
        QTest::newRow("without --on")
            << QStringList{"--partition", "p"}
            << QByteArrayList{"--partition does not apply without --on slurm"};
        QTest::newRow("slots") << on + QStringList{"--jobs", "2"}
                               << QByteArrayList{"--jobs does not apply with --on slurm"};
        QTest::newRow("plan") << on + QStringList{"--plan"}
                              << QByteArrayList{"--plan does not apply with --on slurm",
                                                "--dry-run"};
        QTest::newRow("status") << QStringList{"--status", "--on", "slurm"}
                                << QByteArrayList{"--on does not apply with --status"};
        QTest::newRow("no Slurm") << on
                                  << QByteArrayList{"--on slurm: the program sbatch is not here",
                                                    "PATH"};
    }

    void badOptions() {
        QFETCH(QStringList, options);
        QFETCH(QByteArrayList, said);
        const CliAnswer answer = sweep(options, path("empty"));
        QCOMPARE(answer.code, 2);
        for (const QByteArray& words : said) {
            QVERIFY2(answer.says(words.constData()), answer.err.constData());
        }
        QVERIFY(!QFileInfo::exists(path("never")));
    }

    void noSweep() {
        const CliAnswer answer = runCli({"sweep", "--on", "slurm"});
        QCOMPARE(answer.code, 2);
        QVERIFY2(answer.says("FILE is required"), answer.err.constData());
    }

    // Slurm is not needed to look at what it would be told.
    void dryRun() {
        const CliAnswer answer =
            sweep({"--on", "slurm", "--dry-run", "--partition", "long", "--time", "1-0",
                   "--memory-per-run", "2G", "--array-limit", "3", "--threads", "4"},
                  path("empty"));
        QVERIFY2(answer.code == 0, answer.err.constData());
        for (const char* line :
             {"#SBATCH --job-name=ballast-crash-1\n", "#SBATCH --partition=long\n",
              "#SBATCH --time=1-00:00:00\n", "#SBATCH --mem=2048M\n", "#SBATCH --cpus-per-task=4\n",
              "#SBATCH --array=0-1%3\n", "#SBATCH --dependency=afterok:<ID of ballast-crash-1>_0\n",
              "0) segment='(run 1)@0-4' ;;\n", " --threads 4\n"}) {
            QVERIFY2(answer.out.contains(line), answer.out.constData());
        }
        QVERIFY(!QFileInfo::exists(path("never")));
    }

    // Of a GPU this machine may know nothing.
    void dryRunForGpus() {
        QString config = QString::fromStdString(tinySweep(images_).dump());
        const QString asked = config.replace("\"device\":\"cpu\"", "\"device\":\"auto\"");
        const CliAnswer answer =
            runCli({"sweep", file("gpu.json", asked.toStdString()), "--workspace", path("never"),
                    "--on", "slurm", "--gpus-per-run", "1", "--dry-run"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QVERIFY(answer.out.contains("#SBATCH --gres=gpu:1\n"));
    }

    void refusals_data() {
        QTest::addColumn<QString>("sbatch");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArrayList>("said");
        QTest::newRow("partition")
            << "echo 'sbatch: error: invalid partition specified: main' >&2; exit 1" << 2
            << QByteArrayList{"--partition: sbatch refuses the default partition", "sinfo"};
        QTest::newRow("node of another machine")
            << "echo 'sbatch: Job 3 to start at 2026-06-09T03:14:51 using 1 processors on nodes "
               "node-of-nowhere in partition main' >&2"
            << 4
            << QByteArrayList{"--workspace: ", "node-of-nowhere does not see",
                              "--shared-workspace"};
        QTest::newRow("controller")
            << "echo 'sbatch: error: Unable to contact slurm controller (connect failure)' >&2; "
               "exit 1"
            << 4 << QByteArrayList{"sbatch cannot reach Slurm: Unable to contact"};
        QTest::newRow("not configured")
            << "echo 'sbatch: fatal: Could not establish a configuration source' >&2; exit 1" << 4
            << QByteArrayList{"sbatch cannot reach Slurm: Could not establish"};
    }

    void refusals() {
        QFETCH(QString, sbatch);
        QFETCH(int, code);
        QFETCH(QByteArrayList, said);
        const CliAnswer answer =
            sweep({"--on", "slurm"}, programs(QTest::currentDataTag(), sbatch, "true"));
        QCOMPARE(answer.code, code);
        for (const QByteArray& words : said) {
            QVERIFY2(answer.says(words.constData()), answer.err.constData());
        }
        QVERIFY(!QFileInfo::exists(path("never")));
    }

    // A file system without locks is refused before any run is made.
    void noLocks() {
        const QString no_locks = qEnvironmentVariable("BALLAST_NO_LOCKS");
        QVERIFY2(QFileInfo::exists(no_locks), "BALLAST_NO_LOCKS names no library");
        const CliAnswer answer = runCli(
            {"sweep", sweep_, "--workspace", path("unlocked"), "--on", "slurm"}, {},
            {"PATH=" + programs("unlocked programs", "true", "true"), "LD_PRELOAD=" + no_locks});
        QCOMPARE(answer.code, 4);
        QVERIFY2(answer.says("cannot lock"), answer.err.constData());
        QVERIFY(!QFileInfo::exists(path("unlocked/runs")));
    }

    // The book says which jobs there are, the queue how they are.
    void submittedAndWatched() {
        const QString played =
            programs("played",
                     "case $1 in --parsable) n=$(cat NUMBER 2>/dev/null || echo 40); n=$((n+1)); "
                     "echo $n >NUMBER; echo $n;; esac",
                     "echo '41_0|RUNNING|None|n7|'; echo '41_1|PENDING|Priority||'; "
                     "echo '42_0|PENDING|Dependency||'");
        const QString workspace = path("watched");
        const auto here = [&](const QStringList& arguments) {
            return runCli(arguments, {}, {"PATH=" + played});
        };
        const QString before = QDir::currentPath();
        QDir::setCurrent(path("played"));
        CliAnswer answer = here({"sweep", sweep_, "--workspace", workspace, "--on", "slurm"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QVERIFY2(answer.out.contains("0 of 16 runs are finished, 0 segments are with Slurm") &&
                     answer.out.contains("  job 41: 2 segments, each 2 CPUs"),
                 answer.out.constData());
        answer = here({"sweep", "--status", "--workspace", workspace});
        QDir::setCurrent(before);
        QVERIFY2(answer.out.contains("job 41_0  running on n7  (run queued, 0 epochs)") &&
                     answer.out.contains("job 41_1  pending: Priority"),
                 answer.out.constData());
        QCOMPARE(answer.code, 4);  // of others Slurm says nothing
        QVERIFY(answer.out.contains("Slurm no longer knows how"));
        answer = runCli({"sweep", "--status", "--workspace", path("none")});
        QCOMPARE(answer.code, 0);
        QVERIFY2(answer.out.contains("no job was submitted from"), answer.out.constData());
    }
};

BALLAST_TEST(TestSlurmCommands)
#include "tst_slurm_commands.moc"
