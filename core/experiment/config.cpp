#include "core/experiment/config.h"

#include <cmath>
#include <numbers>

namespace ballast {

std::size_t phaseIndexAt(const std::vector<Phase>& phases, int epoch) {
    std::size_t index = 0;
    while (index + 1 < phases.size() && phases[index + 1].from <= epoch) ++index;
    return index;
}

double learningRateAt(const RunConfig& config, int epoch) {
    const LrScheduleConfig& schedule = config.lr_schedule;
    double factor = 1.0;
    if (epoch < schedule.warmup_epochs) {
        factor = schedule.warmup_peak * (epoch + 1) / schedule.warmup_epochs;
    } else if (schedule.kind == LrKind::cosine) {
        factor = 0.5 * (1.0 + std::cos(std::numbers::pi * epoch / config.training.epochs));
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
