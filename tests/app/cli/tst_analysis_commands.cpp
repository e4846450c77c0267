#include <QtTest>

#include "core/base/atomic_file.h"
#include "core/experiment/presets.h"
#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/core/results/made_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

class TestAnalysisCommands : public QObject, CliFolder {
    Q_OBJECT

    /// CE+ADRW with ν = 0.25 and 0.5 and CE, three seeds each, and one that is not finished.
    QString workspace() {
        const QString made = path("workspace");
        if (QFileInfo::exists(made)) return made;
        const double noise[] = {0.0, 0.01, 0.03};
        for (std::uint64_t seed = 0; seed < 3; ++seed) {
            for (const double nu : {0.25, 0.5}) {
                add(made, "CE+ADRW", nu, seed, 0.5 + 0.5 * nu + noise[seed] * nu);
            }
            add(made, "CE", 0.0, seed, 0.5);
        }
        add(made, "CE+ADRW", 0.5, 7, 0.9, RunState::stopped);
        return made;
    }

    static void add(const QString& made, const char* method, double nu, std::uint64_t seed,
                    double best, RunState state = RunState::finished) {
        PresetRequest request;
        request.method = method;
        request.epochs = 2;
        RunConfig config = presetConfig(request);
        config.training.seed = seed;
        config.lr_schedule.steps.clear();
        config.lr_schedule.warmup_epochs = 0;
        config.name = std::string(method) + " · made";
        if (config.phases.size() > 1) config.phases[1].alpha.parameters["nu"] = nu;
        const std::vector<double> both = {best, best - 0.1};
        madeRun(made.toStdString(), config,
                state == RunState::finished ? both : std::vector<double>{best}, state);
    }

    QString figure(const char* more = "") {
        return file("figure.json",
                    std::string(R"({"x": "/phases/1/alpha/nu", "lines": ["method"])") + more + "}");
    }

private Q_SLOTS:
    void valuesOfAFigure() {
        const CliAnswer answer = runCli({"figure", figure(), "--workspace", workspace()});
        QVERIFY2(answer.code == 0, answer.err.constData());
        const QByteArrayList lines = answer.out.split('\n');
        QCOMPARE(lines.size(), 1 + 2 * 4 + 1);
        QCOMPARE(lines[0], QByteArray("line,x,series,run,seed,value,lower,upper,n,best"));
        QVERIFY(lines[1].startsWith("CE+ADRW,0.25,mean,,,0.628"));
        QVERIFY(lines[5].startsWith("CE+ADRW,0.5,mean,,,0.756") && lines[5].endsWith(",3,1"));
        QVERIFY(lines[6].startsWith("CE+ADRW,0.5,seed,") && lines[6].endsWith(",0,0.75,,,,"));
        QVERIFY(answer.says("1 run is left out, not trained that far"));
        QVERIFY(answer.says("3 runs are left out, without one of the figure's values"));
    }

    void figureIntoAFile() {
        const QString out = path("made/nu.json");
        const CliAnswer answer =
            runCli({"figure", figure(), "--workspace", workspace(), "-o", out});
        QVERIFY2(answer.code == 0 && answer.out.isEmpty(), answer.err.constData());
        const json made = json::parse(readFile(out.toStdString()));
        QCOMPARE(made["lines"][0]["points"].size(), std::size_t{2});
        QCOMPARE(made["lines"][0]["best"]["x"], 0.5);
        const CliAnswer printed =
            runCli({"figure", figure(), "--workspace", workspace(), "--json"});
        QCOMPARE(json::parse(printed.out.toStdString()), made);
    }

    // By the window's program, which lies beside it where it is built.
    void figureAsPicture() {
        const QString out = path("nu.pdf");
        const CliAnswer answer =
            runCli({"figure", figure(), "--workspace", workspace(), "-o", out});
        if (answer.says("which is not installed")) QSKIP("the window is not built");
        QVERIFY2(answer.code == 0 && answer.out.isEmpty(), answer.err.constData());
        QVERIFY(readFile(out.toStdString()).starts_with("%PDF"));
        const CliAnswer none =
            runCli({"figure", figure(), "--workspace", workspace(), "--set", "none", "-o", out});
        QCOMPARE(none.code, 2);
        QVERIFY2(none.says("no set \"none\""), none.err.constData());
    }

