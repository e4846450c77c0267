#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/experiment/config.h"

namespace ballast {

/// How much each class counts among an epoch's draws: the next image is of class y with a
/// probability in proportion to N_y (each image alike), √N_y, or 1 for a class with images;
/// "progressive": (1 − s) π_y + s/C, s the `progress`, C of the classes with images.
std::vector<double> drawWeights(Sampling sampling, std::span<const std::int64_t> counts,
                                double progress = 0.0);

/// s of progressive sampling in `epoch` (0-based): e / (E − 1) of the run's E epochs, so 0 in the
/// first and 1 in the last; 0 where there is one.
double samplingProgress(const RunConfig& config, int epoch);

}  // namespace ballast
