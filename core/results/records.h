#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/experiment/choices.h"
#include "core/experiment/class_rules.h"
#include "core/experiment/config.h"
#include "core/results/confusion_matrix.h"

namespace ballast {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// Where a run stands; replaces its predecessor many times a second. Not kept.
struct StepProgress {
    int epoch = 0;                   // 0-based epoch in progress
    int epochs = 0;                  // of the whole run
    int step = 0;                    // batches done in this epoch
    int steps = 0;                   // batches of an epoch
    double images_per_second = 0.0;  // of training
    double seconds_left = 0.0;       // of the whole run; negative: not known yet
};

/// What one pass over the training images says about each class, in the data set's class order.
/// The vectors hold one number per class, or are empty in a default-made value.
struct ClassStatistics {
    std::vector<double> accuracy;    // share of the class's images whose top logit is right
    std::vector<double> min_logit;   // B_y(f) = min over the class of f(x)_y, before β and Δ
    std::vector<double> min_margin;  // min over the class of f(x)_y − max_{j≠y} f(x)_j
    std::vector<double> lipschitz;   // μ_y of Eq. 15, from min_logit
    std::vector<double> observed_lipschitz;  // μ̂_y = max over the class of α β̃ [1 − softmax_y]
    std::vector<double> bound_terms;         // per-class terms of Eq. 16's complexity, from μ_y
    double majority_accuracy = kMissing;  // mean over the majority classes
    double minority_accuracy = kMissing;  // mean over the minority classes
    bool operator==(const ClassStatistics&) const = default;

    /// Minority over majority training accuracy, Figure 3(b); NaN where either is missing.
    double accuracyRatio() const;
};

/// Means of test accuracy over classes with many (> 100), medium (20 … 100) and few (< 20) training
/// images; NaN for an empty group. Classes without test images are in none.
struct ShotAccuracy {
    double many = kMissing;
    double medium = kMissing;
    double few = kMissing;
};

/// Everything one epoch leaves behind: a pure function of the config (no times, no host).
struct EpochRecord {
    int epoch = 0;  // 0-based
    int phase = 0;  // index into the config's phases
    double learning_rate = 0.0;
    double weight_decay = 0.0;
    double loss = kMissing;                // mean training loss over the epoch's images
    ClassStatistics streaming;             // from the training passes, with augmentation
    std::optional<ClassStatistics> exact;  // evaluation mode, no augmentation, after the epoch
    std::vector<double> test_accuracy;     // per class; NaN without test images of it
    double balanced_test_accuracy = kMissing;
    ShotAccuracy shots;
    ConfusionMatrix test_confusion;  // where `exact` is measured, since version 0.3; else empty
    std::vector<double> validation_accuracy;  // per class; empty without a validation split
    double balanced_validation_accuracy = kMissing;
    std::vector<double> kappa;  // κ_y of the epoch's terms; empty without estimated class rules
    // Mean of the teacher's softmax(g / T') over the epoch's images, per class: flat where every
    // class has 1/C of its answers. Empty in phases without a teacher.
    std::vector<double> teacher_mean;
    double nu = kMissing;   // ν̂ of the epoch's weights, where the run has chosen it
    double tau = kMissing;  // τ̂ of the epoch's shifts, where the run has chosen it
    // α_TDE of the logits in evaluation mode, where these are others than training's (the head
    // "deconfound"): of `exact`, test and validation; NaN there: they are not measured.
    double tde_alpha = kMissing;
};

/// What the run had measured for the epoch's class terms.
ClassEstimates estimatesOf(const EpochRecord& record);

/// How a run ended, with a sentence a user can act on (empty where nothing need be said).
enum class RunState { queued, running, paused, finished, stopped, diverged, failed };
struct RunOutcome {
    RunState state = RunState::queued;
    int epochs_done = 0;
    std::string message;
    ExitCode exit_code = ExitCode::done;
    bool busy = false;  // another process has the run in training; nothing was done
};

const char* stateName(RunState state);
std::optional<RunState> stateFromName(std::string_view name);

/// Majority and minority means of per-class values; NaN where `majority` is empty.
struct GroupMeans {
    double majority = kMissing;
    double minority = kMissing;
};
GroupMeans groupMeans(std::span<const double> per_class, const std::vector<bool>& majority);

/// The mean of per-class accuracies over the classes that have one; NaN where none has.
double balancedAccuracy(std::span<const double> per_class);

ShotAccuracy shotAccuracy(std::span<const double> test_accuracy,
                          std::span<const std::int64_t> class_counts);

/// The record with the highest balanced accuracy on the data that select the best epoch
/// (TrainingConfig::selection), the earliest of equals; nullptr for none.
const EpochRecord* bestRecord(std::span<const EpochRecord> records, Selection selection);

/// One line of epochs.jsonl and back. NaN is null. `source` names the line in messages. Throws
/// DamagedFileError on a line of another shape, StorageError on a newer format.
nlohmann::ordered_json toJson(const EpochRecord& record);
EpochRecord recordFromJson(const nlohmann::json& json, std::string_view source = "an epoch record");

/// "FILE, line 4,": the line of epochs.jsonl that should hold the record of epoch 3.
std::string recordSource(std::string_view file, std::size_t epoch);

/// A parent's record as the run of `config` would have written it itself: the phase's number, and
/// exact statistics only where they are due. What was measured with another α_TDE is left out.
EpochRecord recordFor(const RunConfig& config, EpochRecord record);

/// Whether the record lacks what is measured after an epoch, as it was with another α_TDE.
bool lacksMeasurement(const RunConfig& config, const EpochRecord& record);

}  // namespace ballast
