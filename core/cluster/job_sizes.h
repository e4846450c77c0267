#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/cluster/job_request.h"
#include "core/runs/sweep_store.h"

namespace ballast {

class TrunkStore;

/// What people say of the jobs of a sweep; what they leave open is taken from measured runs.
struct JobWishes {
    std::string partition;
    int gpus = 0;
    int threads = 2;  // of a run, where its config leaves them open
    int array_limit = 0;
    std::optional<std::int64_t> seconds;     // of each job's time limit
    std::optional<std::int64_t> memory_mib;  // of each job
};

/// What each segment of `plan.left` asks for. CPUs: as many as the run has threads. Time and
/// memory: of the workspace's runs that are like it, with a margin, rounded up so that siblings ask
/// for the same: 1.5 times the measured time and 10 min, in steps of 5 min; 1.5 times the least
/// memory that a process which trained such a run has had and 256 MiB, in steps of 256 MiB. Where
/// nothing like it was measured, the partition's default. `store` is the workspace's, refreshed.
std::vector<JobRequest> jobRequests(const SweepPlan& plan, const TrunkStore& store,
                                    const JobWishes& wishes);

/// The most threads that a run of the workspace was begun with; 0: none was begun.
int mostThreads(const TrunkStore& store);

}  // namespace ballast
