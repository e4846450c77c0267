#include "core/runs/run.h"

#include <QtTest>
#include <fstream>

#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/results/run_groups.h"
#include "core/runs/run_edits.h"
#include "core/runs/sweep_store.h"
#include "tests/core/base/error_of.h"
#include "tests/core/data/class_layout.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;
using nlohmann::json;

/// Runs on images of people's own: what is checked when, and images that move.
class TestRun : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;
    FakeLearning learning_;

    fs::path root() const { return folder_->path().toStdString(); }
    fs::path workspace() const { return root() / "workspace"; }

    /// Lists of two classes at ROOT/NAME; no training is done, so there are no images.
    fs::path lists(const std::string& name, const std::string& first = "a.jpg") const {
        writeBytes(root() / name / "train.txt",
                   QByteArray::fromStdString(first + " 0\nb.jpg 1\nc.jpg 1\n"));
        writeBytes(root() / name / "test.txt", "d.jpg 0\ne.jpg 1\n");
        return root() / name;
    }

    static RunConfig configOn(const fs::path& images, int epochs = 4) {
        RunConfig config = deferredConfig(2, 0.5, epochs);
        config.data = folderConfig(images);
        config.training.augmentation = "none";
        return config;
    }

    fs::path newRun(const RunConfig& config) const {
        return createRun(workspace(), config, json::object(), {});
    }

    RunOutcome train(const fs::path& run, int epochs = 0, const DataStore& store = DataStore()) {
        RunControl control;
        control.stopAfter(epochs);
        RunObserver observer;
        TrainingEnvironment environment;
        environment.data_store = store;
        environment.threads = 1;
        return trainRun(learning_, run, environment, control, observer);
    }

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void listsAreReadBeforeARunIsMade_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QByteArray>("content");  // null: there is none
        QTest::addColumn<bool>("by_validation");
        QTest::addColumn<QString>("word");  // null: the run is made
        const auto row = [](const char* name, const char* file, const QByteArray& content,
                            bool by_validation, const char* word) {
            QTest::newRow(name) << file << content << by_validation << word;
        };
        row("all are good", "val.txt", "x.jpg 0\n", true, nullptr);
        row("no training list", "train.txt", {}, false, "train.txt");
        row("no test list", "test.txt", {}, false, "test.txt");
        row("wrong test list", "test.txt", "d.jpg 7\n", false, "test.txt, line 1");
        row("no validation list", "val.txt", {}, true, "images/val.txt is not there");
        row("wrong validation list", "val.txt", "x.jpg cat\n", true, "val.txt, line 1");
        row("wrong validation list that nobody needs", "val.txt", "x.jpg cat\n", false, nullptr);
    }
    void listsAreReadBeforeARunIsMade() {
        QFETCH(const QString, file);
        QFETCH(const QByteArray, content);
        QFETCH(const bool, by_validation);
        QFETCH(const QString, word);
        RunConfig config = configOn(lists("images"));
        if (by_validation) config.training.selection = Selection::validation;
        const fs::path list = root() / "images" / file.toStdString();
        if (content.isNull()) {
            fs::remove(list);
        } else {
            writeBytes(list, content);
        }
        const QString error = errorOf([&] { newRun(config); });
        if (word.isNull()) {
            QCOMPARE(error, QString("no error"));
        } else {
            QVERIFY2(error.contains(word), qPrintable(error));
            QVERIFY(!fs::exists(workspace() / "runs") || fs::is_empty(workspace() / "runs"));
        }
    }

    void classNamesAreKept() {
        for (const char* name : {"train/cat/1.jpg", "train/dog/1.jpg", "test/cat/1.jpg"}) {
            writeBytes(root() / "pets" / name, "x");
        }
        const RunDescription run = readDescription(newRun(configOn(root() / "pets")));
        QCOMPARE(run.class_names, (std::vector<std::string>{"cat", "dog"}));
        QCOMPARE(className(run, 1), std::string("dog"));
        QCOMPARE(className(run, 2), std::string());
        QCOMPARE(run.data_sha256.size(), std::size_t{64});
        const RunDescription numbers = readDescription(newRun(configOn(lists("images"))));
        QVERIFY(numbers.class_names.empty());
    }

    void imagesThatMoved() {
        const fs::path old_place = lists("images");
        const fs::path run = newRun(configOn(old_place));
        QCOMPARE(train(run, 1).epochs_done, 1);
        fs::create_directories(root() / "disk");
        const fs::path new_place = root() / "disk/images";
        fs::rename(old_place, new_place);

        RunOutcome outcome = train(run, 2);
        QVERIFY(outcome.state == RunState::failed);
        QVERIFY(outcome.exit_code == ExitCode::bad_data);
        QVERIFY2(outcome.message.find(old_place.string()) != std::string::npos,
                 outcome.message.c_str());
        QVERIFY(readStatus(run).state == RunState::failed);

        // With --data.
        outcome = train(run, 2, DataStore({root() / "disk"}));
        QVERIFY2(outcome.state == RunState::queued, outcome.message.c_str());
        QCOMPARE(outcome.epochs_done, 2);

        // By an edit.
        const auto edit = [&](const fs::path& folder) {
            return RunEdit{{{"/data/folder", folder.string()}}, false};
        };
        QString error = errorOf([&] { editRun(run, edit(root() / "nowhere")); });
        QVERIFY2(error.contains("nowhere"), qPrintable(error));
        error = errorOf([&] { editRun(run, edit(lists("others", "z.jpg"))); });
        QVERIFY2(
            error.contains("/data/folder") && error.contains("others") && error.contains("allowed"),
            qPrintable(error));
        QCOMPARE(readDescription(run).config.data.folder, old_place.string());
        QCOMPARE(editRun(run, edit(new_place)), 2);
        outcome = train(run);
        QVERIFY2(outcome.state == RunState::finished, outcome.message.c_str());
        QCOMPARE(readRun(run).records.size(), std::size_t{4});

        // Other lists in the same place.
        const fs::path other = newRun(configOn(new_place));
        QCOMPARE(train(other, 1).epochs_done, 1);
        lists("disk/images", "z.jpg");
        outcome = train(other);
        QVERIFY2(outcome.message.find("not those this run was begun with") != std::string::npos,
                 outcome.message.c_str());
        QCOMPARE(outcome.epochs_done, 1);
    }

    // A validation list that came later neither keeps a run from resuming nor counts as the same.
    void validationListThatCameLater() {
        const fs::path images = lists("images");
        const fs::path run = newRun(configOn(images));
        QCOMPARE(train(run, 1).epochs_done, 1);
        const RunEdit by_validation{{{"/training/selection", "validation"}}, false};
        const QString error = errorOf([&] { editRun(run, by_validation); });
        QVERIFY2(error.contains("/training/selection") && error.contains("val.txt"),
                 qPrintable(error));
        writeBytes(images / "val.txt", "x.jpg 0\n");
        QCOMPARE(editRun(run, by_validation), 1);
        QVERIFY(train(run).state == RunState::finished);
        const RunDescription later = readDescription(newRun(configOn(images)));
        QVERIFY(dataIdentity(later) != dataIdentity(readDescription(run)));
    }

    // Which lists, not where: for trunks and for groups.
    void sharingFollowsTheLists() {
        const fs::path trunk = newRun(configOn(lists("images")));
        QCOMPARE(train(trunk, 2).epochs_done, 2);
        RunConfig config = configOn(lists("copy"));
        config.training.seed = 0;
        const fs::path copy = newRun(config);
        const fs::path other = newRun(configOn(lists("others", "z.jpg")));
        TrainingEnvironment environment;
        environment.threads = 1;
        const auto source = trunkFor(learning_, copy, environment);
        QVERIFY(source.has_value());
        QCOMPARE(source->folder, trunk);
        QCOMPARE(source->epochs, 2);
        QVERIFY(!trunkFor(learning_, other, environment));

        std::vector<IndexedRun> runs;
        for (const fs::path& run : {trunk, copy, other}) runs.push_back(indexed(readRun(run)));
        const std::vector<const IndexedRun*> listed{&runs[0], &runs[1], &runs[2]};
        QCOMPARE(groupRuns(listed).size(), std::size_t{2});
    }

    // A sweep finds its runs again after the images have moved, and takes no others for them.
    void sweepsFollowTheListsToo() {
        const RunConfig config = configOn(lists("images"));
        const fs::path run = newRun(config);
        TrainingEnvironment environment;
        environment.threads = 1;
        const auto planned = [&](const fs::path& images) {
            json base = json(toJson(config));
            base["data"]["folder"] = images.string();
            const Sweep sweep = sweepFromJson(
                {{"name", "moved"}, {"base", base}, {"axes", {{"/training/seed", {0}}}}}, "test");
            SweepPlan plan = planSweep(learning_, sweep, workspace(), environment, 1);
            const std::string found = plan.runs.at(0).id;
            prepareSweep(plan, sweep, json::object(), workspace());
            const RunDescription made = readDescription(workspace() / "runs" / plan.runs[0].id);
            return std::pair(found, made.data_sha256);
        };
        const std::string sum = readDescription(run).data_sha256;
        QCOMPARE(planned(lists("copy")), std::pair(run.filename().string(), sum));
        const auto other = planned(lists("others", "z.jpg"));
        QCOMPARE(other.first, std::string());
        QVERIFY(!other.second.empty() && other.second != sum);
    }

    void byValidationOnlyOnWhatWasValidated() {
        RunConfig config = deferredConfig(2, 0.5, 4);
        config.data.validation_per_class = 1;
        const fs::path trunk = trunkRun(workspace(), config, 3);
        config.training.selection = Selection::validation;
        const TrunkSource source{trunk.filename().string(), trunk, 2, kHere.threads};
        const QString error = errorOf([&] { trunkFrom(source, config); });
        QVERIFY2(error.contains("no validation accuracy of epoch 0"), qPrintable(error));
    }

    // A file's name need not be UTF-8, but status.json must be.
    void anErrorIsKeptWhateverFileItNames() {
        const fs::path run = newRun(configOn(lists("images")));
        learning_.before_epoch = [](const std::string&, int) {
            throw DataError("caf\xe9.jpg cannot be decoded.");
        };
        const RunOutcome outcome = train(run);
        learning_.before_epoch = {};
        QVERIFY(outcome.state == RunState::failed);
        const RunStatus status = readStatus(run);
        QVERIFY(status.state == RunState::failed);
        QCOMPARE(status.message, std::string("café.jpg cannot be decoded."));
    }
};

BALLAST_TEST(TestRun)
#include "tst_run.moc"
