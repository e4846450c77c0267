#pragma once

#include <cstdint>

#include "core/experiment/config.h"
#include "core/learning/models/network.h"
#include "core/learning/optimizers/sgd.h"

namespace ballast {

// Decoupled classifiers (cRT, LWS, τ-normalisation, weight balancing) as phases: what a phase does
// to the parts of a network.

/// Does what the phase's head_start asks, once, as the phase begins; the new weights are a pure
/// function of (seed, phase index), or `class_means` [C, F], the classes' mean features: without
/// them the weights stay, for a process that takes them from another. The head's momentum is
/// cleared where its weights change.
void startHead(ImageNetwork& model, Sgd& optimizer, const Phase& phase, std::uint64_t seed,
               std::size_t phase_index, const torch::Tensor& class_means = {});

/// Whether the phase that begins in `epoch`, if one does, needs the classes' mean features.
bool startsFromClassMeans(const RunConfig& config, int epoch);

/// What the phase that begins in `epoch` does once: as above; a relative max-norm is fixed; a
/// calibration begins; with a schedule of its own all momentum is cleared.
/// Nothing where none begins. `class_means` as startHead.
void beginPhase(ImageNetwork& model, Sgd& optimizer, const RunConfig& config, int epoch,
                const torch::Tensor& class_means = {});

/// Freezes what the phase does not train: parameters, and with the backbone its batch statistics,
/// unless they shall adapt. Puts the model into training or evaluation mode accordingly. False
/// where nothing is trained.
bool prepareTraining(ImageNetwork& model, const Phase& phase);

/// Gives each part the phase's factor of the learning rate.
void setRateFactors(ImageNetwork& model, Sgd& optimizer, const Phase& phase);

}  // namespace ballast
