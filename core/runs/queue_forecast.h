#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/experiment/config.h"
#include "core/runs/learning.h"

namespace ballast {

/// A run that is queued or in training.
struct WaitingRun {
    std::string id;
    RunConfig config;
    bool in_training = false;
    std::optional<double> seconds_left;  // of one in training, where it says so itself
    double epochs_left = 0.0;            // … and for how much of it
};

/// What a queue will take.
struct QueueForecast {
    /// Seconds from now until each run is done, by its ID: as long as the like took in this
    /// workspace, or takes in training now; without those of which nothing like was timed.
    std::map<std::string, double> done_in;
    std::optional<double> seconds;  // until all are done
    std::int64_t epochs = 0;        // to be trained, what the runs share once
    std::int64_t bytes_needed = 0;  // on disk, less what the runs have there already
};

/// Works it out for runs in the order of the queue, on `slots` slots that are like `slot`: each run
/// takes the slot that is free first and waits for the part that another one trains for it. Changes
/// nothing. Takes tenths of a second with a thousand runs; any thread. Throws as planRuns().
QueueForecast forecastQueue(const Learning& learning, const std::vector<WaitingRun>& runs,
                            const std::filesystem::path& workspace, const TrainingEnvironment& slot,
                            int slots, const std::atomic<bool>& cancelled = kNeverCancelled);

}  // namespace ballast
