#include "core/runs/executor.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/base/error.h"
#include "core/experiment/teacher.h"
#include "core/results/branch_points.h"
#include "core/results/owned_run.h"
#include "core/runs/teacher_runs.h"

namespace ballast {
namespace {

/// Lets the window go first. Threads that this one starts inherit it.
void lowerPriority() {
    const auto thread = static_cast<id_t>(::syscall(SYS_gettid));
    ::setpriority(PRIO_PROCESS, thread, 5);  // refused: then at normal priority
}

bool loadQuietly(const Learning& learning) {
    try {
        learning.load();
        return true;
    } catch (const std::exception&) {  // tried again, and said, by the first run
        return false;
    }
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

/// Whether a run keeps the checkpoint after `epochs` epochs without being asked.
bool keepsByItself(const RunConfig& config, int epochs) {
    return std::ranges::any_of(config.phases,
                               [&](const Phase& phase) { return phase.from == epochs; });
}

/// Asks a run to keep what another will start from.
void keepBranchPoint(const TrunkRun& trunk, int epochs, const std::string& child) {
    if (epochs == 0 || keepsByItself(trunk.description.config, epochs)) return;
    try {
        requestBranchPoint(trunk.folder, epochs, child);
    } catch (const Error&) {  // a full disk: then it may have to be trained again
    }
}

/// How often to look at runs that another process trains.
constexpr auto kForeignPoll = std::chrono::seconds(1);

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
    void epochFinished(const EpochRecord& record) override {
        push(record);
        const std::lock_guard lock(executor_.mutex_);
        // The checkpoint is on disk before a record is told.
        if (!executor_.awaited_.contains({run_, record.epoch + 1})) return;
        ++executor_.changes_;
        executor_.wake_.notify_all();
    }
    void recordsReplaced(const std::vector<EpochRecord>& records) override {
        push(RecordsReplaced{records});
    }
    void configChanged(const RunConfig& config) override { push(ConfigChanged{config}); }
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

Executor::Executor(const Learning& learning, TrainingEnvironment environment,
                   std::vector<std::string> devices)
    : learning_(learning), environment_(std::move(environment)) {
    setSlots(devices);
}

Executor::Executor(const Learning& learning, TrainingEnvironment environment, int slots)
    : Executor(learning, environment,
               std::vector<std::string>(static_cast<std::size_t>(std::max(1, slots)),
                                        environment.device)) {}

Executor::~Executor() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        queue_.clear();
        for (const auto& [run, control] : running_) control->requestPostpone();
    }
    wake_.notify_all();
    for (const auto& worker : workers_) worker->thread.join();
}

void Executor::setSlots(const std::vector<std::string>& devices, int threads) {
    std::vector<std::unique_ptr<Worker>> ended;
    {
        const std::lock_guard lock(mutex_);
        const auto gone = std::ranges::stable_partition(
            workers_, [](const auto& worker) { return !worker->gone; });
        for (auto& worker : gone) ended.push_back(std::move(worker));
        workers_.erase(gone.begin(), gone.end());
        if (devices.size() < workers_.size()) {  // idle slots go at once
            std::ranges::stable_partition(
                workers_, [](const auto& worker) { return !worker->slot.run.empty(); });
        }
        if (threads <= 0) threads = threadsOfSlot(environment_, devices.size());
        for (std::size_t i = 0; i < std::max(devices.size(), workers_.size()); ++i) {
            if (i >= devices.size()) {
                workers_[i]->slot.ending = true;
                continue;
            }
            const bool is_new = i == workers_.size();
            if (is_new) workers_.push_back(std::make_unique<Worker>());
            Worker& worker = *workers_[i];
            worker.slot.device = devices[i];
            worker.slot.threads = threads;
            worker.slot.ending = false;
            if (is_new) worker.thread = std::thread([this, &worker] { work(worker); });
        }
        ++changes_;
    }
    wake_.notify_all();
    for (const auto& worker : ended) worker->thread.join();  // they only have to return
}

std::vector<SlotState> Executor::slotStates() const {
    const std::lock_guard lock(mutex_);
    std::vector<SlotState> states;
    for (const auto& worker : workers_) {
        if (!worker->gone && !(worker->slot.ending && worker->slot.run.empty())) {
            states.push_back(worker->slot);
        }
    }
    return states;
}

void Executor::loadTraining() {
    {
        const std::lock_guard lock(mutex_);
        load_training_ = true;
    }
    wake_.notify_all();
}

void Executor::enqueue(const std::filesystem::path& folder) {
    enqueue(std::span(&folder, 1));
}

void Executor::enqueue(std::span<const std::filesystem::path> folders) {
    std::vector<std::pair<std::filesystem::path, std::vector<std::string>>> marked;
    for (const std::filesystem::path& folder : folders) {
        if (!holds(folder.filename().string())) marked.emplace_back(folder, markQueued(folder));
    }
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [folder, repairs] : marked) {
            const std::string run = folder.filename().string();
            queue_.push_back(folder);
            events_.push_back({run, StateChange{{RunState::queued, 0, "", ExitCode::done}}});
            for (const std::string& repair : repairs) events_.push_back({run, LogLine{repair}});
            ++changes_;
        }
    }
    wake_.notify_all();
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
        waits_for_.erase(run);
    }
    RunOutcome outcome{RunState::stopped, 0, "", ExitCode::done};
    try {
        OwnedRun owned(taken_off);
        outcome.epochs_done = static_cast<int>(owned.records().size());
        owned.setStatus(RunState::stopped, outcome.epochs_done, "");
    } catch (const std::exception& error) {
        outcome.message = sentenceOf(error);
    }
    const std::lock_guard lock(mutex_);
    events_.push_back({run, StateChange{outcome}});
}

