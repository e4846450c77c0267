#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/desktop/run_controller.h"
#include "core/cluster/job_book.h"
#include "core/results/queue_order.h"

// The queue of a RunController: its order, the slots it is trained on, and what it will take.

namespace ballast {
namespace {

bool waitsToBeTrained(const IndexedRun& run) {
    return run.error.empty() && (run.status.state == RunState::queued || run.interrupted);
}

}  // namespace

/// In the order that people have given them, or else as they were made. What was submitted to Slurm
/// is left to it; it can still be resumed here by hand.
void RunController::queueWaiting() {
    std::vector<std::string> order;
    attempt([&] { order = readQueueOrder(workspace_); },
            [this](const QString& sentence) { Q_EMIT failed(sentence); });
    std::set<std::string> submitted;
    attempt([&] { submitted = readJobBook(workspace_).runs(); },
            [this](const QString& sentence) { Q_EMIT failed(sentence); });
    std::unordered_map<std::string, std::size_t> places;
    for (const std::string& run : order) places.emplace(run, places.size());
    std::vector<const IndexedRun*> waiting;
    for (const auto& run : runs_) {
        if (waitsToBeTrained(*run) && !submitted.contains(run->id)) waiting.push_back(run.get());
    }
    std::ranges::stable_sort(waiting, {}, [&](const IndexedRun* run) {
        const auto found = places.find(run->id);
        return found == places.end() ? places.size() : found->second;
    });
    std::vector<std::filesystem::path> folders;
    for (const IndexedRun* run : waiting) folders.push_back(run->folder);
    executor_->enqueue(folders);
}

void RunController::setSlots(const QStringList& devices, int threads) {
    std::vector<std::string> names;
    for (const QString& device : devices) names.push_back(device.toStdString());
    if (names.empty()) names.push_back(environment_.device);
    slot_threads_ = threads;
    executor_->setSlots(names, threads);
    Q_EMIT slotsChanged();
}

/// What a run that begins next is trained with, for plans.
TrainingEnvironment RunController::slotEnvironment() const {
    TrainingEnvironment slot = environment_;
    const std::vector<SlotState> states = executor_->slotStates();
    if (states.empty()) return slot;
    slot.device = states.front().device;
    slot.threads = states.front().threads;
    return slot;
}

int RunController::sideBySide() const {
    const auto states = executor_->slotStates();
    return std::max(1, static_cast<int>(std::ranges::count(states, false, &SlotState::ending)));
}

QStringList RunController::queuedRuns() const {
    QStringList runs;
    for (const std::string& run : executor_->queuedRuns()) runs << QString::fromStdString(run);
    return runs;
}

void RunController::reorderQueue(const QStringList& runs) {
    requireWritable();
    std::vector<std::string> wanted;
    for (const QString& run : runs) wanted.push_back(run.toStdString());
    executor_->reorder(wanted);
    std::vector<std::string> order;
    for (const SlotState& slot : executor_->slotStates()) {
        if (!slot.run.empty()) order.push_back(slot.run);  // they go back to the queue at closing
    }
    for (std::string& run : executor_->queuedRuns()) order.push_back(std::move(run));
    writeQueueOrder(workspace_, order);
}

std::function<QueueForecast(const std::atomic<bool>&)> RunController::forecaster() const {
    std::vector<WaitingRun> runs;
    for (const SlotState& slot : executor_->slotStates()) {
        const IndexedRun* run = slot.run.empty() ? nullptr : mutableRun(slot.run);
        if (run == nullptr) continue;
        WaitingRun training{run->id, run->description.config, true, std::nullopt, 0.0};
        const auto progress = progress_.find(run->id);
        if (progress != progress_.end() && progress->second.seconds_left >= 0.0) {
            const StepProgress& now = progress->second;
            training.seconds_left = now.seconds_left;
            training.epochs_left =
                now.epochs - now.epoch - static_cast<double>(now.step) / std::max(1, now.steps);
        }
        runs.push_back(std::move(training));
    }
    for (const std::string& id : executor_->queuedRuns()) {
        const IndexedRun* run = mutableRun(id);
        if (run == nullptr || !run->error.empty()) continue;
        runs.push_back({id, run->description.config, false, std::nullopt, 0.0});
    }
    return [&learning = learning_, runs = std::move(runs), workspace = workspace_,
            slot = slotEnvironment(),
            side_by_side = sideBySide()](const std::atomic<bool>& cancelled) {
        return forecastQueue(learning, runs, workspace, slot, side_by_side, cancelled);
    };
}

}  // namespace ballast
