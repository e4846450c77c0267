#include "app/desktop/run_controller.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/experiment/sweep.h"
#include "core/results/config_key.h"
#include "core/runs/run_edits.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr int kBusyPoll = 40;   // ms, while a run trains here
constexpr int kIdlePoll = 400;  // ms

}  // namespace

RunController::RunController(const Learning& learning, TrainingEnvironment environment,
                             fs::path workspace, Access access, QObject* parent)
    : QObject(parent),
      learning_(learning),
      environment_(std::move(environment)),
      workspace_(std::move(workspace)),
      cluster_(workspace_),
      watch_(workspace_),
      executor_(std::make_unique<Executor>(learning_, environment_)) {
    if (access == Access::look) {
        read_only_ = tr("it was opened to be looked at only");
    } else {
        attempt([this] { lock_.emplace(workspace_); },
                [this](const QString& sentence) { read_only_ = sentence; });
    }
    connect(&poll_timer_, &QTimer::timeout, this, &RunController::poll);
    connect(&watch_, &WorkspaceWatch::looking, this, [this] { since_look_.clear(); });
    connect(&watch_, &WorkspaceWatch::looked, this, &RunController::readForeign);
    connect(&cluster_, &ClusterWatch::changed, this, [this](const QStringList& runs) {
        for (const QString& run : runs) {
            if (find(run) != nullptr) Q_EMIT runChanged(run);
        }
    });
    poll_timer_.start(kIdlePoll);
}

RunController::~RunController() = default;

bool RunController::hasRuns() const {
    std::error_code ignored;
    return fs::directory_iterator(workspace_ / "runs", ignored) != fs::directory_iterator();
}

void RunController::requireWritable() const {
    if (readOnly()) {
        throw StorageError("the workspace is read-only here: " + read_only_.toStdString());
    }
}

void RunController::makeWritable() {
    if (!readOnly()) return;
    lock_.emplace(workspace_);
    read_only_.clear();
    queueWaiting();
    Q_EMIT accessChanged();
    poll();
}

void RunController::open() {
    watch_.open(!readOnly());
    for (const IndexedRun& run : watch_.runs()) {
        if (mutableRun(run.id) == nullptr) add(run);
    }
    if (!readOnly()) queueWaiting();
    cluster_.start();
    Q_EMIT opened();
    poll();
}

void RunController::requireSupport(const RunConfig& config) const {
    requireOneProcess(config);
    if (config.training.convolution != Convolution::bfloat16) return;  // all else runs everywhere
    const std::string& device = config.training.device;
    learning_.requireSupport(
        config, learning_.resolveDevice(device == "auto" ? environment_.device : device));
}

