#include <torch/torch.h>

#include <QtTest>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/keyed_random.h"
#include "core/experiment/imbalance.h"
#include "core/learning/checkpoint.h"
#include "core/learning/models/resnet.h"
#include "core/results/owned_run.h"
#include "core/runs/learning_library.h"
#include "core/runs/run.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {

/// The smallest real run: the largest class alone has 6,000 images. T0 is 2, and there loss, weight
/// decay and optimiser change.
RunConfig smallConfig() {
    RunConfig config;
    config.name = "small";
    config.data.dataset = "fashion-mnist";
    config.data.imbalance.ratio = 6000;
    config.model.name = "resnet8";
    Phase deferred;
    deferred.from = 2;
    deferred.alpha = {"effective-number", {{"p", 0.9999}}, {}};
    deferred.weight_decay = 1e-3;
    deferred.sam_radius = 0.05;
    config.phases.push_back(deferred);
    config.lr_schedule.warmup_epochs = 1;
    config.training.epochs = 3;
    config.training.device = "cpu";
    config.training.threads = 2;
    config.training.exact_every = 0;
    return config;
}

constexpr int kStepsPerEpoch = 76;  // of 128 images

class Watcher : public RunObserver {
public:
    std::atomic<int> steps{0};   // all epochs'
    std::atomic<int> epochs{0};  // finished
    std::vector<std::string> lines;
    std::vector<RunState> states;
    std::vector<std::string> records;

    void stateChanged(RunState state) override { states.push_back(state); }
    void stepFinished(const StepProgress&) override { ++steps; }
    void epochFinished(const EpochRecord& record) override {
        records.push_back(toJson(record).dump());
        ++epochs;
    }
    void said(const std::string& line) override { lines.push_back(line); }
    bool heard(const std::string& words) const {
        return std::ranges::any_of(lines, [&](const auto& l) { return l.find(words) != l.npos; });
    }
};

/// A run in a thread of its own, as the window trains it.
class Training {
public:
    explicit Training(fs::path folder)
        : thread_([this, folder = std::move(folder)] {
              outcome_ = trainRun(learningLibrary(), folder, {}, control, watcher);
              done_.store(true);
          }) {}
    ~Training() {
        control.requestStop();
        if (thread_.joinable()) thread_.join();
    }

    bool done() const { return done_.load(); }
    RunOutcome outcome() {
        thread_.join();
        return outcome_;
    }

    RunControl control;
    Watcher watcher;

private:
    std::atomic<bool> done_{false};
    RunOutcome outcome_;
    std::thread thread_;
};

std::string recordsOf(const fs::path& folder) {
    return readFile(folder / "epochs.jsonl");
}

fs::path checkpointOf(const fs::path& folder, int epochs_done) {
    return folder / "checkpoints" / ("epoch-00000" + std::to_string(epochs_done) + ".safetensors");
}

void flipByte(const fs::path& file) {
    std::string content = readFile(file);
    content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
    replaceFile(file, content);
}

/// Normalised images of a split as the paper's code makes them, in the default layout.
torch::Tensor imagesOf(const ImageSet& set, const std::vector<std::int64_t>* indices) {
    torch::Tensor pixels = torch::tensor(at::ArrayRef<std::uint8_t>(set.pixels), torch::kUInt8)
                               .view({static_cast<std::int64_t>(set.labels.size()), 1, 28, 28});
    if (indices != nullptr) pixels = pixels.index_select(0, torch::tensor(*indices));
    return (pixels.to(torch::kFloat32) / 255.0 - 0.2860) / 0.3530;
}

}  // namespace

