#include <QDirIterator>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/analysis/figure_description.h"
#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/support/test_program.h"

using namespace ballast;

/// The paper's results that are built in.
class TestReproduceCommand : public QObject, CliFolder {
    Q_OBJECT
private Q_SLOTS:
    void experimentsCanBePlanned_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("size");
        for (const char* size : {"--small", "--medium"}) {
            for (const char* name :
                 {"fig1", "fig2", "fig3a", "fig3bc", "fig4", "table1", "auto-adrw", "rivals"}) {
                QTest::addRow("%s %s", name, size)
                    << QString::fromLatin1(name) << QString::fromLatin1(size);
            }
        }
    }
    void experimentsCanBePlanned() {
        QFETCH(const QString, name);
        QFETCH(const QString, size);
        const CliAnswer answer =
            runCli({"reproduce", name, size, "--plan", "--workspace", path("workspace")});
        if (answer.says("is not on this machine")) QSKIP("The data set is not here");
        QCOMPARE(answer.code, 0);
        QVERIFY2(answer.out.contains("epochs alone"), answer.out.constData());
        QVERIFY(!QFileInfo::exists(path("workspace")));  // a plan makes nothing
    }

    void anUnknownOneIsNamed() {
        const CliAnswer answer = runCli({"reproduce", "fig33bc", "--workspace", path("workspace")});
        QCOMPARE(answer.code, 2);
        QVERIFY2(answer.says("did you mean fig3bc?"), answer.err.constData());
    }

    void figuresAreRead() {
        int figures = 0;
        QDirIterator files(qEnvironmentVariable("BALLAST_SOURCE") + "/experiments",
                           {"figure*.json"}, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            figureFromJson(nlohmann::json::parse(file.readAll().toStdString()),
                           file.fileName().toStdString());
            ++figures;
        }
        QVERIFY(figures >= 5);
    }
};

BALLAST_TEST(TestReproduceCommand)
#include "tst_reproduce_command.moc"
