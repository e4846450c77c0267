#include "core/runs/run_edits.h"

#include <QTemporaryDir>
#include <QtTest>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/runs/run.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/core/runs/trunk_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {

class Watcher : public RunObserver {
public:
    std::function<void(const StepProgress&)> after_step;
    std::vector<std::string> lines;
    void stepFinished(const StepProgress& progress) override {
        if (after_step) after_step(progress);
    }
    void said(const std::string& line) override { lines.push_back(line); }
    bool heard(const std::string& words) const {
        return std::ranges::any_of(lines, [&](const auto& l) { return l.find(words) != l.npos; });
    }
};

}  // namespace

/// Edits of a run while it is trained, in the folder and in the trainer's order.
class TestRunEdits : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    const FakeLearning learning_;
    const RunEdit edit_{{{"/optimizer/lr", 0.03}}, false};

    fs::path newRun() const {
        RunConfig config;
        config.training.epochs = 6;
        config.lr_schedule.warmup_epochs = 0;
        RunDescription description;
        description.config = config;
        description.config_as_given = nlohmann::json::object();
        description.class_counts = std::vector<std::int64_t>(10, 5000);
        return OwnedRun::create(folder_.path().toStdString(), description);
    }

    /// Calls `at` once, after a step of epoch 2, while the run is trained to its end.
    void train(const fs::path& run, Watcher& watcher, const std::function<void()>& at) const {
        bool called = false;
        watcher.after_step = [&](const StepProgress& progress) {
            if (progress.epoch != 2 || called) return;
            called = true;
            at();
        };
        OwnedRun owned(run);
        owned.setStatus(RunState::running, 0, "");
        RunControl control;
        QVERIFY(learning_.train(owned, {}, control, watcher).state == RunState::finished);
        QVERIFY(called);
    }

private Q_SLOTS:
    void anEditHoldsFromThePromisedEpoch() {
        const fs::path run = newRun();
        Watcher watcher;
        train(run, watcher, [&] {
            QCOMPARE(editPreview(run, edit_).epoch, 3);
            QVERIFY_THROWS_EXCEPTION(ConfigError, editRun(run, edit_, 2));
            QVERIFY(pendingEdits(run).empty());
            QCOMPARE(editRun(run, edit_, 3), 3);
            QCOMPARE(pendingEdits(run).size(), std::size_t{1});
            QCOMPARE(pendingEdits(run)[0].epoch, 3);
            QCOMPARE(pendingEdits(run)[0].words, std::string("/optimizer/lr = 0.03"));
        });
        QVERIFY(pendingEdits(run).empty());
        QVERIFY(watcher.heard("edited from epoch 3 on"));
        for (const EpochRecord& record : readRun(run).records) {
            QCOMPARE(record.learning_rate, record.epoch < 3 ? 0.1 : 0.03);
        }
    }

    /// One for a later epoch waits; one whose epoch has begun is refused, and that is said.
    void anEditNeitherComesEarlyNorLate() {
        const fs::path run = newRun();
        const auto leave = [&](const char* name, int epoch, double rate) {
            makeFolders(run / "edits");
            const nlohmann::json file = {
                {"format", 1},
                {"epoch", epoch},
                {"settings", {{{"pointer", "/optimizer/lr"}, {"value", rate}}}},
                {"next_phase_now", false}};
            replaceFile(run / "edits" / name, file.dump());
        };
        Watcher watcher;
        train(run, watcher, [&] {
            leave("1-late.json", 2, 0.5);
            leave("2-early.json", 5, 0.07);
        });
        QVERIFY(watcher.heard("came too late: it was to hold from epoch 2"));
        QVERIFY(watcher.heard("edited from epoch 5 on"));
        for (const EpochRecord& record : readRun(run).records) {
            QCOMPARE(record.learning_rate, record.epoch < 5 ? 0.1 : 0.07);
        }
    }

    void aDamagedEditIsSaidAndGone() {
        const fs::path run = newRun();
        Watcher watcher;
        train(run, watcher, [&] {
            makeFolders(run / "edits");
            replaceFile(run / "edits" / "1.json", R"({"format": 1, "settings": 7})");
        });
        QVERIFY(watcher.heard("/settings is 7, not a list"));
        QVERIFY(fs::is_empty(run / "edits"));
    }

    /// Files of 0.2 name no epoch: the next one.
    void anEditOfTheLastVersionHoldsFromTheNextEpoch() {
        const fs::path run = newRun();
        Watcher watcher;
        train(run, watcher, [&] {
            makeFolders(run / "edits");
            replaceFile(run / "edits" / "1.json",
                        R"({"format": 1, "id": "1", "settings": [{"pointer":
                            "/optimizer/lr", "value": 0.01}], "next_phase_now": false})");
        });
        QVERIFY(watcher.heard("edited from epoch 3 on"));
    }
};

BALLAST_TEST(TestRunEdits)
#include "tst_run_edits.moc"
