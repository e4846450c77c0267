#include "core/runs/run_logits.h"

#include <QTemporaryDir>
#include <QtTest>

#include "core/base/error.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/core/runs/trunk_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

class TestRunLogits : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    RunSummary run_;  // T0 = 5, best after 2 epochs, 8 done

    static std::string problemOf(const RunSummary& run, const std::string& name) {
        try {
            epochsDoneAt(run, name);
            return "";
        } catch (const ConfigError& error) {
            return error.what();
        }
    }

private Q_SLOTS:
    void initTestCase() {
        RunDescription description;
        description.config = deferredConfig(5, 0.5);
        description.config_as_given = nlohmann::json::object();
        description.class_counts = std::vector<std::int64_t>(10, 5000);
        const fs::path folder = OwnedRun::create(folder_.path().toStdString(), description);
        pretendTraining(folder, 8);
        run_ = readRun(folder);
        QCOMPARE(run_.error, "");
    }

    void epochsByName() {
        QCOMPARE(epochsDoneAt(run_, "best"), 2);
        QCOMPARE(epochsDoneAt(run_, "last"), 8);
        QCOMPARE(epochsDoneAt(run_, "t0"), 5);
        QCOMPARE(epochsDoneAt(run_, "3"), 3);
        for (const char* name : {"0", "9", "-1", "2x", "", "T0"}) {
            QVERIFY2(problemOf(run_, name).find("allowed: best, last, t0, or 1 to 8") !=
                         std::string::npos,
                     name);
        }
        RunSummary early = run_;
        early.records.resize(4);
        QVERIFY(problemOf(early, "t0").find("no T0") != std::string::npos);
        early.records.clear();
        QVERIFY(problemOf(early, "last").find("no epochs yet") != std::string::npos);
    }

    void offersSayWhatCanBeHad() {
        fs::remove(run_.folder / "checkpoints" / checkpointName(2));
        std::vector<std::string> said;
        const FakeLearning learning;
        const SavedLogits saved = logitsOfRun(learning, run_.folder, 8, DataStore(), said);
        QCOMPARE(said, std::vector<std::string>{"made by a script"});
        QCOMPARE(saved.test->values[0], 9.0F);
        std::string text;
        for (const LogitsOffer& offer : logitsOffers(run_)) {
            text += std::to_string(offer.epochs_done) + " " + offer.name +
                    (offer.saved ? " saved" : "") + (offer.checkpoint ? " checkpoint" : "") + "; ";
        }
        QCOMPARE(text, "2 best; 5 T₀ checkpoint; 7  checkpoint; 8 last saved checkpoint; ");
    }

    void sizes() {
        // CIFAR-10: 10,000 test images, 50,000 of training; 10 float16 and a label each
        QCOMPARE(logitsBytes(run_.description.config, run_.description.class_counts),
                 std::optional<std::int64_t>(60'000 * 28));
        RunDescription large = run_.description;
        large.class_counts.assign(10, 5'000'000);  // of which only the test images' are saved
        QCOMPARE(logitsBytes(large.config, large.class_counts),
                 std::optional<std::int64_t>(10'000 * 28));
        large.config.data.dataset = "image-folder";
        QVERIFY(!logitsBytes(large.config, large.class_counts));
    }

    void madeOnlyOnce() {
        int made = 0;
        const FakeLearning learning(
            [&](const std::string& member) { made += member == "saveLogits" ? 1 : 0; });
        std::vector<std::string> said;
        logitsOfRun(learning, run_.folder, 5, DataStore(), said);
        logitsOfRun(learning, run_.folder, 5, DataStore(), said);
        QCOMPARE(made, 1);
        QVERIFY_EXCEPTION_THROWN(logitsOfRun(learning, run_.folder, 3, DataStore(), said),
                                 CheckpointError);
        QCOMPARE(made, 1);
    }
};

BALLAST_TEST(TestRunLogits)
#include "tst_run_logits.moc"
