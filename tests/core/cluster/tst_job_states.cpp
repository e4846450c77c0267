#include "core/cluster/job_states.h"

#include <QtTest>

#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestJobStates : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // squeue 22.05 --me --noheader --array --states=all --format=%i|%T|%r|%N|%j
    void queue() {
        const auto jobs = parseQueue(
            "1_2|PENDING|JobArrayTaskLimit||ballast-x\n"
            "2_0|PENDING|Dependency||ballast-y\n"
            "1_0|RUNNING|None|vm|ballast-x\n"
            "1_1|CANCELLED|None|vm|a|b\n"
            "2_1|CANCELLED|DependencyNeverSatisfied||ballast-y\n"
            "7|FAILED|NonZeroExitCode|node[1-2]|z\n"
            "8_[0-1]|CANCELLED|None||z\n");  // an array that was cancelled as a whole
        QCOMPARE(jobs.size(), std::size_t{8});
        QCOMPARE(jobs[6].id, "8_0");
        QCOMPARE(jobs[7].id, "8_1");
        QVERIFY(jobs[0] == (JobState{"1_2", "PENDING", "JobArrayTaskLimit", "", "ballast-x", ""}));
        QVERIFY(jobs[2] == (JobState{"1_0", "RUNNING", "", "vm", "ballast-x", ""}));
        QCOMPARE(jobs[3].name, "a|b");
        QVERIFY(jobs[0].live() && jobs[1].live() && jobs[2].live());
        QVERIFY(!jobs[3].live() && !jobs[4].live() && !jobs[5].live());
        QVERIFY(parseQueue("").empty());
    }

    // sacct --noheader --parsable2 --allocations
    // --format=JobID,State,Reason,NodeList,ExitCode,JobName
    void accounting() {
        const auto jobs = parseAccounting(
            "11_0|COMPLETED|None|node3|0:0|x\n"
            "12|CANCELLED by 1000|None|None assigned|0:0|x\n"
            "13|OUT_OF_MEMORY|None|node3|0:125|x|y\n"
            "14_[0-1,4%2]|CANCELLED by 0|Dependency|None assigned|0:0|x\n");
        QCOMPARE(jobs.size(), std::size_t{6});
        QVERIFY(jobs[0].endedWell() && !jobs[0].live());
        QVERIFY(jobs[1] == (JobState{"12", "CANCELLED", "", "", "x", "0:0"}));
        QCOMPARE(jobs[3].id, "14_0");
        QCOMPARE(jobs[4].id, "14_1");
        QCOMPARE(jobs[5].id, "14_4");
    }

    void badLines() {
        QVERIFY(errorOf([] {
                    parseQueue("slurm_load_jobs error: nonsense\n");
                }).startsWith("squeue answered \"slurm_load_jobs error: nonsense\""));
        QVERIFY(errorOf([] { parseAccounting("1|COMPLETED\n"); }).startsWith("sacct answered"));
    }

    void answersOfSbatch() {
        QCOMPARE(submittedJob("4711\n"), "4711");
        QCOMPARE(submittedJob("4711;cluster\n"), "4711");
        QVERIFY(errorOf([] { submittedJob("Submitted"); }).contains("\"Submitted\""));
        QVERIFY(errorOf([] { submittedJob(""); }).contains("no job's number"));
        QCOMPARE(nodesOfTest("sbatch: Job 3 to start at 2026-06-09T03:14:51 using 1 processors on "
                             "nodes vm in partition main\n"),
                 "vm");
        QCOMPARE(nodesOfTest("sbatch: all is well\n"), "");
        QCOMPARE(arrayOf("12_3"), "12");
        QCOMPARE(arrayOf("12"), "12");
    }

    void words_data() {
        QTest::addColumn<QString>("state");
        QTest::addColumn<QString>("reason");
        QTest::addColumn<QString>("node");
        QTest::addColumn<QString>("exit");
        QTest::addColumn<QString>("words");
        QTest::newRow("pending") << "PENDING"
                                 << "Priority"
                                 << ""
                                 << ""
                                 << "pending: Priority";
        QTest::newRow("running") << "RUNNING"
                                 << ""
                                 << "n7"
                                 << ""
                                 << "running on n7";
        QTest::newRow("hopeless") << "PENDING"
                                  << "DependencyNeverSatisfied"
                                  << ""
                                  << ""
                                  << "never starts: a job that it waits for has failed";
        QTest::newRow("held") << "PENDING"
                              << "launch failed requeued held"
                              << ""
                              << ""
                              << "pending: launch failed requeued held";
        QTest::newRow("killed for it") << "CANCELLED"
                                       << "DependencyNeverSatisfied"
                                       << ""
                                       << ""
                                       << "never started: a job that it waited for has failed";
        QTest::newRow("failed") << "FAILED"
                                << "NonZeroExitCode"
                                << "n7"
                                << "4:0"
                                << "failed on n7 (exit 4:0)";
        QTest::newRow("memory") << "OUT_OF_MEMORY"
                                << ""
                                << "n7"
                                << "0:125"
                                << "out of memory on n7 (exit 0:125)";
        QTest::newRow("completed") << "COMPLETED"
                                   << ""
                                   << "n7"
                                   << "0:0"
                                   << "completed on n7";
    }

    void words() {
        QFETCH(QString, state);
        QFETCH(QString, reason);
        QFETCH(QString, node);
        QFETCH(QString, exit);
        QFETCH(QString, words);
        const JobState job{"1", state.toStdString(), reason.toStdString(), node.toStdString(),
                           "",  exit.toStdString()};
        QCOMPARE(QString::fromStdString(stateInWords(job)), words);
        QCOMPARE(job.hopeless(), QByteArray(QTest::currentDataTag()) == "hopeless" ||
                                     QByteArray(QTest::currentDataTag()) == "held");
    }
};

BALLAST_TEST(TestJobStates)
#include "tst_job_states.moc"
