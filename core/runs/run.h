#pragma once

#include <atomic>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/data/data_store.h"
#include "core/experiment/config.h"
#include "core/results/records.h"
#include "core/runs/trunk_store.h"

namespace ballast {

/// Receives what a run has to say, on the training thread. Values only.
class RunObserver {
public:
    virtual ~RunObserver() = default;
    virtual void stateChanged(RunState) {}             // running, paused, and the final state
    virtual void stepFinished(const StepProgress&) {}  // after every batch; keep it short
    virtual void epochFinished(const EpochRecord&) {}  // the record is already on disk
    virtual void recordsReplaced(const std::vector<EpochRecord>&) {}  // all of them, of a trunk
    virtual void configChanged(const RunConfig&) {}    // by an edit, from the next epoch on
    virtual void said(const std::string& /*line*/) {}  // a line of the run's log
};

/// Asks a run to stop or pause; the run obeys within one batch. Any thread may call, a signal
/// handler too. A stopped run stays stopped until someone resumes it; a postponed one goes back to
/// the queue, for the next process that opens its workspace.
class RunControl {
public:
    void requestStop() { request_.store(Request::stop); }
    void requestPostpone() { request_.store(Request::postpone); }
    void setPaused(bool paused) { paused_.store(paused); }
    /// Back to the queue once that many epochs are done; 0: no limit.
    void stopAfter(int epochs) { stop_after_.store(epochs); }
    bool mustEndAfter(int epochs) const {
        const int limit = stop_after_.load();
        return limit > 0 && epochs >= limit;
    }
    bool paused() const { return paused_.load(); }
    bool mustEnd() const { return request_.load() != Request::none; }
    RunState stateAfterwards() const {
        return request_.load() == Request::stop ? RunState::stopped : RunState::queued;
    }

private:
    enum class Request { none, stop, postpone };
    std::atomic<Request> request_{Request::none};
    std::atomic<bool> paused_{false};
    std::atomic<int> stop_after_{0};
};

/// What a run needs from its surroundings. None of it changes results but `threads`, which a
/// resumed run takes from its first start.
struct TrainingEnvironment {
    DataStore data_store = DataStore();
    int threads = 0;  // budget of the slot, where the config says 0; 0: all cores
    bool low_priority = false;
    std::string device = "auto";  // of the slot, where the config says "auto"
};

/// What run.json says of a new run: the config, its class counts and its subset, drawn from the
/// data set's labels. Throws ConfigError, DataError.
RunDescription describeRun(const RunConfig& config, const nlohmann::json& config_as_given,
                           const TrainingEnvironment& environment);

/// Makes a new run: draws the subset from the data set's labels and makes the run's folder under
/// `workspace`/runs with state queued; milliseconds, no Torch. Returns the folder. Throws
/// DataError, StorageError, and leaves nothing behind then.
std::filesystem::path createRun(const std::filesystem::path& workspace, const RunConfig& config,
                                const nlohmann::json& config_as_given,
                                const TrainingEnvironment& environment);

/// Trains the run in `folder` from its newest good checkpoint (or from the start) to the end, until
/// `control` says stop, or until it fails. Blocks; call it on a worker thread. Never throws: every
/// error is an outcome, also written to the folder's status, unless another process owns the run.
/// A run without epochs takes over those of `trunk` first, where one is given; where that no longer
/// can be had, it says so and trains them itself.
RunOutcome trainRun(const std::filesystem::path& folder, const TrainingEnvironment& environment,
                    RunControl& control, RunObserver& observer, const TrunkSource* trunk = nullptr);

/// What a run that has not begun can take over from the other runs of its workspace, or nothing; a
/// run whose config leaves the threads open must then be trained with `threads` of it. Loads the
/// training library. Throws DeviceError.
std::optional<TrunkSource> trunkFor(const std::filesystem::path& folder,
                                    const TrainingEnvironment& environment);

/// What `environment` means for sharing: this version, LibTorch's, and the slot's device and
/// threads. Loads the training library. Throws DeviceError.
Surroundings surroundingsOf(const TrainingEnvironment& environment);

}  // namespace ballast
