#include "core/runs/segments.h"

#include <charconv>

#include "core/experiment/teacher.h"
#include "core/runs/run.h"
#include "core/runs/sweep_store.h"
#include "core/runs/teacher_runs.h"
#include "core/runs/trunk_store.h"

namespace ballast {
namespace fs = std::filesystem;

std::string segmentName(const PlannedRun& run, const Segment& segment) {
    return run.id + "@" + std::to_string(segment.from) + "-" + std::to_string(segment.to);
}

int segmentOfTeacher(const SweepPlan& plan, const Segment& segment) {
    const PlannedRun& run = plan.runs[static_cast<std::size_t>(segment.run)];
    const std::optional<int> taught = firstTaughtEpoch(run.run.config);
    if (run.teacher < 0 || !taught || segment.to <= *taught) return -1;
    const RunConfig& teacher = plan.runs[static_cast<std::size_t>(run.teacher)].run.config;
    for (std::size_t s = 0; s < plan.left.segments.size(); ++s) {
        const Segment& other = plan.left.segments[s];
        if (other.run == run.teacher && other.to == teacher.training.epochs) {
            return static_cast<int>(s);
        }
    }
    return -1;
}

SegmentRange segmentRange(const std::string& name) {
    const std::size_t at = name.rfind('@');
    const std::size_t dash = name.find('-', at == std::string::npos ? name.size() : at);
    SegmentRange range;
    if (dash != std::string::npos) {
        range.run = name.substr(0, at);
        const char* end = name.data() + name.size();
        const auto from = std::from_chars(name.data() + at + 1, name.data() + dash, range.from);
        const auto to = std::from_chars(name.data() + dash + 1, end, range.to);
        if (from.ec == std::errc() && from.ptr == name.data() + dash && to.ec == std::errc() &&
            to.ptr == end && 0 <= range.from && range.from < range.to) {
            return range;
        }
    }
    throw ConfigError("\"" + name + "\" is no segment; it is RUN@FROM-TO, as sweep --prepare says");
}

RunOutcome trainSegment(const Learning& learning, const fs::path& workspace,
                        const std::string& name, const TrainingEnvironment& environment,
                        RunControl& control, RunObserver& observer) {
    const SegmentRange segment = segmentRange(name);
    TrunkStore store(workspace);
    store.refresh();
    const TrunkRun* run = store.find(segment.run);
    if (run == nullptr || !run->error.empty()) {
        throw ConfigError("there is no run " + segment.run + " in " + workspace.string());
    }
    if (segment.to > run->epochs()) {
        throw ConfigError("the run " + segment.run + " has " + std::to_string(run->epochs()) +
                          " epochs; " + name + " ends beyond them");
    }
    const std::optional<TrunkSource> source =
        store.sourceFor(*run, surroundingsOf(learning, environment));
    const int available = source ? source->epochs : 0;
    if (available < segment.from) {
        throw SegmentNotReady(
            "the segment " + name + " starts from " + std::to_string(segment.from) +
            " epochs, and no checkpoint there is holds more than " + std::to_string(available) +
            " of them; train the segment before it first");
    }
    const bool finished = run->status.state == RunState::finished;
    // Killed after its last epoch, it has still to be finished.
    const bool unfinished = segment.to == run->epochs() && !finished;
    if (run->status.epochs_done >= segment.to && !unfinished) {  // however it went on from there
        return {finished ? RunState::finished : RunState::queued, run->status.epochs_done, "",
                ExitCode::done};
    }
    if (const auto taught = firstTaughtEpoch(run->description.config);
        taught && segment.to > *taught) {
        const auto teacher = teacherOf(store, run->description, UntrainedTeacher::awaited);
        if (teacher && teacher->checkpoint.empty()) {
            throw SegmentNotReady("the segment " + name + " learns from the run " + teacher->id +
                                  ", which is not finished; train that first");
        }
    }
    control.stopAfter(segment.to);
    TrainingEnvironment own = environment;
    if (source) own.threads = source->threads;
    return trainRun(learning, run->folder, own, control, observer, source ? &*source : nullptr);
}

}  // namespace ballast
