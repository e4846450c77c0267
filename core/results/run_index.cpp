#include "core/results/run_index.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <ctime>
#include <thread>
#include <tuple>

#include "core/base/error.h"
#include "core/results/config_key.h"
#include "core/results/index_cache.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kClockStepNs = 20'000'000;  // file times step by up to 10 ms
constexpr std::int64_t kHashedBytes = 4096;
constexpr std::size_t kReadBytes = 1 << 20;
constexpr unsigned kMostThreads = 4;

FileStamp stampOf(const struct stat& found) {
    FileStamp stamp;
    stamp.size = found.st_size;
    stamp.mtime_ns = std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec;
    stamp.inode = found.st_ino;
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    stamp.settled =
        stamp.mtime_ns + kClockStepNs < std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
    return stamp;
}

FileStamp stampOf(const fs::path& file) {
    struct stat found {};
    if (::stat(file.c_str(), &found) == 0) return stampOf(found);
    FileStamp missing;
    missing.settled = true;
    return missing;
}

/// Whether a file that had the stamp `read` when it was read need not be read again.
bool unchanged(const FileStamp& read, const FileStamp& now) {
    return read.settled && read == now;
}

/// A file descriptor that closes itself.
class OpenFile {
public:
    explicit OpenFile(const fs::path& file)
        : file_(file), fd_(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
        if (fd_ < 0 && errno != ENOENT) fail();
    }
    ~OpenFile() {
        if (fd_ >= 0) ::close(fd_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    bool exists() const { return fd_ >= 0; }
    FileStamp stamp() const {
        struct stat found {};
        if (::fstat(fd_, &found) != 0) fail();
        return stampOf(found);
    }
    /// Reads up to `length` bytes from `offset`; less only at the file's end.
    std::size_t read(char* target, std::size_t length, std::int64_t offset) const {
        std::size_t done = 0;
        while (done < length) {
            const ssize_t got = ::pread(fd_, target + done, length - done,
                                        offset + static_cast<std::int64_t>(done));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) fail();
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        return done;
    }

private:
    [[noreturn]] void fail() const {
        throw StorageError("cannot read " + file_.string() + ": " + std::strerror(errno));
    }
    const fs::path file_;
    int fd_;
};

/// Hash of the last bytes of the good records: whether a longer file is the same one, grown.
std::uint64_t goodHash(const OpenFile& file, std::int64_t good_bytes) {
    char bytes[kHashedBytes];
    const std::int64_t length = std::min(good_bytes, kHashedBytes);
    const std::size_t got = file.read(bytes, static_cast<std::size_t>(length), good_bytes - length);
    return quickHash(std::as_bytes(std::span(bytes, got)));
}

/// Brings `run.epochs` and the warnings up to date with epochs.jsonl, as readRun reads it. A file
/// that only grew is read from where the good records ended. Returns the bytes read.
std::int64_t readEpochs(IndexedRun& run) {
    RunFreshness& fresh = run.freshness;
    const OpenFile file(run.folder / "epochs.jsonl");
    const FileStamp before = fresh.records;
    fresh.records = FileStamp{};
    fresh.records.settled = true;
    if (file.exists()) fresh.records = file.stamp();
    const bool grew = file.exists() && fresh.good_bytes > 0 &&
                      before.inode == fresh.records.inode && before.size < fresh.records.size &&
                      goodHash(file, fresh.good_bytes) == fresh.good_hash;
    run.warnings.clear();
    if (!grew) {
        run.epochs.clear();
        fresh.good_bytes = 0;
    }
    if (!file.exists()) return 0;

    const std::string source = (run.folder / "epochs.jsonl").string();
    const std::int64_t start = fresh.good_bytes;
    std::int64_t offset = start;
    std::string buffer;
    std::size_t held = 0;  // bytes of a line whose end is not read yet
    for (bool good = true; good;) {
        buffer.resize(held + kReadBytes);
        const std::size_t got = file.read(buffer.data() + held, kReadBytes, offset);
        offset += static_cast<std::int64_t>(got);
        const std::string_view text(buffer.data(), held + got);
        std::size_t at = 0;
        while (good) {
            const std::size_t end = text.find('\n', at);
            if (end == std::string_view::npos) break;
            const auto record = scanRecord(text.substr(at, end - at), source, run.epochs.size());
            if (!record) {
                run.warnings.push_back(tornRecordWarning(run.epochs.size()));
                good = false;
            } else if (record->epoch != static_cast<int>(run.epochs.size())) {
                run.warnings.push_back(epochJumpWarning(run.epochs.size(), record->epoch));
                good = false;
            } else {
                run.epochs.push_back(record->scalars);
                fresh.good_bytes += static_cast<std::int64_t>(end + 1 - at);
                at = end + 1;
            }
        }
        held = text.size() - at;
        if (good && got < kReadBytes) {  // the end of the file
            if (held > 0) run.warnings.push_back(tornRecordWarning(run.epochs.size()));
            good = false;
        }
        std::memmove(buffer.data(), buffer.data() + at, held);
    }
    run.epochs.shrink_to_fit();
    fresh.good_hash = goodHash(file, fresh.good_bytes);
    return offset - start;
}

std::int64_t bytesBelow(const fs::path& folder) {
    std::int64_t bytes = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        std::error_code ignored;  // a file that is gone again takes no space
        if (at->is_symlink(ignored) || !at->is_regular_file(ignored)) continue;
        const auto size = at->file_size(ignored);
        if (!ignored) bytes += static_cast<std::int64_t>(size);
    }
    return bytes;
}

/// Reads what people noted; a file that cannot be read hides no run. Returns the bytes read.
std::int64_t readChangedNotes(IndexedRun& run) {
    run.notes = {};
    run.notes_problem.clear();
    try {
        run.notes = readNotes(run.folder);
    } catch (const std::exception& error) {
        run.notes_problem = sentenceOf(error);
    }
    return std::max<std::int64_t>(0, run.freshness.notes.size);
}

/// Brings a run up to date; returns the bytes read. Throws where readRun would report an error,
/// with `run` as far as it had come.
std::int64_t readChanges(IndexedRun& run) {
    RunFreshness& fresh = run.freshness;
    std::int64_t bytes = 0;
    bool changed = false;
    const auto look = [&](FileStamp& stamp, const FileStamp& now) {
        if (unchanged(stamp, now)) return false;
        stamp = now;
        changed = true;
        return true;
    };
    if (look(fresh.description, stampOf(run.folder / "run.json"))) {
        bytes += std::max<std::int64_t>(0, fresh.description.size);
        run.description = readDescription(run.folder);
        run.description.config_as_given = nullptr;
        run.config_key = configKey(run.description);
    }
    if (look(fresh.status, stampOf(run.folder / "status.json"))) {
        bytes += std::max<std::int64_t>(0, fresh.status.size);
        run.status = readStatus(run.folder);
    }
    if (!unchanged(fresh.records, stampOf(run.folder / "epochs.jsonl"))) {
        changed = true;
        bytes += readEpochs(run);
    }
    if (look(fresh.notes, stampOf(notesFile(run.folder)))) bytes += readChangedNotes(run);
    run.interrupted = isInterrupted(run.status);
    look(fresh.folder, stampOf(run.folder));
    look(fresh.checkpoints, stampOf(run.folder / "checkpoints"));
    if (changed) run.disk_bytes = bytesBelow(run.folder);
    return bytes;
}

/// Brings a run up to date, whatever happens. What is known of it may be wrong: a file that cannot
/// be read now is asked again, from the start.
std::int64_t update(IndexedRun& run) {
    if (run.error.empty()) {
        try {
            return readChanges(run);
        } catch (const std::exception&) {
        }
    }
    IndexedRun fresh;
    fresh.id = run.id;
    fresh.folder = run.folder;
    run = std::move(fresh);
    try {
        return readChanges(run);
    } catch (const std::exception& error) {
        run.error = sentenceOf(error);
        run.epochs.clear();
        run.warnings.clear();
        run.freshness.notes = stampOf(notesFile(run.folder));
        readChangedNotes(run);
        run.disk_bytes = bytesBelow(run.folder);
        return 0;
    }
}

template<class Work>
void inParallel(std::size_t count, const Work& work) {
    std::atomic<std::size_t> next{0};
    const auto loop = [&] {
        for (std::size_t i; (i = next++) < count;) work(i);
    };
    const std::size_t threads = std::min<std::size_t>(
        count / 8, std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads));
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < threads; ++i) others.emplace_back(loop);
    loop();
}

}  // namespace

