#include <QtTest>
#include <map>

#include "core/analysis/figure_style.h"
#include "core/base/atomic_file.h"
#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/core/results/made_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

/// Figures that ballast-cli draws carry what they show, and are opened again.
class TestOpenedFigure : public QObject, CliFolder {
    Q_OBJECT

    std::vector<std::filesystem::path> runs_;

    QString workspace() { return path("workspace"); }
    QString figure() { return file("figure.json", R"({"x": "/phases/1/alpha/nu"})"); }

    CliAnswer drawn(const QString& output, const QStringList& more = {}) {
        return runCli(
            QStringList{"figure", figure(), "--workspace", workspace(), "-o", path(output)} + more);
    }
    CliAnswer opened(const QString& output) {
        return runCli({"figure", "--open", path(output), "--workspace", workspace(), "--json"});
    }

private Q_SLOTS:
    void initTestCase() {
        if (!QFileInfo::exists(QFileInfo(cliProgram()).dir().filePath("ballast"))) {
            QSKIP("drawing needs the window's program, which is not built");
        }
        for (std::uint64_t seed = 0; seed < 2; ++seed) {
            for (const double nu : {0.1, 0.3, 0.9}) {
                RunConfig config;
                config.name = "VS";
                config.training.epochs = 2;
                config.training.seed = seed;
                config.lr_schedule.warmup_epochs = 0;
                config.phases.resize(2);
                config.phases[1].from = 1;
                config.phases[1].alpha = {"power", {{"nu", nu}}, {}};
                runs_.push_back(madeRun(workspace().toStdString(), config, {0.4, 0.5 + nu / 10}));
            }
        }
    }

    void everyFormat_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"f.pdf", "f.svg", "f.png"}) QTest::newRow(name) << QString(name);
    }
    void everyFormat() {
        QFETCH(const QString, name);
        const CliAnswer answer = drawn(name, {"--style", "tpami-page"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        const CliAnswer carried = opened(name);
        QVERIFY2(carried.code == 0, carried.err.constData());
        const json object = parsed(carried.out);
        QCOMPARE(object["figure"]["x"], "/phases/1/alpha/nu");
        QCOMPARE(object["style"], json(toJson(builtInStyles().back().style)));
        QCOMPARE(object["runs"].size(), runs_.size());
        for (const json& run : object["runs"]) QCOMPARE(run["state"], "here");
        QVERIFY(carried.says("All 6 runs of the figure are here."));
    }

    /// What it prints draws the same figure.
    void theDescriptionDrawsItAgain() {
        QCOMPARE(drawn("a.png", {"--style", "cvpr-column"}).code, 0);
        const CliAnswer answer = runCli({"figure", "--open", path("a.png"), "--workspace",
                                         workspace(), "-o", path("again.json")});
        QVERIFY2(answer.code == 0 && answer.out.isEmpty(), answer.err.constData());
        const CliAnswer again =
            runCli({"figure", path("again.json"), "--workspace", workspace(), "-o", path("b.pdf")});
        QVERIFY2(again.code == 0, again.err.constData());
        QCOMPARE(parsed(opened("b.pdf").out)["style"], parsed(opened("a.png").out)["style"]);
    }

    void latexStandsBesideItsData() {
        QCOMPARE(drawn("paper/nu.tex").code, 0);
        const std::string tex = readFile(path("paper/nu.tex").toStdString());
        QVERIFY(tex.find("{nu.dat}") != std::string::npos);
        QVERIFY(readFile(path("paper/nu.dat").toStdString()).starts_with("x1 y1 minus1 plus1"));
    }

    void styles_data() {
        QTest::addColumn<QString>("style");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("name") << "tpami-colum"
                              << QByteArray(
                                     "no style \"tpami-colum\"; did you mean "
                                     "\"tpami-column\"?");
        QTest::newRow("file") << file("bad.json", R"({"widht": 80})")
                              << QByteArray("/widht: unknown key \"widht\"; did you mean");
        QTest::newRow("none") << path("none.json") << QByteArray("none.json");
    }
    void styles() {
        QFETCH(const QString, style);
        QFETCH(const QByteArray, said);
        const CliAnswer answer = drawn("s.pdf", {"--style", style});
        QVERIFY(answer.code != 0);
        QVERIFY2(answer.says(said), answer.err.constData());
        QVERIFY(!QFileInfo::exists(path("s.pdf")));
    }

    void valuesHaveNoStyle() {
        const CliAnswer answer = drawn("v.csv", {"--style", "tpami-page"});
        QCOMPARE(answer.code, 2);
        QVERIFY2(answer.says("values have none"), answer.err.constData());
    }

    void runsThatAreGoneOrChanged() {
        QCOMPARE(drawn("c.svg").code, 0);
        std::filesystem::rename(runs_[0], runs_[0].string() + "-away");
        const auto file = runs_[1] / "run.json";
        const std::string kept = readFile(file);
        json run = json::parse(kept);
        run["config"]["optimizer"]["lr"] = 0.2;
        replaceFile(file, run.dump());
        const CliAnswer answer = opened("c.svg");
        replaceFile(file, kept);
        std::filesystem::rename(runs_[0].string() + "-away", runs_[0]);
        QCOMPARE(answer.code, 0);
        std::map<std::string, std::string> states;
        const json object = parsed(answer.out);
        for (const json& one : object["runs"]) states[one["id"]] = one["state"];
        QVERIFY2(states[runs_[0].filename().string()] == "missing", answer.out.constData());
        QCOMPARE(states[runs_[1].filename().string()], std::string("changed"));
        QCOMPARE(states[runs_[2].filename().string()], std::string("here"));
        QVERIFY2(answer.says("5 of the figure's 6 runs are here. 1 is missing: "),
                 answer.err.constData());
        QVERIFY(answer.says("1 has another config than the figure shows: "));
    }

    void filesWithoutAFigure() {
        const CliAnswer pdf = runCli({"figure", "--open", file("plain.pdf", "%PDF-1.4\n%%EOF\n")});
        QCOMPARE(pdf.code, 2);
        QVERIFY2(pdf.says("carries no figure of Ballast's: it is a PDF"), pdf.err.constData());
        QCOMPARE(runCli({"figure", "--open", path("none.pdf")}).code, 4);
        const CliAnswer picture =
            runCli({"figure", "--open", path("plain.pdf"), "-o", path("x.png")});
        QCOMPARE(picture.code, 2);
        QVERIFY2(picture.says("is written as .json"), picture.err.constData());
        QCOMPARE(runCli({"figure", "--open", path("plain.pdf"), "--style", "cvpr-page"}).code, 2);
    }
};

BALLAST_TEST(TestOpenedFigure)
#include "tst_opened_figure.moc"
