#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ballast {

/// One job, or one task of an array, as Slurm reports it.
struct JobState {
    std::string id;      // "123", of an array's task "123_4"
    std::string state;   // Slurm's word: "PENDING", "RUNNING", "OUT_OF_MEMORY", …
    std::string reason;  // why it waits or ended, Slurm's word: "Priority"; empty: none
    std::string node;    // where it runs or ran; empty: nowhere
    std::string name;    // of the job; empty: not known
    std::string exit;    // of one that ended, as sacct says it, "1:0": code and signal

    bool pending() const { return state == "PENDING"; }
    /// Whether Slurm has still to do with it: it waits, runs, is being ended or held.
    bool live() const;
    /// Whether it waits for ever: for a job that has failed, or since no node could start it.
    bool hopeless() const;
    bool endedWell() const { return state == "COMPLETED"; }
    bool operator==(const JobState&) const = default;
};

/// What squeue is asked for, and how it answers: a job a line. A line of another shape throws
/// StorageError.
inline constexpr const char* kSqueueFormat = "%i|%T|%r|%N|%j";
std::vector<JobState> parseQueue(std::string_view text);

/// The same of sacct --parsable2.
inline constexpr const char* kSacctFormat = "JobID,State,Reason,NodeList,ExitCode,JobName";
std::vector<JobState> parseAccounting(std::string_view text);

/// The job's ID of what sbatch --parsable answers: "123", "123;cluster". Throws StorageError.
std::string submittedJob(const std::string& answer);

/// Where the job of sbatch --test-only would begin: "Job 3 to start at … on nodes node7 in
/// partition main" -> "node7"; empty where it says none.
std::string nodesOfTest(const std::string& answer);

/// "123_4" -> "123".
std::string arrayOf(const std::string& id);

/// What a state means, for people: "pending: Priority", "running on node7", "failed (exit 4:0)".
std::string stateInWords(const JobState& job);

}  // namespace ballast
