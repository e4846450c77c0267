#include "core/runs/queue_forecast.h"

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "core/runs/sweep_store.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

std::int64_t bytesThere(const fs::path& run) {
    std::int64_t bytes = 0;
    std::error_code ignored;
    for (const fs::path& folder : {run, run / "checkpoints"}) {
        for (const auto& entry : fs::directory_iterator(folder, ignored)) {
            if (!entry.is_regular_file(ignored)) continue;
            const auto size = entry.file_size(ignored);
            if (!ignored) bytes += static_cast<std::int64_t>(size);
        }
    }
    return bytes;
}

constexpr double kNever = std::numeric_limits<double>::infinity();

/// A run's way through its slot, in seconds.
struct Stretch {
    std::vector<std::size_t> segments;  // of the plan, one after the other
    double seconds = 0.0;               // kNever: nothing like one of them was timed
    int trunk = -1;                     // the segment that another run trains before the first
};

/// Seconds of a pass over the training images by what decides it, of the runs in training: for what
/// was never trained to the end of an epoch here.
std::map<std::string, double> presentSpeeds(const std::vector<WaitingRun>& runs) {
    std::map<std::string, double> speeds;
    for (const WaitingRun& run : runs) {
        if (!run.in_training || !run.seconds_left || run.epochs_left <= 0.0) continue;
        const int epochs = run.config.training.epochs;
        const int begun = std::clamp(epochs - static_cast<int>(run.epochs_left) - 1, 0, epochs - 1);
        const double passes_an_epoch = passesOf(run.config, begun, epochs) / (epochs - begun);
        speeds[speedKey(run.config)] = *run.seconds_left / (run.epochs_left * passes_an_epoch);
    }
    return speeds;
}

/// Fills in what the workspace's finished epochs do not say.
void addPresentSpeeds(SweepPlan& plan, const std::vector<WaitingRun>& runs) {
    const std::map<std::string, double> speeds = presentSpeeds(runs);
    for (std::size_t i = 0; i < plan.left.segments.size(); ++i) {
        if (plan.segment_seconds[i]) continue;
        const Segment& segment = plan.left.segments[i];
        const RunConfig& config = runs[static_cast<std::size_t>(segment.run)].config;
        const auto speed = speeds.find(speedKey(config));
        if (speed == speeds.end()) continue;
        plan.segment_seconds[i] = speed->second * passesOf(config, segment.from, segment.to);
    }
}

std::vector<Stretch> stretchesOf(const SweepPlan& plan, const std::vector<WaitingRun>& runs) {
    std::vector<Stretch> stretches(runs.size());
    for (std::size_t i = 0; i < plan.left.segments.size(); ++i) {
        const Segment& segment = plan.left.segments[i];
        Stretch& stretch = stretches[static_cast<std::size_t>(segment.run)];
        const int parent = segment.parent;
        if (parent >= 0 &&
            plan.left.segments[static_cast<std::size_t>(parent)].run != segment.run) {
            stretch.trunk = parent;
        }
        stretch.segments.push_back(i);
        stretch.seconds += plan.segment_seconds[i].value_or(kNever);
    }
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (!runs[i].in_training) continue;
        stretches[i].trunk = -1;  // it has begun
        if (runs[i].seconds_left) stretches[i].seconds = *runs[i].seconds_left;
    }
    return stretches;
}

/// Whenever a slot is free it takes the first run that need not wait, as the executor does.
void schedule(const SweepPlan& plan, const std::vector<WaitingRun>& runs, int slots,
              QueueForecast& forecast) {
    const std::vector<Stretch> stretches = stretchesOf(plan, runs);
    std::vector<double> trained_at(plan.left.segments.size(), kNever);
    std::vector<double> free_at(static_cast<std::size_t>(std::max(1, slots)), 0.0);
    std::vector<std::size_t> waiting;
    for (const bool in_training : {true, false}) {
        for (std::size_t i = 0; i < runs.size(); ++i) {
            if (runs[i].in_training == in_training) waiting.push_back(i);
        }
    }
    const auto ready_at = [&](std::size_t run) {
        const int trunk = stretches[run].trunk;
        return trunk < 0 ? 0.0 : trained_at[static_cast<std::size_t>(trunk)];
    };
    bool all_known = true;
    while (!waiting.empty()) {
        double& slot = *std::ranges::min_element(free_at);
        double soonest = kNever;
        const auto next = std::ranges::find_if(waiting, [&](std::size_t run) {
            soonest = std::min(soonest, ready_at(run));
            return ready_at(run) <= slot;
        });
        if (next == waiting.end()) {
            if (soonest == kNever) break;  // all of them wait for what nobody has timed
            slot = soonest;
            continue;
        }
        const std::size_t run = *next;
        waiting.erase(next);
        const Stretch& stretch = stretches[run];
        if (stretch.seconds == kNever) {
            all_known = false;
            continue;
        }
        // Of a run in training the end is known better than its parts.
        double end = slot + stretch.seconds;
        for (auto i = stretch.segments.rbegin(); i != stretch.segments.rend(); ++i) {
            trained_at[*i] = std::max(0.0, end);
            end -= plan.segment_seconds[*i].value_or(0.0);
        }
        slot += stretch.seconds;
        forecast.done_in[runs[run].id] = slot;
    }
    if (all_known && waiting.empty()) forecast.seconds = std::ranges::max(free_at);
}

}  // namespace

QueueForecast forecastQueue(const Learning& learning, const std::vector<WaitingRun>& runs,
                            const fs::path& workspace, const TrainingEnvironment& slot, int slots,
                            const std::atomic<bool>& cancelled) {
    QueueForecast forecast;
    if (runs.empty()) {
        forecast.seconds = 0.0;
        return forecast;
    }
    std::vector<SweepRun> planned;
    for (const WaitingRun& run : runs) planned.push_back({run.config, {}, run.id});
    SweepPlan plan = planRuns(learning, std::move(planned), workspace, slot, slots, cancelled);
    forecast.epochs = plan.left.epochs_shared;
    forecast.bytes_needed = plan.bytes_needed;
    for (const WaitingRun& run : runs)
        forecast.bytes_needed -= bytesThere(workspace / "runs" / run.id);
    forecast.bytes_needed = std::max<std::int64_t>(0, forecast.bytes_needed);

    addPresentSpeeds(plan, runs);
    schedule(plan, runs, slots, forecast);
    return forecast;
}

}  // namespace ballast
