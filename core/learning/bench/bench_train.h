#pragma once

#include <nlohmann/json.hpp>

#include "core/runs/benchmarks.h"

namespace ballast {

/// Times what BenchOptions::what names, ours and a textbook LibTorch loop (see textbook.h), in
/// interleaved rounds on made-up images of CIFAR's shape; medians, and the medians of the rounds'
/// ratios. Training also says what share of the machine's ceiling, a large convolution (on a GPU in
/// bfloat16), the convolutions of a step reach, and how long its parts take.
nlohmann::ordered_json benchTrain(const BenchOptions& options);

}  // namespace ballast
