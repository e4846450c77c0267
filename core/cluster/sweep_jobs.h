#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/cluster/job_book.h"
#include "core/cluster/job_plan.h"
#include "core/cluster/job_sizes.h"
#include "core/cluster/slurm.h"
#include "core/data/data_store.h"
#include "core/runs/sweep_store.h"

namespace ballast {

class Learning;
struct Sweep;

/// How a sweep is to become jobs.
struct SweepSubmission {
    std::filesystem::path workspace;
    std::filesystem::path program;  // ballast-cli, by its whole name
    DataStore store = DataStore();
    JobWishes wishes;
    bool threads_are_open = false;  // others than wishes.threads may be taken, that share more
    bool save_logits = false;
    bool shared_workspace = false;  // the nodes see it, though it looks local from here
    /// Hears what people should know and nothing has to wait for.
    std::function<void(const std::string&)> warn = [](const std::string&) {};
};

/// What became of it.
struct SubmittedSweep {
    SweepPlan plan;
    SegmentCommand command;
    JobPlan jobs;                // those that were submitted, or would be
    JobBook book;                // of the workspace, with these
    std::size_t known_jobs = 0;  // of the book, that were there before

    int segments() const;  // of `jobs`
};

/// What submitSweepJobs() would submit; makes and submits nothing. Throws Error.
SubmittedSweep planSweepJobs(const Learning& learning, const Scheduler& scheduler,
                             const Sweep& sweep, const SweepSubmission& submission);

/// Makes the runs of a sweep that are missing and submits what is neither trained nor queued.
/// Refuses first what the scheduler refuses, and a workspace that its nodes cannot see or lock.
/// `given` is the sweep as people wrote it. Throws Error: what was submitted by then is in the
/// book, and the same call submits the rest.
SubmittedSweep submitSweepJobs(const Learning& learning, const Scheduler& scheduler,
                               const Sweep& sweep, const nlohmann::json& given,
                               const SweepSubmission& submission);

}  // namespace ballast
