#include <QtTest>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/results/run_folder.h"
#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/core/interchange/torch_file.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const QString kSample = QString::fromUtf8(BALLAST_TEST_DATA) + "/public-code";

}  // namespace

class TestForeignCommands : public QObject, CliFolder {
    Q_OBJECT

    QString checkpoint(const ForeignNetwork& network = {}) const {
        return file("2_ckpt.pth.tar", foreignCheckpoint(network).file());
    }

    /// The folders of a workspace's runs, hidden ones too.
    std::vector<fs::path> runsOf(const QString& workspace) const {
        std::vector<fs::path> runs;
        std::error_code ignored;
        const fs::path folder = path(workspace).toStdString();
        for (const auto& entry : fs::directory_iterator(folder / "runs", ignored)) {
            runs.push_back(entry.path());
        }
        return runs;
    }

private Q_SLOTS:
    void helpEverywhere_data() {
        QTest::addColumn<QString>("command");
        QTest::addColumn<QByteArray>("mentions");
        QTest::newRow("evaluate") << "evaluate" << QByteArray("--dataset");
        QTest::newRow("fork") << "fork" << QByteArray("--epoch");
        QTest::newRow("import") << "import" << QByteArray("args.txt");
        QTest::newRow("export-weights") << "export-weights" << QByteArray("--output");
    }
    void helpEverywhere() {
        QFETCH(const QString, command);
        QFETCH(const QByteArray, mentions);
        const CliAnswer answer = runCli({command, "--help"});
        QCOMPARE(answer.code, 0);
        QVERIFY2(answer.out.contains(mentions), answer.out.constData());
    }

    void importedRunStandsInTheTable() {
        const CliAnswer answer = runCli({"import", kSample, "--workspace", path("imported")});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QVERIFY2(answer.out.contains("20 epochs, best balanced test accuracy 52.33 % after 18 "
                                     "epochs, last 51.54 %"),
                 answer.out.constData());
        QVERIFY(answer.out.contains("args.txt says 5; the log was followed"));
        const CliAnswer table =
            runCli({"table", path("imported"), "--by", "run", "--format", "csv"});
        QVERIFY2(
            table.out.contains("\nCE (imported),CIFAR-10 LT 100,finished,20/20,52.330000,test,18,"
                               "51.540000,,,61.7"),
            table.out.constData());
        const RunSummary run = readRun(runsOf("imported").at(0));
        QCOMPARE(run.error, std::string());
        QVERIFY(run.status.state == RunState::finished);
        QCOMPARE(run.status.epochs_done, 20);
        QCOMPARE(run.description.parent, json({{"imported", "public-code"}}));
        QVERIFY(readFile(run.folder / "log.txt").find("the log was followed") != std::string::npos);
        QVERIFY(run.description.config_as_given.at("args.txt").is_string());
    }

    void damagedLogsLeaveNothing() {
        const fs::path folder = path("damaged").toStdString();
        fs::copy(kSample.toStdString(), folder);
        std::ofstream(folder / "log_test.csv", std::ios::app) << "val Results: Prec@1 nonsense\n";
        const CliAnswer answer =
            runCli({"import", path("damaged"), "--workspace", path("nothing")});
        QCOMPARE(answer.code, 3);
        QVERIFY2(answer.says("log_test.csv, line 81"), answer.err.constData());
        QVERIFY(runsOf("nothing").empty());
        fs::remove(folder / "args.txt");
        QCOMPARE(runCli({"import", path("damaged"), "--workspace", path("nothing")}).code, 3);
        QCOMPARE(runCli({"import", "/nowhere", "--workspace", path("nothing")}).code, 3);
    }

    void exportedWeightsEvaluateAlike() {
        const QString given = checkpoint();
        const QStringList common = {"--dataset", "fashion-mnist", "--json"};
        const CliAnswer first = runCli(QStringList{"evaluate", given} + common);
        QVERIFY2(first.code == 0, first.err.constData());
        const json evaluated = parsed(first.out);
        QCOMPARE(evaluated["model"], "resnet8");
        QCOMPARE(evaluated["epochs_done"], 2);
        QCOMPARE(evaluated["test_accuracy"].size(), std::size_t{10});
        QCOMPARE(evaluated["class_names"][9], "Ankle boot");
        QVERIFY(evaluated["many"].is_null());
        double mean = 0.0;
        for (const json& share : evaluated["test_accuracy"]) mean += share.get<double>() / 10;
        QVERIFY(std::abs(mean - evaluated["balanced_test_accuracy"].get<double>()) < 1e-12);

        QCOMPARE(runCli({"export-weights", given, "--output", path("w.safetensors")}).code, 0);
        const CliAnswer second = runCli(QStringList{"evaluate", path("w.safetensors")} + common);
        QVERIFY2(second.code == 0, second.err.constData());
        QCOMPARE(parsed(second.out)["test_accuracy"], evaluated["test_accuracy"]);

        const QString config = file("counts.json", kSmallestConfig);
        const CliAnswer shots = runCli({"evaluate", given, "--config", config});
        QVERIFY2(shots.out.contains("few "), shots.out.constData());
        QVERIFY(shots.out.contains("Ankle boot"));
    }

