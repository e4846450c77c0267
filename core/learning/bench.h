#pragma once

#include <nlohmann/json.hpp>

#include "core/learning_library.h"

namespace ballast {

/// Times our training step and a textbook LibTorch loop, interleaved, on made-up images of CIFAR's
/// shape. The textbook loop is what a competent user writes after the tutorials: default layout, a
/// data set that augments one sample at a time, torch::data's DataLoader with stacking,
/// torch::optim::SGD.
nlohmann::ordered_json benchTrain(const BenchOptions& options);

}  // namespace ballast