std::vector<std::string> Executor::queuedRuns() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> runs;
    for (const std::filesystem::path& folder : queue_) runs.push_back(folder.filename().string());
    return runs;
}

void Executor::reorder(const std::vector<std::string>& runs) {
    std::unordered_map<std::string, std::size_t> places;
    for (const std::string& run : runs) places.emplace(run, places.size());
    const auto place = [&](const std::filesystem::path& folder) {
        const auto found = places.find(folder.filename().string());
        return found == places.end() ? places.size() : found->second;
    };
    const std::lock_guard lock(mutex_);
    std::ranges::stable_sort(queue_, {}, place);
}

void Executor::postponeAll() {
    const std::lock_guard lock(mutex_);
    queue_.clear();
    waits_for_.clear();
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

std::string Executor::waitsFor(const std::string& run) const {
    const std::lock_guard lock(mutex_);
    const auto found = waits_for_.find(run);
    return found == waits_for_.end() ? "" : found->second;
}

std::vector<RunEvent> Executor::takeEvents() {
    const std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
}

std::map<std::string, StepProgress> Executor::latestProgress() const {
    const std::lock_guard lock(mutex_);
    return progress_;
}

TrunkStore& Executor::store(const std::filesystem::path& run_folder) {
    const std::filesystem::path workspace = run_folder.parent_path().parent_path();
    return stores_.try_emplace(workspace, workspace).first->second;
}

/// The run in training that will have trained more of `run` than is available, or nullptr.
const TrunkRun* Executor::awaited(const TrunkRun& run, const Surroundings& surroundings,
                                  int available, const std::set<std::string>& running) {
    const RunDescription& description = run.description;
    for (const auto& [id, other] : store(run.folder).runs()) {
        if (id == run.id || other.path.empty()) continue;
        if (!running.contains(id) && !other.inTrainingElsewhere()) continue;
        const int shared = sharedEpochs(run.path, other.path);
        if (shared <= available) continue;
        // Its records may be one epoch ahead of its checkpoints, after a crash.
        if (!other.checkpoints.empty() && other.checkpoints.back() >= shared) continue;
        RunDescription source = other.description;
        if (source.threads == 0) {  // it has not said yet; it will be as its config or this slot
            const TrainingConfig& training = source.config.training;
            source.threads = training.threads > 0 ? training.threads : surroundings.threads;
            source.device = training.device == "auto" ? surroundings.device : training.device;
            source.libtorch = surroundings.libtorch;
        }
        if (TrunkStore::fits(description.config, description.subset_sha256, source, surroundings)) {
            return &other;
        }
    }
    return nullptr;
}

/// The run that `run` learns from, where that is still to be trained: queued here, or in training.
const TrunkRun* Executor::awaitedTeacher(const TrunkRun& run,
                                         const std::deque<std::filesystem::path>& queued,
                                         const std::set<std::string>& running) {
    const RunDescription& description = run.description;
    if (!description.teacher.is_null() || !firstTaughtEpoch(description.config)) return nullptr;
    const TrunkRun* teacher =
        teacherAmong(store(run.folder), description.config, run.end_of_teacher);
    if (teacher == nullptr || teacher == &run) return nullptr;
    if (teacher->status.state == RunState::finished && !running.contains(teacher->id)) {
        return nullptr;
    }
    const bool waits =
        running.contains(teacher->id) || std::ranges::find(queued, teacher->folder) != queued.end();
    return waits || teacher->inTrainingElsewhere() ? teacher : nullptr;
}

/// Asks a run that is about to be trained to keep what other queued runs will start from.
void Executor::keepBranchPoints(const TrunkRun& trunk, const Surroundings& surroundings) {
    std::deque<std::filesystem::path> queued;
    {
        const std::lock_guard lock(mutex_);
        queued = queue_;
    }
    for (const std::filesystem::path& folder : queued) {
        const TrunkRun* run = store(folder).find(folder.filename().string());
        if (run == nullptr || run == &trunk || run->path.empty()) continue;
        if (folder.parent_path() != trunk.folder.parent_path()) continue;
        const int shared = sharedEpochs(run->path, trunk.path);
        const auto source = store(folder).sourceFor(*run, surroundings);
        if (source && source->epochs >= shared) continue;
        keepBranchPoint(trunk, shared, run->id);
    }
}

/// The first queued run that need not wait, taken off the queue. Called with choosing_ held.
std::optional<Executor::Choice> Executor::choose(const TrainingEnvironment& slot) {
    std::deque<std::filesystem::path> queued;
    std::set<std::string> running;  // their folders may not say so yet
    {
        const std::lock_guard lock(mutex_);
        queued = queue_;
        for (const auto& [id, control] : running_) running.insert(id);
        awaited_.clear();
    }
    if (queued.empty()) return std::nullopt;
    std::optional<Surroundings> surroundings;
    try {
        surroundings = surroundingsOf(learning_, slot);
    } catch (const Error&) {  // trainRun() will say it
    }
    std::set<std::filesystem::path> refreshed;
    for (const std::filesystem::path& folder : queued) {
        const std::string id = folder.filename().string();
        Choice choice{folder, std::nullopt};
        const TrunkRun* waits_for = nullptr;
        if (surroundings) {
            if (refreshed.insert(folder.parent_path()).second) store(folder).refresh();
            const TrunkRun* run = store(folder).find(id);
            const TrunkRun* teacher =
                run == nullptr ? nullptr : awaitedTeacher(*run, queued, running);
            if (teacher != nullptr) {  // begun when it is finished
                const std::lock_guard lock(mutex_);
                waits_for_[id] = teacher->id;
                continue;
            }
            if (run != nullptr && run->inTrainingElsewhere()) {
                waits_for = run;  // another process has it
            } else if (run != nullptr && !run->path.empty()) {
                choice.trunk = store(folder).sourceFor(*run, *surroundings);
                const int available = choice.trunk ? choice.trunk->epochs : 0;
                if (run->checkpoints.empty()) {
                    waits_for = awaited(*run, *surroundings, available, running);
                }
                if (waits_for == nullptr) keepBranchPoints(*run, *surroundings);
            }
            if (waits_for != nullptr) {
                const int shared = run == waits_for ? 0 : sharedEpochs(run->path, waits_for->path);
                // It may have been begun before this one was queued, or by another process.
                if (run != waits_for) keepBranchPoint(*waits_for, shared, id);
                const std::lock_guard lock(mutex_);
                waits_for_[id] = waits_for->id;
                awaited_.insert({waits_for->id, shared});
            }
        }
        if (waits_for != nullptr) continue;
        const std::lock_guard lock(mutex_);
        waits_for_.erase(id);
        const auto still = std::ranges::find(queue_, folder);
        if (still == queue_.end()) continue;  // taken off meanwhile
        queue_.erase(still);
        running_[id] = std::make_shared<RunControl>();
        return choice;
    }
    return std::nullopt;
}

void Executor::work(Worker& self) {
    if (environment_.low_priority) lowerPriority();
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [&] {
            return closing_ || self.slot.ending || load_training_ || !queue_.empty();
        });
        if (closing_ || self.slot.ending) {
            self.gone = true;
            return;
        }
        if (std::exchange(load_training_, false)) {
            lock.unlock();
            const bool loaded = loadQuietly(learning_);
            lock.lock();
            if (loaded) events_.push_back({"", TrainingLoaded{}});
            continue;
        }
        const std::uint64_t seen = changes_;
        TrainingEnvironment slot = environment_;
        slot.device = self.slot.device;
        slot.threads = self.slot.threads;
        lock.unlock();
        std::optional<Choice> choice;
        {
            const std::lock_guard choosing(choosing_);
            choice = choose(slot);
        }
        lock.lock();
        if (!choice) {
            wake_.wait_for(lock, kForeignPoll, [&] { return closing_ || changes_ != seen; });
            continue;
        }
        const std::string run = choice->folder.filename().string();
        const std::shared_ptr<RunControl> control = running_.at(run);
        TrainingEnvironment environment = slot;
        if (choice->trunk) environment.threads = choice->trunk->threads;
        self.slot.run = run;
        self.slot.run_threads = environment.threads;
        lock.unlock();
        Observer observer(*this, run);
        const RunOutcome outcome = trainRun(learning_, choice->folder, environment, *control,
                                            observer, choice->trunk ? &*choice->trunk : nullptr);
        lock.lock();
        progress_.erase(run);
        running_.erase(run);
        self.slot.run.clear();
        self.slot.run_threads = 0;
        ++changes_;
        if (outcome.busy && !closing_ && !control->mustEnd()) {
            queue_.push_back(choice->folder);  // until the other process is done with it
            wake_.notify_all();
            wake_.wait_for(lock, kForeignPoll, [this] { return closing_; });
        } else {
            events_.push_back({run, StateChange{outcome}});
            wake_.notify_all();
        }
    }
}

}  // namespace ballast