QString RunController::obstacleToBFloat16() const {
    RunConfig config;
    config.training.convolution = Convolution::bfloat16;
    try {
        requireSupport(config);
        return {};
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
}

QString RunController::start(const nlohmann::json& json) {
    requireWritable();
    RunConfig config = configFromJson(json, "the config");
    if (config.name.empty()) config.name = "run";
    requireSupport(config);
    const fs::path folder = createRun(workspace_, config, json, environment_);
    const IndexedRun& run = add(indexed(readRun(folder)));
    const QString id = QString::fromStdString(run.id);
    Q_EMIT runAdded(id);
    executor_->enqueue(folder);
    poll();
    return id;
}

void RunController::startSweep(const nlohmann::json& sweep) {
    requireWritable();
    Sweep read = sweepFromJson(sweep, "the sweep");
    if (read.name.empty()) read.name = "sweep";
    const bool begun = sweep_job_.start(
        [&learning = learning_, slot = slotEnvironment(), side_by_side = sideBySide(),
         workspace = workspace_, read, sweep](BackgroundJob::Task& task) {
            SweepPlan plan =
                planSweep(learning, read, workspace, slot, side_by_side, task.cancelled());
            prepareSweep(plan, read, sweep, workspace, {}, task.cancelled());
            return plan;
        },
        [this](const SweepPlan& made) {
            const auto [queued, finished] = queueRuns(made);
            Q_EMIT sweepStarted(queued, finished);
        },
        [this](const QString& sentence) { Q_EMIT sweepFailed(sentence); });
    if (!begun) throw StorageError("another sweep is being made; wait for it");
}

std::function<SweepPlan(std::vector<SweepRun>, const std::atomic<bool>&)> RunController::planner()
    const {
    return
        [&learning = learning_, slot = slotEnvironment(), side_by_side = sideBySide(),
         workspace = workspace_](std::vector<SweepRun> runs, const std::atomic<bool>& cancelled) {
            return planRuns(learning, std::move(runs), workspace, slot, side_by_side, cancelled);
        };
}

void RunController::startRuns(SweepPlan plan) {
    requireWritable();
    const bool begun = sweep_job_.start(
        [workspace = workspace_, plan = std::move(plan)](BackgroundJob::Task& task) {
            SweepPlan made = plan;
            makeRuns(made, workspace, {}, task.cancelled());
            return made;
        },
        [this](const SweepPlan& made) {
            const auto [queued, finished] = queueRuns(made);
            Q_EMIT runsStarted(static_cast<int>(queued.size()), finished);
        },
        [this](const QString& sentence) { Q_EMIT sweepFailed(sentence); });
    if (!begun) throw StorageError("other runs are being made; wait for them");
}

/// Takes up runs that have been made together. Returns those that were queued, and how many are
/// finished.
std::pair<QStringList, int> RunController::queueRuns(const SweepPlan& made) {
    QStringList queued;
    int finished = 0;
    std::vector<fs::path> folders;
    for (const PlannedRun& run : made.runs) {
        if (run.state == RunState::finished) {
            ++finished;
            continue;
        }
        queued << QString::fromStdString(run.id);
        const fs::path folder = workspace_ / "runs" / run.id;
        if (mutableRun(run.id) == nullptr) {
            add(indexed(readRun(folder)));
            Q_EMIT runAdded(queued.back());
        }
        folders.push_back(folder);
    }
    executor_->enqueue(folders);
    poll();
    return {queued, finished};
}

std::vector<int> RunController::forkEpochs(const QString& run) const {
    std::vector<int> epochs;
    const IndexedRun* summary = find(run);
    if (summary == nullptr || !summary->error.empty()) return epochs;
    const int most = std::min(static_cast<int>(summary->epochs.size()),
                              summary->description.config.training.epochs);
    for (const CheckpointFile& file : checkpointFiles(summary->folder)) {
        if (file.epochs_done > 0 && file.epochs_done <= most) epochs.push_back(file.epochs_done);
    }
    return epochs;
}

std::optional<int> RunController::editEpoch(const QString& run) const {
    const IndexedRun* summary = find(run);
    if (summary == nullptr || !summary->error.empty()) return std::nullopt;
    const RunState state = summary->status.state;
    const bool active = state == RunState::running || state == RunState::paused;
    if (state == RunState::finished || (active && !holds(run) && !summary->interrupted)) {
        return std::nullopt;
    }
    const bool begun = active && !summary->interrupted;  // its epoch ends as it began
    const int epoch = static_cast<int>(summary->epochs.size()) + (begun ? 1 : 0);
    if (epoch >= summary->description.config.training.epochs) return std::nullopt;
    return epoch;
}

QString RunController::fork(const QString& run, int epoch, const std::vector<Setting>& settings,
                            bool next_phase_now) {
    requireWritable();
    const IndexedRun* summary = find(run);
    if (summary == nullptr) throw StorageError("the run " + run.toStdString() + " is gone");
    const fs::path folder =
        forkRunAt(summary->folder, epoch, {settings, next_phase_now}, dataStore());
    const QString id = QString::fromStdString(add(indexed(readRun(folder))).id);
    Q_EMIT runAdded(id);
    executor_->enqueue(folder);
    poll();
    return id;
}

void RunController::edit(const QString& run, int epoch, const std::vector<Setting>& settings,
                         bool next_phase_now) {
    requireWritable();
    IndexedRun* summary = mutableRun(run.toStdString());
    editRun(summary->folder, {settings, next_phase_now}, epoch, dataStore());
    since_look_.insert(summary->id);
    lookForEdits(*summary);
    summary->description = readDescription(summary->folder);
    summary->description.config_as_given = nullptr;
    summary->config_key = configKey(summary->description);
    Q_EMIT configChanged(run);
}

void RunController::changeNotes(const QString& run, const std::function<void(RunNotes&)>& change) {
    requireWritable();
    IndexedRun* summary = mutableRun(run.toStdString());
    if (summary == nullptr) throw StorageError("the run " + run.toStdString() + " is gone");
    summary->notes = ballast::changeNotes(summary->folder, change);
    since_look_.insert(summary->id);
    summary->notes_problem.clear();
    Q_EMIT runChanged(run);
}

void RunController::lookForEdits(const IndexedRun& run) {
    const std::vector<PendingEdit> waiting = pendingEdits(run.folder);
    if (waiting.empty()) {
        pending_edits_.erase(run.id);
    } else {
        pending_edits_[run.id] = waiting.front().epoch;
    }
}

std::optional<int> RunController::pendingEdit(const QString& run) const {
    const auto found = pending_edits_.find(run.toStdString());
    if (found == pending_edits_.end()) return std::nullopt;
    return found->second;
}

void RunController::resume(const QString& run) {
    if (readOnly()) return;
    const IndexedRun* summary = find(run);
    if (summary != nullptr && summary->error.empty()) executor_->enqueue(summary->folder);
    poll();
}

void RunController::setPaused(const QString& run, bool paused) {
    executor_->setPaused(run.toStdString(), paused);
}

void RunController::stop(const QString& run) {
    executor_->stop(run.toStdString());
    poll();
}

void RunController::moveToTrash(const QString& run) {
    requireWritable();
    const std::string id = run.toStdString();
    const IndexedRun* summary = find(run);
    if (summary == nullptr) return;
    if (holds(run)) throw StorageError("the run is in training; stop it first");
    makeFolders(workspace_ / "trash");
    std::error_code error;
    fs::rename(summary->folder, workspace_ / "trash" / id, error);
    if (error) {
        throw StorageError("cannot move " + summary->folder.string() +
                           " to the trash: " + error.message());
    }
    remove(id);
}

void RunController::close() {
    closing_ = true;
    sweep_job_.cancel();
    executor_->postponeAll();
    poll_timer_.setInterval(kBusyPoll);
    poll();
}

std::vector<const IndexedRun*> RunController::runs() const {
    std::vector<const IndexedRun*> list;
    for (const auto& run : runs_) list.push_back(run.get());
    return list;
}

const IndexedRun* RunController::find(const QString& run) const {
    return mutableRun(run.toStdString());
}

std::vector<EpochRecord> RunController::readRecords(const QString& run) const {
    const IndexedRun* known = find(run);
    return known == nullptr ? std::vector<EpochRecord>() : readRun(known->folder).records;
}

std::optional<StepProgress> RunController::progress(const QString& run) const {
    const auto found = progress_.find(run.toStdString());
    if (found == progress_.end()) return std::nullopt;
    return found->second;
}

bool RunController::holds(const QString& run) const {
    return executor_->holds(run.toStdString());
}

QString RunController::current() const {
    for (const auto& run : runs_) {
        const bool active =
            run->status.state == RunState::running || run->status.state == RunState::paused;
        if (active && executor_->holds(run->id)) return QString::fromStdString(run->id);
    }
    return {};
}

QString RunController::waitsFor(const QString& run) const {
    return QString::fromStdString(executor_->waitsFor(run.toStdString()));
}

IndexedRun* RunController::mutableRun(const std::string& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : found->second;
}

IndexedRun& RunController::add(IndexedRun run) {
    since_look_.insert(run.id);
    runs_.push_back(std::make_unique<IndexedRun>(std::move(run)));
    by_id_[runs_.back()->id] = runs_.back().get();
    return *runs_.back();
}

void RunController::remove(const std::string& id) {
    since_look_.insert(id);
    by_id_.erase(id);
    std::erase_if(runs_, [&](const auto& other) { return other->id == id; });
    Q_EMIT runRemoved(QString::fromStdString(id));
}

void RunController::poll() {
    for (const RunEvent& event : executor_->takeEvents()) handle(event);
    progress_ = executor_->latestProgress();
    for (const auto& [id, progress] : progress_) Q_EMIT progressed(QString::fromStdString(id));
    const bool is_idle = executor_->idle();
    if (closing_ && is_idle) {
        closing_ = false;
        Q_EMIT closed();
        return;
    }
    const int interval = is_idle ? kIdlePoll : kBusyPoll;
    if (poll_timer_.interval() != interval) poll_timer_.setInterval(interval);
}

void RunController::handle(const RunEvent& event) {
    if (std::holds_alternative<TrainingLoaded>(event.what)) {
        Q_EMIT trainingLoaded();
        return;
    }
    IndexedRun* run = mutableRun(event.run);
    if (run == nullptr) return;
    since_look_.insert(event.run);
    const QString id = QString::fromStdString(event.run);
    if (const auto* change = std::get_if<StateChange>(&event.what)) {
        const RunOutcome& outcome = change->outcome;
        run->status.state = outcome.state;
        run->status.message = outcome.message;
        run->interrupted = false;
        Q_EMIT runChanged(id);
        const bool over = outcome.state != RunState::queued && outcome.state != RunState::running &&
                          outcome.state != RunState::paused;
        if (over) {
            try {
                run->status.seconds_per_epoch = readStatus(run->folder).seconds_per_epoch;
            } catch (const Error&) {  // moved away meanwhile: only an estimate lacks it
            }
            Q_EMIT ended(id);
        }
    } else if (const auto* record = std::get_if<EpochRecord>(&event.what)) {
        const auto epoch = static_cast<std::size_t>(record->epoch);
        if (epoch < run->epochs.size()) run->epochs.resize(epoch);  // trained again
        run->epochs.push_back(scalarsOf(*record));
        run->status.epochs_done = record->epoch + 1;
        Q_EMIT recordArrived(id, *record);
    } else if (const auto* replaced = std::get_if<RecordsReplaced>(&event.what)) {
        run->epochs.clear();
        for (const EpochRecord& one : replaced->records) run->epochs.push_back(scalarsOf(one));
        run->status.epochs_done = static_cast<int>(run->epochs.size());
        Q_EMIT recordsReplaced(id);
    } else if (const auto* changed = std::get_if<ConfigChanged>(&event.what)) {
        run->description.config = changed->config;
        run->config_key = configKey(run->description);
        lookForEdits(*run);
        Q_EMIT configChanged(id);
    } else if (const auto* line = std::get_if<LogLine>(&event.what)) {
        lookForEdits(*run);  // it may say what became of one
        Q_EMIT said(id, QString::fromStdString(line->text));
    }
}

/// Runs that came or went, and changes of runs that another process trains.
void RunController::readForeign() {
    std::unordered_set<std::string_view> there;
    for (const IndexedRun& found : watch_.runs()) {
        there.insert(found.id);
        if (since_look_.contains(found.id)) continue;  // the next look is as new
        const QString id = QString::fromStdString(found.id);
        IndexedRun* run = mutableRun(found.id);
        if (run == nullptr) {
            add(found);
            Q_EMIT runAdded(id);
            continue;
        }
        if (run->notes != found.notes || run->notes_problem != found.notes_problem) {
            run->notes = found.notes;
            run->notes_problem = found.notes_problem;
            Q_EMIT runChanged(id);
        }
        // The files say no more of it than its worker does, and later.
        if (executor_->holds(found.id)) continue;
        const RunFreshness& before = run->freshness;
        const RunFreshness& now = found.freshness;
        const bool other_config = before.description != now.description;
        const bool other_records = before.records != now.records;
        if (!other_config && !other_records && before.status == now.status &&
            before.folder == now.folder && before.checkpoints == now.checkpoints &&
            run->interrupted == found.interrupted && run->error == found.error) {
            continue;
        }
        *run = found;
        if (other_config) Q_EMIT configChanged(id);
        if (other_records) Q_EMIT recordsReplaced(id);
        Q_EMIT runChanged(id);
    }
    std::vector<std::string> gone;
    for (const auto& run : runs_) {
        if (!there.contains(run->id) && !since_look_.contains(run->id) &&
            !executor_->holds(run->id)) {
            gone.push_back(run->id);
        }
    }
    for (const std::string& id : gone) remove(id);
}

}  // namespace ballast
