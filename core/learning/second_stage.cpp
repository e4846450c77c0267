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

bool trains(const TrainedParts& trained, HeadPart part) {
    switch (part) {
        case HeadPart::scale:
            return trained.scale;
        case HeadPart::calibration:
            return trained.calibration;
        case HeadPart::weights:
            break;
    }
    return trained.head;
}

}  // namespace

void startHead(ImageNetwork& model, Sgd& optimizer, const Phase& phase, std::uint64_t seed,
               std::size_t phase_index, const torch::Tensor& class_means) {
    switch (phase.head_start) {
        case HeadStart::keep:
            return;
        case HeadStart::reinitialise:
            model->head()->initialise(
                KeyedRandom(seed, Purpose::new_head, static_cast<std::uint32_t>(phase_index)));
            break;
        case HeadStart::tau_normalise:
            model->head()->tauNormalise(phase.head_tau);
            break;
        case HeadStart::class_means:
            if (class_means.defined()) model->head()->setClassMeans(class_means);
            break;
    }
    optimizer.clearMomentum(headPrefix(model));
}

bool startsFromClassMeans(const RunConfig& config, int epoch) {
    const Phase& phase = phaseAt(config, epoch);
    return phase.from == epoch && phase.head_start == HeadStart::class_means;
}

void beginPhase(ImageNetwork& model, Sgd& optimizer, const RunConfig& config, int epoch,
                const torch::Tensor& class_means) {
    const std::size_t index = phaseIndexAt(config.phases, epoch);
    const Phase& phase = config.phases[index];
    const bool begins = phase.from == epoch;
    if (begins) {
        startHead(model, optimizer, phase, config.training.seed, index, class_means);
        if (phase.lr_schedule != PhaseSchedule::continued) optimizer.clearMomentum("");
    }
    const auto calibrates = [&](std::size_t i) {
        return parts(config.phases[i].trainable).calibration;
    };
    if (begins && calibrates(index) && (index == 0 || !calibrates(index - 1))) {
        model->head()->startCalibration(KeyedRandom(config.training.seed, Purpose::calibration, 0));
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
        item.value().set_requires_grad(name.starts_with(head)
                                           ? trains(trained, headPart(name.substr(head.size())))
                                           : trained.backbone);
    }
    const bool of_head = trained.head || trained.scale || trained.calibration;
    model->train(trained.backbone ||
                 (of_head && phase.batch_statistics == BatchStatistics::adapting));
    model->head()->train(trained.backbone || of_head);  // it has logits of training, too
    return trained.backbone || of_head;
}

void setRateFactors(ImageNetwork& model, Sgd& optimizer, const Phase& phase) {
    const std::string head = headPrefix(model);
    optimizer.setRateFactor("", phase.backbone_lr_factor);
    optimizer.setRateFactor(head, phase.head_lr_factor);
    for (const auto& item : model->head()->named_parameters()) {
        const HeadPart part = headPart(item.key());
        if (part == HeadPart::weights) continue;
        optimizer.setRateFactor(head + item.key(),
                                part == HeadPart::scale ? phase.scale_lr_factor : 1.0);
    }
}

}  // namespace ballast
