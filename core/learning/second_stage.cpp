#include "core/learning/second_stage.h"

#include <string>

namespace ballast {
namespace {

/// The head's parameters by name: "linear." or, in ResNet-50, "fc.".
std::string headPrefix(ImageNetwork& model) {
    for (const auto& item : model->named_parameters()) {
        if (item.value().is_same(model->head()->weight)) {
            return item.key().substr(0, item.key().rfind('.') + 1);
        }
    }
    return "linear.";
}

}  // namespace

void startHead(ImageNetwork& model, Sgd& optimizer, const Phase& phase, std::uint64_t seed,
               std::size_t phase_index) {
    if (phase.head_start == HeadStart::keep) return;
    if (phase.head_start == HeadStart::reinitialise) {
        model->head()->initialise(
            KeyedRandom(seed, Purpose::new_head, static_cast<std::uint32_t>(phase_index)));
    } else {
        model->head()->tauNormalise(phase.head_tau);
    }
    optimizer.clearMomentum(headPrefix(model));
}

void beginPhase(ImageNetwork& model, Sgd& optimizer, const RunConfig& config, int epoch) {
    const std::size_t index = phaseIndexAt(config.phases, epoch);
    const Phase& phase = config.phases[index];
    const bool begins = phase.from == epoch;
    if (begins) {
        startHead(model, optimizer, phase, config.training.seed, index);
        if (phase.lr_schedule != PhaseSchedule::continued) optimizer.clearMomentum("");
    }
    const std::optional<double>& q = phase.head_relative_max_norm;
    if (!q) return;
    // A phase that says the same as the one before, as one that was split, keeps its limit.
    const bool anew =
        begins && (index == 0 || config.phases[index - 1].head_relative_max_norm != q);
    const bool none_yet = model->head()->norm_limit.item<float>() <= 0.0F;  // a foreign checkpoint
    if (anew || none_yet) model->head()->fixNormLimit(*q);
}

bool prepareTraining(ImageNetwork& model, const Phase& phase) {
    const std::string head = headPrefix(model);
    const TrainedParts trained = parts(phase.trainable);
    for (auto& item : model->named_parameters()) {
        const std::string& name = item.key();
        item.value().set_requires_grad(name == head + "scale"   ? trained.scale
                                       : name.starts_with(head) ? trained.head
                                                                : trained.backbone);
    }
    const bool frozen = !trained.backbone && (trained.head || trained.scale);
    model->train(trained.backbone ||
                 (frozen && phase.batch_statistics == BatchStatistics::adapting));
    return trained.backbone || trained.head || trained.scale;
}

void setRateFactors(ImageNetwork& model, Sgd& optimizer, const Phase& phase) {
    const std::string head = headPrefix(model);
    optimizer.setRateFactor("", phase.backbone_lr_factor);
    optimizer.setRateFactor(head, phase.head_lr_factor);
    optimizer.setRateFactor(head + "scale", phase.scale_lr_factor);
}

}  // namespace ballast
