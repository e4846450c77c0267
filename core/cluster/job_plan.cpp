#include "core/cluster/job_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "core/runs/segments.h"

namespace ballast {
namespace {

constexpr std::size_t kMostTasks = 1000;

/// What trains a segment: a live job, or a planned job's task; nothing where it need not be.
struct Trainer {
    std::string live;
    int job = -1;
    int task = 0;
    bool never = false;  // its run, or one before it, diverged
};

std::string plannedName(const PlannedRun& run, const Segment& segment) {
    if (!run.id.empty()) return segmentName(run, segment);
    PlannedRun named;
    named.id = "(run " + std::to_string(segment.run + 1) + ")";
    return segmentName(named, segment);
}

/// The plan's segments, each after its parent and after those that its run learns from.
std::vector<std::size_t> inOrder(const SweepPlan& plan) {
    const std::vector<Segment>& segments = plan.left.segments;
    std::vector<std::size_t> order;
    std::vector<bool> visited(segments.size());
    const auto visit = [&](const auto& self, std::size_t s) -> void {
        if (visited[s]) return;
        visited[s] = true;
        for (const int before : {segments[s].parent, segmentOfTeacher(plan, segments[s])}) {
            if (before >= 0) self(self, static_cast<std::size_t>(before));
        }
        order.push_back(s);
    };
    for (std::size_t s = 0; s < segments.size(); ++s) visit(visit, s);
    return order;
}

auto keyOf(const PlannedJob& job) {
    const JobRequest& r = job.request;
    return std::tuple(job.after, job.after_planned, r.partition, r.cpus, r.memory_mib, r.gpus,
                      r.seconds, r.array_limit);
}

}  // namespace

std::vector<LiveTask> liveTasks(const JobBook& book, std::span<const JobState> queue) {
    const KnownStates states(queue);
    std::vector<LiveTask> live;
    for (const BookedJob& job : book.jobs) {
        for (std::size_t i = 0; i < job.script.segments.size(); ++i) {
            const JobState* state = states.of(job, i);
            if (state == nullptr || !state->live() || state->hopeless()) continue;
            const SegmentRange range = segmentRange(job.script.segments[i]);
            live.push_back({job.task(i), range.run, range.to});
        }
    }
    return live;
}

void addEndings(SweepPlan& plan) {
    TrunkPlan& left = plan.left;
    const std::size_t planned = left.segments.size();
    std::set<int> ending;  // runs whose last epoch a segment trains
    for (const Segment& segment : left.segments) {
        const PlannedRun& run = plan.runs[static_cast<std::size_t>(segment.run)];
        if (segment.to == run.run.config.training.epochs) ending.insert(segment.run);
    }
    for (std::size_t i = 0; i < plan.runs.size(); ++i) {
        const PlannedRun& run = plan.runs[i];
        const bool over = run.state == RunState::finished || run.state == RunState::diverged;
        if (over || ending.contains(static_cast<int>(i))) continue;
        const int epochs = run.run.config.training.epochs;
        Segment segment{static_cast<int>(i), epochs - 1, epochs, -1};
        for (std::size_t s = 0; s < planned; ++s) {  // what it takes over is still to be trained
            if (left.segments[s].run == left.source[i] && left.segments[s].to == left.from[i]) {
                segment.parent = static_cast<int>(s);
            }
        }
        left.segments.push_back(segment);
        plan.segment_seconds.emplace_back();
    }
}

JobPlan planJobs(const SweepPlan& plan, std::span<const JobRequest> requests,
                 std::span<const LiveTask> live) {
    std::multimap<std::string, const LiveTask*> of_run;
    for (const LiveTask& task : live) of_run.emplace(task.run, &task);
    JobPlan jobs;
    std::vector<Trainer> trainers(plan.left.segments.size());
    std::map<decltype(keyOf(PlannedJob())), int> open;  // the array that siblings join
    for (const std::size_t s : inOrder(plan)) {
        const Segment& segment = plan.left.segments[s];
        const PlannedRun& run = plan.runs[static_cast<std::size_t>(segment.run)];
        const std::string name = plannedName(run, segment);
        Trainer trainer;
        PlannedJob job;
        job.request = requests[s];
        const LiveTask* covering = nullptr;
        for (auto [at, end] = of_run.equal_range(run.id); at != end && !run.id.empty(); ++at) {
            const LiveTask* task = at->second;
            job.after.push_back(task->id);
            const bool closer = covering == nullptr || task->to < covering->to;
            if (task->to >= segment.to && closer) covering = task;
        }
        std::vector<const Trainer*> before;
        for (const int needed : {segment.parent, segmentOfTeacher(plan, segment)}) {
            if (needed >= 0) before.push_back(&trainers[static_cast<std::size_t>(needed)]);
        }
        if (covering != nullptr) {
            trainer.live = covering->id;
            ++jobs.queued;
        } else if (run.state == RunState::diverged ||
                   std::ranges::any_of(before, &Trainer::never)) {
            trainer.never = true;
            jobs.diverged.push_back(name);
        } else {
            for (const Trainer* needed : before) {
                if (!needed->live.empty()) job.after.push_back(needed->live);
                if (needed->job >= 0) job.after_planned.emplace_back(needed->job, needed->task);
            }
            std::ranges::sort(job.after);
            const auto twice = std::ranges::unique(job.after);
            job.after.erase(twice.begin(), twice.end());
            const auto key = keyOf(job);
            auto found = open.find(key);
            if (found == open.end() ||
                jobs.jobs[static_cast<std::size_t>(found->second)].segments.size() == kMostTasks) {
                found = open.insert_or_assign(key, static_cast<int>(jobs.jobs.size())).first;
                jobs.jobs.push_back(std::move(job));
            }
            PlannedJob& joined = jobs.jobs[static_cast<std::size_t>(found->second)];
            trainer.job = found->second;
            trainer.task = static_cast<int>(joined.segments.size());
            joined.segments.push_back(name);
        }
        trainers[s] = std::move(trainer);
    }
    return jobs;
}

}  // namespace ballast
