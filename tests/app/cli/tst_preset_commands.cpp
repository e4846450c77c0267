#include <QtTest>

#include "core/experiment/config_json.h"
#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

class TestPresetCommands : public QObject, CliFolder {
    Q_OBJECT
private Q_SLOTS:
    // A preset is a plain config; run takes the same one by name.
    void presetsByName() {
        const CliAnswer list = runCli({"preset", "list"});
        QCOMPARE(list.code, 0);
        QVERIFY(list.out.contains("VS+TLA+ADRW") && list.out.contains("authors-400"));
        const CliAnswer shown = runCli({"preset", "show", "ldam+drw", "--dataset", "fashion-mnist",
                                        "--epochs", "20", "--set", "/model/name=resnet8"});
        QVERIFY2(shown.code == 0, shown.err.constData());
        const json config = parsed(shown.out);
        QCOMPARE(checkConfig(config).size(), std::size_t{0});
        QCOMPARE(config["name"], "LDAM+DRW");
        QCOMPARE(config["phases"][1]["from"], 16);
        const CliAnswer unknown = runCli({"run", "--preset", "VS+ADWR"});
        QCOMPARE(unknown.code, 2);
        QVERIFY2(unknown.says("did you mean \"ADRW\"?"), unknown.err.constData());
        QCOMPARE(runCli({"run"}).code, 2);
        const CliAnswer nowhere = runCli({"preset", "show", "CE", "--dataset", "cifar11"});
        QCOMPARE(nowhere.code, 2);
        QVERIFY(nowhere.says("did you mean \"cifar10\"?"));
    }

    // What a preset took from elsewhere stands beside the config, not in it.
    void presetsSayWhatTheyTook() {
        const CliAnswer shown = runCli({"preset", "show", "VS+TLA+ADRW+SAM", "--dataset",
                                        "cifar100", "--protocol", "authors-400"});
        QCOMPARE(shown.code, 0);
        QVERIFY2(shown.says("note: weight decay from T₀ on is 0.0002, as it ran"),
                 shown.err.constData());
        QCOMPARE(checkConfig(parsed(shown.out)).size(), std::size_t{0});
        QVERIFY(runCli({"preset", "show", "CE"}).err.isEmpty());
    }

    // Whether the class terms belong to Eq. 4's family stands beside them.
    void lossSaysFisherConsistency() {
        const std::string text =
            R"({"class_counts": [90, 10], "logits": [[1, 2]], "labels": [0],
                "phases": [{"from": 0, "delta": {"rule": "la", "tau": TAU}}]})";
        for (const char* tau : {"1", "1.5"}) {
            std::string content = text;
            content.replace(content.find("TAU"), 3, tau);
            const CliAnswer answer = runCli({"loss", file("fisher.json", content)});
            QVERIFY2(answer.code == 0, answer.err.constData());
            QCOMPARE(parsed(answer.out)["class_terms"]["fisher_consistent"],
                     std::string(tau) == "1");
        }
    }
};

BALLAST_TEST(TestPresetCommands)
#include "tst_preset_commands.moc"
