#include <QtTest>
#include <csignal>

#include "core/results/saved_logits.h"
#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/app/cli/sweep_runs.h"
#include "tests/core/runs/other_owner.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;
using nlohmann::json;

class TestSweepCommands : public QObject, CliFolder {
    Q_OBJECT

    const JpegFolder images_{{.train_counts = {9, 30, 5, 12}, .test_per_class = 2, .pixels = 40}};

    /// 200 epochs, re-weighted after 160.
    static json deferred(const json& axes) {
        json sweep = json::parse(R"({"name": "nu", "base": {"name": "ADRW",
            "data": {"dataset": "fashion-mnist"}, "model": {"name": "resnet8"},
            "phases": [{"from": 0}, {"from": 160, "alpha": {"rule": "power", "nu": 0.5}}],
            "lr_schedule": {"steps": [{"from": 160, "factor": 0.01}]}}})");
        sweep["axes"] = axes;
        return sweep;
    }

    /// Four epochs on few tiny pictures; `nu` parts the runs after 2.
    QString tiny(const QString& name) const {
        json sweep = tinySweep(images_);
        sweep["base"]["phases"][1]["from"] = 2;
        sweep["base"]["lr_schedule"]["steps"][0]["from"] = 2;
        sweep["base"]["training"]["epochs"] = 4;
        sweep["base"]["training"]["threads"] = 1;
        sweep["axes"] = {{"/phases/1/alpha/nu", {0.1, 0.4, 0.7}}};
        sweep.erase("seeds");
        return file(name, sweep.dump());
    }

    CliAnswer segment(const std::string& name, const QString& workspace) const {
        return runCli(
            {"segment", QString::fromStdString(name), "--workspace", workspace, "--save-logits"});
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(QFileInfo(cliProgram()).isExecutable(), "BALLAST_CLI names no program");
    }

    void planOfTenValues() {
        const QString sweep =
            file("nu.json",
                 deferred({{"/phases/1/alpha/nu", {{"from", 0.05}, {"to", 0.5}, {"step", 0.05}}}})
                     .dump());
        CliAnswer answer = runCli({"sweep", sweep, "--plan", "--workspace", path("nowhere")});
        QVERIFY2(answer.code == 0, answer.err.constData());
        for (const char* words :
             {"nu: 10 runs\n", "  epochs 0–159  shared by 10 runs\n",
              "     └─ epochs 160–199  ν = 0.05\n", "     └─ epochs 160–199  ν = 0.5\n",
              "epochs alone 2,000, shared 560: 72 % saved\n", "time: not known yet",
              "disk: up to "}) {
            QVERIFY2(answer.out.contains(words), answer.out.constData());
        }
        answer = runCli({"sweep", sweep, "--plan", "--json", "--workspace", path("nowhere")});
        const json plan = parsed(answer.out);
        QCOMPARE(plan["epochs_alone"], 2000);
        QCOMPARE(plan["epochs_shared"], 560);
        QCOMPARE(plan["epochs_left"], 560);
        QVERIFY(plan["seconds_left"].is_null());
        QVERIFY(plan["bytes_needed"] > 0 && plan["bytes_free"] > 0);
        QCOMPARE(plan["runs"].size(), std::size_t{10});
        QCOMPARE(plan["runs"][3]["label"], "ν = 0.2");
        QCOMPARE(plan["runs"][3]["state"], "new");
        QVERIFY(plan["runs"][3]["id"].is_null());
        QCOMPARE(plan["runs"][3]["begins_at"], 160);
        QCOMPARE(plan["segments"].size(), std::size_t{11});
        QCOMPARE(plan["segments"][0],
                 json::parse(R"({"name": null, "run": 0, "from": 0, "to": 160, "parent": -1,
                                 "after": null})"));
        QCOMPARE(plan["segments"][10]["parent"], 0);
        QVERIFY(!fs::exists(path("nowhere").toStdString()));  // nothing was made
    }

    /// A phase that keeps its own value of what an axis varies is warned of, in text and JSON.
    void plansWarn() {
        const QString sweep = file("gamma.json", R"({"name": "gamma", "axes":
            {"/phases/0/beta/gamma": [0.1, 0.2]}, "presets": {"methods": ["VS+DRW"], "dataset": "fashion-mnist"}})");
        const char* words =
            "the axis /phases/0/beta/gamma leaves /phases/1/beta/gamma of the same rule (cdt) at "
            "0.05; /phases/*/beta/gamma sets it in all phases";
        CliAnswer answer = runCli({"sweep", sweep, "--plan", "--workspace", path("nowhere")});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QVERIFY2(answer.out.contains(QByteArray("warning: ") + words), answer.out.constData());
        answer = runCli({"sweep", sweep, "--plan", "--json", "--workspace", path("nowhere")});
        QCOMPARE(parsed(answer.out)["warnings"], json::array({words}));
    }

    /// Every problem is said, and nothing is made.
    void badSweeps_data() {
        QTest::addColumn<QByteArray>("sweep");
        QTest::addColumn<QByteArrayList>("said");
        QTest::newRow("no JSON") << QByteArray("{ nonsense") << QByteArrayList{"JSON"};
        QTest::newRow("keys and axes") << QByteArray(R"({"base": {}, "axis": {}, "seeds": [-1],
                "axes": {"/training/batch_size": [], "/phases/0/alpha/nu": {"from": 1}}})")
                                       << QByteArrayList{"/axis",
                                                         "did you mean \"axes\"",
                                                         "/axes /training/batch_size",
                                                         "the axis is empty",
                                                         "/axes /phases/0/alpha/nu",
                                                         "/seeds",
                                                         "-1"};
        QTest::newRow("field that is none")
            << QByteArray(R"({"base": {}, "axes": {"/training/epoch": [1, 2]}})")
            << QByteArrayList{"/training/epoch"};
        QTest::newRow("values") << QByteArray(deferred({{"/training/batch_size", {-1, 64}},
                                                        {"/optimizer/momentum", {2, 0.9}}})
                                                  .dump()
                                                  .c_str())
                                << QByteArrayList{"/training/batch_size", "m = -1",
                                                  "/optimizer/momentum", "= 2"};
    }

    void badSweeps() {
        QFETCH(QByteArray, sweep);
        QFETCH(QByteArrayList, said);
        const CliAnswer answer = runCli({"sweep", "-", "--workspace", path("never")}, sweep);
        QCOMPARE(answer.code, 2);
        for (const QByteArray& words : said) {
            QVERIFY2(answer.says(words.constData()), answer.err.constData());
        }
        QVERIFY(!fs::exists(path("never").toStdString()));
    }

    void veryManyRunsAskFirst() {
        const QByteArray sweep =
            deferred({{"/phases/1/alpha/nu", {{"from", 0}, {"to", 1}, {"count", 10'001}}}})
                .dump()
                .c_str();
        const CliAnswer answer =
            runCli({"sweep", "-", "--workspace", path("never"), "--plan"}, sweep);
        QCOMPARE(answer.code, 2);
        QVERIFY2(answer.says("the sweep has 10,001 runs, alone 2,000,200 epochs; if that "
                             "is meant, say --yes"),
                 answer.err.constData());
        QVERIFY(!fs::exists(path("never").toStdString()));
    }

    /// A cluster's scheduler: each segment in a process of its own, in the order of `after`.
    void segmentsOneByOne() {
        const QString sweep = tiny("segments.json");
        const QString workspace = path("cluster");
        CliAnswer answer = runCli({"sweep", sweep, "--prepare", "--workspace", workspace});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QList<QByteArray> lines = answer.out.trimmed().split('\n');
        QCOMPARE(lines.size(), 4);
        const QByteArray trunk = lines[0];
        QVERIFY(trunk.endsWith("@0-2"));
        for (int i = 1; i < 4; ++i) {
            QVERIFY2(lines[i].endsWith("@2-4  after " + trunk), lines[i].constData());
        }
        answer = runCli({"sweep", sweep, "--prepare", "--json", "--workspace", workspace});
        const json plan = parsed(answer.out);  // the same runs
        std::vector<std::string> names;
        for (const json& one : plan["segments"]) {
            names.push_back(one["name"]);
            QCOMPARE(one["after"], one["parent"] == -1 ? json() : json(trunk.toStdString()));
        }
        QCOMPARE(names[0], trunk.toStdString());
        QCOMPARE(
            json::parse(readFile(fs::path(workspace.toStdString()) / "sweeps/crash.json"))["runs"]
                .size(),
            std::size_t{3});

        // Not before the one it starts from.
        answer = segment(names[2], workspace);
        QCOMPARE(answer.code, 4);
        QVERIFY2(answer.says("starts from 2 epochs") && answer.says("train the segment before"),
                 answer.err.constData());
        QCOMPARE(segment("nonsense", workspace).code, 2);

        for (const std::string& name : names) {
            answer = segment(name, workspace);
            QVERIFY2(answer.code == 0, answer.err.constData());
            QCOMPARE(segment(name, workspace).code, 0);  // it is done already
        }
        const auto runs = runsByName(workspace.toStdString());
        QCOMPARE(runs.size(), std::size_t{3});
        int trained = 0;
        for (const auto& [name, run] : runs) {
            QVERIFY(run.status.state == RunState::finished);
            trained += epochsTrained(run);
            const std::vector<int> saved = savedLogitEpochs(run.folder);
            QVERIFY(std::ranges::find(saved, 4) != saved.end());
            // As trained alone.
            const QString config = file("alone.json", run.description.config_as_given.dump());
            const QString alone = path(QString::fromStdString("alone " + run.id));
            answer = runCli({"run", config, "--workspace", alone});
            QVERIFY2(answer.code == 0, answer.err.constData());
            QVERIFY(resultsOf(readWorkspace(alone.toStdString()).at(0)) == resultsOf(run));
        }
        QCOMPARE(trained, 2 + 3 * 2);
        // The sweep has nothing left to do.
        answer = runCli({"sweep", sweep, "--workspace", workspace, "--threads", "4"});
        QVERIFY2(answer.code == 0 && answer.out.contains("3 of 3 runs are finished"),
                 answer.out.constData());
        // Its runs say how many threads each has.
        QVERIFY2(answer.out.contains("1 at a time\n"), answer.out.constData());
    }

    // Two seeds can begin side by side on four threads.
    void slotsAreSaid() {
        json sweep = json::parse(R"({"name": "slots", "base": {
            "data": {"dataset": "fashion-mnist", "imbalance": {"ratio": 6000}},
            "model": {"name": "resnet8"},
            "phases": [{"from": 0}, {"from": 1, "alpha": {"rule": "power", "nu": 0.1}}],
            "lr_schedule": {"warmup_epochs": 1, "steps": []},
            "training": {"epochs": 2, "batch_size": 128, "device": "cpu"}},
            "seeds": [0, 1]})");
        sweep["axes"] = {{"/phases/1/alpha/nu", {0.1}}};
        const QString one = file("one.json", sweep.dump());
        // The second time it continues, on as many threads.
        for (int time = 0; time < 2; ++time) {
            QProcess process;
            process.start(cliProgram(),
                          {"sweep", one, "--threads", "4", "--workspace", path("fresh")});
            QByteArray said;
            while (!said.contains("at a time") && process.waitForReadyRead(60'000)) {
                said += process.readAllStandardOutput();
            }
            ::kill(static_cast<pid_t>(process.processId()), SIGINT);
            QVERIFY(process.waitForFinished(60'000));
            said += process.readAllStandardOutput();
            QVERIFY2(said.contains("2 at a time, 2 threads each"), said.constData());
        }
    }

    void segmentOfAnotherProcess() {
        const QString workspace = path("busy");
        const CliAnswer prepared =
            runCli({"sweep", tiny("busy.json"), "--prepare", "--workspace", workspace});
        QVERIFY2(prepared.code == 0, prepared.err.constData());
        const std::string name = prepared.out.split('\n')[0].toStdString();
        const fs::path run =
            fs::path(workspace.toStdString()) / "runs" / name.substr(0, name.find('@'));
        const OtherOwner other(run);
        QVERIFY(other.owns());
        const CliAnswer answer = segment(name, workspace);
        QCOMPARE(answer.code, 4);
        QVERIFY2(answer.says("another process is training the run") &&
                     answer.says(std::to_string(other.pid()).c_str()),
                 answer.err.constData());
    }

    /// It is not tried again, and its failure is not forgotten.
    void divergedRunStaysAFailure() {
        const QString sweep = tiny("diverged.json");
        const QString workspace = path("diverged");
        QCOMPARE(runCli({"sweep", sweep, "--prepare", "--workspace", workspace}).code, 0);
        for (const RunSummary& run : readWorkspace(workspace.toStdString())) {
            OwnedRun(run.folder).setStatus(RunState::diverged, 0, "the loss is not finite");
        }
        const CliAnswer answer = runCli({"sweep", sweep, "--workspace", workspace});
        QCOMPARE(answer.code, 4);
        QVERIFY2(answer.says("diverged"), answer.err.constData());
    }
};

BALLAST_TEST(TestSweepCommands)
#include "tst_sweep_commands.moc"