class TestTrainer : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path reference_;  // trained without a break
    std::vector<std::string> reference_lines_;

    fs::path newRun(const RunConfig& config = smallConfig()) const {
        return createRun(folder_.path().toStdString(), config, nlohmann::json::object(), {});
    }

    /// A copy of the reference as if it stood elsewhere.
    fs::path copyOfReference(const std::string& name) const {
        const fs::path copy = reference_.parent_path() / name;
        fs::copy(reference_, copy, fs::copy_options::recursive);
        return copy;
    }

    bool equalsReference(const fs::path& folder) const {
        if (recordsOf(folder) != recordsOf(reference_)) return false;
        const Checkpoint ours = loadCheckpoint(checkpointOf(folder, 3));
        const Checkpoint theirs = loadCheckpoint(checkpointOf(reference_, 3));
        for (const auto& [name, tensor] : theirs.tensors) {
            if (!torch::equal(tensor, ours.tensors.at(name))) return false;
        }
        return readFile(checkpointOf(folder, 3)) == readFile(checkpointOf(reference_, 3));
    }

private Q_SLOTS:
    void initTestCase() {
        reference_ = newRun();
        QVERIFY(readRun(reference_).status.state == RunState::queued);
        Training training(reference_);
        const RunOutcome outcome = training.outcome();
        QVERIFY2(outcome.state == RunState::finished, outcome.message.c_str());
        QCOMPARE(outcome.epochs_done, 3);
        reference_lines_ = training.watcher.records;
        QCOMPARE(training.watcher.epochs.load(), 3);
        QCOMPARE(training.watcher.states.front(), RunState::running);
        QCOMPARE(training.watcher.states.back(), RunState::finished);
        // 9,679 images, the last batch smaller.
        std::int64_t images = 0;
        const RunSummary summary = readRun(reference_);
        for (const std::int64_t count : summary.description.class_counts) images += count;
        QCOMPARE((images + 127) / 128, std::int64_t{kStepsPerEpoch});
        QCOMPARE(training.watcher.steps.load(), 3 * kStepsPerEpoch);
    }

    void recordsSayWhatTheConfigAsks() {
        const RunSummary summary = readRun(reference_);
        QVERIFY2(summary.error.empty() && summary.warnings.empty(), summary.error.c_str());
        QVERIFY(summary.status.state == RunState::finished);
        QCOMPARE(summary.description.threads, 2);
        QCOMPARE(summary.description.device, std::string("cpu"));
        QCOMPARE(summary.records.size(), std::size_t{3});
        std::string observed;
        for (const std::string& line : reference_lines_) observed += line + "\n";
        QCOMPARE(observed, recordsOf(reference_));

        const int phases[] = {0, 0, 1};
        const double decays[] = {2e-4, 2e-4, 1e-3};
        for (int epoch = 0; epoch < 3; ++epoch) {
            const EpochRecord& record = summary.records[static_cast<std::size_t>(epoch)];
            QCOMPARE(record.epoch, epoch);
            QCOMPARE(record.phase, phases[epoch]);
            QCOMPARE(record.learning_rate, 0.1);
            QCOMPARE(record.weight_decay, decays[epoch]);
            QCOMPARE(record.test_accuracy.size(), std::size_t{10});
            // Streaming in every epoch, exact on both sides of T0 and at the end.
            QCOMPARE(record.exact.has_value(), epoch >= 1);
            QCOMPARE(record.test_confusion.empty(), epoch < 1);
            for (std::size_t y = 0; y < record.test_confusion.rows.size(); ++y) {
                QCOMPARE(record.test_confusion.share(y, static_cast<int>(y)),
                         record.test_accuracy[y]);
            }
            for (const ClassStatistics* statistics :
                 {&record.streaming, record.exact ? &*record.exact : &record.streaming}) {
                for (const auto* values :
                     {&statistics->accuracy, &statistics->min_logit, &statistics->min_margin,
                      &statistics->lipschitz, &statistics->observed_lipschitz,
                      &statistics->bound_terms}) {
                    QCOMPARE(values->size(), std::size_t{10});
                    QVERIFY(
                        std::ranges::all_of(*values, [](double v) { return std::isfinite(v); }));
                }
                for (std::size_t y = 0; y < 10; ++y) {
                    QVERIFY(statistics->observed_lipschitz[y] >= 0);
                    QVERIFY(statistics->min_margin[y] <= 0 || statistics->accuracy[y] == 1);
                }
            }
            if (record.exact) QVERIFY(*record.exact != record.streaming);
        }
    }

    void lossFalls() {
        const auto records = readRun(reference_).records;
        QVERIFY(records[1].loss < 0.8 * records[0].loss);
        QVERIFY(records[0].loss < std::log(10.0));
        QVERIFY(records[1].streaming.majority_accuracy > 0.5);
    }

    void classesAreThoseOfARecomputation() {
        const RunSummary summary = readRun(reference_);
        const EpochRecord& record = summary.records.back();
        const Checkpoint checkpoint = loadCheckpoint(checkpointOf(reference_, 3));
        QCOMPARE(checkpoint.metadata.at("epochs_done"), std::string("3"));

        ResNet model(8, 1, 10, HeadKind::linear);
        const torch::NoGradGuard no_grad;
        for (auto& item : model->named_parameters()) {
            item.value().copy_(checkpoint.tensors.at(item.key()));
            QVERIFY(checkpoint.tensors.contains("optimizer.momentum." + item.key()));
        }
        for (auto& item : model->named_buffers()) {
            item.value().copy_(checkpoint.tensors.at(item.key()));
        }
        model->eval();

        const DataStore store;
        const DatasetInfo& dataset = *findDataset("fashion-mnist");
        const auto check = [&](Split split, const std::vector<std::int64_t>* indices,
                               const std::vector<double>& accuracy,
                               const std::vector<double>* min_logit) {
            const ImageSet set = store.read(dataset, split);
            const torch::Tensor images = imagesOf(set, indices);
            std::vector<std::int64_t> labels(set.labels.begin(), set.labels.end());
            if (indices != nullptr) {
                labels.clear();
                for (const std::int64_t index : *indices) {
                    labels.push_back(set.labels[static_cast<std::size_t>(index)]);
                }
            }
            std::vector<torch::Tensor> pieces;
            for (const torch::Tensor& piece : images.split(500)) pieces.push_back(model(piece));
            const torch::Tensor logits = torch::cat(pieces);
            const torch::Tensor said = logits.argmax(1);
            for (std::size_t y = 0; y < 10; ++y) {
                double seen = 0;
                double right = 0;
                double smallest = INFINITY;
                for (std::size_t i = 0; i < labels.size(); ++i) {
                    if (labels[i] != static_cast<std::int64_t>(y)) continue;
                    const auto row = static_cast<std::int64_t>(i);
                    ++seen;
                    right += said[row].item<std::int64_t>() == labels[i] ? 1 : 0;
                    smallest = std::min(smallest, logits[row][labels[i]].item<double>());
                }
                // Layouts and batch sizes round differently: a tie may fall the other way.
                QVERIFY2(std::abs(accuracy[y] * seen - right) <= std::min(1.0, seen / 500),
                         qPrintable(QString("class %1: %2, recomputed %3")
                                        .arg(y)
                                        .arg(accuracy[y])
                                        .arg(right / seen)));
                if (min_logit != nullptr) {
                    QVERIFY(std::abs((*min_logit)[y] - smallest) <
                            1e-4 * std::max(1.0, std::abs(smallest)));
                }
            }
        };
        check(Split::test, nullptr, record.test_accuracy, nullptr);
        double mean = 0;
        for (const double accuracy : record.test_accuracy) mean += accuracy / 10;
        QVERIFY(std::abs(mean - record.balanced_test_accuracy) < 1e-12);

        const auto subset =
            subsetIndices(store.labels(dataset, Split::train), summary.description.class_counts, 0);
        check(Split::train, &subset, record.exact->accuracy, &record.exact->min_logit);
    }

    // Stopped, postponed and paused at steps that a seed draws, and resumed every time: in the
    // first epoch, after one, after two, and in the last.
    void interruptedRunEqualsTheReference() {
        const fs::path folder = newRun();
        const KeyedRandom random(20240711, Purpose::batch_order, 0);
        int total_steps = 0;
        for (std::uint32_t leg = 0; leg < 4; ++leg) {
            const int whole_epoch = leg == 1 || leg == 2 ? kStepsPerEpoch : 0;
            const int target = whole_epoch + 5 + static_cast<int>(below(random.words(leg)[0], 60));
            qInfo("leg %u: %d steps", leg, target);
            Training training(folder);
            QTRY_VERIFY_WITH_TIMEOUT(training.watcher.steps >= target || training.done(), 240'000);
            if (leg % 2 == 1) {
                training.control.setPaused(true);
                const int at_request = training.watcher.steps;
                QTRY_VERIFY_WITH_TIMEOUT(readRun(folder).status.state == RunState::paused, 120'000);
                const int paused_at = training.watcher.steps;
                QVERIFY(paused_at <= at_request + 1);
                QVERIFY(!readRun(folder).interrupted);
                QTest::qWait(300);
                QCOMPARE(training.watcher.steps.load(), paused_at);
                if (leg == 1) {
                    training.control.setPaused(false);
                    QTRY_VERIFY_WITH_TIMEOUT(training.watcher.steps >= paused_at + 3, 120'000);
                    QVERIFY(readRun(folder).status.state == RunState::running);
                }  // else it is stopped while it is paused
            }
            const bool postpone = leg == 2;
            if (postpone) {
                training.control.requestPostpone();
            } else {
                training.control.requestStop();
            }
            const int at_request = training.watcher.steps;
            const RunOutcome outcome = training.outcome();
            QVERIFY(training.watcher.steps <= at_request + 1);
            const RunState expected = postpone ? RunState::queued : RunState::stopped;
            QVERIFY2(outcome.state == expected, outcome.message.c_str());
            const RunSummary summary = readRun(folder);
            QVERIFY(summary.status.state == expected);
            QCOMPARE(summary.status.epochs_done, static_cast<int>(summary.records.size()));
            QVERIFY(!summary.status.owner);
            QVERIFY(recordsOf(reference_)
                        .starts_with(summary.records.empty() ? "" : recordsOf(folder)));
            total_steps += training.watcher.steps;
        }
        QVERIFY(total_steps > 20);
        QCOMPARE(readRun(folder).records.size(), std::size_t{2});
        Training last(folder);
        QVERIFY(last.outcome().state == RunState::finished);
        QVERIFY(equalsReference(folder));
    }

    void damagedCheckpointGivesWayToTheOneBefore() {
        const fs::path folder = copyOfReference("damaged-newest");
        flipByte(checkpointOf(folder, 3));
        Training training(folder);
        const RunOutcome outcome = training.outcome();
        QVERIFY2(outcome.state == RunState::finished, outcome.message.c_str());
        QVERIFY(training.watcher.heard(checkpointOf(folder, 3).string()));
        QVERIFY(training.watcher.heard("resumes after 2 epochs"));
        QVERIFY(readFile(folder / "log.txt").find("checkpoint before the damaged one") !=
                std::string::npos);
        QCOMPARE(training.watcher.epochs.load(), 1);
        QVERIFY(equalsReference(folder));
    }

    void allCheckpointsDamagedLosesNoRecord() {
        const fs::path folder = copyOfReference("damaged-all");
        for (const auto& entry : fs::directory_iterator(folder / "checkpoints")) {
            flipByte(entry.path());
        }
        Training training(folder);
        const RunOutcome outcome = training.outcome();
        QVERIFY(outcome.state == RunState::failed);
        QVERIFY(outcome.exit_code == ExitCode::bad_data);
        QVERIFY2(outcome.message.find("no checkpoint") != std::string::npos,
                 outcome.message.c_str());
        QVERIFY(readRun(folder).status.state == RunState::failed);
        QCOMPARE(recordsOf(folder), recordsOf(reference_));
    }

    // The record was written, the checkpoint not: the epoch is trained again, to the same record.
    void recordWithoutCheckpointIsTrainedAgain() {
        const fs::path folder = copyOfReference("no-newest");
        fs::remove(checkpointOf(folder, 3));
        std::ofstream(folder / "epochs.jsonl", std::ios::app) << "{\"torn";
        Training training(folder);
        QVERIFY(training.outcome().state == RunState::finished);
        QVERIFY(training.watcher.heard("torn"));
        QVERIFY(equalsReference(folder));
    }

    void finishedRunIsLeftAlone() {
        const fs::path folder = copyOfReference("finished");
        Training training(folder);
        QVERIFY(training.outcome().state == RunState::finished);
        QCOMPARE(training.watcher.steps.load(), 0);
        QVERIFY(equalsReference(folder));
    }

    void secondOwnerIsRefused() {
        const fs::path folder = copyOfReference("owned");
        const OwnedRun owner(folder);
        const std::string status = readFile(folder / "status.json");
        Training training(folder);
        const RunOutcome outcome = training.outcome();
        QVERIFY(outcome.state == RunState::failed);
        QVERIFY2(outcome.message.find("another process") != std::string::npos,
                 outcome.message.c_str());
        QCOMPARE(readFile(folder / "status.json"), status);
        QVERIFY(equalsReference(folder));
    }

    void divergenceIsSaid() {
        RunConfig config = smallConfig();
        config.optimizer.lr = 100;  // with this decay each step multiplies the weights by −99
        config.optimizer.weight_decay = 1;
        config.lr_schedule.warmup_epochs = 0;
        const fs::path folder = newRun(config);
        Training training(folder);
        const RunOutcome outcome = training.outcome();
        QVERIFY2(outcome.state == RunState::diverged, outcome.message.c_str());
        QVERIFY(outcome.exit_code == ExitCode::run_failed);
        QVERIFY2(outcome.message.find("epoch 0") != std::string::npos, outcome.message.c_str());
        const RunSummary summary = readRun(folder);
        QVERIFY(summary.status.state == RunState::diverged);
        QCOMPARE(summary.status.message, outcome.message);
        QVERIFY(summary.records.empty());
    }

    // Estimated class rules, a second stage, both sampling rules, a validation split and
    // AutoAugment: whatever has a state of its own must be in the checkpoint.
    void newKindsOfPhasesResume() {
        RunConfig config = smallConfig();
        config.name = "phases";
        config.data.validation_per_class = 20;
        config.data.imbalance.ratio = 5980;
        config.training.selection = Selection::validation;
        config.training.augmentation = "autoaugment-cutout";
        config.training.convolution = Convolution::fast;  // the reference has the exact ones
        config.training.epochs = 5;
        config.optimizer.momentum_form = MomentumForm::nesterov;
        config.phases = {Phase{}, Phase{}, Phase{}, Phase{}};
        for (int i = 0; i < 4; ++i) config.phases[static_cast<std::size_t>(i)].from = i;
        config.phases[1].beta = {"cvs-scale", {{"gamma", 0.05}}, {}};
        config.phases[2].alpha = {"power", {{"nu", 0.15}}, {}};
        config.phases[2].delta = {"cvs-shift", {{"tau", 1.0}}, {}};
        config.phases[2].sampling = Sampling::square_root;
        config.phases[3].sampling = Sampling::class_balanced;
        config.phases[3].trainable = Trainable::head;
        config.phases[3].head_start = HeadStart::reinitialise;
        config.phases[3].head_relative_max_norm = 0.3;
        config.phases[3].batch_statistics = BatchStatistics::adapting;
        config.phases[3].lr_schedule = PhaseSchedule::cosine;
        config.phases[3].lr_factor = 0.1;
        config.phases[3].loss = "softmax-bce";
        const fs::path unbroken = newRun(config);
        QVERIFY(Training(unbroken).outcome().state == RunState::finished);
        const RunSummary summary = readRun(unbroken);
        QVERIFY2(summary.error.empty(), summary.error.c_str());
        for (const EpochRecord& record : summary.records) {
            QCOMPARE(record.validation_accuracy.size(), std::size_t{10});
            QVERIFY(std::isfinite(record.balanced_validation_accuracy));
            QCOMPARE(record.kappa.size(), std::size_t{10});
        }
        // The estimates have moved, and the terms of the last epoch followed them.
        QVERIFY(
            std::ranges::any_of(summary.records.back().kappa, [](double k) { return k < 1.0; }));
        std::int64_t images = 0;
        for (const std::int64_t count : summary.description.class_counts) images += count;
        const Checkpoint last = loadCheckpoint(checkpointOf(unbroken, 5));
        QCOMPARE(last.tensors.at("calibration.seen").sum().item<std::int64_t>(), 5 * images);
        QVERIFY(last.tensors.at("linear.weight").norm(2, 1).max().item<float>() <=
                1.0001F * last.tensors.at("linear.norm_limit").item<float>());
        QCOMPARE(bestRecord(summary.records, Selection::validation)->balanced_validation_accuracy,
                 std::ranges::max(summary.records, {}, &EpochRecord::balanced_validation_accuracy)
                     .balanced_validation_accuracy);

        const fs::path broken = newRun(config);
        for (int stop = 0; stop < 2; ++stop) {  // in epochs 2 and 4, the second of its phase
            Training training(broken);
            QTRY_VERIFY_WITH_TIMEOUT(training.watcher.steps > 5 + 2 * 76, 120000);
            training.control.requestStop();
            QVERIFY(training.outcome().state == RunState::stopped);
        }
        QVERIFY(Training(broken).outcome().state == RunState::finished);
        QCOMPARE(recordsOf(broken), recordsOf(unbroken));
        QCOMPARE(readFile(checkpointOf(broken, 5)), readFile(checkpointOf(unbroken, 5)));
    }

    // Mixed images and draws that change from epoch to epoch are drawn as before, and a head of
    // class means is made of the same images, where a run was stopped within its phase's first
    // epoch.
    void mixedAndProgressiveRunsResume() {
        RunConfig config = smallConfig();
        config.training.epochs = 2;
        config.phases = {Phase{}, Phase{}};
        config.phases[0].sampling = Sampling::progressive;
        config.phases[0].mixing = Mixing::mixup;
        config.phases[0].mixing_beta = 0.4;
        config.phases[1] = config.phases[0];
        config.phases[1].from = 1;
        config.phases[1].mixing = Mixing::remix;
        config.phases[1].smoothing = Smoothing::concave;
        config.phases[1].head_start = HeadStart::class_means;
        config.phases[1].trainable = Trainable::head;
        const fs::path unbroken = newRun(config);
        QVERIFY(Training(unbroken).outcome().state == RunState::finished);
        const fs::path broken = newRun(config);
        {
            Training training(broken);
            QTRY_VERIFY_WITH_TIMEOUT(training.watcher.steps > 5 + kStepsPerEpoch, 240000);
            training.control.requestStop();
            QVERIFY(training.outcome().state == RunState::stopped);
        }
        QCOMPARE(readRun(broken).status.epochs_done, 1);
        QVERIFY(Training(broken).outcome().state == RunState::finished);
        QCOMPARE(recordsOf(broken), recordsOf(unbroken));
        QCOMPARE(readFile(checkpointOf(broken, 2)), readFile(checkpointOf(unbroken, 2)));
    }
};

BALLAST_TEST(TestTrainer)
#include "tst_trainer_slow.moc"
