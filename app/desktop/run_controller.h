#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "app/desktop/background_job.h"
#include "app/desktop/cluster_watch.h"
#include "app/desktop/workspace_watch.h"
#include "core/experiment/config_edit.h"
#include "core/results/run_index.h"
#include "core/results/workspace_lock.h"
#include "core/runs/executor.h"
#include "core/runs/queue_forecast.h"
#include "core/runs/sweep_store.h"

namespace ballast {

/// Whether a window wants to write to its workspace, or only to look at it.
enum class Access { write, look };

/// The window's side of training: the runs of one workspace and the workers that train them. A
/// timer pulls what the workers say; runs that other processes train are read from their folders.
/// Of every run the numbers that are one an epoch are held; those of each class stay on the disk
/// until someone asks (readRecords). One controller at a time, of all processes, may write to a
/// workspace: in the others, and where a workspace cannot be written to, nothing is queued, and
/// every member that would write throws StorageError with readOnlyReason(). All on the window's
/// thread.
class RunController : public QObject {
    Q_OBJECT
public:
    /// `learning` must outlive it. With Access::look the workspace is not touched at all.
    RunController(const Learning& learning, TrainingEnvironment environment,
                  std::filesystem::path workspace, Access access = Access::write,
                  QObject* parent = nullptr);
    ~RunController() override;

    const Learning& learning() const { return learning_; }
    const std::filesystem::path& workspace() const { return workspace_; }
    const DataStore& dataStore() const { return environment_.data_store; }

    /// Why nothing can be written here, in a sentence; "" where it can.
    const QString& readOnlyReason() const { return read_only_; }
    /// What this process has changed in the workspace by other ways is seen soon.
    void lookSoon() { watch_.lookSoon(); }

    bool readOnly() const { return !read_only_.isEmpty(); }

    /// Tries again to be the one who writes, e.g. after another window was closed, and then queues
    /// the runs that wait; accessChanged() follows. Throws StorageError with the reason why not.
    void makeWritable();

    /// Whether the workspace has runs, without reading them.
    bool hasRuns() const;

    /// Loads the training library on a worker thread, so that the first run need not wait for it.
    void loadTraining() { executor_->loadTraining(); }

    /// Reads the workspace and queues its runs that are waiting or were interrupted. opened()
    /// follows, and no runAdded() for any of them.
    void open();

    /// Makes a run of a valid config and queues it. Returns its ID. Throws Error.
    QString start(const nlohmann::json& config);

    /// Makes the runs of a sweep (core/experiment/sweep.h) on a thread of its own, as a thousand
    /// folders take seconds, and queues them; sweepStarted() or sweepFailed() follows. Throws
    /// ConfigError, or StorageError while another sweep is being made.
    void startSweep(const nlohmann::json& sweep);

    /// Plans runs for this workspace as it is then, in any thread, for as long as `learning` lives;
    /// throws as planRuns().
    std::function<SweepPlan(std::vector<SweepRun>, const std::atomic<bool>& cancelled)> planner()
        const;

    /// Makes and queues runs that were planned, as startSweep() those of a sweep; runsStarted() or
    /// sweepFailed() follows. Throws StorageError while others are being made.
    void startRuns(SweepPlan plan);

    /// After how many epochs a run can be forked: where it has checkpoints. Ascending.
    std::vector<int> forkEpochs(const QString& run) const;

    /// After how many epochs a run can change: after the one in progress here, or as soon as it
    /// continues. Nothing where it is over, or another process trains it.
    std::optional<int> editEpoch(const QString& run) const;

    /// Makes and queues a run that takes over `run`'s first `epoch` epochs from a checkpoint and
    /// continues with `settings` (core/experiment/config_edit.h). Returns its ID. Throws Error.
    QString fork(const QString& run, int epoch, const std::vector<Setting>& settings,
                 bool next_phase_now);

    /// Changes the run from `epoch` on, which is editEpoch(). Throws Error, also where that epoch
    /// has begun meanwhile.
    void edit(const QString& run, int epoch, const std::vector<Setting>& settings,
              bool next_phase_now);

    /// Changes what is noted of a run; runChanged() follows. Throws Error; see changeNotes().
    void changeNotes(const QString& run, const std::function<void(RunNotes&)>& change);

    /// From which epoch on a change holds that waits for it; nothing where none waits.
    std::optional<int> pendingEdit(const QString& run) const;

    /// Queues a stopped, failed or interrupted run again; not where nothing can be written.
    void resume(const QString& run);
    void setPaused(const QString& run, bool paused);
    void stop(const QString& run);

