#include "core/experiment/preset_stages.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace ballast {
namespace {

constexpr double kBalancedRate = 0.01;  // weight balancing's, in both stages

/// Class-balanced weights, p = 0.9999.
ClassRule effectiveNumber() {
    return {"effective-number", {{"p", 0.9999}}, {}};
}

/// A second stage as Ballast had it first: a tenth of the epochs at a tenth of the base rate, the
/// backbone's batch statistics kept.
void setPlainStage(std::string_view base, RunConfig& config, Phase& stage) {
    config.training.epochs += std::max(1, config.training.epochs / 10);
    config.lr_schedule.steps.push_back({stage.from, 0.1});
    stage.trainable = base == "LWS-plain" ? Trainable::head_scale : Trainable::head;
    if (base == "cRT-plain") stage.head_start = HeadStart::reinitialise;
    if (base != "WB-plain") {
        stage.sampling = Sampling::class_balanced;
        return;
    }
    config.phases.front().weight_decay = 5e-3;
    stage.alpha = effectiveNumber();
    stage.weight_decay = 0.1;
    stage.head_max_norm = 1.0;
}

/// The authors' `epochs` after `first` of the first stage; after fewer as large a part.
int stageEpochs(int of_first_stage, int epochs, int first) {
    const double part = static_cast<double>(of_first_stage) * epochs / first;
    return std::clamp(static_cast<int>(std::lround(part)), 1, epochs);
}

/// As classifier-balancing's code: the rate of the first stage anew, falling along a cosine.
void setDecoupledStage(std::string_view base, RunConfig& config, Phase& stage) {
    const bool renewed = base == "cRT";
    config.training.epochs += stageEpochs(config.training.epochs, renewed ? 10 : 5, 90);
    stage.trainable = renewed ? Trainable::head : Trainable::head_scale;
    if (renewed) stage.head_start = HeadStart::reinitialise;
    stage.sampling = Sampling::class_balanced;
    stage.weight_decay = 5e-4;
}

/// As DisAlign's classification code with a linear head; 30 epochs on iNaturalist.
void setCalibratedStage(RunConfig& config, Phase& stage) {
    const int epochs = config.data.dataset == "inaturalist2018" ? 30 : 10;
    config.training.epochs += stageEpochs(config.training.epochs, epochs, 90);
    stage.trainable = Trainable::gated_calibration;
    stage.alpha = {"power", {{"nu", 1.2}}, {}};
    stage.weight_decay = 5e-4;
}

/// MiSLAS's numbers for its second stage: ε of the largest and smallest class, the head's rate.
struct SmoothedStage {
    double ratio;
    double head;
    double tail;
    double head_rate;
};
constexpr SmoothedStage kSmoothed10[] = {
    {100, 0.3, 0.0, 0.5}, {50, 0.2, 0.0, 0.2}, {10, 0.1, 0.0, 0.2}};
constexpr SmoothedStage kSmoothed100[] = {
    {100, 0.4, 0.1, 0.2}, {50, 0.3, 0.0, 0.1}, {10, 0.2, 0.0, 0.1}};
constexpr SmoothedStage kSmoothedPhotographs[] = {{0, 0.3, 0.0, 0.05}};

/// As MiSLAS's code: those of the nearest ratio.
void setSmoothedStage(RunConfig& config, Phase& stage) {
    const DataConfig& data = config.data;
    const bool photographs = data.imbalance.profile == Profile::none;
    std::span<const SmoothedStage> known = kSmoothed10;
    if (data.dataset == "cifar100") known = kSmoothed100;
    if (photographs) known = kSmoothedPhotographs;
    const SmoothedStage& values =
        *std::ranges::min_element(known, {}, [&](const SmoothedStage& each) {
            return photographs ? 0.0 : std::abs(std::log(each.ratio / data.imbalance.ratio));
        });
    config.training.epochs += stageEpochs(config.training.epochs, 10, photographs ? 90 : 200);
    stage.mixing = Mixing::none;
    stage.mixing_beta = Phase{}.mixing_beta;
    stage.trainable = Trainable::head_and_scale;
    stage.head_lr_factor = values.head_rate;
    stage.sampling = Sampling::class_balanced;
    stage.smoothing = Smoothing::concave;
    stage.smoothing_head = values.head;
    stage.smoothing_tail = values.tail;
    // Its code adapts the batch statistics but on CIFAR-10.
    if (!photographs && data.dataset != "cifar100") stage.batch_statistics = BatchStatistics::kept;
}

/// As weight balancing's notebooks.
void setBalancedStage(RunConfig& config, Phase& stage) {
    Phase& first = config.phases.front();
    first.lr_factor = kBalancedRate / config.optimizer.lr;
    first.weight_decay = 5e-3;
    config.lr_schedule = {LrKind::cosine, 0, {}, 1.0};
    config.training.batch_size = 64;
    config.loss.reduction = Reduction::mean;
    config.training.epochs += stageEpochs(config.training.epochs, 10, 200);
    stage.trainable = Trainable::head;
    stage.lr_factor = first.lr_factor;
    stage.loss = "softmax-bce";
    stage.alpha = effectiveNumber();
    stage.weight_decay = 0.1;
    stage.head_relative_max_norm = 0.1;
}

}  // namespace

void addSecondStage(std::string_view base, RunConfig& config) {
    Phase stage = config.phases.back();
    stage.from = config.training.epochs;
    if (base == "tau-norm" || base == "NCM") {
        config.training.epochs += 1;
        stage.trainable = Trainable::none;
        stage.head_start = base == "NCM" ? HeadStart::class_means : HeadStart::tau_normalise;
        if (base == "tau-norm") stage.head_tau = 0.7;
    } else if (base.ends_with("-plain")) {
        setPlainStage(base, config, stage);
    } else {
        stage.lr_schedule = PhaseSchedule::cosine;
        stage.batch_statistics = BatchStatistics::adapting;
        if (base == "WB") {
            setBalancedStage(config, stage);
        } else if (base == "DisAlign") {
            setCalibratedStage(config, stage);
        } else if (base == "MiSLAS") {
            setSmoothedStage(config, stage);
        } else {
            setDecoupledStage(base, config, stage);
        }
    }
    config.phases.push_back(stage);
}

}  // namespace ballast
