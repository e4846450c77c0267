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

class TestFork : public QObject, CliFolder {
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
    // The new config's weight decay holds from the fork on, whatever the optimiser was saved with.
    void forkGoesOnUnderTheNewConfig() {
        const QString given = checkpoint();
        const QString config = file("fork.json", kSmallestConfig);
        std::map<std::string, std::string> weights;
        for (const char* decay : {"0.0002", "0.5"}) {
            const QString workspace = QString("fork-") + decay;
            const CliAnswer forked = runCli({"fork", given, config, "--workspace", path(workspace),
                                             "--set", QString("/optimizer/weight_decay=") + decay});
            QVERIFY2(forked.code == 0, forked.err.constData());
            QVERIFY2(forked.out.contains("the momentum is the checkpoint's"),
                     forked.out.constData());
            QCOMPARE(runsOf(workspace).size(), std::size_t{1});
            const fs::path folder = runsOf(workspace).front();
            const RunSummary before = readRun(folder);
            QVERIFY(before.status.state == RunState::stopped);
            QCOMPARE(before.status.epochs_done, 2);
            QCOMPARE(before.records.size(), std::size_t{2});
            QVERIFY(std::isnan(before.records[1].loss));
            QCOMPARE(before.description.parent["checkpoint"], "2_ckpt.pth.tar");
            QCOMPARE(before.description.parent["epoch"], 2);
            QCOMPARE(before.description.parent["sha256"].get<std::string>().size(),
                     std::size_t{64});

            const CliAnswer resumed = runCli({"resume", QString::fromStdString(folder.string())});
            QVERIFY2(resumed.code == 0, resumed.err.constData());
            const RunSummary after = readRun(folder);
            QVERIFY(after.status.state == RunState::finished);
            QCOMPARE(after.records.size(), std::size_t{3});
            QVERIFY(std::isnan(after.records[1].loss));
            QCOMPARE(after.records[2].weight_decay, QString(decay).toDouble());
            QVERIFY(std::isfinite(after.records[2].loss));
            QVERIFY(readFile(folder / "log.txt").find("resumes after 2 epochs") !=
                    std::string::npos);
            weights[decay] = readFile(folder / "checkpoints" / checkpointName(3));
        }
        QVERIFY(weights["0.0002"] != weights["0.5"]);

        // A fork of a run of ours has its records.
        const fs::path parent = runsOf("fork-0.5").front();
        const CliAnswer forked =
            runCli({"fork", QString::fromStdString(parent.string()), config, "--workspace",
                    path("again"), "--set", "/training/epochs=4"});
        QVERIFY2(forked.code == 0, forked.err.constData());
        const RunSummary again = readRun(runsOf("again").at(0));
        QCOMPARE(again.records.size(), std::size_t{3});
        QVERIFY(std::isfinite(again.records[2].loss));
        QCOMPARE(again.description.parent["run"], parent.filename().string());
    }
};

BALLAST_TEST(TestFork)
#include "tst_fork_slow.moc"
