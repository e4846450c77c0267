#pragma once

#include <filesystem>

#include "core/base/file_lock.h"

namespace ballast {

/// One window at a time writes to a workspace: it holds a lock on WORKSPACE/window.lock, which the
/// kernel releases when its process dies, so that no lock is ever stale. The file stays and says
/// which process had it last. Runs have locks of their own (OwnedRun): ballast-cli trains beside a
/// window.
class WorkspaceLock {
public:
    /// Takes the lock; makes the workspace's folder where there is none. Throws StorageError with
    /// the reason why this process must not write there: another has the lock, which it names; the
    /// folder cannot be written to; its file system has no locks; a new workspace that would lie in
    /// another one or in a run.
    explicit WorkspaceLock(const std::filesystem::path& workspace);

    static std::filesystem::path fileOf(const std::filesystem::path& workspace);

private:
    FileLock lock_;
};

}  // namespace ballast
