#pragma once

#include <torch/torch.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/experiment/class_terms.h"
#include "core/learning/calibration.h"
#include "core/learning/data/image_source.h"
#include "core/learning/parallel/replica.h"
#include "core/learning/teacher.h"
#include "core/results/owned_run.h"
#include "core/runs/training.h"

namespace ballast {

/// Algorithm 1 of the paper for one run: epochs of mini-batch steps whose loss follows the phases,
/// one record and one checkpoint an epoch. All on the calling thread.
class Trainer {
public:
    /// Loads the data and the newest good checkpoint. Where several processes train the run, this
    /// is the first one. Throws DataError, DeviceError, CheckpointError.
    Trainer(OwnedRun& run, const TrainingEnvironment& environment, RunControl& control,
            RunObserver& observer, Ranks& ranks);

    /// Trains to the end, or until the control says otherwise. Throws StorageError.
    RunOutcome train();

private:
    bool trainEpoch(const ClassTerms& terms, EpochRecord& record);
    ClassEstimates estimates() const;
    std::shared_ptr<Teacher> teacherOf(const Phase& phase);
    bool chooseTerms(const Phase& phase);
    void measure(const ClassTerms& terms, EpochRecord& record);
    void keepLogits();
    void fitLastRecord();
    void beginPhaseEarly(int epoch, std::span<const EpochRecord> records);
    void takeEdits(int epoch);
    int classes() const { return static_cast<int>(class_counts_.size()); }

    bool proceed();
    void reportStep(int step, int steps, std::int64_t images);

    std::map<std::string, torch::Tensor> state();
    void restore();
    void keepCheckpoint();
    void say(const std::string& line);

    OwnedRun& run_;
    RunControl& control_;
    RunObserver& observer_;
    RunConfig config_;
    const std::vector<std::int64_t> class_counts_;
    const std::vector<bool> majority_;
    Ranks& ranks_;
    const torch::Device device_;
    Replica replica_;
    const ImageSources& data_;
    ImageNetwork& model_;
    Evaluator& evaluator_;
    std::shared_ptr<Teacher> teacher_;        // once a phase has needed it
    std::optional<Calibration> calibration_;  // where a phase's rules follow the run's estimates
    // ν̂ and τ̂ of a phase whose weights or shifts the run chooses; NaN: none. [2] of float64.
    torch::Tensor chosen_ = torch::full({2}, kMissing, torch::kFloat64);
    const bool save_logits_;
    std::optional<SavedLogits> logits_;  // of the epoch that was measured, where they are due
    int epoch_ = 0;

    using Clock = std::chrono::steady_clock;
    Clock::time_point epoch_start_;
    Clock::duration paused_for_{};  // within the epoch
    Clock::time_point last_heartbeat_;
    std::optional<double> seconds_per_epoch_;  // of this process's last whole epoch
    double images_per_second_ = 0.0;
};

}  // namespace ballast