    void forkTakesTheLogsBeside() {
        const fs::path folder = path("beside").toStdString();
        fs::copy(kSample.toStdString(), folder);
        std::ofstream(folder / "2_ckpt.pth.tar", std::ios::binary) << foreignCheckpoint({}).file();
        const CliAnswer answer =
            runCli({"fork", path("beside/2_ckpt.pth.tar"), file("beside.json", kSmallestConfig),
                    "--workspace", path("b")});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QVERIFY2(answer.out.contains("2 of the 2 epochs before the fork are known, from the logs"),
                 answer.out.constData());
        const RunSummary run = readRun(runsOf("b").at(0));
        QCOMPARE(run.records.size(), std::size_t{2});
        QCOMPARE(run.records[1].balanced_test_accuracy, 0.2279);
        QCOMPARE(run.records[1].learning_rate, 0.1);
        QVERIFY(run.records[1].streaming.accuracy.empty());
    }

    void importTakesTheCheckpointThatFits() {
        const fs::path folder = path("fits").toStdString();
        fs::copy(kSample.toStdString(), folder);
        ForeignNetwork network{5, 3, 10, false, true, 20, ""};
        const auto put = [&](const char* name, const ForeignNetwork& content) {
            std::ofstream(folder / name, std::ios::binary) << foreignCheckpoint(content).file();
        };
        put("10_ckpt.pth.tar", {});
        put("20_ckpt.pth.tar", network);
        const CliAnswer fits = runCli({"import", path("fits"), "--workspace", path("f")});
        QVERIFY2(fits.code == 0, fits.err.constData());
        const RunSummary run = readRun(runsOf("f").at(0));
        QCOMPARE(checkpointFiles(run.folder).size(), std::size_t{1});
        QCOMPARE(checkpointFiles(run.folder)[0].epochs_done, 20);
        QCOMPARE(run.description.parent["checkpoint"], "20_ckpt.pth.tar");

        put("30_ckpt.pth.tar", {});  // of another model
        const CliAnswer other = runCli({"import", path("fits"), "--workspace", path("g")});
        QVERIFY2(other.code == 0, other.err.constData());
        QVERIFY2(other.out.contains("not taken over: it is of a resnet8"), other.out.constData());
        QVERIFY(checkpointFiles(runsOf("g").at(0)).empty());
    }

