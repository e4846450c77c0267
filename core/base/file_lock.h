#pragma once

#include <filesystem>
#include <optional>

namespace ballast {

/// An exclusive lock on a file, among threads and processes: released when it is destroyed, and by
/// the kernel when the process dies.
class FileLock {
public:
    /// Makes the file where there is none. Nothing where somebody else holds the lock. Throws
    /// StorageError: the file cannot be opened, or its file system has no locks.
    static std::optional<FileLock> tryFor(const std::filesystem::path& file);

    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace ballast