    void surface() {
        const QString description =
            file("surface.json", R"({"figure": "surface", "x": "/phases/1/alpha/nu",
                                     "y": "/training/seed", "spread": "range"})");
        const CliAnswer answer = runCli({"figure", description, "--workspace", workspace()});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QCOMPARE(answer.out.count('\n'), 1 + 6 * 2);
        QVERIFY(answer.out.startsWith("x,y,series"));
    }

    void parallel() {
        const QString description =
            file("parallel.json", R"({"figure": "parallel", "axes": ["method", "T0"]})");
        const CliAnswer answer =
            runCli({"figure", description, "--workspace", workspace(), "--json"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        const json made = parsed(answer.out);
        QCOMPARE(made["lines"].size(), std::size_t{2});
        QCOMPARE(made["lines"][1]["axes"][0], "CE+ADRW");
        QVERIFY(answer.says("means are over different values of ν"));
    }

    void confusions() {
        const QString description =
            file("confusion.json", R"({"figure": "confusion", "of": ["method=CE"], "where": []})");
        const CliAnswer answer = runCli({"figure", description, "--workspace", workspace()});
        QCOMPARE(answer.code, 2);
        QVERIFY2(answer.says("these runs have no confusions"), answer.err.constData());
        RunDescription run;
        run.config.training.epochs = 1;
        run.config.name = "VS";
        run.config_as_given = json::object();
        run.class_counts = {30, 20};
        OwnedRun owned(OwnedRun::create(path("confused").toStdString(), run));
        EpochRecord record = madeRecord(0, 0.5);
        record.test_confusion.rows = {{{0, 3}, {1, 1}}, {{0, 1}, {1, 3}}};
        owned.append(record);
        owned.setStatus(RunState::finished, 1, "");
        const CliAnswer all = runCli({"figure", file("all.json", R"({"figure": "confusion"})"),
                                      "--workspace", path("confused")});
        QVERIFY2(all.code == 0, all.err.constData());
        QVERIFY2(all.out.contains("\nautomobile,airplane,mean,,,0.25,"), all.out.constData());
    }

    // The file that is shipped can be read; the workspace has no such runs.
    void shippedFigure() {
        const QString shipped =
            qEnvironmentVariable("BALLAST_SOURCE") + "/experiments/figures/demo-nu.json";
        const CliAnswer answer = runCli({"figure", shipped, "--workspace", workspace()});
        QCOMPARE(answer.code, 2);
        QVERIFY2(answer.says("/where: holds of none of 10 runs"), answer.err.constData());
    }

    void mistakesInAFigure_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("said");
        const QString f = figure();
        QTest::newRow("ending") << QStringList{f, "-o", path("a.gif")}
                                << QByteArray("a figure is written as .pdf, .svg, .png or .tex");
        QTest::newRow("picture") << QStringList{f, "--json", "-o", path("a.pdf")}
                                 << QByteArray("does not go with --json");
        QTest::newRow("both") << QStringList{f, "--json", "-o", path("a.csv")}
                              << QByteArray("does not go with --json");
        QTest::newRow("field") << QStringList{file("f.json", R"({"x": "bset"})")}
                               << QByteArray("did you mean best?");
        QTest::newRow("file") << QStringList{path("none.json")} << QByteArray("there is no file");
    }
    void mistakesInAFigure() {
        QFETCH(const QStringList, arguments);
        QFETCH(const QByteArray, said);
        const CliAnswer answer =
            runCli(QStringList{"figure"} + arguments + QStringList{"--workspace", workspace()});
        QCOMPARE(answer.code, 2);
        QVERIFY2(answer.says(said.constData()), answer.err.constData());
        QVERIFY(answer.out.isEmpty());
    }

    void comparison() {
        const CliAnswer answer = runCli({"compare", workspace()});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QVERIFY2(answer.out.contains("| CE+ADRW (ν = 0.25) | CE+ADRW (ν = 0.5) | 3 |"),
                 answer.out.constData());
        QVERIFY(answer.out.contains("best epoch on test, mean ± std (n − 1) of 3 seeds"));
        QVERIFY(answer.out.contains("Holm's adjustment for 3 pairs"));
        QVERIFY(answer.says("1 run does not count: not trained that far"));
        const CliAnswer made = runCli({"compare", workspace(), "--json", "--value", "at:1"});
        const json all = parsed(made.out);
        QCOMPARE(all["pairs"].size(), std::size_t{3});
        QCOMPARE(all["value"], "at:1");
        QVERIFY(all["pairs"][0]["holm_p"] >= all["pairs"][0]["t_p"]);
    }

    void comparisonOfOneSeed() {
        const CliAnswer answer = runCli({"compare", workspace(), "--where", "/training/seed=0"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QCOMPARE(answer.out.count("n = 1: one seed says nothing about the difference"), 3);
    }

    void comparisonByAField() {
        const CliAnswer answer =
            runCli({"compare", workspace(), "--by", "method", "--where", "/training/seed<2"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QVERIFY2(answer.out.contains("\"CE+ADRW\" has several runs of seed 0, 1, which are left "
                                     "out"),
                 answer.out.constData());
    }

    void mistakesInAComparison() {
        const CliAnswer field = runCli({"compare", workspace(), "--value", "bset"});
        QCOMPARE(field.code, 2);
        QVERIFY(field.says("did you mean best?"));
        const CliAnswer text = runCli({"compare", workspace(), "--value", "method"});
        QVERIFY(text.code == 2 && text.says("--value method is a number in no run"));
        const CliAnswer few = runCli({"compare", workspace(), "--where", "method=CE"});
        QVERIFY(few.code == 2 && few.says("there is one group of runs"));
        QCOMPARE(runCli({"compare", "/nowhere"}).code, 2);
    }

    void besideThePaper() {
        const CliAnswer answer = runCli({"paper", workspace()});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QVERIFY2(answer.out.contains("| CE | CIFAR-10 LT 100 | 50.0 ± 0.0 | 3 | 71.5 ± 0.4 | "
                                     "−21.5 |"),
                 answer.out.constData());
        QVERIFY(answer.out.contains("2 epochs instead of 200 epochs"));
        QVERIFY(answer.out.contains("Not trained to the end: 1."));
        QVERIFY(!answer.out.contains("VS+TLA+ADRW"));
        QVERIFY(runCli({"paper", workspace(), "--missing"}).out.contains("| VS+TLA+ADRW |"));
        const json made = parsed(runCli({"paper", workspace(), "--json"}).out);
        QCOMPARE(made["rows"].size(), std::size_t{3});
        QCOMPARE(made["rows"][0]["paper"]["preset"], "CE");
    }
};

BALLAST_TEST(TestAnalysisCommands)
#include "tst_analysis_commands.moc"
