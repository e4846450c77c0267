#include <QtTest>

#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/support/test_program.h"

using namespace ballast;

/// What experiment trackers have kept, as runs to compare with.
class TestImportCommand : public QObject, CliFolder {
    Q_OBJECT
    QStringList import(const QStringList& more) const {
        return QStringList{"import", path("wandb.csv"), "--workspace", path("runs")} + more;
    }

private Q_SLOTS:
    void initTestCase() {
        QFile file(path("wandb.csv"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("\"Step\",\"CE - score\",\"CE - train_loss\",\"VS - score\"\n");
        for (int epoch = 0; epoch < 4; ++epoch) {
            file.write(QByteArray::number(epoch) + "," + QByteArray::number(40 + epoch) + ",2.5," +
                       QByteArray::number(60 - epoch) + "\n");
        }
    }

    void itSaysWhatThereIs() {
        const CliAnswer answer = runCli(import({"--list"}));
        QCOMPARE(answer.code, 0);
        QVERIFY(answer.out.contains("score"));
        QVERIFY(answer.out.contains("→ loss"));
        QVERIFY(!QFile::exists(path("runs")));
    }

    void itAsksForWhatItCannotKnow() {
        const CliAnswer config = runCli(import({}));
        QCOMPARE(config.code, 2);
        QVERIFY2(config.err.contains("--config FILE or --preset"), config.err.constData());
        const CliAnswer column = runCli(import({"--preset", "CE", "--epochs", "4"}));
        QCOMPARE(column.code, 3);
        QVERIFY2(column.err.contains("which of these") && column.err.contains("\"score\""),
                 column.err.constData());
        const CliAnswer alone = runCli(import({"--epochs", "4", "--set", "/name=x"}));
        QCOMPARE(alone.code, 2);
        QVERIFY(!QFile::exists(path("runs")));
    }

    void itsRunsStandInTheTable() {
        const CliAnswer answer =
            runCli(import({"--preset", "CE", "--epochs", "4", "--column", "test=score"}));
        QVERIFY2(answer.code == 0, answer.err.constData());
        const CliAnswer table = runCli({"table", path("runs"), "--by", "run", "--format", "csv"});
        QVERIFY2(table.out.contains("\nVS,CIFAR-10 LT 100,finished,4/4,60.000000,test,1,"),
                 table.out.constData());
        QVERIFY2(table.out.contains("\nCE,CIFAR-10 LT 100,finished,4/4,43.000000,test,4,"),
                 table.out.constData());
    }
};

BALLAST_TEST(TestImportCommand)
#include "tst_import_command.moc"
