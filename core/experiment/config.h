#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/experiment/choices.h"

namespace ballast {

/// How one class-dependent term follows from the class counts: a rule of the catalogue with its
/// parameters, or (rule "values") one number per class.
struct ClassRule {
    std::string rule;
    std::map<std::string, double> parameters;
    std::vector<double> values;
    bool operator==(const ClassRule&) const = default;
};

/// What holds from epoch `from` on, until the next phase.
struct Phase {
    int from = 0;                     // first epoch of the phase, counted from 0
    int plateau = 0;                  // above 0: begins early, after a plateau of so many epochs
    ClassRule alpha{"one", {}, {}};   // class weight α_y, Eq. 3
    ClassRule beta{"one", {}, {}};    // logit scale β_y, Eq. 3
    ClassRule delta{"zero", {}, {}};  // logit shift Δ_y, Eq. 3
    Smoothing smoothing = Smoothing::none;  // label smoothing ε_y, as the next two
    double smoothing_head = 0.4;            // ε of the largest class
    double smoothing_tail = 0.1;            // ε of the smallest class
    std::string loss = "inherit";           // the loss family; "inherit": the run's
    double lr_factor = 1.0;                 // multiplies the scheduled learning rate
    double backbone_lr_factor = 1.0;        // … for these parameters alone, as the next two
    double head_lr_factor = 1.0;
    double scale_lr_factor = 1.0;
    PhaseSchedule lr_schedule = PhaseSchedule::continued;  // as the phase begins
    std::optional<double> weight_decay;                    // replaces the optimiser's, where given
    double sam_radius = 0.0;                               // 0: plain SGD
    Targets targets = Targets::labels;
    double teacher_weight = 0.5;       // a of distillation, as the next two (losses/distillation.h)
    double student_temperature = 4.0;  // T
    double teacher_temperature = 4.0;  // T'
    Sampling sampling = Sampling::instance;
    Mixing mixing = Mixing::none;
    double mixing_beta = 1.0;  // a of Beta(a, a), which a batch's λ is drawn from
    double remix_ratio = 3.0;  // κ of Remix
    double remix_share = 0.5;  // τ of Remix
    Trainable trainable = Trainable::all;
    BatchStatistics batch_statistics = BatchStatistics::kept;  // of a frozen backbone
    HeadStart head_start = HeadStart::keep;                    // as the phase begins
    double head_tau = 1.0;                                     // τ of tau-normalise
    std::optional<double> head_max_norm;  // upper limit of every class weight's norm, where given
    std::optional<double> head_relative_max_norm;  // … q: min + q (max − min) as the phase begins
    bool operator==(const Phase&) const = default;
};

struct ImbalanceConfig {
    Profile profile = Profile::long_tailed;
    double ratio = 100.0;    // imbalance ratio N_1 / N_C
    std::uint32_t seed = 0;  // draws the subset; apart from the training seed
    bool operator==(const ImbalanceConfig&) const = default;
};

struct DataConfig {
    std::string dataset = "cifar10";
    std::string folder;    // of a listed data set; "": one named like it, among the data folders
    int image_size = 224;  // listed data sets: pixels of the crop, on both sides
    ImbalanceConfig imbalance;
    int validation_per_class = 0;  // held out before the imbalance is applied
    bool operator==(const DataConfig&) const = default;
};

struct ModelConfig {
    std::string name = "resnet32";
    HeadKind head = HeadKind::linear;
    HeadInit head_init = HeadInit::kaiming_normal;  // of a linear head
    int head_parts = 2;                             // K of a "deconfound" head, as all below
    double head_temperature = 16.0;                 // τ
    double head_norm_offset = 0.03125;              // γ
    double mean_momentum = 0.9;                     // μ of the mean feature
    double tde_alpha = 1.0;                         // α_TDE, of evaluation alone
    bool operator==(const ModelConfig&) const = default;
};

struct LossConfig {
    std::string name = "vs";
    Reduction reduction = Reduction::weighted_mean;
    double focal_gamma = 1.0;  // of the loss "focal"
    bool operator==(const LossConfig&) const = default;
};

struct OptimizerConfig {
    double lr = 0.1;
    double momentum = 0.9;
    MomentumForm momentum_form = MomentumForm::heavy_ball;
    double weight_decay = 2e-4;
    bool operator==(const OptimizerConfig&) const = default;
};

/// From epoch `from` on the learning rate is the base rate times `factor`.
struct LrStep {
    int from = 0;
    double factor = 1.0;
    bool operator==(const LrStep&) const = default;
};

struct LrScheduleConfig {
    LrKind kind = LrKind::steps;
    int warmup_epochs = 5;
    std::vector<LrStep> steps;
    double warmup_peak = 1.0;  // times the base rate: what the warm-up rises to
    bool operator==(const LrScheduleConfig&) const = default;
};

struct TrainingConfig {
    int epochs = 200;
    int batch_size = 128;
    std::string augmentation = "crop-flip";
    std::uint64_t seed = 0;
    std::string device = "auto";  // auto | cpu | cuda | cuda:N
    int threads = 0;              // 0: all cores of the slot
    Convolution convolution = Convolution::exact;
    int processes = 1;  // that divide each batch
    BatchNormOver batch_norm_over = BatchNormOver::process;
    int exact_every = 5;  // epochs between exact statistics; 0: only at phases and the end
    Selection selection = Selection::test;
    // Whose answers phases may learn from (teacher.h): the same run by another method, or a run.
    std::string teacher;         // a method's name
    std::string teacher_run;     // the ID of a run of the workspace; before the method, where given
    std::string teacher_sha256;  // of its last checkpoint; "": as it is when training begins
    bool operator==(const TrainingConfig&) const = default;
};

/// Everything that determines a run. Plain values; see config_json.h for reading and checking.
struct RunConfig {
    std::string name;
    DataConfig data;
    ModelConfig model;
    LossConfig loss;
    std::vector<Phase> phases{Phase{}};
    OptimizerConfig optimizer;
    LrScheduleConfig lr_schedule;
    TrainingConfig training;
    bool operator==(const RunConfig&) const = default;
};

/// Index of the phase that holds in `epoch` (0-based).
std::size_t phaseIndexAt(const std::vector<Phase>& phases, int epoch);
inline const Phase& phaseAt(const RunConfig& config, int epoch) {
    return config.phases[phaseIndexAt(config.phases, epoch)];
}

/// Which parts of a network a phase trains. The scale is a second stage's: elsewhere it stays as it
/// is.
struct TrainedParts {
    bool backbone = false;
    bool head = false;         // weights and bias
    bool scale = false;        // a factor per class on the head's logits
    bool calibration = false;  // factor and shift per class, on top
    bool gate = false;         // … by how sure each image's features are
};
TrainedParts parts(Trainable trainable);

/// The loss family of a phase, with the run's reduction and parameters.
LossConfig lossOf(const LossConfig& of_run, const Phase& phase);

/// Learning rate of `epoch` (0-based): base · peak · (epoch+1)/warmup during warm-up; else, with
/// "steps", base · factor of the last step reached, with "cosine", base · ½ (1 + cos(π · epoch/T))
/// where T counts all epochs, those of the warm-up too; in each case times the phase's lr_factor.
/// A phase may end that schedule: from its first epoch on the rate is base ("constant") or base ·
/// ½ (1 + cos(π · e/T)) ("cosine") in its epoch e, times the lr_factor of the phase that holds. A
/// schedule's T reaches to the next phase that begins one, or to the end. Such a phase begins as
/// with a new optimiser: momentum is cleared.
double learningRateAt(const RunConfig& config, int epoch);

/// Weight decay of `epoch`: the phase's own, or the optimiser's.
double weightDecayAt(const RunConfig& config, int epoch);

/// Whether `epoch` is measured exactly: every exact_every epochs, in the last epoch, and on both
/// sides of each phase change.
bool exactIsDue(const RunConfig& config, int epoch);

}  // namespace ballast
