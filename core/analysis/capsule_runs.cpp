#include "core/analysis/capsule_runs.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/atomic_file.h"
#include "core/base/checksum.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/experiment/config_json.h"

namespace ballast {
namespace {

using nlohmann::json;

constexpr std::size_t kMostNames = 5;

std::vector<CapsuleRun> hashed(const std::set<std::string>& ids, const RunFolders& folders) {
    std::vector<CapsuleRun> made;
    for (const std::string& id : ids) {
        const auto run = folders.find(id);
        if (run == folders.end()) continue;
        try {
            made.push_back({id, configHash(run->second)});
        } catch (const StorageError&) {  // removed since it was read
        }
    }
    return made;
}

std::string listedRuns(const std::vector<std::string>& ids) {
    std::string text;
    for (std::size_t i = 0; i < ids.size() && i < kMostNames; ++i) {
        text += (i == 0 ? "" : ", ") + ids[i];
    }
    if (ids.size() > kMostNames) {
        text += " and " + std::to_string(ids.size() - kMostNames) + " more";
    }
    return text;
}

}  // namespace

RunFolders runFolders(std::span<const IndexedRun> runs) {
    RunFolders folders;
    for (const IndexedRun& run : runs) folders[run.id] = run.folder;
    return folders;
}

RunFolders runFolders(std::span<const IndexedRun* const> runs) {
    RunFolders folders;
    for (const IndexedRun* run : runs) folders[run->id] = run->folder;
    return folders;
}

std::string configHash(const std::filesystem::path& run_folder) {
    const std::filesystem::path file = run_folder / "run.json";
    const json object = jsonOrDiscarded(readFile(file));
    if (!object.is_object() || !object.contains("config") || !object["config"].is_object()) {
        throw DamagedFileError(file.string() + " is damaged: it has no config");
    }
    json config = object["config"];
    config.erase("name");
    leaveOutLaterDefaults(config);
    const std::string text = config.dump(-1, ' ', true);
    return sha256Hex(std::as_bytes(std::span(text)));
}

std::vector<CapsuleRun> drawnRuns(const ResponseCurves& curves, const RunFolders& folders) {
    std::set<std::string> ids;
    for (const ResponseLine& line : curves.lines) {
        for (const ResponsePoint& point : line.points) {
            for (const SeedValue& value : point.values) ids.insert(value.run);
        }
    }
    return hashed(ids, folders);
}

std::vector<CapsuleRun> drawnRuns(std::span<const std::string> ids, const RunFolders& folders) {
    return hashed({ids.begin(), ids.end()}, folders);
}

std::vector<CapsuleRun> drawnRuns(const Surface& surface, const RunFolders& folders) {
    std::set<std::string> ids;
    for (const SurfaceCell& cell : surface.cells) {
        for (const SeedValue& value : cell.values) ids.insert(value.run);
    }
    return hashed(ids, folders);
}

std::vector<CapsuleRun> drawnRuns(const ParallelCoordinates& drawn, const RunFolders& folders) {
    std::set<std::string> ids;
    for (const ParallelLine& line : drawn.lines) {
        for (const SeedValue& value : line.values) ids.insert(value.run);
    }
    return hashed(ids, folders);
}

CapsuleCheck checkRuns(const FigureCapsule& capsule, const std::filesystem::path& workspace) {
    CapsuleCheck check;
    for (const CapsuleRun& run : capsule.runs) {
        const std::filesystem::path folder = workspace / "runs" / run.id;
        std::error_code error;
        if (!std::filesystem::exists(folder / "run.json", error)) {
            check.missing.push_back(run.id);
            continue;
        }
        check.here.push_back(run.id);
        try {
            if (configHash(folder) == run.config_hash) continue;
        } catch (const StorageError&) {  // its config is not the figure's, whatever it is
        }
        check.changed.push_back(run.id);
    }
    return check;
}

std::string CapsuleCheck::sentence() const {
    const std::size_t all = here.size() + missing.size();
    const auto isOrAre = [](std::size_t count, const char* one, const char* several) {
        return std::to_string(count) + (count == 1 ? one : several);
    };
    std::string text;
    if (all == 0) return "The figure names no runs.";
    if (missing.empty()) {
        text = all == 1 ? "The figure's run is here."
                        : "All " + std::to_string(all) + " runs of the figure are here.";
    } else {
        text = std::to_string(here.size()) + " of the figure's " + std::to_string(all) +
               (all == 1 ? " run" : " runs") + " are here. " +
               isOrAre(missing.size(), " is missing: ", " are missing: ") + listedRuns(missing) +
               ".";
    }
    if (!changed.empty()) {
        text += " " +
                isOrAre(changed.size(), " has another config than the figure shows: ",
                        " have another config than the figure shows: ") +
                listedRuns(changed) + ".";
    }
    return text;
}

}  // namespace ballast
