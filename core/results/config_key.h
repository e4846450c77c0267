#pragma once

#include <string>

#include "core/results/run_folder.h"

namespace ballast {

/// The same for two runs where their configs are equal but for the name and the training seed, and
/// their images are the same, wherever they lie: what makes runs the repetitions of one experiment.
/// Takes a tenth of a millisecond; an index keeps it (see configKey() of run_index.h).
std::string configKey(const RunDescription& description);

}  // namespace ballast
