#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/experiment/choices.h"

namespace ballast {

/// How much each class counts among an epoch's draws: the next image is of class y with a
/// probability in proportion to N_y (each image alike), √N_y, or 1 for a class with images.
std::vector<double> drawWeights(Sampling sampling, std::span<const std::int64_t> counts);

}  // namespace ballast
