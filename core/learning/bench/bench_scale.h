#pragma once

#include <nlohmann/json.hpp>

#include "core/runs/benchmarks.h"

namespace ballast {

/// Times training epochs of one process on one thread, of one process on as many threads as there
/// are processes, and of all processes on a thread each, which divide the batches; in interleaved
/// rounds on made-up images of CIFAR's shape. Also how long the exchange of the gradients takes by
/// itself. Every process of `rank` calls it; the first one's answer holds.
nlohmann::ordered_json benchScale(const BenchOptions& options, const ProcessRank& rank);

}  // namespace ballast
