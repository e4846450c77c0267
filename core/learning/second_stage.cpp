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

bool prepareTraining(ImageNetwork& model, const Phase& phase) {
    const std::string head = headPrefix(model);
    for (auto& item : model->named_parameters()) {
        const std::string& name = item.key();
        const bool scale = name == head + "scale";
        const bool trained = phase.trainable == Trainable::all          ? true
                             : phase.trainable == Trainable::head       ? name.starts_with(head)
                             : phase.trainable == Trainable::head_scale ? scale
                                                                        : false;
        // The scale is a second stage's: elsewhere it stays at 1.
        item.value().set_requires_grad(trained &&
                                       (!scale || phase.trainable == Trainable::head_scale));
    }
    model->train(phase.trainable == Trainable::all);
    return phase.trainable != Trainable::none;
}

}  // namespace ballast
