#include "core/learning/second_stage.h"

#include <string>

namespace ballast {
namespace {

constexpr const char* kHead = "linear.";
constexpr const char* kHeadScale = "linear.scale";

}  // namespace

void startHead(ResNet& model, Sgd& optimizer, const Phase& phase, std::uint64_t seed,
               std::size_t phase_index) {
    if (phase.head_start == "keep") return;
    if (phase.head_start == "reinitialise") {
        model->head()->initialise(
            KeyedRandom(seed, Purpose::new_head, static_cast<std::uint32_t>(phase_index)));
    } else {
        model->head()->tauNormalise(phase.head_tau);
    }
    optimizer.clearMomentum(kHead);
}

bool prepareTraining(ResNet& model, const Phase& phase) {
    for (auto& item : model->named_parameters()) {
        const std::string& name = item.key();
        const bool scale = name == kHeadScale;
        const bool trained = phase.trainable == "all"          ? true
                             : phase.trainable == "head"       ? name.starts_with(kHead)
                             : phase.trainable == "head-scale" ? scale
                                                               : false;
        // The scale is a second stage's: elsewhere it stays at 1.
        item.value().set_requires_grad(trained && (!scale || phase.trainable == "head-scale"));
    }
    model->train(phase.trainable == "all");
    return phase.trainable != "none";
}

}  // namespace ballast
