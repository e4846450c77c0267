#include "core/results/named_sets.h"

#include <nlohmann/json.hpp>
#include <set>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/json_place.h"
#include "core/base/json_text.h"
#include "core/base/nearest_word.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kSetsFormat = 1;

}  // namespace

fs::path namedSetsFile(const fs::path& workspace) {
    return workspace / "sets.json";
}

NamedSets readNamedSets(const fs::path& workspace) {
    const fs::path file = namedSetsFile(workspace);
    if (!fs::exists(file)) return {};
    const std::string name = file.string();
    const json parsed = jsonOrDiscarded(readFile(file));
    if (parsed.is_discarded()) throw DamagedFileError(name + " is damaged: not valid JSON");
    const JsonPlace object(parsed, name);
    if (const int format = object.at("format").integer(); format != kSetsFormat) {
        throw StorageError(name + " has format " + std::to_string(format) +
                           "; this version of Ballast reads format " + std::to_string(kSetsFormat) +
                           " and leaves the file as it is");
    }
    NamedSets sets;
    const JsonPlace saved = object.at("sets");
    if (!saved.value().is_object()) saved.fail("an object of lists of runs");
    for (const auto& [key, value] : saved.value().items()) {
        const JsonPlace runs = saved.at(key.c_str());
        std::vector<std::string>& ids = sets[key];
        for (std::size_t i = 0; i < runs.size(); ++i) ids.push_back(runs.at(i).text());
    }
    return sets;
}

void writeNamedSets(const fs::path& workspace, const NamedSets& sets) {
    readNamedSets(workspace);  // what it does not understand it does not replace
    makeFolders(workspace);
    const ordered_json object = {{"format", kSetsFormat}, {"sets", sets}};
    replaceFile(namedSetsFile(workspace), object.dump(2) + "\n");
}

std::vector<std::string> namedSet(const fs::path& workspace, const std::string& name) {
    const NamedSets sets = readNamedSets(workspace);
    if (const auto found = sets.find(name); found != sets.end()) return found->second;
    std::vector<std::string> known;
    for (const auto& [other, ids] : sets) known.push_back(other);
    std::string list;
    for (const std::string& other : known) list += (list.empty() ? "" : ", ") + other;
    const std::string nearest = nearestWord(name, known);
    throw ConfigError("no set \"" + name + "\" in " + workspace.string() +
                      (known.empty()     ? "; sets are saved in the window"
                       : nearest.empty() ? "; there are: " + list
                                         : "; did you mean " + nearest + "?"));
}

void keepSet(std::vector<const IndexedRun*>& runs, const fs::path& workspace,
             const std::string& name) {
    if (name.empty()) return;
    const std::vector<std::string> ids = namedSet(workspace, name);
    const std::set<std::string> wanted(ids.begin(), ids.end());
    std::erase_if(runs, [&](const IndexedRun* run) { return !wanted.contains(run->id); });
}

}  // namespace ballast
