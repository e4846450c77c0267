#include "core/results/index_cache.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/experiment/config_json.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uint32_t kIndexFormat = 5;
constexpr std::uint32_t kByteOrder = 0x01020304;
constexpr std::string_view kMagic = "BALLASTI";

static_assert(std::is_trivially_copyable_v<EpochScalars> &&
              sizeof(EpochScalars) == 14 * sizeof(double));  // a change of it is another format

/// Appends plain values and texts to a block.
class Packer {
public:
    template<class T>
    void value(const T& given) {
        static_assert(std::is_trivially_copyable_v<T>);
        block_.append(reinterpret_cast<const char*>(&given), sizeof given);
    }
    void text(std::string_view given) {
        value(static_cast<std::uint64_t>(given.size()));
        block_.append(given);
    }
    void stamp(const FileStamp& given) {
        value(given.size);
        value(given.mtime_ns);
        value(given.inode);
        value(given.settled);
    }
    std::string take() { return std::move(block_); }

private:
    std::string block_;
};

/// Takes them out again. Throws StorageError where the block ends too early.
class Unpacker {
public:
    explicit Unpacker(std::string_view block) : rest_(block) {}

    template<class T>
    T value() {
        T taken;
        std::memcpy(&taken, bytes(sizeof taken).data(), sizeof taken);
        return taken;
    }
    std::size_t count() {
        const auto number = value<std::uint64_t>();
        if (number > rest_.size()) torn();
        return static_cast<std::size_t>(number);
    }
    std::string_view bytes(std::size_t length) {
        if (length > rest_.size()) torn();
        const std::string_view taken = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return taken;
    }
    std::string text() { return std::string(bytes(count())); }
    FileStamp stamp() {
        FileStamp taken;
        taken.size = value<std::int64_t>();
        taken.mtime_ns = value<std::int64_t>();
        taken.inode = value<std::uint64_t>();
        taken.settled = value<char>() != 0;
        return taken;
    }

private:
    [[noreturn]] static void torn() { throw StorageError("the index's cache is torn"); }
    std::string_view rest_;
};

std::string fileHeader() {
    Packer header;
    header.value(kByteOrder);
    header.value(kIndexFormat);
    header.text(BALLAST_VERSION);
    return std::string(kMagic) + header.take();
}

std::string packed(const IndexedRun& run) {
    Packer block;
    block.text(run.id);
    const RunFreshness& fresh = run.freshness;
    for (const FileStamp& stamp : {fresh.description, fresh.status, fresh.records, fresh.notes,
                                   fresh.folder, fresh.checkpoints}) {
        block.stamp(stamp);
    }
    block.value(fresh.good_bytes);
    block.value(fresh.good_hash);
    block.value(run.disk_bytes);
    block.text(run.config_key);
    const RunDescription& description = run.description;
    block.text(identityText(description.config));  // shorter; it reads as the same config
    block.value(static_cast<std::uint64_t>(description.class_counts.size()));
    for (const std::int64_t count : description.class_counts) block.value(count);
    block.text(description.created);
    block.text(description.version);
    block.text(description.libtorch);
    block.text(description.device);
    block.value(description.threads);
    block.text(description.data_sha256);
    block.text(description.subset_sha256);
    block.text(description.parent.dump());
    block.text(description.segments.dump());
    block.text(description.edits.dump());
    const RunStatus& status = run.status;
    block.value(static_cast<std::int32_t>(status.state));
    block.value(status.epochs_done);
    block.text(status.message);
    block.value(status.heartbeat);
    block.value(static_cast<char>(status.owner.has_value()));
    if (status.owner) {
        block.text(status.owner->host);
        block.text(status.owner->boot_id);
        block.value(status.owner->pid);
        block.value(status.owner->started);
    }
    block.value(status.seconds_per_epoch.value_or(kMissing));
    block.value(static_cast<std::uint64_t>(run.warnings.size()));
    for (const std::string& warning : run.warnings) block.text(warning);
    block.text(run.notes.note);
    block.value(static_cast<std::uint64_t>(run.notes.tags.size()));
    for (const std::string& tag : run.notes.tags) block.text(tag);
    block.value(static_cast<char>(run.notes.pinned));
    block.value(static_cast<char>(run.notes.archived));
    block.text(run.notes_problem);
    return block.take();
}

