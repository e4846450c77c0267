#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "core/runs/learning.h"
#include "core/runs/run.h"
#include "core/runs/trunk_store.h"

namespace ballast {

/// A run's state as it changes; `outcome` is final unless running, paused or queued.
struct StateChange {
    RunOutcome outcome;
};
struct LogLine {
    std::string text;
};
/// All records of the run so far; replaces what was told before.
struct RecordsReplaced {
    std::vector<EpochRecord> records;
};
/// The run's config with a live edit in it.
struct ConfigChanged {
    RunConfig config;
};

/// The training library is there, as loadTraining() asked; of no run.
struct TrainingLoaded {};

/// Something a run said. `run` is the run's ID (its folder's name).
struct RunEvent {
    std::string run;
    std::variant<StateChange, EpochRecord, RecordsReplaced, ConfigChanged, LogLine, TrainingLoaded>
        what;
};

/// A slot, and what it does.
struct SlotState {
    std::string device;   // of its next run: "auto" | "cpu" | "cuda:N"
    int threads = 0;      // of its next run, where nothing else says them
    std::string run;      // the ID of the one in training there, or ""
    int run_threads = 0;  // its threads, where its config says none
    bool ending = false;  // it is taken away once that run is over
    bool operator==(const SlotState&) const = default;
};

/// Trains the queued runs of one workspace on worker threads, one run a slot, with the thread
/// budget divided among the slots. What runs share is trained once: a run starts from the longest
/// part of it that some checkpoint of the workspace holds, and waits while another run, here or in
/// another process, is training more of it. A run that learns from a teacher waits until that is
/// trained. Which runs wait is decided anew whenever a slot is
/// free, from the folders alone, so nothing is lost with this process, and a run that fails or is
/// stopped only leaves its trunk to the next.
/// Callers pull: takeEvents() is a lossless queue, latestProgress() a mailbox that may skip.
/// All members may be called from one thread (the window's); none blocks for longer than a lock,
/// but the destructor, which stops all runs and waits for them.
class Executor {
public:
    /// `devices`: one slot for each, "auto" | "cpu" | "cuda:N". `learning` must outlive it.
    Executor(const Learning& learning, TrainingEnvironment environment,
             std::vector<std::string> devices);
    Executor(const Learning& learning, TrainingEnvironment environment, int slots = 1);
    ~Executor();
    Executor(const Executor&) = delete;
    Executor& operator=(const Executor&) = delete;

    /// One slot for each of `devices` from now on, of which there must be one or more, with
    /// `threads` each; 0: an equal share of the budget. A run in training keeps its slot, device
    /// and threads to its end: what changes is for the next ones, and a slot that is one too many
    /// goes when its run is over. Runs that have begun resume with the threads they began with.
    void setSlots(const std::vector<std::string>& devices, int threads = 0);

    /// The slots in their order; those that are ending stand last.
    std::vector<SlotState> slotStates() const;

    /// Loads the training library on a worker thread now, so that the first run need not wait for
    /// it. Where that fails nothing is said: the first run meets it again and says it.
    void loadTraining();

    /// Queues the run in `folder`, new or resumed. A run already queued or running stays as it is.
    void enqueue(const std::filesystem::path& folder);

    /// The same of several at once, so that none begins before the teacher it waits for is queued.
    void enqueue(std::span<const std::filesystem::path> folders);

    /// Pauses or continues a running run, within one batch. A paused run keeps its slot.
    void setPaused(const std::string& run, bool paused);

    /// Stops a running run within one batch, or takes a queued one off the queue.
    void stop(const std::string& run);

    /// The IDs of the queued runs, the first to be trained first.
    std::vector<std::string> queuedRuns() const;

    /// Puts the queued runs into the order of `runs`; those that are not among them come after, as
    /// they were. Others than queued ones are ignored: they may have begun meanwhile.
    void reorder(const std::vector<std::string>& runs);

    /// For closing: postpones running runs within one batch and empties the queue; all of them stay
    /// queued on disk. idle() becomes true when all workers have obeyed.
    void postponeAll();

    bool idle() const;
    bool holds(const std::string& run) const;  // queued or running here

    /// The run that a queued one waits for, to take over what they share or to learn from it; or
    /// "".
    std::string waitsFor(const std::string& run) const;

    std::vector<RunEvent> takeEvents();
    std::map<std::string, StepProgress> latestProgress() const;

private:
    class Observer;
    struct Choice {
        std::filesystem::path folder;
        std::optional<TrunkSource> trunk;
    };

    /// A thread that trains in one slot. All but the thread itself is guarded by mutex_.
    struct Worker {
        SlotState slot;
        bool gone = false;  // the thread ends, or has ended
        std::thread thread;
    };

    void work(Worker& self);
    std::optional<Choice> choose(const TrainingEnvironment& slot);
    const TrunkRun* awaited(const TrunkRun& run, const Surroundings& surroundings, int available,
                            const std::set<std::string>& running);
    const TrunkRun* awaitedTeacher(const TrunkRun& run,
                                   const std::deque<std::filesystem::path>& queued,
                                   const std::set<std::string>& running);
    void keepBranchPoints(const TrunkRun& trunk, const Surroundings& surroundings);
    TrunkStore& store(const std::filesystem::path& run_folder);

    const Learning& learning_;
    const TrainingEnvironment environment_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool closing_ = false;
    bool load_training_ = false;  // asked for, and no worker has taken it up
    std::deque<std::filesystem::path> queue_;
    std::map<std::string, std::shared_ptr<RunControl>> running_;
    std::map<std::string, std::string> waits_for_;
    std::set<std::pair<std::string, int>> awaited_;  // run and epochs that queued runs wait for
    std::uint64_t changes_ = 0;                      // of what a choice depends on
    std::map<std::string, StepProgress> progress_;
    std::vector<RunEvent> events_;

    std::mutex choosing_;  // taken before mutex_; reading folders takes longer than a lock should
    std::map<std::filesystem::path, TrunkStore> stores_;  // by workspace

    std::vector<std::unique_ptr<Worker>> workers_;  // last: they stop before what they use dies
};

}  // namespace ballast
