#pragma once

#include <cstdint>
#include <filesystem>
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
    // The most main memory, in bytes, of the process that trained it last, with all else it did;
    // since version 0.3.
    std::optional<std::int64_t> peak_memory;
};

/// What run.json says. libtorch, device and threads are those of the first start (empty before);
/// resuming uses the same.
struct RunDescription {
    RunConfig config;
    nlohmann::json config_as_given;
    std::vector<std::int64_t> class_counts;
    std::vector<std::string> class_names;  // where the catalogue has none; empty: numbers only
    std::string created;                   // ISO 8601, UTC
    std::string version;
    std::string libtorch;
    std::string device;
    int threads = 0;
    std::string data_sha256;  // of the images; empty before the first start in runs of 0.2
    std::string subset_sha256;
    // null; of a forked run {"checkpoint", "sha256", "epoch"}, also "run" where it was one of ours;
    // of an imported run {"imported": its folder's name}
    nlohmann::json parent;
    // Which runs trained its epochs where it did not train all itself: [{"run", "from", "to"}, …].
    // Its numbers are those of the run trained alone.
    nlohmann::json segments = nlohmann::json::array();
    // null; of a run that has begun to learn from another {"run", "sha256"}: its ID, and the
    // checksum of the checkpoint.
    nlohmann::json teacher;
    // Changes of the config while it was trained: [{"id", "epoch", "settings"}, …]. `config` has
    // them in it.
    nlohmann::json edits = nlohmann::json::array();
};

/// What a class of a run is called; "" where it has a number only.
std::string className(const RunDescription& description, std::size_t index);

/// What tells the images of runs apart whose configs look alike: of data sets of lists the lists'
/// checksum, wherever they lie, or the folder where a run of 0.2 has not begun; else "".
std::string dataIdentity(const DataConfig& data, const std::string& data_sha256);
std::string dataIdentity(const RunDescription& description);

/// Reads status.json. Throws StorageError: missing, of a newer format; DamagedFileError.
RunStatus readStatus(const std::filesystem::path& run_folder);

/// Reads run.json, whose lists of segments and edits are then of the shape that RunDescription
/// says. Throws StorageError: missing, of a newer format; DamagedFileError.
RunDescription readDescription(const std::filesystem::path& run_folder);

/// The process that asks, as an owner.
RunOwner thisProcess();

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
    bool damaged = false;      // the error is what a file holds
    bool interrupted = false;  // says running or paused, but its owner is gone
};

/// The records of epochs.jsonl up to the first line that is torn or out of order, which a warning
/// names. Throws DamagedFileError: a whole line that is no record.
struct RecordsOnDisk {
    std::vector<EpochRecord> records;
    std::vector<std::string> warnings;
    std::size_t good_bytes = 0;  // the length of what could be read
};
RecordsOnDisk readRecords(const std::filesystem::path& run_folder);

/// Reads a run without owning or changing it. Never throws: see RunSummary::error.
RunSummary readRun(const std::filesystem::path& folder);

/// The same where a run must be readable. Throws DamagedFileError, StorageError.
RunSummary readableRun(const std::filesystem::path& folder);

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

}  // namespace ballast
