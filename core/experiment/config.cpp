#include "core/experiment/config.h"

#include <cmath>
#include <numbers>

namespace ballast {
namespace {

/// Half a cosine, from 1 in epoch 0 to almost 0 in the last of `epochs`.
double fallen(int epoch, int epochs) {
    return 0.5 * (1.0 + std::cos(std::numbers::pi * epoch / epochs));
}

}  // namespace

std::size_t phaseIndexAt(const std::vector<Phase>& phases, int epoch) {
    std::size_t index = 0;
    while (index + 1 < phases.size() && phases[index + 1].from <= epoch) ++index;
    return index;
}

TrainedParts parts(Trainable trainable) {
    switch (trainable) {
        case Trainable::all:
            return {.backbone = true, .head = true};
        case Trainable::backbone:
            return {.backbone = true};
        case Trainable::head:
            return {.head = true};
        case Trainable::head_and_scale:
            return {.head = true, .scale = true};
        case Trainable::head_scale:
            return {.scale = true};
        case Trainable::calibration:
            return {.calibration = true};
        case Trainable::gated_calibration:
            return {.calibration = true, .gate = true};
        case Trainable::none:
            break;
    }
    return {};
}

LossConfig lossOf(const LossConfig& of_run, const Phase& phase) {
    LossConfig loss = of_run;
    if (phase.loss != "inherit") loss.name = phase.loss;
    return loss;
}

double learningRateAt(const RunConfig& config, int epoch) {
    const LrScheduleConfig& schedule = config.lr_schedule;
    const Phase* begun_by = nullptr;  // the schedule that holds; nullptr: the run's own
    int end = config.training.epochs;
    for (const Phase& phase : config.phases) {
        if (phase.lr_schedule == PhaseSchedule::continued) continue;
        if (phase.from > epoch) {
            end = phase.from;
            break;
        }
        begun_by = &phase;
    }
    double factor = 1.0;
    if (begun_by != nullptr) {
        const int start = begun_by->from;
        if (begun_by->lr_schedule == PhaseSchedule::cosine)
            factor = fallen(epoch - start, end - start);
    } else if (epoch < schedule.warmup_epochs) {
        factor = schedule.warmup_peak * (epoch + 1) / schedule.warmup_epochs;
    } else if (schedule.kind == LrKind::cosine) {
        factor = fallen(epoch, end);
    } else {
        for (const LrStep& step : schedule.steps) {
            if (step.from <= epoch) factor = step.factor;
        }
    }
    return config.optimizer.lr * factor * phaseAt(config, epoch).lr_factor;
}

double weightDecayAt(const RunConfig& config, int epoch) {
    return phaseAt(config, epoch).weight_decay.value_or(config.optimizer.weight_decay);
}

bool exactIsDue(const RunConfig& config, int epoch) {
    const int every = config.training.exact_every;
    if (epoch + 1 == config.training.epochs) return true;
    if (every > 0 && (epoch + 1) % every == 0) return true;
    for (const Phase& phase : config.phases) {
        if (phase.from > 0 && (epoch == phase.from - 1 || epoch == phase.from)) return true;
    }
    return false;
}

}  // namespace ballast