std::optional<std::size_t> IndexedRun::bestEpoch() const {
    const auto score = description.config.training.selection == Selection::validation
                           ? &EpochScalars::balanced_validation_accuracy
                           : &EpochScalars::balanced_test_accuracy;
    std::optional<std::size_t> found;
    for (std::size_t e = 0; e < epochs.size(); ++e) {
        if (std::isnan(epochs[e].*score)) continue;
        if (!found || epochs[e].*score > epochs[*found].*score) found = e;
    }
    return found;
}

double IndexedRun::best() const {
    const auto epoch = bestEpoch();
    return epoch ? epochs[*epoch].balanced_test_accuracy : kMissing;
}

double IndexedRun::last() const {
    return epochs.empty() ? kMissing : epochs.back().balanced_test_accuracy;
}

double IndexedRun::after(int epochs_done) const {
    if (epochs_done < 1 || static_cast<std::size_t>(epochs_done) > epochs.size()) return kMissing;
    return epochs[static_cast<std::size_t>(epochs_done) - 1].balanced_test_accuracy;
}

bool IndexedRun::complete() const {
    return error.empty() && static_cast<int>(epochs.size()) >= description.config.training.epochs;
}

std::string configKey(const IndexedRun& run) {
    return run.config_key.empty() ? configKey(run.description) : run.config_key;
}

