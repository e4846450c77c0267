#pragma once

#include <nlohmann/json.hpp>

#include "core/runs/benchmarks.h"

namespace ballast {

/// Times our decoding of JPEG files and a plain loop, interleaved, for the training augmentation
/// resized-crop-jitter and for the test transform. The plain loop is what a competent user writes:
/// one thread, each file decoded at full size, then the same crop, resize, jitter and normalisation
/// image by image, stacked into batches. Both read the same files, made from CIFAR-10 or
/// Fashion-MNIST in a temporary folder. Throws DataError where neither is in `store`.
nlohmann::ordered_json benchData(const BenchDataOptions& options, const DataStore& store);

}  // namespace ballast
