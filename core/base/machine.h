#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace ballast {

/// A machine's main memory, in bytes. `total` is 0 where the system does not say.
struct MemoryUse {
    std::int64_t used = 0;  // what no program could have without swapping
    std::int64_t total = 0;
    bool operator==(const MemoryUse&) const = default;
};

/// Of this machine now; reads /proc/meminfo.
MemoryUse memoryUse();

/// The same of the text of a /proc/meminfo.
MemoryUse memoryUseOf(const std::string& meminfo);

/// The most main memory that this process has had at a time, in bytes.
std::int64_t peakMemory();

/// Bytes that may still be written where `folder` lies or, where it is not there yet, its nearest
/// parent. May wait for a network disk. Throws StorageError.
std::int64_t freeBytes(const std::filesystem::path& folder);

}  // namespace ballast
