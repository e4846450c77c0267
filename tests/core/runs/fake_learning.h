#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/results/owned_run.h"
#include "core/results/saved_logits.h"
#include "core/runs/learning.h"
#include "core/runs/run_edits.h"
#include "tests/core/runs/trunk_runs.h"

namespace ballast {

/// Trains without LibTorch and in no time: epochs of a hundred steps whose records and "weights"
/// are a pure function of what each epoch's config says, so that shared, resumed and lone runs can
/// be compared as those of the real one. Runs can be held before an epoch, made to fail there, and
/// counted.
class FakeLearning final : public Learning {
public:
    static constexpr int kSteps = 100;

    /// Called at the begin of the members that planning and importing ask, with the member's name.
    using Asked = std::function<void(const std::string& member)>;

    explicit FakeLearning(Asked asked = [](const std::string&) {}) : asked_(std::move(asked)) {}

    /// How long a step takes; 0: no time.
    std::atomic<std::chrono::microseconds> step_time{std::chrono::microseconds(0)};

    /// Whether this "machine" can train with features in bfloat16.
    bool has_bfloat16 = true;
    void requireSupport(const RunConfig& config, const std::string& /*device*/) const override {
        if (has_bfloat16 || config.training.convolution != Convolution::bfloat16) return;
        throw ConfigError("bfloat16 is not for this machine");
    }

    /// Called on the training thread before each epoch, with the run's ID; what it throws ends the
    /// run.
    std::function<void(const std::string& run, int epoch)> before_epoch;

    /// From now on the run waits before that epoch, until letGo().
    void holdBefore(const std::string& run, int epoch) {
        const std::lock_guard lock(mutex_);
        holds_.insert({run, epoch});
    }
    void letGo() {
        const std::lock_guard lock(mutex_);
        holds_.clear();
        changed_.notify_all();
    }
    /// Whether it waits there now.
    bool isHeld(const std::string& run) const {
        const std::lock_guard lock(mutex_);
        return held_.contains(run);
    }
    /// Runs in training now, and the most there were at a time.
    int active() const { return active_; }
    int mostActive() const { return most_active_; }

    std::string libraries() const override { return "fake 1"; }

    std::string resolveDevice(const std::string& device) const override {
        asked_("resolveDevice");
        if (device.starts_with("cuda")) throw DeviceError("there is no GPU " + device + " here");
        return "cpu";
    }

    RunOutcome train(OwnedRun& run, const TrainingEnvironment&, RunControl& control,
                     RunObserver& observer) const override {
        const Active counted(*this);
        int epoch = 0;
        std::string weights = restored(run, epoch);
        completeLastRecord(run, observer);
        const std::string id = run.folder().filename().string();
        while (epoch < run.description().config.training.epochs) {
            if (control.mustEndAfter(epoch)) return {RunState::queued, epoch, "", ExitCode::done};
            if (before_epoch) before_epoch(id, epoch);
            wait(id, epoch, control);
            const RunConfig config = run.description().config;
            for (int step = 1; step <= kSteps; ++step) {
                if (!proceed(run, epoch, control, observer)) {
                    return {control.stateAfterwards(), epoch, "", ExitCode::done};
                }
                if (const auto time = step_time.load(); time.count() > 0) {
                    std::this_thread::sleep_for(time);
                }
                observer.stepFinished({epoch, config.training.epochs, step, kSteps, 100.0, 1.0});
            }
            const EpochRecord record = trainedRecord(config, epoch);
            weights += trained(config, epoch);
            run.append(record);
            for (const std::string& line : applyPendingEdits(run, epoch + 1)) observer.said(line);
            if (!(run.description().config == config)) {
                observer.configChanged(run.description().config);
            }
            std::filesystem::create_directories(run.folder() / "checkpoints");
            replaceFile(run.checkpointPath(epoch + 1), weights);
            run.pruneCheckpoints();
            ++epoch;
            run.setStatus(RunState::running, epoch, "");
            run.log("epoch " + std::to_string(epoch - 1) + " done in 0.0 s");
            observer.epochFinished(record);
        }
        return {RunState::finished, epoch, "", ExitCode::done};
    }

