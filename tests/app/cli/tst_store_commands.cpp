#include <QtTest>

#include "core/base/atomic_file.h"
#include "core/experiment/presets.h"
#include "core/results/named_sets.h"
#include "core/results/run_index.h"
#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/core/results/made_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;
namespace fs = std::filesystem;

class TestStoreCommands : public QObject, CliFolder {
    Q_OBJECT

    /// Two methods on three seeds, and a run that cannot be read.
    QString workspace() {
        const QString made = path("workspace");
        if (QFileInfo::exists(made)) return made;
        for (std::uint64_t seed = 0; seed < 3; ++seed) {
            for (const char* method : {"CE", "LA"}) {
                PresetRequest request;
                request.method = method;
                RunConfig config = presetConfig(request);
                config.training.seed = seed;
                config.lr_schedule.steps.clear();
                const double better = method == std::string("LA") ? 0.1 : 0.0;
                madeRun(made.toStdString(), config,
                        {0.5 + better + 0.01 * static_cast<double>(seed), 0.4 + better});
            }
        }
        replaceFile(madeRun(made.toStdString(), namedConfig("broken"), {0.1}) / "run.json", "{");
        return made;
    }

private Q_SLOTS:
    void runsAreChosenAndSorted() {
        const CliAnswer answer =
            runCli({"runs", workspace(), "--where", "best>0.5", "--where", "/training/seed>0",
                    "--sort", "-best", "--columns", "name,/training/seed,best,at:2"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        const QByteArrayList lines = answer.out.split('\n');
        QCOMPARE(lines.size(), 6);
        QCOMPARE(lines[0], QByteArray("name  /training/seed    best    at:2"));
        QCOMPARE(lines[1], QByteArray("LA                 2  0.6200  0.5000"));
        QCOMPARE(lines[4], QByteArray("CE                 1  0.5100  0.4000"));
        QVERIFY(fs::exists(RunIndex::cacheFile(workspace().toStdString())));
    }

    void runsOfASet() {
        const CliAnswer all =
            runCli({"runs", workspace(), "--where", "name=LA", "--columns", "id", "--json"});
        const json listed = parsed(all.out);
        writeNamedSets(workspace().toStdString(),
                       {{"two", {listed[0]["id"], listed[2]["id"], "gone"}}});
        const CliAnswer answer = runCli({"runs", workspace(), "--set", "two", "--columns", "id"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QCOMPARE(answer.out.count('\n'), 3);
        const CliAnswer wrong = runCli({"runs", workspace(), "--set", "tow"});
        QCOMPARE(wrong.code, 2);
        QVERIFY2(wrong.says("did you mean two?"), wrong.err.constData());
    }

    void unreadableRunsAreListedAndSaid() {
        const CliAnswer answer = runCli({"runs", workspace(), "--columns", "id,state"});
        QCOMPARE(answer.code, 0);
        QCOMPARE(answer.out.count('\n'), 8);
        QVERIFY(answer.out.contains("unreadable"));
        QVERIFY(answer.says("cannot read") && answer.says("not valid JSON"));
    }

    void runsAsJson() {
        const CliAnswer answer = runCli(
            {"runs", workspace(), "--where", "name=CE", "--sort", "/training/seed", "--json"});
        const json list = parsed(answer.out);
        QCOMPARE(list.size(), std::size_t{3});
        QCOMPARE(list[2]["best"].get<double>(), 0.5 + 0.01 * 2.0);
        QCOMPARE(list[2]["/training/seed"], 2);
        QCOMPARE(list[2]["best-epoch"], 1);
        QCOMPARE(list[0]["state"], "finished");
        QVERIFY(fs::exists(fs::path(list[0]["folder"].get<std::string>()) / "run.json"));
    }

    void groupsOverSeeds() {
        const CliAnswer text = runCli({"runs", workspace(), "--group", "--sort", "-best"});
        QVERIFY2(text.out.contains("LA     3  CIFAR-10 LT 100  0.6100 ± 0.0100"),
                 text.out.constData());
        QVERIFY(text.out.indexOf("LA") < text.out.indexOf("CE"));
        const json list = parsed(runCli({"runs", workspace(), "--group", "--json"}).out);
        QCOMPARE(list.size(), std::size_t{2});
        QCOMPARE(list[0]["group"], "CE");
        QCOMPARE(list[0]["seeds"], (json{0, 1, 2}));
        QCOMPARE(list[0]["last"]["n"], 3);
        QVERIFY(std::abs(list[0]["best"]["mean"].get<double>() - 0.51) < 1e-12);
    }

    void mistakes_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("field") << QStringList{"--where", "bset>0.6"}
                               << QByteArray("did you mean best?");
        QTest::newRow("operator") << QStringList{"--where", "best=>0.6"}
                                  << QByteArray("unknown operator =>");
        QTest::newRow("sort") << QStringList{"--sort", "-bset"} << QByteArray("did you mean best?");
        QTest::newRow("column") << QStringList{"--columns", "id,stat"}
                                << QByteArray("did you mean state?");
    }
    void mistakes() {
        QFETCH(const QStringList, arguments);
        QFETCH(const QByteArray, said);
        const CliAnswer answer = runCli(QStringList{"runs", workspace()} + arguments);
        QCOMPARE(answer.code, 2);
        QVERIFY2(answer.says(said.constData()), answer.err.constData());
        QVERIFY(answer.out.isEmpty());
    }

    void noSuchWorkspace() {
        for (const QStringList& command :
             {QStringList{"runs", "/nowhere"}, QStringList{"export", "/nowhere", "--csv"},
              QStringList{"table", "/nowhere"}}) {
            const CliAnswer answer = runCli(command);
            QCOMPARE(answer.code, 2);
            QVERIFY(answer.says("there is no workspace /nowhere"));
        }
        QCOMPARE(runCli({"export", workspace()}).code, 2);  // the format must be named
    }

    void exportOfAWorkspaceAndOfARun() {
        const CliAnswer all = runCli({"export", workspace(), "--csv"});
        QCOMPARE(all.code, 0);
        // 6 runs of 2 epochs: scalars, streaming (1 + 2 classes), test (2 classes)
        QCOMPARE(all.out.count('\n'), 1 + 6 * 2 * 6);
        QVERIFY(
            all.out.startsWith("run,name,dataset,profile,ratio,seed,epoch,phase,source,class,"));
        QVERIFY(all.says("left out") && all.says("broken"));

        const json list = parsed(runCli({"runs", workspace(), "--where", "name=LA", "--json"}).out);
        const QString folder = QString::fromStdString(list[0]["folder"].get<std::string>());
        const QString file = path("made/run.csv");
        const CliAnswer one = runCli({"export", folder, "--csv", "--output", file});
        QVERIFY2(one.code == 0 && one.out.isEmpty(), one.err.constData());
        const std::string text = readFile(file.toStdString());
        QCOMPARE(std::ranges::count(text, '\n'), 1 + 2 * 6);
        QCOMPARE(QDir(path("made")).entryList(QDir::Files | QDir::Hidden), QStringList{"run.csv"});
        QCOMPARE(runCli({"export", folder, "--csv", "--output", "/proc/nowhere/x.csv"}).code, 4);
    }

    void exportForTensorBoard() {
        const QString folder = path("events");
        const CliAnswer all = runCli({"export", workspace(), "--tensorboard", folder});
        QVERIFY2(all.code == 0, all.err.constData());
        QVERIFY2(all.out.startsWith("6 runs written") && all.out.contains(folder.toUtf8()),
                 all.out.constData());
        QVERIFY(all.says("left out") && all.says("broken"));
        const QStringList runs = QDir(folder).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
        QCOMPARE(runs.size(), 6);
        const QDir run(QDir(folder).filePath(runs.front()));
        const QStringList files = run.entryList(QDir::Files | QDir::Hidden);
        QCOMPARE(files.size(), 1);
        QVERIFY2(files[0].startsWith("events.out.tfevents."), qPrintable(files[0]));
        const auto file = run.filePath(files[0]).toStdString();
        const std::string before = readFile(file);
        QCOMPARE(runCli({"export", workspace(), "--tensorboard", folder}).code, 0);
        QCOMPARE(readFile(file), before);
        QCOMPARE(runCli({"export", workspace(), "--csv", "--tensorboard", folder}).code, 2);
        QCOMPARE(runCli({"export", workspace(), "--tensorboard", folder, "--output", "x"}).code, 2);
    }

    void tableByMethod() {
        const CliAnswer best = runCli({"table", workspace()});
        QVERIFY2(best.out.contains("| CE | <u>51.0 ± 1.0</u> |\n| LA | **61.0 ± 1.0** |"),
                 best.out.constData());
        QVERIFY(best.out.contains("selected on the test set") && best.out.contains("n = 3 seeds"));
        QVERIFY(best.says("left out") && best.says("broken"));
        const CliAnswer last = runCli({"table", workspace(), "--value", "last"});
        QVERIFY(last.out.contains("| LA | **50.0 ± 0.0** |") && last.out.contains("last epoch"));
        const CliAnswer first = runCli({"table", workspace(), "--at", "1", "--format", "csv"});
        QVERIFY(first.out.contains("LA,cifar10,long-tailed,100,after 1,,0.61"));
        const CliAnswer none = runCli({"table", workspace(), "--at", "3", "--format", "csv"});
        QCOMPARE(none.out.count('\n'), 1);
        QVERIFY2(none.says("6 runs do not count: fewer epochs trained"), none.err.constData());
        const CliAnswer some = runCli({"table", workspace(), "--where", "name=CE"});
        QVERIFY(some.out.contains("| CE | 51.0 ± 1.0 |") && !some.out.contains("LA"));
        QCOMPARE(runCli({"table", workspace(), "--by", "seed"}).code, 2);
    }
};

BALLAST_TEST(TestStoreCommands)
#include "tst_store_commands.moc"
