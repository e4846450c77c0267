#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace ballast {

inline constexpr int kNotesFormat = 1;

/// What people add to a run; no part of its results or of where these come from.
struct RunNotes {
    std::string note;               // any lines of text
    std::vector<std::string> tags;  // in the order in which they were added, each once
    bool pinned = false;
    bool archived = false;  // finished with: views leave it out where nobody asks for it
    bool operator==(const RunNotes&) const = default;
};

/// Adds a tag that is not there yet. Throws ConfigError: an empty one, one with a comma or a line
/// break, or one that is not UTF-8.
void addTag(RunNotes& notes, const std::string& tag);

/// Tags as people type them: "baseline, to check". Throws as addTag.
std::vector<std::string> tagsOf(const std::string& typed);

/// The tags as one text: "baseline, to check".
std::string tagText(const RunNotes& notes);

/// Where a run keeps them.
std::filesystem::path notesFile(const std::filesystem::path& run_folder);

/// Reads them; a run without the file has none. Throws StorageError: another version's file;
/// DamagedFileError.
RunNotes readNotes(const std::filesystem::path& run_folder);

/// Reads them, lets `change` change them and replaces the file where it did. Needs no ownership of
/// the run. Throws as readNotes, and the file stays as it is then; ConfigError: a note that is not
/// UTF-8; StorageError: no such run, or the disk.
RunNotes changeNotes(const std::filesystem::path& run_folder,
                     const std::function<void(RunNotes&)>& change);

}  // namespace ballast
