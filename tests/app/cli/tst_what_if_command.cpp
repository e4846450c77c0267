#include <QtTest>
#include <cmath>

#include "core/results/run_folder.h"
#include "core/results/saved_logits.h"
#include "tests/app/cli/cli_folder.h"
#include "tests/app/cli/cli_process.h"
#include "tests/core/results/made_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;
namespace fs = std::filesystem;

/// Of runs whose logits are saved; making them from checkpoints is tested in tst_logit_saver.cpp.
class TestWhatIfCommand : public QObject, CliFolder {
    Q_OBJECT

    /// Two epochs, and logits of the last: the second of its two classes is taken for the first
    /// unless π is corrected.
    fs::path run(bool validation) const {
        const fs::path folder =
            madeRun(path("workspace").toStdString(), namedConfig("made"), {0.5, 0.6});
        const RunDescription description = readDescription(folder);
        SavedLogits saved;
        saved.epochs_done = 2;
        saved.dataset = description.config.data.dataset;
        saved.data_identity = dataIdentity(description);
        saved.subset_sha256 = description.subset_sha256;
        saved.class_counts = description.class_counts;
        saved.head.kind = HeadKind::cosine;
        const Logits logits{2, {8.0F, 0.0F, 3.0F, 2.0F}, {0, 1}};
        saved.test = logits;
        if (validation) saved.validation = logits;
        writeSavedLogits(savedLogitsPath(folder, 2), saved);
        return folder;
    }

    static QString shown(const fs::path& folder) { return QString::fromStdString(folder.string()); }

private Q_SLOTS:
    void adjusted() {
        const fs::path folder = run(true);
        const auto counts = readDescription(folder).class_counts;
        QVERIFY(counts.front() > counts.back());
        CliAnswer answer =
            runCli({"what-if", shown(folder.filename()), "--workspace", path("workspace"), "--tau",
                    "1", "--json", "--csv", path("x.csv"), "--epoch", "last"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        const json object = parsed(answer.out);
        QCOMPARE(object["epochs_done"], 2);
        QCOMPARE(object["before"]["balanced_accuracy"], 0.5);
        QCOMPARE(object["after"]["accuracy"][1], 1.0);
        QVERIFY(object["tuned"].is_null());
        std::ifstream csv(path("x.csv").toStdString());
        const std::string text{std::istreambuf_iterator<char>(csv), {}};
        QVERIFY(
            text.starts_with("quantity,index,name,training_images,before,after\n"
                             "balanced_accuracy,,,,0.5,1\n"));
        QVERIFY2(text.find("\naccuracy,1,automobile,50,0,1\n") != std::string::npos, text.c_str());
        answer = runCli({"what-if", shown(folder), "--weights", "0,1"});
        QVERIFY2(answer.out.contains("balanced accuracy             50.00    50.00"),
                 answer.out.constData());
    }

    void tunedOnValidation() {
        const fs::path folder = run(true);
        const CliAnswer answer = runCli({"what-if", shown(folder), "--tune", "tau"});
        QVERIFY2(answer.code == 0, answer.err.constData());
        QVERIFY2(answer.out.contains("tuned on the validation images: balanced accuracy 100.00 %"),
                 answer.out.constData());
        QVERIFY(!answer.says("too much") && !answer.out.contains("too much"));
    }

    void tunedOnTestIsSaid() {
        const fs::path folder = run(false);
        CliAnswer answer = runCli({"what-if", shown(folder), "--tune", "tau"});
        QCOMPARE(answer.code, 2);
        QVERIFY2(answer.says("no logits of validation images; --tune-on test"),
                 answer.err.constData());
        answer = runCli({"what-if", shown(folder), "--tune", "tau", "--tune-on", "test", "--json"});
        QCOMPARE(answer.code, 0);
        QVERIFY(answer.says("their accuracy says too much"));
        QCOMPARE(parsed(answer.out)["tuned"]["on_test"], true);
    }

    void badInputIsSaid_data() {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("words");
        const auto row = [](const char* name, QStringList options, int code, QByteArray words) {
            QTest::newRow(name) << std::move(options) << code << std::move(words);
        };
        row("beyond", {"--tau", "9"}, 0, "9 is beyond what is useful, -1 to 3");
        row("cosine", {"--tau-norm", "1"}, 2, "cosine head");
        row("no validation", {"--split", "validation"}, 2, "no logits of the validation images");
        row("no epoch", {"--epoch", "7"}, 2, "allowed: best, last, t0, or 1 to 2");
        row("no T0", {"--epoch", "t0"}, 2, "no T0");
        row("no checkpoint", {"--epoch", "1"}, 3, "checkpoint");
        row("two ways", {"--tune", "tau", "--tau", "1"}, 2, "--tau");
        row("tune what", {"--tune", "gamma"}, 2, "gamma");
        row("not a number", {"--gamma", "nan"}, 2, "is nan");
        row("weights", {"--weights", "1,2,3"}, 2, "3 decision weights for 2 classes");
    }
    void badInputIsSaid() {
        QFETCH(const QStringList, options);
        QFETCH(const int, code);
        QFETCH(const QByteArray, words);
        const CliAnswer answer = runCli(QStringList{"what-if", shown(run(false))} + options);
        QVERIFY2(answer.code == code && answer.says(words), answer.err.constData());
    }

    void otherLogitsAreRefusedByName() {
        const fs::path folder = run(false);
        SavedLogits saved = readSavedLogits(savedLogitsPath(folder, 2));
        saved.dataset = "cifar100";
        writeSavedLogits(savedLogitsPath(folder, 2), saved);
        const CliAnswer answer = runCli({"what-if", shown(folder)});
        QCOMPARE(answer.code, 4);
        QVERIFY2(answer.says("holds logits of the data set cifar100"), answer.err.constData());
    }
};

BALLAST_TEST(TestWhatIfCommand)
#include "tst_what_if_command.moc"