    /// Moves a run's folder to WORKSPACE/trash, from where it can be put back. Throws StorageError.
    void moveToTrash(const QString& run);

    /// See Executor: what trains side by side. `threads` 0: an equal share of the cores.
    void setSlots(const QStringList& devices, int threads);
    std::vector<SlotState> slotStates() const { return executor_->slotStates(); }
    int threadsOfSlots() const { return slot_threads_; }

    /// The IDs of the queued runs, the first to be trained first.
    QStringList queuedRuns() const;

    /// Changes their order, and keeps it for the next who opens the workspace. Throws StorageError
    /// where it cannot be kept; it holds here then.
    void reorderQueue(const QStringList& runs);

    /// What the queue will take as it is now; to be called in any thread, for as long as `learning`
    /// lives; throws as forecastQueue().
    std::function<QueueForecast(const std::atomic<bool>& cancelled)> forecaster() const;

    /// For closing: asks all workers to stop, resumably; closed() follows when they have. A sweep
    /// that is being made is given up; runs of it that are made by then continue at the next
    /// open().
    void close();
    bool idle() const { return !executor_ || executor_->idle(); }

    /// The runs in the order of their making. Pointers hold until the next signal.
    std::vector<const IndexedRun*> runs() const;
    const IndexedRun* find(const QString& run) const;

    /// All of a run's records so far, from its folder; takes milliseconds. Empty for a run that is
    /// unknown or cannot be read.
    std::vector<EpochRecord> readRecords(const QString& run) const;

    std::optional<StepProgress> progress(const QString& run) const;

    /// Whether this process trains or is about to train the run.
    bool holds(const QString& run) const;

    /// The run in training here, or empty.
    QString current() const;

    /// The run that a queued one waits for, to take over what they share; or empty.
    QString waitsFor(const QString& run) const;

    /// What Slurm does with the run: "pending: Priority"; empty where it has none of its segments.
    QString jobWords(const QString& run) const { return cluster_.words(run); }

    /// Why this machine cannot train with features in bfloat16, or "". May load the training
    /// library.
    QString obstacleToBFloat16() const;

Q_SIGNALS:
    void opened();
    /// The workspace can be written to, see makeWritable().
    void accessChanged();
    /// As loadTraining() asked.
    void trainingLoaded();
    void slotsChanged();  // see setSlots()
    void runAdded(const QString& run);
    void runRemoved(const QString& run);
    void runChanged(const QString& run);  // its state, not its records
    void recordArrived(const QString& run, const EpochRecord& record);
    void recordsReplaced(const QString& run);  // see readRecords()
    void progressed(const QString& run);
    void configChanged(const QString& run);  // by an edit, here or elsewhere
    void said(const QString& run, const QString& line);
    /// The runs of a sweep that were queued, and how many are finished already.
    void sweepStarted(const QStringList& queued, int finished);
    /// The same of runs that were planned.
    void runsStarted(int queued, int finished);
    void sweepFailed(const QString& sentence);
    /// Something else went wrong.
    void failed(const QString& sentence);
    void ended(const QString& run);  // finished, stopped, failed or diverged here
    void closed();

private:
    void requireWritable() const;
    void queueWaiting();
    TrainingEnvironment slotEnvironment() const;
    int sideBySide() const;
    void poll();
    void handle(const RunEvent& event);
    void requireSupport(const RunConfig& config) const;
    void readForeign();
    std::pair<QStringList, int> queueRuns(const SweepPlan& made);
    IndexedRun* mutableRun(const std::string& id) const;
    IndexedRun& add(IndexedRun run);
    void remove(const std::string& id);
    void lookForEdits(const IndexedRun& run);

    const Learning& learning_;
    const TrainingEnvironment environment_;
    const std::filesystem::path workspace_;
    std::optional<WorkspaceLock> lock_;
    QString read_only_;
    int slot_threads_ = 0;
    ClusterWatch cluster_;
    WorkspaceWatch watch_;  // what the folders say; runs_ knows more of those that train here
    std::unordered_set<std::string> since_look_;  // runs to which something happened here meanwhile
    std::vector<std::unique_ptr<IndexedRun>> runs_;
    std::unordered_map<std::string, IndexedRun*> by_id_;
    std::map<std::string, StepProgress> progress_;
    std::map<std::string, int> pending_edits_;  // the first epoch that one waits for
    QTimer poll_timer_;
    bool closing_ = false;
    std::unique_ptr<Executor> executor_;  // last: workers stop before what they use dies
    BackgroundJob sweep_job_;
};

}  // namespace ballast