void unpackEntry(std::string_view head, IndexedRun& run) {
    Unpacker block(head);
    run.id = block.text();
    RunFreshness& fresh = run.freshness;
    for (FileStamp* stamp : {&fresh.description, &fresh.status, &fresh.records, &fresh.notes,
                             &fresh.folder, &fresh.checkpoints}) {
        *stamp = block.stamp();
    }
    fresh.good_bytes = block.value<std::int64_t>();
    fresh.good_hash = block.value<std::uint64_t>();
    run.disk_bytes = block.value<std::int64_t>();
    run.config_key = block.text();
    RunDescription& description = run.description;
    description.config = configFromJson(json::parse(block.text()), "the index's cache");
    description.class_counts.resize(block.count());
    for (std::int64_t& count : description.class_counts) count = block.value<std::int64_t>();
    description.created = block.text();
    description.version = block.text();
    description.libtorch = block.text();
    description.device = block.text();
    description.threads = block.value<int>();
    description.data_sha256 = block.text();
    description.subset_sha256 = block.text();
    description.parent = json::parse(block.text());
    description.segments = json::parse(block.text());
    description.edits = json::parse(block.text());
    RunStatus& status = run.status;
    status.state = static_cast<RunState>(block.value<std::int32_t>());
    status.epochs_done = block.value<int>();
    status.message = block.text();
    status.heartbeat = block.value<std::int64_t>();
    if (block.value<char>() != 0) {
        RunOwner owner;
        owner.host = block.text();
        owner.boot_id = block.text();
        owner.pid = block.value<std::int64_t>();
        owner.started = block.value<std::int64_t>();
        status.owner = owner;
    }
    if (const auto seconds = block.value<double>(); !std::isnan(seconds)) {
        status.seconds_per_epoch = seconds;
    }
    run.warnings.resize(block.count());
    for (std::string& warning : run.warnings) warning = block.text();
    run.notes.note = block.text();
    run.notes.tags.resize(block.count());
    for (std::string& tag : run.notes.tags) tag = block.text();
    run.notes.pinned = block.value<char>() != 0;
    run.notes.archived = block.value<char>() != 0;
    run.notes_problem = block.text();
}

std::span<const std::byte> bytesOf(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

std::span<const std::byte> bytesOf(const std::vector<EpochScalars>& epochs) {
    return std::as_bytes(std::span(epochs));
}

std::uint64_t checksumOf(std::string_view head, const std::vector<EpochScalars>& epochs) {
    return quickHash(bytesOf(epochs), quickHash(bytesOf(head)));
}

struct BlockLengths {
    std::uint64_t head = 0;    // bytes
    std::uint64_t epochs = 0;  // of EpochScalars
    std::uint64_t checksum = 0;
};

}  // namespace

std::uint64_t quickHash(std::span<const std::byte> bytes, std::uint64_t seed) {
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;  // 2^64 over the golden ratio
    std::uint64_t hash = seed ^ (bytes.size() * kOdd);
    while (!bytes.empty()) {
        std::uint64_t word = 0;
        const std::size_t length = std::min(bytes.size(), sizeof word);
        std::memcpy(&word, bytes.data(), length);
        hash = std::rotl((hash ^ word) * kOdd, 29);
        bytes = bytes.subspan(length);
    }
    return hash;
}

CacheContent readIndexCache(const fs::path& file) {
    CacheContent content;
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (error) return {};
    content.bytes = static_cast<std::int64_t>(size);
    std::ifstream in(file, std::ios::binary);
    const auto take = [&](auto* target, std::uint64_t length) {
        return static_cast<bool>(
            in.read(reinterpret_cast<char*>(target), static_cast<std::streamsize>(length)));
    };
    const std::string expected = fileHeader();
    std::string header(expected.size(), '\0');
    if (!take(header.data(), header.size()) || header != expected) return {};
    std::uint64_t left = size - header.size();
    while (left > 0) {
        BlockLengths lengths;
        if (left < sizeof lengths || !take(&lengths, sizeof lengths)) return {};
        left -= sizeof lengths;
        if (lengths.head > left || lengths.epochs > (left - lengths.head) / sizeof(EpochScalars)) {
            return {};
        }
        CachedRun run;
        run.checksum = lengths.checksum;
        run.head.resize(lengths.head);
        run.epochs.resize(lengths.epochs);
        const std::uint64_t epochs_bytes = lengths.epochs * sizeof(EpochScalars);
        if (!take(run.head.data(), lengths.head) || !take(run.epochs.data(), epochs_bytes)) {
            return {};
        }
        left -= lengths.head + epochs_bytes;
        try {
            std::string id = Unpacker(run.head).text();
            content.runs.insert_or_assign(std::move(id), std::move(run));
        } catch (const StorageError&) {  // damaged: the run will be read from its folder
        }
    }
    return content;
}

bool restoreRun(CachedRun&& cached, IndexedRun& run) {
    if (checksumOf(cached.head, cached.epochs) != cached.checksum) return false;
    try {
        unpackEntry(cached.head, run);
    } catch (const std::exception&) {
        return false;
    }
    run.epochs = std::move(cached.epochs);
    return true;
}

std::int64_t writeIndexCache(const fs::path& file, std::span<const IndexedRun> runs) {
    const std::string header = fileHeader();
    std::vector<std::string> heads;
    std::vector<BlockLengths> lengths;
    heads.reserve(runs.size());
    lengths.reserve(runs.size());  // the parts point into both
    std::vector<std::span<const std::byte>> parts = {bytesOf(header)};
    for (const IndexedRun& run : runs) {
        if (!run.error.empty()) continue;
        heads.push_back(packed(run));
        lengths.push_back(
            {heads.back().size(), run.epochs.size(), checksumOf(heads.back(), run.epochs)});
        parts.push_back(std::as_bytes(std::span(&lengths.back(), 1)));
        parts.push_back(bytesOf(heads.back()));
        parts.push_back(bytesOf(run.epochs));
    }
    replaceFile(file, parts);
    std::int64_t bytes = 0;
    for (const auto& part : parts) bytes += static_cast<std::int64_t>(part.size());
    return bytes;
}

}  // namespace ballast
