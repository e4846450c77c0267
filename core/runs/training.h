#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/data/data_store.h"
#include "core/experiment/config.h"
#include "core/results/records.h"
#include "core/runs/process_rank.h"

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

/// The other processes of a run, as its first one holds them before and while it trains it. Where
/// it lets go of them before the run began, they end too.
class OtherProcesses {
public:
    virtual ~OtherProcesses() = default;
};

/// What a run needs from its surroundings. None of it changes results but `threads`, which a
/// resumed run takes from its first start.
struct TrainingEnvironment {
    DataStore data_store = DataStore();
    int threads = 0;  // budget of the slot, where the config says 0; 0: all cores
    bool low_priority = false;
    std::string device = "auto";  // of the slot, where the config says "auto"
    // Of T0 and the last epoch, as they are measured; those of others can be made of checkpoints.
    bool save_logits = false;
    // Where TensorBoard files are written while runs train; empty: none are.
    std::filesystem::path tensorboard = {};
    // Where several processes train one run, which its first one owns: those that help it, of
    // Learning::gather().
    std::shared_ptr<OtherProcesses> others = {};
};

/// What each of so many slots gets of the environment's threads.
int threadsOfSlot(const TrainingEnvironment& environment, std::size_t slots);

}  // namespace ballast
