#pragma once

#include <memory>
#include <string>

#include "core/learning/parallel/ranks.h"
#include "core/results/run_folder.h"
#include "core/runs/training.h"

namespace ballast {

/// As Learning::gather().
std::shared_ptr<OtherProcesses> gatherOthers(const ProcessRank& rank);

/// What those of gatherOthers() and this process are together.
Ranks& ranksOf(OtherProcesses& others);

/// The first process, which may be alone, tells the others which run it is. `libraries` as
/// Learning::libraries(). Throws ConfigError where these processes cannot train it, as it divides
/// its batches among another number of them.
void introduce(const RunDescription& run, const std::string& libraries, Ranks& ranks);

/// Another process: meets the first and does its share of the run's work until that one has no
/// more, which may be at once. Throws ConfigError, DataError where it has other libraries or data,
/// Error.
void assist(const ProcessRank& rank, const std::string& libraries,
            const TrainingEnvironment& environment, const RunControl& control);

}  // namespace ballast