IndexedRun indexed(const RunSummary& summary) {
    IndexedRun run;
    run.id = summary.id;
    run.folder = summary.folder;
    run.description = summary.description;
    run.description.config_as_given = nullptr;
    if (summary.error.empty()) run.config_key = configKey(run.description);
    run.status = summary.status;
    for (const EpochRecord& record : summary.records) run.epochs.push_back(scalarsOf(record));
    run.warnings = summary.warnings;
    run.error = summary.error;
    run.interrupted = summary.interrupted;
    readChangedNotes(run);
    return run;
}

RunIndex::RunIndex(fs::path workspace) : workspace_(std::move(workspace)) {}

fs::path RunIndex::cacheFile(const fs::path& workspace) {
    return workspace / "run-index.cache";
}

void RunIndex::refresh(bool may_write_cache) {
    effort_ = {};
    CacheContent cache;
    if (!cache_looked_at_) {
        cache = readIndexCache(cacheFile(workspace_));
        cache_bytes_ = cache.bytes;
        cache_looked_at_ = true;
        cache_whole_ = effort_.cache_used = !cache.runs.empty();
    }
    std::unordered_map<std::string, IndexedRun> known;
    for (IndexedRun& run : runs_) {
        std::string id = run.id;
        known.emplace(std::move(id), std::move(run));
    }
    runs_.clear();
    std::error_code error;
    for (fs::directory_iterator at(workspace_ / "runs", error), end; !error && at != end;
         at.increment(error)) {
        const std::string name = at->path().filename().string();
        std::error_code ignored;
        if (name.starts_with('.') || !at->is_directory(ignored)) continue;
        const auto found = known.find(name);
        runs_.push_back(found == known.end() ? IndexedRun{} : std::move(found->second));
        runs_.back().id = name;
        runs_.back().folder = at->path();
    }
    std::atomic<std::size_t> runs_read{0};
    std::atomic<std::int64_t> bytes_read{0};
    std::atomic<bool> damaged{false};
    inParallel(runs_.size(), [&](std::size_t i) {
        IndexedRun& run = runs_[i];
        if (const auto cached = cache.runs.find(run.id); cached != cache.runs.end()) {
            const fs::path folder = run.folder;
            if (!restoreRun(std::move(cached->second), run)) {
                damaged = true;
                run = {};
                run.id = cached->first;
            }
            run.folder = folder;
        }
        if (const std::int64_t bytes = update(run); bytes > 0) {
            ++runs_read;
            bytes_read += bytes;
        }
    });
    std::ranges::sort(runs_, [](const IndexedRun& a, const IndexedRun& b) {
        return std::tie(a.description.created, a.id) < std::tie(b.description.created, b.id);
    });
    effort_.runs_read = runs_read;
    effort_.bytes_read = bytes_read;
    bytes_since_ += effort_.bytes_read;
    if (damaged) cache_whole_ = false;
    if (may_write_cache) writeCache();
}

void RunIndex::writeCache() {
    // A large cache is worth writing again once reading without it would cost something.
    constexpr std::int64_t kWorth = 16;
    const bool worth = bytes_since_ * kWorth >= cache_bytes_ && bytes_since_ > 0;
    if (runs_.empty() || (cache_whole_ && !worth)) return;
    try {
        cache_bytes_ = writeIndexCache(cacheFile(workspace_), runs_);
        bytes_since_ = 0;
        cache_whole_ = effort_.cache_written = true;
    } catch (const StorageError&) {  // a workspace of others, a full disk: it goes without
    }
}

}  // namespace ballast
