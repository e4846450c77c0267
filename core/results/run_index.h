#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/results/epoch_scalars.h"
#include "core/results/run_folder.h"
#include "core/results/run_notes.h"

namespace ballast {

/// A file's state by which a change of it is noticed.
struct FileStamp {
    std::int64_t size = -1;     // bytes; −1: no such file
    std::int64_t mtime_ns = 0;  // since 1970
    std::uint64_t inode = 0;
    bool settled = false;  // older than the clock's step: a change would change mtime_ns
    bool operator==(const FileStamp&) const = default;
};

/// What of a run's files the index has read, so that it need not read it again.
struct RunFreshness {
    FileStamp description;  // run.json
    FileStamp status;       // status.json
    FileStamp records;      // epochs.jsonl
    FileStamp notes;        // notes.json
    FileStamp folder;       // the two folders whose files make up disk_bytes
    FileStamp checkpoints;
    std::int64_t good_bytes = 0;  // of epochs.jsonl, up to the end of the last good record
    std::uint64_t good_hash = 0;  // of the last few kilobytes before that
};

/// A run without its per-class numbers: a RunSummary that thousands can be held of. Where the
/// folder cannot be read, `error` says why, as in RunSummary.
struct IndexedRun {
    std::string id;
    std::filesystem::path folder;
    RunDescription description;  // without config_as_given, which is null
    RunStatus status;
    std::vector<EpochScalars> epochs;  // epochs[e] is of epoch e, counted from 0
    std::vector<std::string> warnings;
    std::string error;
    bool interrupted = false;
    RunNotes notes;
    std::string notes_problem;    // why notes.json cannot be read; `notes` is empty then
    std::int64_t disk_bytes = 0;  // sizes of all the folder's files
    std::string config_key;       // of its description; empty: not worked out, see configKey()
    RunFreshness freshness;

    /// The epoch (from 0) that the run's selection (test or validation) chooses, as bestRecord.
    std::optional<std::size_t> bestEpoch() const;
    /// Balanced test accuracy at the best epoch; NaN without one.
    double best() const;
    /// Balanced test accuracy of the last epoch; NaN without one.
    double last() const;
    /// Balanced test accuracy after `epochs_done` epochs (1 is the first); NaN without that epoch.
    double after(int epochs_done) const;
    /// Whether all epochs are trained.
    bool complete() const;
};

/// See config_key.h: what the index worked out, or else worked out now.
std::string configKey(const IndexedRun& run);

/// The same of a run that has been read whole. `disk_bytes` and `freshness` stay empty.
IndexedRun indexed(const RunSummary& run);

/// The runs of a workspace, kept up to date by reading only what changed. A cache file in the
/// workspace makes the first refresh() of the next process as cheap; it may be deleted at any time,
/// and a damaged one or one of another version is built anew. Not to be used by two threads at
/// once.
class RunIndex {
public:
    explicit RunIndex(std::filesystem::path workspace);

    /// Looks at every run's files and reads what changed since. One bad run hides no other, and a
    /// workspace that cannot be written goes without the cache. Works with several threads. Writing
    /// the cache waits for the disk: who refreshes often from a window does without.
    void refresh(bool may_write_cache = true);

    /// Oldest first, as readWorkspace; stays valid until the next refresh().
    std::span<const IndexedRun> runs() const { return runs_; }

    /// What the last refresh() did.
    struct Effort {
        std::size_t runs_read = 0;    // of which anything had to be read
        std::int64_t bytes_read = 0;  // of the runs' files
        bool cache_used = false;      // read in this refresh
        bool cache_written = false;
    };
    const Effort& effort() const { return effort_; }

    /// Where the cache of a workspace is.
    static std::filesystem::path cacheFile(const std::filesystem::path& workspace);

private:
    void writeCache();

    const std::filesystem::path workspace_;
    std::vector<IndexedRun> runs_;
    Effort effort_;
    bool cache_looked_at_ = false;
    bool cache_whole_ = false;  // what it says of every run could be used
    std::int64_t cache_bytes_ = 0;
    std::int64_t bytes_since_ = 0;  // read since the cache was written
};

}  // namespace ballast
