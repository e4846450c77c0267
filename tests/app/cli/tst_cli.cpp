#include <QtTest>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/data/data_store.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_schema.h"
#include "core/results/owned_run.h"
#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/core/data/class_layout.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const char* const kFashion =
    R"({"data": {"dataset": "fashion-mnist"}, "model": {"name": "resnet8"}})";

}  // namespace

class TestCli : public QObject, CliFolder {
    Q_OBJECT

    /// A folder for --data whose fashion-mnist is the installed one but for `changed`.
    QString dataWithout(const QString& folder, const std::string& changed) const {
        const DatasetInfo& dataset = *findDataset("fashion-mnist");
        const fs::path good = DataStore().find(dataset).value();
        const fs::path copy = fs::path(path(folder).toStdString()) / "fashion-mnist";
        fs::create_directories(copy);
        for (const DataFile& official : officialFiles(dataset)) {
            for (const char* suffix : {"", ".gz"}) {
                const std::string name = std::string(official.name) + suffix;
                if (official.name != changed && fs::exists(good / name)) {
                    fs::create_symlink(good / name, copy / name);
                }
            }
        }
        return path(folder);
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(QFileInfo(cliProgram()).isExecutable(), "BALLAST_CLI names no program");
    }

    void itsVersion() {
        const CliAnswer answer = runCli({"--version"});
        QCOMPARE(answer.code, 0);
        QVERIFY2(QRegularExpression("^ballast-cli \\d+\\.\\d+\\.\\d+\n$")
                     .match(QString::fromUtf8(answer.out))
                     .hasMatch(),
                 answer.out.constData());
    }

    void helpEverywhere_data() {
        QTest::addColumn<QStringList>("command");
        QTest::addColumn<QByteArray>("mentions");
        QTest::newRow("ballast-cli") << QStringList{} << QByteArray("Exit codes: 0 done, 2");
        QTest::newRow("run") << QStringList{"run"} << QByteArray("--set");
        QTest::newRow("resume") << QStringList{"resume"} << QByteArray("RUN");
        QTest::newRow("data") << QStringList{"data"} << QByteArray("show");
        QTest::newRow("data list") << QStringList{"data", "list"} << QByteArray("--json");
        QTest::newRow("data get") << QStringList{"data", "get"} << QByteArray("NAME");
        QTest::newRow("data show") << QStringList{"data", "show"} << QByteArray("--json");
        QTest::newRow("loss") << QStringList{"loss"} << QByteArray("class_counts");
        QTest::newRow("schema") << QStringList{"schema"} << QByteArray("JSON Schema");
        QTest::newRow("bench") << QStringList{"bench"} << QByteArray("train");
        QTest::newRow("bench train") << QStringList{"bench", "train"} << QByteArray("--steps");
        QTest::newRow("table") << QStringList{"table"} << QByteArray("latex");
        QTest::newRow("runs") << QStringList{"runs"} << QByteArray("best-epoch");
        QTest::newRow("export") << QStringList{"export"} << QByteArray("streaming");
    }
    void helpEverywhere() {
        QFETCH(const QStringList, command);
        QFETCH(const QByteArray, mentions);
        const CliAnswer answer = runCli(command + QStringList{"--help"});
        QCOMPARE(answer.code, 0);
        QVERIFY2(answer.out.contains(mentions), answer.out.constData());
        QVERIFY(answer.err.isEmpty());
    }

