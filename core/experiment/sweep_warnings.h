#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/experiment/sweep.h"

namespace ballast {

/// Where a sweep's values may not reach as far as meant, a sentence each: phases that keep another
/// value of a rule's parameter than an axis sets in another phase, and a base that is a preset for
/// other data than an axis sets. `runs` are the sweep's.
std::vector<std::string> sweepWarnings(const Sweep& sweep, std::span<const SweepRun> runs);

}  // namespace ballast
