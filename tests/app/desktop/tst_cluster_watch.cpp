#include "app/desktop/cluster_watch.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "app/desktop/run_controller.h"
#include "app/desktop/run_status.h"
#include "core/base/atomic_file.h"
#include "core/cluster/job_book.h"
#include "tests/core/results/made_runs.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

/// Slurm is played by a script that prints a file.
class TestClusterWatch : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    QByteArray path_;

    fs::path workspace() const {
        return folder_.filePath(QString::fromLatin1(QTest::currentTestFunction())).toStdString();
    }

    void queue(const std::string& lines) const {
        replaceFile(folder_.filePath(QStringLiteral("queue")).toStdString(), lines);
    }

    static QString idOf(const fs::path& run) {
        return QString::fromStdString(run.filename().string());
    }

    /// A job of five epochs of each run.
    static void submit(const fs::path& workspace, const std::vector<fs::path>& runs) {
        JobBook book;
        for (const fs::path& run : runs) {
            BookedJob job;
            job.id = std::to_string(book.jobs.size() + 1);
            job.script.name = "job " + job.id;
            job.script.segments = {run.filename().string() + "@0-5"};
            book.jobs.push_back(job);
        }
        writeJobBook(workspace, book);
    }

    static fs::path queuedRun(const fs::path& workspace, const std::string& name) {
        RunConfig config = namedConfig(name);
        config.training.epochs = 5;
        config.phases.resize(2);
        config.phases[1].from = 2;
        return madeRun(workspace, config, {}, RunState::queued);
    }

private Q_SLOTS:
    void initTestCase() {
        path_ = qgetenv("PATH");
        const QString squeue = folder_.filePath(QStringLiteral("squeue"));
        replaceFile(
            squeue.toStdString(),
            "#!/bin/sh\ncat '" + folder_.filePath(QStringLiteral("queue")).toStdString() + "'\n");
        QFile::setPermissions(squeue, QFile::ReadOwner | QFile::ExeOwner);
        qputenv("PATH", folder_.path().toUtf8() + ":/usr/bin:/bin");
    }

    void cleanupTestCase() { qputenv("PATH", path_); }

    void withoutJobs() {
        ClusterWatch watch(workspace());
        QSignalSpy changed(&watch, &ClusterWatch::changed);
        watch.start();
        QTest::qWait(50);
        QCOMPARE(changed.count(), 0);
        QCOMPARE(watch.words(QStringLiteral("any")), QString());
        QVERIFY(!fs::exists(workspace()));  // nothing is written
    }

    void wordsOfJobs() {
        const fs::path a = queuedRun(workspace(), "a");
        const fs::path b = queuedRun(workspace(), "b");
        submit(workspace(), {a, b});
        queue("1|RUNNING|None|node7|job 1\n2|PENDING|Priority||job 2\n");
        ClusterWatch watch(workspace());
        QSignalSpy changed(&watch, &ClusterWatch::changed);
        watch.start();
        QTRY_COMPARE(changed.count(), 1);
        QCOMPARE(watch.words(idOf(a)), QStringLiteral("running on node7"));
        QCOMPARE(watch.words(idOf(b)), QStringLiteral("pending: Priority"));
        // The book has changed: it is looked at again soon. Only what is new is told.
        queue("1|RUNNING|None|node7|job 1\n2|FAILED|NonZeroExitCode|node8|job 2\n");
        waitForTheClock();
        submit(workspace(), {a, b});
        QTRY_COMPARE(changed.count(), 2);
        QVERIFY2(watch.words(idOf(b)).startsWith(QStringLiteral("failed on node8")),
                 qPrintable(watch.words(idOf(b))));
        QCOMPARE(changed.last().first().toStringList(), QStringList{idOf(b)});
    }

    // The window leaves to Slurm what Slurm has, and its rows say how that is.
    void rowsOfTheWindow() {
        const fs::path a = queuedRun(workspace(), "a");
        const fs::path b = queuedRun(workspace(), "b");
        submit(workspace(), {a});
        queue("1|PENDING|Resources||job 1\n");
        FakeLearning learning;
        learning.holdBefore(b.filename().string(), 0);
        RunController controller(learning, {}, workspace());
        controller.open();
        QVERIFY(!controller.holds(idOf(a)));
        QVERIFY(controller.holds(idOf(b)));
        QTRY_COMPARE(controller.jobWords(idOf(a)), QStringLiteral("pending: Resources"));
        QCOMPARE(statusText(*controller.find(idOf(a)), controller),
                 QStringLiteral("Slurm: pending: Resources"));
        // By hand it can be trained here all the same.
        controller.resume(idOf(a));
        QVERIFY(controller.holds(idOf(a)));
        QVERIFY(
            !statusText(*controller.find(idOf(a)), controller).contains(QStringLiteral("Slurm")));
        learning.letGo();
        QSignalSpy closed(&controller, &RunController::closed);
        controller.close();
        QTRY_COMPARE(closed.count(), 1);
    }
};

BALLAST_TEST(TestClusterWatch)
#include "tst_cluster_watch.moc"
