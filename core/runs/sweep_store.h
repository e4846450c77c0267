#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/experiment/sweep.h"
#include "core/experiment/trunk_plan.h"
#include "core/results/records.h"
#include "core/runs/learning.h"

namespace ballast {

struct IndexedRun;

/// A run of a sweep and where it stands in the workspace.
struct PlannedRun {
    SweepRun run;
    std::vector<std::int64_t> class_counts;
    std::vector<std::string> class_names;
    std::string data_sha256;
    std::string subset_sha256;
    std::string id;                     // of the workspace's run of this config; empty: none yet
    RunState state = RunState::queued;  // its, where there is one
    int epochs_done = 0;
    int teacher = -1;  // of the planned runs the one it learns from, or −1
};

/// What a sweep would take.
struct SweepPlan {
    std::vector<PlannedRun> runs;
    std::vector<std::string> warnings;  // see sweepWarnings
    TrunkPlan whole;                    // as if nothing were there yet
    TrunkPlan left;  // given the workspace's runs and checkpoints; `run` indexes `runs`
    std::vector<std::optional<double>> segment_seconds;  // of each of left's; where like was timed
    std::optional<double> seconds;  // for what is left, on these slots; where runs were timed
    std::int64_t bytes_needed = 0;
    std::int64_t bytes_free = 0;
};

/// Plans runs in a workspace, to be made together; changes nothing there. A finished run of the
/// workspace with the same config and images, but for its name and where these lie, is taken for
/// the planned one. Throws ConfigError (also where a run's teacher is neither among them nor in the
/// workspace), DataError, StorageError, DeviceError; CancelledError at the
/// next run once `cancelled` is set.
SweepPlan planRuns(const Learning& learning, std::vector<SweepRun> runs,
                   const std::filesystem::path& workspace, const TrainingEnvironment& slot,
                   int slots, const std::atomic<bool>& cancelled = kNeverCancelled);

/// The same of a sweep's runs, with its warnings.
SweepPlan planSweep(const Learning& learning, const Sweep& sweep,
                    const std::filesystem::path& workspace, const TrainingEnvironment& slot,
                    int slots, const std::atomic<bool>& cancelled = kNeverCancelled);

/// Makes the runs that are missing, or no longer what they were when it was planned, queued; fills
/// in their IDs. `progress` hears how many of them there are so far. Throws StorageError, also
/// where there is no room for them, before anything is made. Once `cancelled` is set no further run
/// is made, and CancelledError is thrown: runs made by then are whole, queued and in `plan`.
void makeRuns(SweepPlan& plan, const std::filesystem::path& workspace,
              const std::function<void(std::size_t)>& progress = {},
              const std::atomic<bool>& cancelled = kNeverCancelled);

/// The same, and sweeps/NAME.json, which names all of them. Where it is cancelled no file names
/// those made by then as a sweep; preparing the sweep again takes them up. With all runs made it is
/// too late to cancel.
void prepareSweep(SweepPlan& plan, const Sweep& sweep, const nlohmann::json& given,
                  const std::filesystem::path& workspace,
                  const std::function<void(std::size_t)>& progress = {},
                  const std::atomic<bool>& cancelled = kNeverCancelled);

/// What decides how long a pass over a run's training images takes, on the same machine and
/// threads: equal for runs that take as long.
std::string speedKey(const RunConfig& config);

/// Passes over the training images that epochs `from` … `to` − 1 take: SAM takes every step twice.
double passesOf(const RunConfig& config, int from, int to);

/// Seconds that an epoch of `config` may take: the median of the runs that are like it in all that
/// decides it; nothing where none was timed.
std::optional<double> likeSecondsPerEpoch(const RunConfig& config,
                                          std::span<const IndexedRun* const> runs);

/// Of the training with these settings: the bytes of records and checkpoints a run keeps.
std::int64_t bytesOfRun(const Learning& learning, const RunConfig& config, std::int64_t classes);

}  // namespace ballast
