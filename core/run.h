#pragma once

#include <atomic>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/data_store.h"
#include "core/experiment/config.h"
#include "core/results/records.h"

namespace ballast {

/// Receives what a run has to say, on the training thread. Values only.
class RunObserver {
public:
    virtual ~RunObserver() = default;
    virtual void stateChanged(RunState) {}              // running, paused, and the final state
    virtual void stepFinished(const StepProgress&) {}   // after every batch; keep it short
    virtual void epochFinished(const EpochRecord&) {}   // the record is already on disk
    virtual void said(const std::string& /*line*/) {}   // a line of the run's log
};

/// Asks a run to stop or pause; the run obeys within one batch. Any thread may call; requestStop is
/// also safe in a signal handler.
class RunControl {
public:
    void requestStop() { stop_.store(true); }
    void setPaused(bool paused) { paused_.store(paused); }
    bool stopRequested() const { return stop_.load(); }
    bool paused() const { return paused_.load(); }

private:
    std::atomic<bool> stop_{false};
    std::atomic<bool> paused_{false};
};

/// What a run needs from its surroundings. None of it changes results but `threads`, which a
/// resumed run takes from its first start.
struct TrainingEnvironment {
    DataStore data_store;
    int threads = 0;  // budget of the slot, where the config says 0; 0: all cores
    bool low_priority = false;
};

/// Starts a new run: checks data and device, makes the run's folder under `workspace`/runs with
/// state queued. Returns the folder. Throws ConfigError, DataError, DeviceError, StorageError, and
/// leaves nothing behind then.
std::filesystem::path createRun(const std::filesystem::path& workspace, const RunConfig& config,
                                const nlohmann::json& config_as_given,
                                const TrainingEnvironment& environment);

/// Trains the run in `folder` from its newest good checkpoint (or from the start) to the end, until
/// `control` says stop, or until it fails. Blocks; call it on a worker thread. Never throws: every
/// error is an outcome, also written to the folder's status, unless another process owns the run.
RunOutcome trainRun(const std::filesystem::path& folder, const TrainingEnvironment& environment,
                    RunControl& control, RunObserver& observer);

}  // namespace ballast
