#include <QtTest>

#include "core/results/owned_run.h"
#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

class TestBoundCommand : public QObject, CliFolder {
    Q_OBJECT

    /// Three classes; exact statistics after the second epoch alone.
    QString run(bool measured = true) const {
        RunDescription description;
        description.config.name = "VS+ADRW";
        description.config.training.epochs = 3;
        description.config.phases[0].alpha = {"power", {{"nu", 0.5}}, {}};
        description.config.phases[0].beta = {"cdt", {{"gamma", 0.1}}, {}};
        description.config.phases[0].delta = {"la", {{"tau", 1.0}}, {}};
        description.config_as_given = {{"name", "VS+ADRW"}};
        description.class_counts = {100, 10, 1};
        const fs::path folder = OwnedRun::create(path("workspace").toStdString(), description);
        OwnedRun owned(folder);
        for (int epoch = 0; epoch < 3; ++epoch) {
            EpochRecord record;
            record.epoch = epoch;
            record.loss = 1.0;
            if (measured) {
                record.streaming.min_logit = {1, 0, -1};
                record.streaming.observed_lipschitz = {1, 2, 3};
                if (epoch == 1) {
                    record.exact = record.streaming;
                    record.exact->min_logit = {2, -1, -3};
                }
            }
            owned.append(record);
        }
        owned.setStatus(RunState::finished, 3, "");
        return QString::fromStdString(folder.string());
    }

private Q_SLOTS:
    // The numbers are those of tests/core/theory/tst_bound_factors.cpp.
    void saysTheLastExactEpoch() {
        const CliAnswer answer = runCli({"bound", run(), "--json"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        const nlohmann::json said = parsed(answer.out);
        QCOMPARE(said["epochs_done"].get<int>(), 2);
        QCOMPARE(said["source"].get<std::string>(), std::string("exact"));
        QVERIFY(std::abs(said["sum"].get<double>() - 27.641675601724014) < 1e-9);
        QVERIFY(std::abs(said["classes"][1]["one_minus_softmax"].get<double>() -
                         0.9939228102683794) < 1e-12);
        QVERIFY(said["advice"].get<std::string>().find("α ∝ N^−0.50") != std::string::npos);
    }

    void constantsAndEpochAreChosen() {
        const QString folder = run();
        const auto confidence = [&](const char* delta) {
            const auto said =
                parsed(runCli({"bound", folder, "--epoch", "3", "--source", "streaming", "--delta",
                               delta, "--loss-bound", "2", "--json"})
                           .out);
            return said["data_dependent_bound"]["confidence"].get<double>();
        };
        QVERIFY(std::abs(confidence("0.05") - 28.616974662135302) < 1e-9);
        QVERIFY(confidence("0.01") > confidence("0.05"));
    }

    void tablesAndCurves() {
        const QString folder = run();
        const QByteArray table = runCli({"bound", folder, "--csv"}).out;
        QCOMPARE(table.count('\n'), 4);
        QVERIFY(
            table.startsWith("run,name,epochs_done,phase,source,class,class_name,class_images,"
                             "root_share,alpha,beta,delta,beta_tilde,min_logit,"));
        const QByteArray curve = runCli({"bound", folder, "--curve"}).out;
        QCOMPARE(curve.count(",streaming,"), 3);
        QCOMPARE(curve.count(",exact,2,"), 1);
        QVERIFY(runCli({"bound", folder}).out.contains("κ = "));
    }

    void badInputIsSaid() {
        const QString folder = run();
        CliAnswer answer = runCli({"bound", folder, "--epoch", "3", "--source", "exact"});
        QCOMPARE(answer.code, 2);
        QVERIFY(answer.says("has no exact statistics; those after epochs 2 have"));
        answer = runCli({"bound", folder, "--epoch", "9"});
        QCOMPARE(answer.code, 2);
        QVERIFY(answer.says("has no epoch 9; it has 3"));
        answer = runCli({"bound", folder, "--delta", "1.5"});
        QCOMPARE(answer.code, 2);
        QVERIFY(answer.says("δ is 1.5; it must lie between 0 and 1"));
        answer = runCli({"bound", run(false)});
        QCOMPARE(answer.code, 2);
        QVERIFY(answer.says("has no statistics of its training images"));
        QCOMPARE(runCli({"bound", folder, "--csv", "--json"}).code, 2);
        QCOMPARE(runCli({"bound", folder, "--curve", "--epoch", "2"}).code, 2);
    }
};

BALLAST_TEST(TestBoundCommand)
#include "tst_bound_command.moc"
