#include "core/executor.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/results/run_folder.h"

namespace ballast {
namespace {

/// Lets the window go first. Threads that this one starts inherit it.
void lowerPriority() {
    const auto thread = static_cast<id_t>(::syscall(SYS_gettid));
    ::setpriority(PRIO_PROCESS, thread, 5);  // refused: then at normal priority
}

int threadsOfSlot(const TrainingEnvironment& environment, int slots) {
    const int cores = environment.threads > 0
                          ? environment.threads
                          : static_cast<int>(std::thread::hardware_concurrency());
    return std::max(1, cores / std::max(1, slots));
}

/// So that a stopped or failed run that is queued again is taken up even if this process ends
/// first. Returns what was repaired.
std::vector<std::string> markQueued(const std::filesystem::path& folder) {
    try {
        OwnedRun run(folder);
        for (const std::string& repair : run.repairs()) run.log(repair);
        run.setStatus(RunState::queued, static_cast<int>(run.records().size()), "");
        return run.repairs();
    } catch (const std::exception&) {
        return {};  // the worker will meet the same and say so
    }
}

TrainingEnvironment divided(TrainingEnvironment environment, int slots) {
    environment.threads = threadsOfSlot(environment, slots);
    return environment;
}

}  // namespace

/// Puts what a run says where the window can pull it.
class Executor::Observer : public RunObserver {
public:
    Observer(Executor& executor, std::string run) : executor_(executor), run_(std::move(run)) {}

    void stateChanged(RunState state) override {
        // The final state comes with its sentence from work().
        if (state == RunState::running || state == RunState::paused) {
            push(StateChange{{state, 0, "", ExitCode::done}});
        }
    }
    void stepFinished(const StepProgress& progress) override {
        const std::lock_guard lock(executor_.mutex_);
        executor_.progress_[run_] = progress;
    }
    void epochFinished(const EpochRecord& record) override { push(record); }
    void said(const std::string& line) override { push(LogLine{line}); }

private:
    template<class T>
    void push(T&& what) {
        const std::lock_guard lock(executor_.mutex_);
        executor_.events_.push_back({run_, std::forward<T>(what)});
    }

    Executor& executor_;
    const std::string run_;
};

Executor::Executor(TrainingEnvironment environment, int slots)
    : environment_(divided(std::move(environment), slots)) {
    for (int i = 0; i < std::max(1, slots); ++i) workers_.emplace_back([this] { work(); });
}

Executor::~Executor() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        queue_.clear();
        for (const auto& [run, control] : running_) control->requestPostpone();
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
}

void Executor::enqueue(const std::filesystem::path& folder) {
    const std::string run = folder.filename().string();
    if (holds(run)) return;
    const std::vector<std::string> repairs = markQueued(folder);
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back(folder);
        events_.push_back({run, StateChange{{RunState::queued, 0, "", ExitCode::done}}});
        for (const std::string& repair : repairs) events_.push_back({run, LogLine{repair}});
    }
    wake_.notify_one();
}

void Executor::setPaused(const std::string& run, bool paused) {
    const std::lock_guard lock(mutex_);
    if (const auto found = running_.find(run); found != running_.end()) {
        found->second->setPaused(paused);
    }
}

void Executor::stop(const std::string& run) {
    std::filesystem::path taken_off;
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = running_.find(run); found != running_.end()) {
            found->second->requestStop();
            return;
        }
        const auto queued = std::ranges::find_if(
            queue_, [&](const auto& folder) { return folder.filename().string() == run; });
        if (queued == queue_.end()) return;
        taken_off = *queued;
        queue_.erase(queued);
    }
    RunOutcome outcome{RunState::stopped, 0, "", ExitCode::done};
    try {
        OwnedRun owned(taken_off);
        outcome.epochs_done = static_cast<int>(owned.records().size());
        owned.setStatus(RunState::stopped, outcome.epochs_done, "");
    } catch (const std::exception& error) {
        outcome.message = error.what();
    }
    const std::lock_guard lock(mutex_);
    events_.push_back({run, StateChange{outcome}});
}

void Executor::postponeAll() {
    const std::lock_guard lock(mutex_);
    queue_.clear();
    for (const auto& [run, control] : running_) control->requestPostpone();
}

bool Executor::idle() const {
    const std::lock_guard lock(mutex_);
    return queue_.empty() && running_.empty();
}

bool Executor::holds(const std::string& run) const {
    const std::lock_guard lock(mutex_);
    return running_.contains(run) || std::ranges::any_of(queue_, [&](const auto& folder) {
               return folder.filename().string() == run;
           });
}

std::vector<RunEvent> Executor::takeEvents() {
    const std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
}

std::map<std::string, StepProgress> Executor::latestProgress() const {
    const std::lock_guard lock(mutex_);
    return progress_;
}

void Executor::work() {
    if (environment_.low_priority) lowerPriority();
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
        if (closing_) return;
        const std::filesystem::path folder = queue_.front();
        queue_.pop_front();
        const std::string run = folder.filename().string();
        const auto control = std::make_shared<RunControl>();
        running_[run] = control;
        lock.unlock();
        Observer observer(*this, run);
        const RunOutcome outcome = trainRun(folder, environment_, *control, observer);
        lock.lock();
        events_.push_back({run, StateChange{outcome}});
        progress_.erase(run);
        running_.erase(run);
    }
}

}  // namespace ballast
