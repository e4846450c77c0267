#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "core/run.h"

namespace ballast {

/// A run's state as it changes; `outcome` is final unless running, paused or queued.
struct StateChange {
    RunOutcome outcome;
};
struct LogLine {
    std::string text;
};

/// Something a run said. `run` is the run's ID (its folder's name).
struct RunEvent {
    std::string run;
    std::variant<StateChange, EpochRecord, LogLine> what;
};

/// Trains queued runs on worker threads, one run a slot, with the thread budget divided among the
/// slots. Callers pull: takeEvents() is a lossless queue, latestProgress() a mailbox that may skip.
/// All members may be called from one thread (the window's); none blocks for longer than a lock,
/// but the destructor, which stops all runs and waits for them.
class Executor {
public:
    explicit Executor(TrainingEnvironment environment, int slots = 1);
    ~Executor();
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;

    /// Queues the run in `folder`, new or resumed. A run already queued or running stays as it is.
    void enqueue(const std::filesystem::path& folder);

    /// Pauses or continues a running run, within one batch. A paused run keeps its slot.
    void setPaused(const std::string& run, bool paused);

    /// Stops a running run within one batch, or takes a queued one off the queue.
    void stop(const std::string& run);

    /// For closing: postpones running runs within one batch and empties the queue; all of them stay
    /// queued on disk. idle() becomes true when all workers have obeyed.
    void postponeAll();

    bool idle() const;
    bool holds(const std::string& run) const;  // queued or running here

    std::vector<RunEvent> takeEvents();
    std::map<std::string, StepProgress> latestProgress() const;

private:
    class Observer;
    void work();

    const TrainingEnvironment environment_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool closing_ = false;
    std::deque<std::filesystem::path> queue_;
    std::map<std::string, std::shared_ptr<RunControl>> running_;
    std::map<std::string, StepProgress> progress_;
    std::vector<RunEvent> events_;
    std::vector<std::thread> workers_;  // last: they stop before what they use dies
};

}  // namespace ballast
