#include <QtTest>

#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/support/test_program.h"

using namespace ballast;

/// A workspace on a file system without locks.
class TestLocks : public QObject, CliFolder {
    Q_OBJECT

private Q_SLOTS:
    void aRunIsRefusedAndLeavesNothing() {
        const QString no_locks = qEnvironmentVariable("BALLAST_NO_LOCKS");
        QVERIFY2(QFileInfo::exists(no_locks), "BALLAST_NO_LOCKS names no library");
        const CliAnswer answer =
            runCli({"run", "-", "--workspace", path("workspace")},
                   R"({"data": {"dataset": "fashion-mnist"}, "model": {"name": "resnet8"},
                       "phases": [{"from": 0}], "lr_schedule": {"warmup_epochs": 0},
                       "training": {"epochs": 1}})",
                   {"LD_PRELOAD=" + no_locks});
        QCOMPARE(answer.code, 4);
        QVERIFY2(answer.says("cannot lock"), answer.err.constData());
        QVERIFY2(answer.says("choose a folder on a file system that has them"),
                 answer.err.constData());
        QVERIFY2(!answer.says("another process"), answer.err.constData());
        const QDir runs(path("workspace") + "/runs");
        QCOMPARE(runs.entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
                 QStringList{});
    }
};

BALLAST_TEST(TestLocks)
#include "tst_locks.moc"
