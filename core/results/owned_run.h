#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/file_lock.h"
#include "core/results/run_folder.h"

namespace ballast {

/// What a new run begins with where part of it was trained elsewhere.
struct RunStart {
    RunState state = RunState::queued;
    std::vector<EpochRecord> records;
    std::vector<std::string> log;
    /// Writes files into the new run's checkpoints folder.
    std::function<void(const std::filesystem::path&)> write_checkpoints;
};

/// Exclusive ownership of a run's folder while it trains: one process at a time, held by a file
/// lock that the kernel releases when the process dies. All writing to a run goes through here.
class OwnedRun {
public:
    /// Makes a new folder under `workspace`/runs, with run.json and status "queued"; an ID is made
    /// of the run's name and the time. With a `start` it has that state, those records and
    /// checkpoints from the first moment it can be seen. Returns it without keeping ownership.
    /// Throws StorageError (also where runs cannot be locked) and what writing the checkpoints
    /// throws, and leaves nothing behind.
    static std::filesystem::path create(const std::filesystem::path& workspace,
                                        const RunDescription& description,
                                        const RunStart& start = {});

    /// Takes ownership. Repairs a torn last record and says so in repairs().
    /// Throws StorageError: no such run, newer format, a file system without locks;
    /// RunBusyError: held by another process.
    explicit OwnedRun(const std::filesystem::path& folder);
    OwnedRun(const OwnedRun&) = delete;
    OwnedRun& operator=(const OwnedRun&) = delete;

    const std::filesystem::path& folder() const { return folder_; }
    const RunDescription& description() const { return description_; }
    const std::vector<EpochRecord>& records() const { return records_; }
    const std::vector<std::string>& repairs() const { return repairs_; }

    /// Replaces run.json.
    void describe(const RunDescription& description);

    /// Appends to epochs.jsonl and flushes it to disk.
    void append(const EpochRecord& record);

    /// Replaces all records. After a StorageError records() are those that the file then has.
    void replaceRecords(std::vector<EpochRecord> records);

    /// Keeps the records of epochs below `epochs`; the others will be trained again.
    void truncateRecords(int epochs);

    /// Replaces status.json; owner and heartbeat are filled in.
    void setStatus(RunState state, int epochs_done, const std::string& message);

    /// What the next setStatus() says of the time an epoch takes.
    void setSecondsPerEpoch(double seconds) { seconds_per_epoch_ = seconds; }

    /// … and of the memory that this process has taken at most.
    void setPeakMemory(std::int64_t bytes) { peak_memory_ = bytes; }

    /// Appends a line with the time to log.txt.
    void log(const std::string& line);

    std::vector<CheckpointFile> checkpoints() const { return checkpointFiles(folder_); }
    std::filesystem::path checkpointPath(int epochs_done) const;

    /// Removes all checkpoints but the newest two, the one after the best epoch, and the branch
    /// points: where a phase begins, and where other runs have asked for it (branch_points.h). With
    /// a branch point the best up to there is kept too, for the run that takes it over.
    void pruneCheckpoints();

private:
    std::filesystem::path folder_;
    RunDescription description_;
    FileLock lock_;
    std::vector<EpochRecord> records_;
    std::vector<std::string> repairs_;
    std::optional<double> seconds_per_epoch_;
    std::optional<std::int64_t> peak_memory_;
};

}  // namespace ballast
