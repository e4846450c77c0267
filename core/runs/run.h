#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "core/experiment/config.h"
#include "core/results/records.h"
#include "core/runs/training.h"
#include "core/runs/trunk_store.h"

namespace ballast {

class Learning;

/// What run.json says of a new run: the config, its class counts and its subset, drawn from the
/// data set's labels. Throws ConfigError, DataError, also where another list it needs cannot be
/// read: of the test images, of those that choose its best epoch.
RunDescription describeRun(const RunConfig& config, const nlohmann::json& config_as_given,
                           const TrainingEnvironment& environment);

/// Makes a new run: draws the subset from the data set's labels and makes the run's folder under
/// `workspace`/runs with state queued; milliseconds, no Torch. Returns the folder. Throws
/// DataError, StorageError, ConfigError (also where it is to learn from a run that is not there),
/// and leaves nothing behind then.
std::filesystem::path createRun(const std::filesystem::path& workspace, const RunConfig& config,
                                const nlohmann::json& config_as_given,
                                const TrainingEnvironment& environment);

/// Trains the run in `folder` from its newest good checkpoint (or from the start) to the end, until
/// `control` says stop, or until it fails. Blocks; call it on a worker thread. Never throws: every
/// error is an outcome, also written to the folder's status, unless another process owns the run.
/// A run without epochs takes over those of `trunk` first, where one is given; where that no longer
/// can be had, it says so and trains them itself.
RunOutcome trainRun(const Learning& learning, const std::filesystem::path& folder,
                    const TrainingEnvironment& environment, RunControl& control,
                    RunObserver& observer, const TrunkSource* trunk = nullptr);

/// What a run that has not begun can take over from the other runs of its workspace, or nothing; a
/// run whose config leaves the threads open must then be trained with `threads` of it. Throws
/// DeviceError.
std::optional<TrunkSource> trunkFor(const Learning& learning, const std::filesystem::path& folder,
                                    const TrainingEnvironment& environment);

/// What `environment` means for sharing: this version, LibTorch's, and the slot's device and
/// threads. Throws DeviceError.
Surroundings surroundingsOf(const Learning& learning, const TrainingEnvironment& environment);

}  // namespace ballast
