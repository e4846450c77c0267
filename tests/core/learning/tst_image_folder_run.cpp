#include <torch/torch.h>

#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/results/run_folder.h"
#include "core/runs/learning_library.h"
#include "core/runs/run.h"
#include "tests/core/data/class_layout.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {

/// Stops after so many epochs.
class Stopper : public RunObserver {
public:
    Stopper(RunControl& control, int epochs) : control_(control), left_(epochs) {}
    void epochFinished(const EpochRecord&) override {
        if (--left_ == 0) control_.requestStop();
    }

private:
    RunControl& control_;
    int left_;
};

RunOutcome train(const fs::path& folder, int epochs = 1000) {
    RunControl control;
    Stopper stopper(control, epochs);
    return trainRun(learningLibrary(), folder, {}, control, stopper);
}

}  // namespace

class TestImageFolderRun : public QObject {
    Q_OBJECT

    const JpegFolder folder_;
    QTemporaryDir workspace_;

    RunConfig config() const {
        RunConfig config;
        config.name = "photographs";
        config.data = folder_.config(32);
        config.model.name = "resnet8";
        Phase deferred;
        deferred.from = 2;
        deferred.alpha = {"inverse", {}, {}};
        config.phases.push_back(deferred);
        config.lr_schedule.kind = LrKind::cosine;
        config.lr_schedule.warmup_epochs = 1;
        config.training.augmentation = "resized-crop-jitter";
        config.training.epochs = 3;
        config.training.batch_size = 32;
        config.training.device = "cpu";
        config.training.threads = 2;
        return config;
    }

    fs::path newRun(const RunConfig& config) const {
        return createRun(workspace_.path().toStdString(), config, nlohmann::json::object(), {});
    }

private Q_SLOTS:
    void resumesBitForBit() {
        const fs::path whole = newRun(config());
        RunOutcome outcome = train(whole);
        QVERIFY2(outcome.state == RunState::finished, outcome.message.c_str());
        const RunSummary summary = readRun(whole);
        QCOMPARE(summary.description.class_counts,
                 (std::vector<std::int64_t>{12, 40, 5, 30, 8, 25, 3, 18, 50, 10}));
        QCOMPARE(summary.records.size(), std::size_t{3});
        QCOMPARE(summary.records[1].learning_rate, 0.075);  // 0.1 · ½ (1 + cos(π/3))
        QCOMPARE(summary.records[2].test_accuracy.size(), std::size_t{10});
        QVERIFY(summary.records[2].exact.has_value());
        QVERIFY(summary.records[2].loss < summary.records[0].loss * 1.5);

        const fs::path broken = newRun(config());
        QVERIFY(train(broken, 1).state == RunState::stopped);
        QVERIFY(train(broken).state == RunState::finished);
        QCOMPARE(readFile(broken / "epochs.jsonl"), readFile(whole / "epochs.jsonl"));
        const char* last = "checkpoints/epoch-000003.safetensors";
        QVERIFY(readFile(broken / last) == readFile(whole / last));
    }

    void changedListsAreRefused() {
        JpegFolder::Options options;
        options.pixels = 40;
        const JpegFolder other(options);
        RunConfig changed = config();
        changed.data = other.config(32);
        const fs::path run = newRun(changed);
        QVERIFY(train(run, 1).state == RunState::stopped);
        std::ofstream(other.path() / "train.txt", std::ios::app) << "\n";
        const RunOutcome outcome = train(run);
        QVERIFY(outcome.state == RunState::failed);
        QVERIFY(outcome.exit_code == ExitCode::bad_data);
        QVERIFY2(outcome.message.find("image-folder") != std::string::npos &&
                     outcome.message.find(other.path().string()) != std::string::npos,
                 outcome.message.c_str());
    }

    // Folders of classes, small images of both kinds: as a small data set, with the epoch chosen by
    // val, and a class that the test images lack.
    void foldersOfSmallImages() {
        const QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        int number = 0;
        for (const char* split : {"train", "val", "test"}) {
            const bool train = std::string(split) == "train";
            for (const char* name : {"Été", "a cat", "dog"}) {
                if (!train && std::string(name) == "dog" && std::string(split) == "test") continue;
                for (int i = 0; i < (train ? 6 : 2); ++i) {
                    writePicture(root,
                                 std::string(split) + "/" + name + "/" + std::to_string(i) +
                                     (i % 2 == 0 ? ".PNG" : ".jpg"),
                                 ++number, 32, 32);
                }
            }
        }
        RunConfig small = config();
        small.data = folderConfig(root, 32);
        small.training.augmentation = "crop-flip";
        small.training.epochs = 2;
        small.phases.pop_back();
        small.training.selection = Selection::validation;
        const fs::path run = newRun(small);
        RunControl control;
        struct Listener : RunObserver {
            std::string all;
            void said(const std::string& line) override { all += line + "\n"; }
        } listener;
        const RunOutcome outcome = trainRun(learningLibrary(), run, {}, control, listener);
        QVERIFY2(outcome.state == RunState::finished, outcome.message.c_str());
        QVERIFY2(listener.all.find("1 (dog)") != std::string::npos, listener.all.c_str());
        const RunSummary summary = readRun(run);
        QCOMPARE(summary.description.class_names,
                 (std::vector<std::string>{"a cat", "dog", "Été"}));
        for (const EpochRecord& record : summary.records) {
            QCOMPARE(record.test_accuracy.size(), std::size_t{3});
            QVERIFY(std::isnan(record.test_accuracy[1]));
            QCOMPARE(record.balanced_test_accuracy,
                     (record.test_accuracy[0] + record.test_accuracy[2]) / 2);
            QCOMPARE(record.validation_accuracy.size(), std::size_t{3});
            QVERIFY(!std::isnan(record.balanced_validation_accuracy));
        }
        QVERIFY(bestRecord(summary.records, Selection::validation) != nullptr);

        EvaluationRequest request{.checkpoint = run / "checkpoints/epoch-000002.safetensors",
                                  .data = small.data,
                                  .model = std::nullopt};
        request.augmentation = small.training.augmentation;
        const Evaluation evaluation = learningLibrary().evaluate(request, DataStore());
        QCOMPARE(evaluation.balanced_test_accuracy, summary.records[1].balanced_test_accuracy);
        QVERIFY(std::isnan(evaluation.test_accuracy[1]));
    }

    void damagedImageEndsTheRun() {
        JpegFolder::Options options;
        options.pixels = 40;
        options.corrupt = true;
        const JpegFolder damaged(options);
        RunConfig spoilt = config();
        spoilt.data = damaged.config(32);
        const RunOutcome outcome = train(newRun(spoilt));
        QVERIFY(outcome.state == RunState::failed);
        QVERIFY(outcome.exit_code == ExitCode::bad_data);
        QVERIFY2(outcome.message.find(damaged.path().string()) != std::string::npos,
                 outcome.message.c_str());
    }

    void listsOfNumbersFitTheClasses() {
        RunConfig wrong = config();
        wrong.phases[0].alpha = {"values", {}, {1, 2, 3}};
        try {
            newRun(wrong);
            QFAIL("three numbers for ten classes");
        } catch (const ConfigError& error) {
            QCOMPARE(error.problems().front().pointer, std::string("/phases/0/alpha"));
        }
    }
};

BALLAST_TEST(TestImageFolderRun)
#include "tst_image_folder_run.moc"
