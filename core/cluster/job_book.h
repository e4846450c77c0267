#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/base/file_lock.h"
#include "core/cluster/job_script.h"
#include "core/cluster/job_states.h"

namespace ballast {

/// A job that was submitted, as WORKSPACE/slurm/jobs.json keeps it.
struct BookedJob {
    JobScript script;
    std::string sweep;           // that it is of
    std::string id;              // empty: it was about to be submitted
    std::int64_t submitted = 0;  // Unix time in seconds

    /// The ID of the task that trains segments[index].
    std::string task(std::size_t index) const;
};

/// A segment's job.
struct BookedTask {
    const BookedJob* job = nullptr;
    std::size_t index = 0;  // of its segment

    const std::string& segment() const { return job->script.segments[index]; }
    std::string id() const { return job->task(index); }
};

/// The jobs of a workspace, oldest first. A segment that was submitted again belongs to the newer
/// job.
struct JobBook {
    std::vector<BookedJob> jobs;

    /// Each segment's newest job.
    std::map<std::string, BookedTask> tasks() const;

    /// The runs that any of them is of.
    std::set<std::string> runs() const;

    /// Fills in the IDs of jobs of which a crash kept the answer of sbatch from being written down:
    /// the queue knows them by their names. Drops those that it does not know.
    void resolve(std::span<const JobState> queue);
};

/// The states of jobs and tasks, to be found by the book.
class KnownStates {
public:
    explicit KnownStates(std::span<const JobState> states);

    /// Of the task that trains the job's segments[index]; nullptr where it is not among them. A
    /// scheduler that lost its memory gives numbers twice, so the name must be the job's too.
    const JobState* of(const BookedJob& job, std::size_t index) const;
    /// Of a task by its ID alone.
    const JobState* of(const std::string& id) const;

private:
    std::map<std::string, JobState> by_id_;
};

/// WORKSPACE/slurm/jobs.json.
std::filesystem::path jobBookFile(const std::filesystem::path& workspace);

/// The book; an empty one where there is none. Throws DamagedFileError, StorageError for a newer
/// format.
JobBook readJobBook(const std::filesystem::path& workspace);

/// Replaces it. Throws StorageError.
void writeJobBook(const std::filesystem::path& workspace, const JobBook& book);

/// Whoever submits jobs of a workspace holds this lock, so that no two submit the same. Waits for
/// it so many seconds, then throws StorageError.
FileLock lockJobBook(const std::filesystem::path& workspace, int seconds);

}  // namespace ballast