    void badForksLeaveNothing_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("missing") << QStringList{"/nowhere/2_ckpt.pth.tar"} << 3
                                 << QByteArray("there is no checkpoint /nowhere/2_ckpt.pth.tar");
        QTest::newRow("no epochs left") << QStringList{"CKPT", "--set", "/training/epochs=2"} << 2
                                        << QByteArray("/training/epochs");
        QTest::newRow("epoch 0") << QStringList{"CKPT", "--epoch", "0"} << 2
                                 << QByteArray("--epoch 0");
        QTest::newRow("other model") << QStringList{"CKPT", "--set", "/model/name=resnet14"} << 3
                                     << QByteArray("it lacks layer1.1.*, layer2.1.*, layer3.1.*");
        QTest::newRow("more classes")
            << QStringList{"CLASSES"} << 3
            << QByteArray("linear.weight has [12, 64] instead of [10, 64]");
        QTest::newRow("--ignore of nothing")
            << QStringList{"CKPT", "--ignore", "fc2"} << 2 << QByteArray("--ignore fc2:");
        QTest::newRow("--ignore of what is needed")
            << QStringList{"CKPT", "--ignore", "layer1"} << 3
            << QByteArray("layer1.0.conv1.weight is missing");
        QTest::newRow("no checkpoints") << QStringList{"FOLDER"} << 3 << QByteArray("checkpoints");
    }
    void badForksLeaveNothing() {
        QFETCH(QStringList, arguments);
        QFETCH(const int, code);
        QFETCH(const QByteArray, said);
        if (arguments[0] == "CKPT") arguments[0] = checkpoint();
        if (arguments[0] == "FOLDER") arguments[0] = folder_.path();
        if (arguments[0] == "CLASSES") {
            ForeignNetwork network;
            network.classes = 12;
            arguments[0] = checkpoint(network);
        }
        arguments.insert(1, file("bad.json", kSmallestConfig));
        const CliAnswer answer =
            runCli(QStringList{"fork", "--workspace", path("bad")} + arguments);
        QCOMPARE(answer.code, code);
        QVERIFY2(answer.says(said.constData()), answer.err.constData());
        QVERIFY(runsOf("bad").empty());
    }

    void badCheckpointsAreSaid_data() {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("said");
        TorchFile evil;
        evil.global("posix", "system").text("touch /tmp/owned").op("\x85R");
        QTest::newRow("code") << QByteArray::fromStdString(evil.file())
                              << QByteArray("posix.system");
        QTest::newRow("text") << QByteArray("hello") << QByteArray("not a PyTorch checkpoint");
        QTest::newRow("torn") << QByteArray::fromStdString(foreignCheckpoint({}).file()).left(5000)
                              << QByteArray("truncated");
    }
    void badCheckpointsAreSaid() {
        QFETCH(const QByteArray, content);
        QFETCH(const QByteArray, said);
        const CliAnswer answer = runCli(
            {"evaluate", file("bad.pth.tar", content.toStdString()), "--dataset", "fashion-mnist"});
        QCOMPARE(answer.code, 3);
        QVERIFY2(answer.says(said.constData()), answer.err.constData());
        QVERIFY2(answer.says("bad.pth.tar"), answer.err.constData());
    }

    /// PyTorch's logits are NaN then, and no class is right.
    void brokenWeightsAreNotHealthy() {
        TorchFile broken = foreignCheckpoint({});
        const float nan = NAN;
        std::memcpy(broken.storages.at(4).data(), &nan, sizeof nan);  // bn1.running_var
        const QString at = file("broken.pth.tar", broken.file());
        const CliAnswer answer = runCli({"evaluate", at, "--dataset", "fashion-mnist", "--json"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QVERIFY2(answer.says("warning: broken.pth.tar has numbers that are not finite"),
                 answer.err.constData());
        const json evaluated = parsed(answer.out);
        QCOMPARE(evaluated["not_finite"], json({"bn1.running_var"}));
        QCOMPARE(evaluated["balanced_test_accuracy"], 0.0);

        const CliAnswer fork = runCli(
            {"fork", at, file("f.json", kSmallestConfig), "--workspace", path("brokenfork")});
        QVERIFY2(fork.code == 0, fork.err.constData());
        QVERIFY2(fork.out.contains("not finite (NaN or infinity) in bn1.running_var"),
                 fork.out.constData());
        const CliAnswer exported =
            runCli({"export-weights", at, "--output", path("broken.safetensors")});
        QVERIFY2(exported.code == 0 && exported.says("bn1.running_var"), exported.err.constData());
        const CliAnswer resumed =
            runCli({"resume", QString::fromStdString(runsOf("brokenfork").at(0).string())});
        QVERIFY2((resumed.out + resumed.err).contains("not finite (NaN or infinity)"),
                 (resumed.out + resumed.err).constData());
        // Training normalises by the batch, so that only what is evaluated is broken.
        QCOMPARE(resumed.code, 0);
        QCOMPARE(readRun(runsOf("brokenfork").at(0)).records.back().balanced_test_accuracy, 0.0);
    }

    void importSaysWhatItAssumes() {
        const CliAnswer answer =
            runCli({"import", QString::fromUtf8(BALLAST_TEST_DATA) + "/cases/vs-loss",
                    "--workspace", path("vs")});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QVERIFY2(answer.out.contains("taken as the log prints them"), answer.out.constData());
        const std::string log = readFile(runsOf("vs").at(0) / "log.txt");
        QVERIFY(log.find("taken as the log prints them") != std::string::npos);
        QVERIFY(log.find("200 lines \"train Results\" were skipped") != std::string::npos);
    }

    void foreignTextThatIsNotUtf8() {
        const fs::path folder = path("latin").toStdString();
        fs::copy(kSample.toStdString(), folder);
        fs::remove(folder / "args.txt");
        fs::copy(fs::path(BALLAST_TEST_DATA) / "cases/args-bad-utf8.txt", folder / "args.txt");
        const CliAnswer answer = runCli({"import", path("latin"), "--workspace", path("latinws")});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QVERIFY2(answer.out.contains("args.txt is not UTF-8, from its byte 603 on"),
                 answer.out.constData());
    }

    void classesOfTheDataSetCount() {
        ForeignNetwork network;
        network.channels = 3;
        const CliAnswer answer = runCli({"evaluate", checkpoint(network), "--dataset", "cifar100"});
        QCOMPARE(answer.code, 3);
        QVERIFY2(answer.says("is not of a resnet8 with a linear head for 100 classes: "
                             "linear.weight has [10, 64] instead of [100, 64]"),
                 answer.err.constData());
        QCOMPARE(runCli({"evaluate", checkpoint(), "--dataset", "cifar11"}).code, 2);
        QCOMPARE(runCli({"evaluate", checkpoint(), "--epoch", "2"}).code, 2);
    }
};

BALLAST_TEST(TestForeignCommands)
#include "tst_foreign_commands_slow.moc"
