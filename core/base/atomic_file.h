#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace ballast {

/// Replaces `file` by `content` so that a crash at any moment leaves the old or the new file whole:
/// temporary file beside it, write, fsync, rename, fsync of the folder, each checked.
/// Throws StorageError naming the file and the reason (full disk, permissions); the temporary file
/// is removed then. Temporary names begin with a dot and end in ".tmp".
void replaceFile(const std::filesystem::path& file, std::string_view content);

/// As above, for content in several parts (a header and tensors).
void replaceFile(const std::filesystem::path& file,
                 std::span<const std::span<const std::byte>> parts);

/// As above, for content that is already written, to a file beside it that is closed.
void putInPlace(const std::filesystem::path& written, const std::filesystem::path& file);

/// Appends to `file` (made if missing) and fsyncs. After an error the file is cut back to its
/// former length, so that no half-written line stays. Throws StorageError.
void appendToFile(const std::filesystem::path& file, std::string_view content);

/// The whole content. Throws StorageError naming the file and the reason.
std::string readFile(const std::filesystem::path& file);

/// Flushes a folder's entries to disk. Throws StorageError.
void syncFolder(const std::filesystem::path& folder);

/// Makes a folder and its parents. Throws StorageError naming the folder and the reason.
void makeFolders(const std::filesystem::path& folder);

}  // namespace ballast
