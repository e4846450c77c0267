#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/learning/parallel/ranks.h"
#include "core/results/run_folder.h"
#include "core/runs/training.h"

namespace ballast {

/// The first process of a run meets the others and tells them which run it is; without a `rank` it
/// is alone. `libraries` as Learning::libraries(). Throws ConfigError where the run divides its
/// batches among another number of processes, Error where the others do not come.
std::unique_ptr<Ranks> meetOthers(const RunDescription& run, const std::string& libraries,
                                  const std::optional<ProcessRank>& rank);

/// Another process: meets the first and does its share of the run's work until that one has no
/// more. Throws ConfigError, DataError where it has other libraries or data, Error.
void assist(const ProcessRank& rank, const std::string& libraries,
            const TrainingEnvironment& environment, const RunControl& control);

}  // namespace ballast
