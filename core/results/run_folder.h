#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/experiment/config.h"
#include "core/results/records.h"

namespace ballast {

inline constexpr int kRunFormat = 1;

/// Which process trains a run, so that a crash can be told from work in progress.
struct RunOwner {
    std::string host;
    std::string boot_id;
    std::int64_t pid = 0;
    std::int64_t started = 0;  // clock ticks after boot: tells a reused process number
    bool operator==(const RunOwner&) const = default;
};

/// status.json. `heartbeat` is Unix time in seconds of the last sign of life.
struct RunStatus {
    RunState state = RunState::queued;
    int epochs_done = 0;
    std::string message;
    std::optional<RunOwner> owner;
    std::int64_t heartbeat = 0;
    std::optional<double> seconds_per_epoch;  // the last epoch's, for estimates
};

/// What run.json says. libtorch, device, threads and data_sha256 are those of the first start
/// (empty before); resuming uses the same.
struct RunDescription {
    RunConfig config;
    nlohmann::json config_as_given;
    std::vector<std::int64_t> class_counts;
    std::string created;  // ISO 8601, UTC
    std::string version;
    std::string libtorch;
    std::string device;
    int threads = 0;
    std::string data_sha256;
    std::string subset_sha256;
    // null; of a forked run {"checkpoint", "sha256", "epoch"}, also "run" where it was one of ours;
    // of an imported run {"imported": its folder's name}
    nlohmann::json parent;
    // Which runs trained its epochs where it did not train all itself: [{"run", "from", "to"}, …].
    // Its numbers are those of the run trained alone.
    nlohmann::json segments = nlohmann::json::array();
    // Changes of the config while it was trained: [{"id", "epoch", "settings"}, …]. `config` has
    // them in it.
    nlohmann::json edits = nlohmann::json::array();
};

/// Reads status.json. Throws StorageError: missing, damaged, of a newer format.
RunStatus readStatus(const std::filesystem::path& run_folder);

/// Reads run.json. Throws StorageError: missing, damaged, of a newer format.
RunDescription readDescription(const std::filesystem::path& run_folder);

/// Whether it is this process.
bool ownedHere(const RunOwner& owner);

/// Whether the process that trains a run is gone. One on another host counts as there.
bool ownerIsGone(const RunOwner& owner);

/// Everything a view of a run shows. Where the folder cannot be read, `error` says why and the rest
/// is empty but for `id` and `folder`.
struct RunSummary {
    std::string id;
    std::filesystem::path folder;
    RunDescription description;
    RunStatus status;
    std::vector<EpochRecord> records;
    std::vector<std::string> warnings;  // "the last record is torn and was dropped"
    std::string error;
    bool interrupted = false;  // says running or paused, but its owner is gone
};

/// Reads a run without owning or changing it. Never throws: see RunSummary::error.
RunSummary readRun(const std::filesystem::path& folder);

/// Whether a run says running or paused, but its owner is gone.
bool isInterrupted(const RunStatus& status);

/// The warnings of readRun about a record of epochs.jsonl that ends what can be read: one that is
/// torn, and one that says `found` where `epoch` should follow.
std::string tornRecordWarning(std::size_t epoch);
std::string epochJumpWarning(std::size_t epoch, int found);

/// A file of checkpoints/, and how many epochs it comes after.
struct CheckpointFile {
    int epochs_done = 0;
    std::filesystem::path path;
};

/// The checkpoints of a run, oldest first; none where there is no such folder.
std::vector<CheckpointFile> checkpointFiles(const std::filesystem::path& run_folder);

/// "epoch-000020.safetensors"
std::string checkpointName(int epochs_done);

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
    /// Throws StorageError, and what writing the checkpoints throws, and leaves nothing behind.
    static std::filesystem::path create(const std::filesystem::path& workspace,
                                        const RunDescription& description,
                                        const RunStart& start = {});

    /// Takes ownership. Repairs a torn last record and says so in repairs().
    /// Throws StorageError: no such run, newer format; RunBusyError: held by another process.
    explicit OwnedRun(const std::filesystem::path& folder);
    ~OwnedRun();
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

    /// Replaces all records.
    void replaceRecords(std::vector<EpochRecord> records);

    /// Keeps the records of epochs below `epochs`; the others will be trained again.
    void truncateRecords(int epochs);

    /// Replaces status.json; owner and heartbeat are filled in.
    void setStatus(RunState state, int epochs_done, const std::string& message);

    /// What the next setStatus() says of the time an epoch takes.
    void setSecondsPerEpoch(double seconds) { seconds_per_epoch_ = seconds; }

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
    int lock_ = -1;
    RunDescription description_;
    std::vector<EpochRecord> records_;
    std::vector<std::string> repairs_;
    std::optional<double> seconds_per_epoch_;
};

}  // namespace ballast
