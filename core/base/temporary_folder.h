#pragma once

#include <filesystem>

namespace ballast {

/// A new folder among the system's temporary ones that goes, with all its files, with its owner.
class TemporaryFolder {
public:
    /// Throws StorageError.
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace ballast
