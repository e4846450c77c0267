#include "core/results/run_notes.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/json_place.h"
#include "core/base/json_text.h"
#include "core/base/text_encoding.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

std::string trimmed(const std::string& given) {
    const std::size_t first = given.find_first_not_of(' ');
    if (first == std::string::npos) return "";
    return given.substr(first, given.find_last_not_of(' ') + 1 - first);
}

}  // namespace

void addTag(RunNotes& notes, const std::string& given) {
    const std::string tag = trimmed(given);
    if (tag.empty()) throw ConfigError("a tag is empty; give a word such as baseline");
    if (invalidUtf8At(tag)) throw ConfigError("the tag " + asUtf8(tag) + " is not UTF-8");
    if (hasControls(tag) || tag.find(',') != std::string::npos) {
        throw ConfigError("the tag \"" + cleanedName(tag) +
                          "\" has a comma or a line break; a tag is one line without commas");
    }
    if (std::ranges::find(notes.tags, tag) == notes.tags.end()) notes.tags.push_back(tag);
}

std::vector<std::string> tagsOf(const std::string& typed) {
    RunNotes notes;
    for (std::size_t start = 0; start <= typed.size();) {
        const std::size_t end = std::min(typed.find(',', start), typed.size());
        const std::string tag = typed.substr(start, end - start);
        if (!trimmed(tag).empty()) addTag(notes, tag);
        start = end + 1;
    }
    return notes.tags;
}

std::string tagText(const RunNotes& notes) {
    std::string text;
    for (const std::string& tag : notes.tags) text += (text.empty() ? "" : ", ") + tag;
    return text;
}

fs::path notesFile(const fs::path& run_folder) {
    return run_folder / "notes.json";
}

RunNotes readNotes(const fs::path& run_folder) {
    const fs::path file = notesFile(run_folder);
    if (!fs::exists(file)) return {};
    const std::string name = file.string();
    const json parsed = jsonOrDiscarded(readFile(file));
    if (parsed.is_discarded()) throw DamagedFileError(name + " is damaged: not valid JSON");
    const JsonPlace object(parsed, name);
    if (const int format = object.at("format").integer(); format != kNotesFormat) {
        throw StorageError(name + " has format " + std::to_string(format) +
                           "; this version of Ballast reads format " +
                           std::to_string(kNotesFormat) + " and leaves the file as it is");
    }
    RunNotes notes;
    notes.note = object.at("note").text();
    const JsonPlace tags = object.at("tags");
    for (std::size_t i = 0; i < tags.size(); ++i) notes.tags.push_back(tags.at(i).text());
    notes.pinned = object.at("pinned").boolean();
    notes.archived = object.at("archived").boolean();
    return notes;
}

RunNotes changeNotes(const fs::path& run_folder, const std::function<void(RunNotes&)>& change) {
    if (!fs::exists(run_folder / "run.json")) {
        throw StorageError(run_folder.string() + " is not a run: it has no run.json");
    }
    const RunNotes before = readNotes(run_folder);
    RunNotes notes = before;
    change(notes);
    if (notes == before) return notes;
    if (invalidUtf8At(notes.note)) throw ConfigError("the note is not UTF-8");
    const ordered_json object = {{"format", kNotesFormat},
                                 {"note", notes.note},
                                 {"tags", notes.tags},
                                 {"pinned", notes.pinned},
                                 {"archived", notes.archived}};
    replaceFile(notesFile(run_folder), object.dump(2) + "\n");
    return notes;
}

}  // namespace ballast
