#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/cluster/job_book.h"
#include "core/cluster/slurm.h"
#include "core/results/run_folder.h"

namespace ballast {

/// A segment's newest job beside its run.
struct JobReport {
    std::string segment;
    std::string sweep;
    std::string run;
    std::string job;  // its ID
    int from = 0;     // the segment's epochs
    int to = 0;
    bool trained = false;                 // the run has the segment's epochs
    JobState state;                       // empty where Slurm has forgotten the job
    std::string words;                    // what state and run come to: "running on node7"
    std::vector<std::string> last_lines;  // of its log, where it ended without training all
    RunStatus status;
    std::string run_problem;  // why the run cannot be read
};

/// What became of the jobs in the book, oldest first; those of the sweep, where one is named. Reads
/// runs' status files and logs; of jobs that `queue` has forgotten the scheduler is asked how they
/// ended. Throws as Scheduler::ended.
std::vector<JobReport> reportJobs(const std::filesystem::path& workspace, const JobBook& book,
                                  std::span<const JobState> queue, const Scheduler& scheduler,
                                  const std::string& sweep = "");

/// Of each run whose jobs have not trained all yet, the words of the one that says most: the one
/// that runs, else the first that waits, else the first that failed, with the last line of its log.
std::map<std::string, std::string> wordsByRun(std::span<const JobReport> reports);

/// The last `count` lines of a text file that are not empty; none where it cannot be read. Reads
/// its last few kilobytes only.
std::vector<std::string> lastLines(const std::filesystem::path& file, std::size_t count);

}  // namespace ballast