    void badUsage_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("no command") << QStringList{};
        QTest::newRow("unknown command") << QStringList{"train"};
        QTest::newRow("unknown option") << QStringList{"schema", "--fast"};
        QTest::newRow("run without config") << QStringList{"run"};
        QTest::newRow("no such config") << QStringList{"run", "/nowhere/config.json"};
        QTest::newRow("config is a folder") << QStringList{"run", "/"};
        QTest::newRow("threads") << QStringList{"run", "/nowhere/config.json", "--threads", "-1"};
        QTest::newRow("no such run") << QStringList{"resume", "20200101-000000-nothing"};
        QTest::newRow("no such data set") << QStringList{"data", "get", "cifar11"};
        QTest::newRow("table format") << QStringList{"table", "/", "--format", "rtf"};
        QTest::newRow("no such workspace") << QStringList{"table", "/nowhere"};
        QTest::newRow("bench model") << QStringList{"bench", "train", "--model", "resnet9"};
    }
    void badUsage() {
        QFETCH(const QStringList, arguments);
        const CliAnswer answer = runCli(arguments);
        QCOMPARE(answer.code, 2);
        QVERIFY(!answer.err.isEmpty());
        QVERIFY2(answer.out.isEmpty(), answer.out.constData());
    }

    void nearestDataSetIsNamed() {
        QVERIFY(runCli({"data", "get", "cifar11"}).says("did you mean \"cifar1"));
    }

    void schemaIsTheFieldTables() {
        const CliAnswer answer = runCli({"schema"});
        QCOMPARE(answer.code, 0);
        QCOMPARE(parsed(answer.out), json(configSchema()));
    }

    void dataList() {
        const CliAnswer answer = runCli({"data", "list", "--json"});
        QCOMPARE(answer.code, 0);
        const json list = parsed(answer.out);
        QCOMPARE(list.size(), datasets().size());
        QCOMPARE(list[0]["name"], "fashion-mnist");
        QCOMPARE(list[0]["classes"], 10);
        QCOMPARE(list[0]["train_images"], 60000);
        QCOMPARE(list[0]["test_images"], 10000);
        QVERIFY(list[0]["folder"].is_string());
        QCOMPARE(list[1]["folder"].is_string(),
                 DataStore().find(*findDataset("cifar10")).has_value());

        const CliAnswer text = runCli({"data", "list"}, {}, {"HOME=" + path("no-home")});
        QCOMPARE(text.code, 0);
        QVERIFY(text.out.contains("ballast-cli data get cifar100"));
    }

    void listedDataSetsAreNotFetched() {
        const CliAnswer list = runCli({"data", "list"}, {}, {"HOME=" + path("no-home")});
        QVERIFY(list.out.contains("where to get it: ballast-cli data get imagenet-lt"));
        QVERIFY(list.out.contains("8142 classes"));
        const CliAnswer get =
            runCli({"data", "get", "imagenet-lt"}, {}, {"HOME=" + path("no-home")});
        QCOMPARE(get.code, 3);
        for (const char* words :
             {"image-net.org", "ImageNet_LT_train.txt", "relative/path label", "/data/folder"}) {
            QVERIFY2(get.says(words), get.err.constData());
        }
    }

    void dataShowImageFolder() {
        const JpegFolder folder;
        const json config = {{"data",
                              {{"dataset", "image-folder"},
                               {"folder", folder.path().string()},
                               {"imbalance", {{"profile", "none"}}}}},
                             {"training", {{"augmentation", "resized-crop-jitter"}}}};
        const CliAnswer answer =
            runCli({"data", "show", file("photos.json", config.dump()), "--json"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        const json shown = parsed(answer.out);
        QCOMPARE(shown["class_counts"], json({12, 40, 5, 30, 8, 25, 3, 18, 50, 10}));
        QCOMPARE(shown["train_images"], 201);
        QCOMPARE(shown["test_images"], 40);
        QCOMPARE(shown["classes"], 10);

        const fs::path pets = path("pets").toStdString();
        for (const char* name : {"train/cat/1.jpg", "train/dog/1.png", "train/dog/2.png",
                                 "test/cat/1.jpg", "val/dog/1.jpg"}) {
            writePicture(pets, name);
        }
        const QString set = "/data/folder=" + path("pets");
        const QString named = path("photos.json");
        const json of_pets = parsed(runCli({"data", "show", named, "--set", set, "--json"}).out);
        QCOMPARE(of_pets["class_names"], json({"cat", "dog"}));
        QCOMPARE(of_pets["class_counts"], json({1, 2}));
        QCOMPARE(of_pets["validation_images"], 1);
        QVERIFY(runCli({"data", "show", named, "--set", set}).out.contains("1  dog  "));

        // Of many classes the table shows the first and the last.
        QDir().mkpath(path("many"));
        std::string lines;
        for (int y = 0; y < 300; ++y) {
            lines += std::to_string(y) + ".jpg " + std::to_string(y) + "\n";
        }
        file("many/train.txt", lines);
        file("many/test.txt", lines);
        const CliAnswer many =
            runCli({"data", "show", path("photos.json"), "--set", "/data/folder=" + path("many")});
        QVERIFY2(many.code == 0, many.err.constData());
        QVERIFY(many.out.contains("200 classes left out"));
        QVERIFY(many.out.count('\n') < 120);

        file("many/train.txt", "a.jpg x\nb.jpg 5\n");
        const CliAnswer wrong =
            runCli({"data", "show", path("photos.json"), "--set", "/data/folder=" + path("many")});
        QCOMPARE(wrong.code, 3);
        QVERIFY2(wrong.says("many/train.txt, line 1: the label \"x\""), wrong.err.constData());
    }

    void benchDataPrintsRatios() {
        const CliAnswer answer =
            runCli({"bench", "data", "--images", "10", "--size", "32", "--threads", "1", "--json"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        const json result = parsed(answer.out);
        for (const char* part : {"training", "test"}) {
            QVERIFY(result[part]["ratio"].get<double>() > 0);
        }
    }

    void folderGivenIsSearchedFirst() {
        const QString data = dataWithout("first", "none");
        const json list = parsed(runCli({"data", "list", "--json", "--data", data}).out);
        QCOMPARE(list[0]["folder"], (data + "/fashion-mnist").toStdString());
        const json named =
            parsed(runCli({"data", "list", "--json"}, {}, {"BALLAST_DATA=" + data}).out);
        QCOMPARE(named[0]["folder"], (data + "/fashion-mnist").toStdString());
    }

    // Class counts int(6000 · 100^(-y/9)).
    void dataShowFashionMnist() {
        const CliAnswer answer = runCli({"data", "show", file("fashion.json", kFashion), "--json"});
        QCOMPARE(answer.code, 0);
        const json shown = parsed(answer.out);
        QCOMPARE(shown["train_images"], 14886);
        QCOMPARE(shown["class_counts"],
                 json({6000, 3596, 2156, 1292, 774, 464, 278, 166, 100, 60}));
        QCOMPARE(shown["test_images"], 10000);
        QCOMPARE(shown["majority_classes"],
                 json({true, true, true, true, true, false, false, false, false, false}));
        QCOMPARE(shown["phases"][0]["class_terms"]["alpha"], json(std::vector<double>(10, 1.0)));
        const CliAnswer text = runCli({"data", "show", path("fashion.json")});
        QVERIFY(text.out.contains("14886 training images"));
        QVERIFY(text.out.contains(
            QByteArray::fromStdString(shown["subset_sha256"].get<std::string>())));

        const CliAnswer other = runCli(
            {"data", "show", path("fashion.json"), "--json", "--set", "/data/imbalance/seed=1"});
        QCOMPARE(parsed(other.out)["train_images"], 14886);
        QVERIFY(parsed(other.out)["subset_sha256"] != shown["subset_sha256"]);
    }

    // The subsets of the papers' NumPy code, seed 0: SHA-256 of the indices as little-endian int64.
    void dataShowCifar10_data() {
        QTest::addColumn<int>("images");
        QTest::addColumn<QString>("hash");
        QTest::newRow("long-tailed 100") << 12406 << "4bf45bff8878d278";
        QTest::newRow("long-tailed 10") << 20431 << "a17d69f192b1cf6d";
        QTest::newRow("step 100") << 25250 << "7dde7b6c248f7ba6";
        QTest::newRow("step 10") << 27500 << "b642343bd45cef70";
    }
    void dataShowCifar10() {
        if (!DataStore().find(*findDataset("cifar10"))) QSKIP("CIFAR-10 is not on this machine");
        QFETCH(const int, images);
        QFETCH(const QString, hash);
        const QString tag = QTest::currentDataTag();
        const CliAnswer answer = runCli({"data", "show", "-", "--json", "--set",
                                         "/data/imbalance/profile=" + tag.section(' ', 0, 0),
                                         "--set", "/data/imbalance/ratio=" + tag.section(' ', 1)},
                                        R"({"data": {"dataset": "cifar10"}})");
        QCOMPARE(answer.code, 0);
        const json shown = parsed(answer.out);
        QCOMPARE(shown["train_images"], images);
        QVERIFY(QString::fromStdString(shown["subset_sha256"].get<std::string>()).startsWith(hash));
        if (tag.startsWith("long")) {
            QCOMPARE(shown["first_indices"], json({4030, 38518, 48266, 45556, 6312, 25460}));
        }
    }

    void badJson_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("empty") << QByteArray("") << QByteArray("line 1");
        QTest::newRow("cut off") << QByteArray("{\"name\":\n \"x\"") << QByteArray("line 2");
        QTest::newRow("no object") << QByteArray("[1]") << QByteArray("not an object");
        QTest::newRow("key twice")
            << QByteArray(R"({"name": "a", "name": "b"})") << QByteArray("twice");
        QTest::newRow("number beyond doubles")
            << QByteArray(R"({"optimizer": {"lr": 1e999}})") << QByteArray("1e999");
        QTest::newRow("not UTF-8") << QByteArray("{\"name\": \"\xff\"}") << QByteArray("UTF-8");
    }
    void badJson() {
        QFETCH(const QByteArray, text);
        QFETCH(const QByteArray, said);
        for (const QStringList& command : {QStringList{"data", "show", "-"},
                                           QStringList{"run", "-"}, QStringList{"loss", "-"}}) {
            const CliAnswer answer = runCli(command, text);
            QVERIFY2(answer.code == 2, answer.err.constData());
            if (command.first() != "loss" || !text.startsWith('{') || said == "UTF-8") {
                QVERIFY2(answer.says(said.constData()), answer.err.constData());
            }
        }
    }

    void badConfigs_data() {
        QTest::addColumn<QByteArray>("changes");
        QTest::addColumn<QByteArrayList>("said");
        const auto row = [](const char* name, const char* changes, QByteArrayList said) {
            QTest::newRow(name) << QByteArray(changes) << said;
        };
        row("misspelt section", R"({"trainning": {}})", {"/trainning", "\"training\""});
        row("misspelt key", R"({"training": {"epoch": 3}})", {"/training/epoch", "\"epochs\""});
        row("wrong type", R"({"training": {"epochs": "ten"}})", {"/training/epochs", "ten", "1 …"});
        row("out of range", R"({"optimizer": {"momentum": 1.5}})", {"/optimizer/momentum", "1.5"});
        row("ratio below 1", R"({"data": {"imbalance": {"ratio": 0.5}}})",
            {"/data/imbalance/ratio", "0.5"});
        row("ratio that empties a class", R"({"data": {"imbalance": {"ratio": 7000}}})",
            {"/data/imbalance/ratio", "6000"});
        row("unknown data set", R"({"data": {"dataset": "fashion_mnist"}})",
            {"/data/dataset", "\"fashion-mnist\""});
        row("model", R"({"model": {"name": "resnet33"}})", {"/model/name", "6n+2"});
        row("T0 beyond the end", R"({"training": {"epochs": 5}, "phases": [{}, {"from": 5}]})",
            {"/phases/1/from", "beyond the last epoch"});
        row("phases out of order",
            R"({"training": {"epochs": 50}, "phases": [{}, {"from": 9}, {"from": 3}]})",
            {"/phases/2/from", "out of order"});
        row("too few class numbers", R"({"phases": [{"alpha": [1, 2]}]})",
            {"/phases/0/alpha", "10 classes"});
        row("newer format", R"({"format": 2})", {"/format", "newer"});
        row("GPU that is not there", R"({"training": {"device": "cuda:99"}})",
            {"/training/device", "cuda:99", "cpu"});
        row("two at once", R"({"optimizer": {"lr": -1}, "training": {"batch_size": 0}})",
            {"/optimizer/lr", "/training/batch_size"});
    }
    void badConfigs() {
        QFETCH(const QByteArray, changes);
        QFETCH(const QByteArrayList, said);
        json config = json::parse(kFashion);
        config.merge_patch(parsed(changes));
        const QString workspace = path("bad-configs");
        const CliAnswer answer = runCli({"run", "-", "--workspace", workspace},
                                        QByteArray::fromStdString(config.dump()));
        QCOMPARE(answer.code, 2);
        for (const QByteArray& words : said) {
            QVERIFY2(answer.says(words.constData()), answer.err.constData());
        }
        QVERIFY(!QFileInfo::exists(workspace));
    }

    void settings() {
        const QString config = file("settings.json", kFashion);
        const auto shown = [&](const QStringList& given) {
            QStringList arguments = {"data", "show", config, "--json"};
            for (const QString& setting : given) arguments << "--set" << setting;
            return runCli(arguments);
        };
        QCOMPARE(parsed(shown({"/data/imbalance/profile=none"}).out)["train_images"], 60000);
        const json terms = parsed(shown({"/phases=[{\"from\": 0}, {\"from\": 3}]",
                                         "/phases/1/delta=la", "/phases/1/delta/tau=2"})
                                      .out)["phases"][1]["class_terms"];
        QVERIFY(std::abs(terms["delta"][0].get<double>() - 2 * std::log(6000.0 / 14886.0)) < 1e-12);
        // The last of two for the same field holds.
        QCOMPARE(parsed(shown({"/data/imbalance/ratio=10", "/data/imbalance/ratio=100"})
                            .out)["train_images"],
                 14886);
    }

    void badSettings_data() {
        QTest::addColumn<QString>("setting");
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("misspelt") << "/traning/epochs=3" << QByteArray("/training/epochs");
        QTest::newRow("no value") << "/training/epochs" << QByteArray("/pointer=value");
        QTest::newRow("no pointer") << "epochs=3" << QByteArray("/pointer=value");
        QTest::newRow("wrong value") << "/training/epochs=many" << QByteArray("many");
        QTest::newRow("no such phase") << "/phases/3/from=3" << QByteArray("no element 3");
        QTest::newRow("index beyond numbers")
            << "/phases/99999999999999999999/from=3" << QByteArray("99999999999999999999");
        QTest::newRow("below a number") << "/training/epochs/x=3" << QByteArray("/training/epochs");
    }
    void badSettings() {
        QFETCH(const QString, setting);
        QFETCH(const QByteArray, said);
        const CliAnswer answer =
            runCli({"data", "show", file("settings.json", kFashion), "--set", setting});
        QVERIFY2(answer.code == 2, answer.err.constData());
        QVERIFY2(answer.says(said.constData()), answer.err.constData());
    }

    /// Features in bfloat16, on a processor of which oneDNN may not use more than AVX-512.
    void refusesWhatTheProcessorCannot() {
        const QString workspace = path("nothing");
        const CliAnswer answer =
            runCli({"run", "--preset", "CE", "--workspace", workspace, "--set",
                    "/training/device=cpu", "--set", "/training/convolution=bfloat16"},
                   {}, {"ONEDNN_MAX_CPU_ISA=AVX512_CORE"});
        QCOMPARE(answer.code, 2);
        QVERIFY(answer.says("/training/convolution") && answer.says("AVX512_BF16"));
        QVERIFY(answer.says("allowed here: exact, fast"));
        QVERIFY(!QFile::exists(workspace));
    }

    void missingDataSet() {
        const QStringList nowhere = {"HOME=" + path("no-home"), "XDG_DATA_HOME=", "BALLAST_DATA="};
        const QString workspace = path("missing-data");
        for (const QStringList& command : {QStringList{"data", "show", "-"},
                                           QStringList{"run", "-", "--workspace", workspace}}) {
            const CliAnswer answer =
                runCli(command, R"({"data": {"dataset": "cifar100"}})", nowhere);
            QCOMPARE(answer.code, 3);
            QVERIFY(answer.says("ballast-cli data get cifar100"));
        }
        QVERIFY(!QFileInfo::exists(workspace));
    }

    // The folder of --data comes first, so its damaged file is found and not passed over.
    void damagedData_data() {
        QTest::addColumn<QString>("changed");
        QTest::addColumn<QString>("how");
        QTest::newRow("truncated training labels") << "train-labels-idx1-ubyte"
                                                   << "cut";
        QTest::newRow("truncated training images") << "train-images-idx3-ubyte"
                                                   << "cut";
        QTest::newRow("truncated test images") << "t10k-images-idx3-ubyte"
                                               << "cut";
        QTest::newRow("empty test labels") << "t10k-labels-idx1-ubyte"
                                           << "empty";
        QTest::newRow("two training labels swapped") << "train-labels-idx1-ubyte"
                                                     << "swap";
        QTest::newRow("two test pixels swapped") << "t10k-images-idx3-ubyte"
                                                 << "swap";
    }
    void damagedData() {
        QFETCH(const QString, changed);
        QFETCH(const QString, how);
        const std::string name = changed.toStdString();
        const QString data = dataWithout(QTest::currentDataTag(), name);
        const fs::path damaged =
            fs::path(data.toStdString()) / "fashion-mnist" / (name + (how == "swap" ? "" : ".gz"));
        const fs::path good = DataStore().find(*findDataset("fashion-mnist")).value();
        if (how == "swap") {
            std::string content;
            if (fs::exists(good / name)) {
                content = readFile(good / name);
            } else {  // unpacked by gzip
                QProcess gzip;
                gzip.start("gzip",
                           {"-dc", QString::fromStdString((good / (name + ".gz")).string())});
                QVERIFY(gzip.waitForFinished());
                content = gzip.readAllStandardOutput().toStdString();
            }
            std::size_t at = content.size() / 2;
            while (content[at] == content[at + 1]) ++at;
            std::swap(content[at], content[at + 1]);
            std::ofstream(damaged, std::ios::binary) << content;
        } else if (how == "cut") {
            const std::string content = readFile(good / (name + ".gz"));
            std::ofstream(damaged, std::ios::binary) << content.substr(0, content.size() / 2);
        } else {
            std::ofstream(damaged, std::ios::binary).flush();
        }
        const CliAnswer answer =
            runCli({"run", file("damaged.json", kFashion), "--workspace", path("damaged"), "--data",
                    data, "--set", "/training/epochs=1"});
        QVERIFY2(answer.code == 3, (answer.out + answer.err).constData());
        QVERIFY2(answer.says(damaged.c_str()), answer.err.constData());
    }

    void unwritableWorkspaceLeavesNothing() {
        const QString blocked = file("blocked", "a file where the folder should be");
        const CliAnswer answer =
            runCli({"run", file("unwritable.json", kFashion), "--workspace", blocked + "/work"});
        QCOMPARE(answer.code, 4);
        QVERIFY2(answer.says(qPrintable(blocked)), answer.err.constData());
        QVERIFY(!answer.says("terminate"));
        QCOMPARE(readFile(blocked.toStdString()), std::string("a file where the folder should be"));
    }

    void tables() {
        const fs::path workspace = path("tables").toStdString();
        const auto make = [&](const std::string& name, double balanced) {
            RunDescription description;
            description.config.name = name;
            description.config_as_given = json::object();
            description.class_counts = {5000, 50};
            const fs::path folder = OwnedRun::create(workspace, description);
            EpochRecord record;
            record.balanced_test_accuracy = balanced;
            OwnedRun(folder).append(record);
            return folder;
        };
        make("CE", 0.5);
        make("CE+DRW", 0.625);
        replaceFile(make("broken", 0.1) / "run.json", "{ nonsense");

        const QString at = path("tables");
        const CliAnswer markdown = runCli({"table", at, "--by", "run"});
        QCOMPARE(markdown.code, 0);
        QVERIFY2(markdown.out.contains(
                     "| CE+DRW | CIFAR-10 LT 100 | queued | 1/200 | 62.5 | test | 1 |"),
                 markdown.out.constData());
        QVERIFY(markdown.says("left out") && markdown.says("broken"));
        const CliAnswer csv = runCli({"table", at, "--by", "run", "--format", "csv"});
        QVERIFY(csv.out.startsWith("method,data,state,epochs,"));
        QCOMPARE(csv.out.count('\n'), 3);
        QVERIFY(csv.out.contains("\nCE,CIFAR-10 LT 100,queued,1/200,50.000000,test,1,"));
        const CliAnswer latex = runCli({"table", at, "--by", "run", "--format", "latex"});
        QVERIFY(latex.out.contains("\\toprule") && latex.out.contains("CE+DRW & CIFAR-10 LT 100"));

        const CliAnswer written =
            runCli({"table", at, "--by", "run", "--output", path("made/on/the/way/table.md")});
        QCOMPARE(written.code, 0);
        QVERIFY(written.out.isEmpty());
        QCOMPARE(
            QByteArray::fromStdString(readFile(path("made/on/the/way/table.md").toStdString())),
            markdown.out);
        QCOMPARE(runCli({"table", at, "--output", "/proc/nowhere/table.md"}).code, 4);
    }

    void finishedRunsAreLeftAlone() {
        const QString config = file("finished.json", kFashion);
        const fs::path workspace = path("finished").toStdString();
        RunDescription description;
        description.config = configFromJson(json::parse(kFashion), "");
        description.config.name = "finished";
        description.config_as_given = json::parse(kFashion);
        description.class_counts = {1};
        const fs::path folder = OwnedRun::create(workspace, description);
        OwnedRun(folder).setStatus(RunState::finished, 0, "");
        const std::string id = folder.filename().string();

        const CliAnswer resumed =
            runCli({"resume", QString::fromStdString(id), "--workspace", path("finished")});
        QCOMPARE(resumed.code, 0);
        QVERIFY(resumed.out.contains("finished already"));
        const CliAnswer continued =
            runCli({"run", config, "--continue", "--workspace", path("finished")});
        QCOMPARE(continued.code, 0);
        QVERIFY(continued.out.contains("finished already"));
        QCOMPARE(std::distance(fs::directory_iterator(workspace / "runs"), {}), std::ptrdiff_t{1});
    }

    void runOfANewerFormatIsRefused() {
        RunDescription description;
        description.config_as_given = json::object();
        const fs::path folder = OwnedRun::create(path("newer").toStdString(), description);
        std::string text = readFile(folder / "run.json");
        const std::string before = "\"format\": 1";
        text.replace(text.find(before), before.size(), "\"format\": 7");
        replaceFile(folder / "run.json", text);
        const CliAnswer answer = runCli({"resume", QString::fromStdString(folder.string())});
        QCOMPARE(answer.code, 4);
        QVERIFY2(answer.says("newer"), answer.err.constData());
        QCOMPARE(readFile(folder / "run.json"), text);
    }
};

BALLAST_TEST(TestCli)
#include "tst_cli.moc"
