#pragma once

#include <string>
#include <vector>

#include "core/cluster/job_script.h"
#include "core/cluster/job_states.h"

namespace ballast {

/// What a scheduler says of a job that it was only asked about.
struct JobCheck {
    std::string node;   // where it could run first; empty where that is not said
    std::string doubt;  // why it may wait for long, or for ever; empty: no reason
};

/// What submits, watches and cancels jobs. Tests have a scripted one.
class Scheduler {
public:
    virtual ~Scheduler() = default;

    /// Checks a script without submitting it. Throws ConfigError with what the scheduler refuses.
    virtual JobCheck check(const JobScript& job) const = 0;

    /// Submits a job and returns its ID. Throws ConfigError with what the scheduler refuses.
    virtual std::string submit(const JobScript& job) const = 0;

    /// All jobs of this user that the scheduler has still to do with, and those that ended in the
    /// last minutes; a line for each task of an array.
    virtual std::vector<JobState> queue() const = 0;

    /// How jobs ended that the queue has forgotten, by their numbers; none where nobody keeps
    /// books.
    virtual std::vector<JobState> ended(const std::vector<std::string>& ids) const = 0;

    /// Cancels jobs and tasks; of those that are over nothing is said.
    virtual void cancel(const std::vector<std::string>& ids) const = 0;
};

/// Slurm by its programs sbatch, squeue, sacct and scancel. Any thread. Members throw StorageError
/// where these cannot reach Slurm, ConfigError where they are not installed.
class Slurm : public Scheduler {
public:
    JobCheck check(const JobScript& job) const override;
    std::string submit(const JobScript& job) const override;
    std::vector<JobState> queue() const override;
    std::vector<JobState> ended(const std::vector<std::string>& ids) const override;
    void cancel(const std::vector<std::string>& ids) const override;
};

}  // namespace ballast
