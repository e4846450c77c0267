#include "core/cluster/job_script.h"

#include <QProcess>
#include <QtTest>

#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestJobScript : public QObject {
    Q_OBJECT

    static JobScript single() {
        JobScript job;
        job.name = "ballast-nu-1";
        job.command = {"/opt/ballast/bin/ballast-cli", "/work space/100%", {"/data"}, 3, false};
        job.segments = {"a@0-4"};
        return job;
    }

private Q_SLOTS:
    void oneSegment() {
        const std::string text = scriptText(single());
        QCOMPARE(QString::fromStdString(text), QString(R"(#!/bin/sh
#SBATCH --job-name=ballast-nu-1
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output="/work space/100%%/slurm/logs/ballast-nu-1.slurm"

segment='a@0-4'
exec >>'/work space/100%/slurm/logs'/"$segment".log 2>&1
exec '/opt/ballast/bin/ballast-cli' --data '/data' segment "$segment" --on slurm --workspace '/work space/100%' --threads 3
)"));
    }

    void array() {
        JobScript job = single();
        job.segments = {"a@4-6", "c@4-10"};
        job.after = {"17_2", "9"};
        job.request = {"gpu", 4, 1536, 1, 5400, 8};
        job.command.save_logits = true;
        const QString text = QString::fromStdString(scriptText(job));
        for (const char* line :
             {"#SBATCH --partition=gpu\n", "#SBATCH --cpus-per-task=4\n", "#SBATCH --mem=1536M\n",
              "#SBATCH --gres=gpu:1\n", "#SBATCH --time=01:30:00\n", "#SBATCH --array=0-1%8\n",
              "#SBATCH --dependency=afterok:17_2:9\n", "#SBATCH --kill-on-invalid-dep=yes\n",
              "0) segment='a@4-6' ;;\n1) segment='c@4-10' ;;\n", " --threads 3 --save-logits\n"}) {
            QVERIFY2(text.contains(line), line);
        }
    }

    void dependencies() {
        JobScript job = single();
        job.after_end_of = "8_1";
        QVERIFY(scriptText(job).find("#SBATCH --dependency=afterany:8_1\n") != std::string::npos);
        job.after = {"7"};
        QVERIFY(scriptText(job).find("#SBATCH --dependency=afterok:7,afterany:8_1\n") !=
                std::string::npos);
    }

    // A shell that runs it calls the program with the segment's name and writes its log.
    void aShellRunsIt() {
        const QTemporaryDir folder;
        const QString workspace = folder.filePath("a $b; c");
        QVERIFY(QDir().mkpath(workspace + "/slurm/logs"));
        JobScript job = single();
        job.command.program = "/bin/echo";
        job.command.workspace = workspace.toStdString();
        job.segments = {"a@4-6", "c@4-10"};
        QProcess shell;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("SLURM_ARRAY_TASK_ID", "1");
        shell.setProcessEnvironment(environment);
        shell.start("/bin/sh", {"-c", QString::fromStdString(scriptText(job))});
        QVERIFY(shell.waitForFinished());
        QCOMPARE(shell.exitCode(), 0);
        QFile log(workspace + "/slurm/logs/c@4-10.log");
        QVERIFY(log.open(QIODevice::ReadOnly));
        QCOMPARE(
            QString::fromUtf8(log.readAll()),
            "--data /data segment c@4-10 --on slurm --workspace " + workspace + " --threads 3\n");
    }

    void pathsThatCannotBeNamed() {
        for (const char* path : {"/it's", "/a\"b", "/a\\b", "/a\nb"}) {
            JobScript job = single();
            job.command.workspace = path;
            const QString said = errorOf([&] { scriptText(job); });
            QVERIFY2(said.contains("cannot be named in a job's script"), qPrintable(said));
        }
    }
};

BALLAST_TEST(TestJobScript)
#include "tst_job_script.moc"