    std::int64_t checkpointBytes(const RunConfig&, std::int64_t classes) const override {
        asked_("checkpointBytes");
        return 1000 * classes;
    }
    LossResult loss(const LossRequest&) const override { throw unused(); }
    /// A ResNet-32 for CIFAR-10 after 20 epochs, whatever the file.
    CheckpointInfo inspectCheckpoint(const CheckpointSource&) const override {
        asked_("inspectCheckpoint");
        CheckpointInfo info;
        info.epochs_done = 20;
        info.model.name = "resnet32";
        info.in_channels = 3;
        info.classes = 10;
        return info;
    }
    Evaluation evaluate(const EvaluationRequest&, const DataStore&) const override {
        throw unused();
    }
    /// Writes the logits of one image, which only say which epoch they are of.
    std::vector<std::string> saveLogits(const LogitsRequest& request, const DataStore&,
                                        const std::atomic<bool>&) const override {
        asked_("saveLogits");
        SavedLogits saved;
        saved.epochs_done = request.epochs_done;
        saved.dataset = request.description.config.data.dataset;
        saved.data_identity = dataIdentity(request.description);
        saved.subset_sha256 = request.description.subset_sha256;
        saved.class_counts = request.description.class_counts;
        saved.head.kind = HeadKind::cosine;
        const int classes = saved.classes();
        saved.test = Logits{classes, std::vector<float>(saved.class_counts.size(), 1.0F), {0}};
        saved.test->values[0] = static_cast<float>(request.epochs_done + 1);
        writeSavedLogits(request.to, saved);
        return {"made by a script"};
    }
    void adoptCheckpoint(const CheckpointSource&, const RunConfig&, int,
                         const std::filesystem::path& to) const override {
        asked_("adoptCheckpoint");
        replaceFile(to, "adopted");
    }
    CheckpointInfo exportWeights(const CheckpointSource&,
                                 const std::filesystem::path&) const override {
        throw unused();
    }

private:
    class Active {
    public:
        explicit Active(const FakeLearning& fake) : fake_(fake) {
            const int now = ++fake_.active_;
            int most = fake_.most_active_;
            while (now > most && !fake_.most_active_.compare_exchange_weak(most, now)) {
            }
        }
        ~Active() { --fake_.active_; }

    private:
        const FakeLearning& fake_;
    };

    static std::logic_error unused() {
        return std::logic_error("the scripted training has no such thing");
    }

    /// What an epoch does to the weights.
    static std::string trained(const RunConfig& config, int epoch) {
        const Phase& phase = phaseAt(config, epoch);
        std::string text = std::to_string(epoch) + " " + phase.alpha.rule;
        for (const auto& [name, value] : phase.alpha.parameters) {
            text += " " + name + " " + std::to_string(value);
        }
        return text + " " + std::to_string(learningRateAt(config, epoch)) + "\n";
    }

    static std::string restored(OwnedRun& run, int& epoch) {
        const auto files = run.checkpoints();
        for (auto file = files.rbegin(); file != files.rend(); ++file) {
            if (file->epochs_done > static_cast<int>(run.records().size())) continue;
            epoch = file->epochs_done;
            run.truncateRecords(epoch);
            return readFile(file->path);
        }
        run.truncateRecords(0);
        return "";
    }

    /// The last epoch of a trunk may not have been measured exactly.
    static void completeLastRecord(OwnedRun& run, RunObserver& observer) {
        std::vector<EpochRecord> records = run.records();
        if (records.empty() || records.back().exact) return;
        if (!exactIsDue(run.description().config, records.back().epoch)) return;
        records.back().exact = records.back().streaming;
        run.replaceRecords(std::move(records));
        observer.recordsReplaced(run.records());
    }

    void wait(const std::string& run, int epoch, const RunControl& control) const {
        std::unique_lock lock(mutex_);
        while (holds_.contains({run, epoch}) && !control.mustEnd()) {
            held_.insert(run);
            changed_.wait_for(lock, std::chrono::milliseconds(5));
        }
        held_.erase(run);
    }

    static bool proceed(OwnedRun& run, int epoch, const RunControl& control,
                        RunObserver& observer) {
        if (control.paused() && !control.mustEnd()) {
            run.setStatus(RunState::paused, epoch, "");
            observer.stateChanged(RunState::paused);
            while (control.paused() && !control.mustEnd()) {
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
            }
            run.setStatus(RunState::running, epoch, "");
            observer.stateChanged(RunState::running);
        }
        return !control.mustEnd();
    }

    const Asked asked_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::set<std::pair<std::string, int>> holds_;
    mutable std::set<std::string> held_;
    mutable std::atomic<int> active_{0};
    mutable std::atomic<int> most_active_{0};
};

}  // namespace ballast
