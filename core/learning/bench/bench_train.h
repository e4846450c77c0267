#pragma once

#include <nlohmann/json.hpp>

#include "core/runs/benchmarks.h"

namespace ballast {

/// Times what BenchOptions::what names, ours and a textbook LibTorch loop (see textbook.h), in
/// interleaved rounds on made-up images of CIFAR's shape; medians, and the medians of the rounds'
/// ratios. Training also says what share of the machine's ceiling, a large convolution in the same
/// type (on a GPU always bfloat16), the convolutions of a step reach, and how long its parts take;
/// where there is bfloat16, the textbook's loop under autocast runs too.
nlohmann::ordered_json benchTrain(const BenchOptions& options);

}  // namespace ballast
