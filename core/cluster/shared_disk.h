#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace ballast {

/// The file system that a path lies on, as /proc/self/mountinfo tells it.
struct MountedDisk {
    std::string folder;   // where it is mounted
    std::string kind;     // "nfs4", "ext4"
    std::string options;  // "rw,noatime,local_lock=none"
    bool operator==(const MountedDisk&) const = default;
};

/// The one of `path`, which is absolute, among those that the text of a mountinfo lists. Empty
/// where it lists none.
MountedDisk diskOf(const std::filesystem::path& path, std::string_view mountinfo);

/// Why a lock that one machine holds on a file of it may be had by another one too, in a sentence;
/// "" where none can, as far as its kind and options tell: a disk that only this machine has is
/// not a reason.
std::string lockObstacle(const MountedDisk& disk);

/// Whether only this machine has it, unless it exports it to others.
bool isLocalDisk(const MountedDisk& disk);

/// The file system of a folder, or of the nearest parent that is there, on this machine now.
MountedDisk diskHere(const std::filesystem::path& folder);

/// Two jobs must never train the same segment: tries a lock in `folder`, which is made where it is
/// not there, and looks at its file system. Throws StorageError that says why locks do not hold.
void requireLocks(const std::filesystem::path& folder);

}  // namespace ballast
