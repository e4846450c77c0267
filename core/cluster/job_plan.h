#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/cluster/job_book.h"
#include "core/runs/sweep_store.h"

namespace ballast {

/// A job, or an array of them for siblings that ask for the same, to be submitted.
struct PlannedJob {
    JobRequest request;
    std::vector<std::string> segments;
    std::vector<std::string> after;                  // IDs of live jobs
    std::vector<std::pair<int, int>> after_planned;  // earlier planned jobs, and of each the task
};

/// What has to be submitted so that a sweep is trained.
struct JobPlan {
    std::vector<PlannedJob> jobs;       // those that others wait for stand before these
    int queued = 0;                     // segments that live jobs train
    std::vector<std::string> diverged;  // segments of runs that diverged, and those after them
};

/// A segment's job that Slurm has still to do with.
struct LiveTask {
    std::string id;
    std::string run;
    int to = 0;  // epochs after which it ends
};

/// The tasks of the book that are alive in the queue, but for those that wait for ever.
std::vector<LiveTask> liveTasks(const JobBook& book, std::span<const JobState> queue);

/// Adds a segment, its last epoch, for each run that is not finished although no epoch of it is
/// left to be trained: it was killed after its last one, or all of it is part of a longer run,
/// which has to be taken over.
void addEndings(SweepPlan& plan);

/// Divides what is left of a sweep into jobs. `requests` has one for each segment of `plan.left`.
/// No segment is submitted that a live job trains, and what other live jobs train of the same run
/// is waited for: no two jobs ever have the same run at a time. A segment waits for its parent's
/// job, or, where its parent is trained, for none. An array has at most 1,000 tasks, one less than
/// Slurm's default. Runs that are not made yet are called "(run N)".
JobPlan planJobs(const SweepPlan& plan, std::span<const JobRequest> requests,
                 std::span<const LiveTask> live);

}  // namespace ballast
