#pragma once

#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/cluster/job_book.h"
#include "core/cluster/job_plan.h"
#include "core/cluster/slurm.h"

namespace ballast {

/// Submits planned jobs of a sweep and writes each into the book before and after: a crash loses
/// none. The caller holds the book's lock. Returns how many segments it submitted. Throws
/// ConfigError, StorageError: those submitted by then are in the book, and planning and submitting
/// again adds the rest.
int submitJobs(const Scheduler& scheduler, const JobPlan& plan, const SegmentCommand& command,
               const std::string& sweep, JobBook& book);

/// The book as far as it still says anything: without jobs whose segments are all trained or
/// belong to a newer job, unless the queue has them. `trained` are names of segments.
JobBook prunedBook(JobBook book, std::span<const LiveTask> live,
                   const std::set<std::string>& trained);

/// Cancels the jobs that wait for one that has failed, so that their segments can be submitted
/// again.
void cancelHopeless(const Scheduler& scheduler, const JobBook& book,
                    std::span<const JobState> queue);

/// Submits the segment that this process, as the Slurm job `own_ids` (by any of its IDs), could not
/// end within its time limit once more, and with it what waits for this job, which will not have
/// ended well: these are cancelled and wait for the new job instead. Returns the new job's ID; ""
/// where another job has the segment already. Throws Error.
std::string resubmit(const Scheduler& scheduler, const std::filesystem::path& workspace,
                     const std::string& segment, const std::vector<std::string>& own_ids);

}  // namespace ballast
