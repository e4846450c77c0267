#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/results/run_index.h"

namespace ballast {

// The cache file of a RunIndex. Layout, in this machine's byte order: magic, byte order mark,
// format, Ballast's version; then for each run the lengths of two blocks, their checksum, and the
// blocks: everything but the epochs, and the epochs' numbers. Runs that cannot be read are left
// out.

/// One run as it stands in the cache, not yet checked.
struct CachedRun {
    std::uint64_t checksum = 0;
    std::string head;
    std::vector<EpochScalars> epochs;
};

/// The runs of a cache file by ID, and the file's size. No runs where the file is missing, damaged
/// in its structure, or of another format, version or byte order. Never throws.
struct CacheContent {
    std::unordered_map<std::string, CachedRun> runs;
    std::int64_t bytes = 0;
};
CacheContent readIndexCache(const std::filesystem::path& file);

/// Puts a run of the cache into `run`, but for its folder, which is looked at. False where the
/// checksum or the content is wrong; `run` is then unspecified.
bool restoreRun(CachedRun&& cached, IndexedRun& run);

/// Replaces the file; returns its size. Throws StorageError.
std::int64_t writeIndexCache(const std::filesystem::path& file, std::span<const IndexedRun> runs);

/// A 64-bit checksum, against damage and not against malice.
std::uint64_t quickHash(std::span<const std::byte> bytes, std::uint64_t seed = 0);

}  // namespace ballast
