#include "core/runs/trunk_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/results/plateau.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Differs after each replacement of the file, however soon one follows another.
std::string replacementStamp(const fs::path& file) {
    struct ::stat info {};
    if (::stat(file.c_str(), &info) != 0) return "";
    return std::to_string(info.st_ino) + " " + std::to_string(info.st_size) + " " +
           std::to_string(info.st_mtim.tv_sec) + " " + std::to_string(info.st_mtim.tv_nsec);
}

/// Clocks of file systems tick coarsely: a folder that changed just before it was listed may have
/// changed again since.
constexpr auto kClockTick = std::chrono::seconds(1);

/// A second name for the file where the file system can, which costs no room; else a copy.
void linkOrCopy(const fs::path& from, const fs::path& to) {
    std::error_code ignored;
    fs::remove(to, ignored);
    if (::link(from.c_str(), to.c_str()) == 0) return;
    if (!fs::exists(from)) throw CheckpointError("there is no checkpoint " + from.string());
    replaceFile(to, readFile(from));
}

/// How many epochs have a record, counted by their lines.
int recordedEpochs(const fs::path& run) {
    std::error_code error;
    if (!fs::exists(run / "epochs.jsonl", error)) return 0;
    const std::string lines = readFile(run / "epochs.jsonl");
    return static_cast<int>(std::ranges::count(lines, '\n'));
}

void removeCheckpoints(const fs::path& run) {
    for (const CheckpointFile& file : checkpointFiles(run)) {
        std::error_code ignored;
        fs::remove(file.path, ignored);
    }
}

/// The segments of the first `epochs` epochs of `source`, itself included.
json segmentsUpTo(const RunDescription& source, const std::string& id, int epochs) {
    json segments = json::array();
    int from = 0;
    for (const json& segment : source.segments) {
        const int to = std::min(epochs, segment.at("to").get<int>());
        if (segment.at("run") == id || to <= from) continue;
        segments.push_back({{"run", segment.at("run")}, {"from", from}, {"to", to}});
        from = to;
    }
    if (from < epochs) segments.push_back({{"run", id}, {"from", from}, {"to", epochs}});
    return segments;
}

}  // namespace

bool TrunkRun::inTrainingElsewhere() const {
    const bool active = status.state == RunState::running || status.state == RunState::paused;
    return active && status.owner && !ownedHere(*status.owner) && !ownerIsGone(*status.owner);
}

void TrunkStore::refresh() {
    std::set<std::string> there;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(workspace_ / "runs", error)) {
        const std::string id = entry.path().filename().string();
        if (id.starts_with('.')) continue;
        there.insert(id);
        std::error_code ignored;
        const Seen seen{replacementStamp(entry.path() / "run.json"),
                        replacementStamp(entry.path() / "status.json"),
                        fs::last_write_time(entry.path() / "checkpoints", ignored),
                        fs::file_time_type::clock::now()};
        const Seen before = seen_[id];
        seen_[id] = seen;
        const bool described = before.description == seen.description && runs_[id].error.empty();
        if (described && before.status == seen.status && before.checkpoints == seen.checkpoints &&
            before.listed - before.checkpoints > kClockTick) {
            continue;
        }
        TrunkRun& run = runs_[id];
        run.id = id;
        run.folder = entry.path();
        run.error.clear();
        run.checkpoints.clear();
        try {
            run.status = readStatus(run.folder);
            if (!described) {
                run.description = readDescription(run.folder);
                const RunDescription& description = run.description;
                run.asked = configBeforePlateaus(description);
                run.description.config_as_given = nullptr;  // of thousands of runs
                run.path.clear();
                run.end_of_teacher = -1;
                if (description.parent.is_null()) {
                    run.path = tree_.add(description.config, description.class_counts,
                                         dataIdentity(description));
                    run.asked_node = run.path.back();
                    run.end_of_teacher = tree_.endOfTeacher(
                        description.config, description.class_counts, dataIdentity(description));
                    if (run.asked) {
                        run.asked_node = tree_
                                             .add(*run.asked, description.class_counts,
                                                  dataIdentity(description))
                                             .back();
                    }
                }
            }
            listCheckpoints(run, seen_[id]);
        } catch (const std::exception& problem) {
            run.error = sentenceOf(problem);
            run.path.clear();
        }
    }
    std::erase_if(runs_, [&](const auto& item) { return !there.contains(item.first); });
    std::erase_if(seen_, [&](const auto& item) { return !there.contains(item.first); });
    at_node_.clear();
    for (const auto& [id, run] : runs_) {
        if (run.path.empty()) continue;
        for (const int epochs : run.checkpoints) {
            at_node_[run.path[static_cast<std::size_t>(epochs)]].push_back({id, epochs});
        }
    }
}

/// A crash while a trunk was taken over may leave checkpoints without records; they count for
/// nothing.
void TrunkStore::listCheckpoints(TrunkRun& run, Seen& seen) {
    const std::vector<CheckpointFile> files = checkpointFiles(run.folder);
    int recorded = run.status.epochs_done;
    if (!files.empty() && files.back().epochs_done > recorded) {
        recorded = recordedEpochs(run.folder);
        // The records may yet come, and would change nothing else that is looked at.
        if (files.back().epochs_done > recorded) seen.listed = seen.checkpoints;
    }
    for (const CheckpointFile& file : files) {
        if (file.epochs_done <= std::min(recorded, run.epochs())) {
            run.checkpoints.push_back(file.epochs_done);
        }
    }
}

const TrunkRun* TrunkStore::find(const std::string& id) const {
    const auto found = runs_.find(id);
    return found == runs_.end() ? nullptr : &found->second;
}

bool sameLibraries(const std::string& a, const std::string& b, Convolution rounding) {
    if (rounding == Convolution::bfloat16) return a == b;
    const auto in_float = [](std::string libraries) {
        for (const std::string instructions : {"avx512_bf16", "amx"}) {
            if (!libraries.ends_with(" " + instructions)) continue;
            libraries.resize(libraries.size() - instructions.size());
            libraries += "avx512";
        }
        return libraries;
    };
    return in_float(a) == in_float(b);
}

bool TrunkStore::fits(const RunConfig& run, const std::string& subset_sha256,
                      const RunDescription& source, const Surroundings& surroundings) {
    const TrainingConfig& training = run.training;
    const bool threads = training.threads > 0
                             ? source.threads == training.threads
                             : source.threads > 0 && source.threads <= surroundings.threads;
    const std::string& device = training.device == "auto" ? surroundings.device : training.device;
    const bool libtorch =
        surroundings.libtorch.empty() ||
        sameLibraries(source.libtorch, surroundings.libtorch, training.convolution);
    return threads && libtorch && source.device == device &&
           source.version == surroundings.version && source.subset_sha256 == subset_sha256;
}

std::optional<TrunkSource> TrunkStore::sourceFor(const RunConfig& config, const EpochPath& path,
                                                 const std::string& subset_sha256,
                                                 const Surroundings& surroundings) const {
    for (std::size_t e = path.size(); e-- > 1;) {
        const auto found = at_node_.find(path[e]);
        if (found == at_node_.end()) continue;
        for (const Checkpoint& checkpoint : found->second) {
            const TrunkRun& run = runs_.at(checkpoint.run);
            if (!fits(config, subset_sha256, run.description, surroundings)) continue;
            return TrunkSource{run.id, run.folder, checkpoint.epochs, run.description.threads};
        }
    }
    return std::nullopt;
}

std::optional<TrunkSource> TrunkStore::sourceFor(const TrunkRun& run,
                                                 const Surroundings& surroundings) const {
    if (run.path.empty()) return std::nullopt;
    if (!run.checkpoints.empty()) {  // what it has begun, it continues with
        return TrunkSource{run.id, run.folder, run.checkpoints.back(), run.description.threads};
    }
    return sourceFor(run.description.config, run.path, run.description.subset_sha256, surroundings);
}

Trunk trunkFrom(const TrunkSource& source, const RunConfig& config) {
    const RunSummary parent = readableRun(source.folder);
    const auto epochs = static_cast<std::size_t>(source.epochs);
    if (parent.records.size() < epochs) {
        throw CheckpointError(source.folder.string() + " has no records of its first " +
                              std::to_string(epochs) + " epochs");
    }
    Trunk trunk;
    for (std::size_t e = 0; e < epochs; ++e) {
        trunk.records.push_back(recordFor(config, parent.records[e]));
        // The last epoch's can still be measured, from the checkpoint.
        if (config.training.selection == Selection::validation &&
            trunk.records[e].validation_accuracy.empty()) {
            throw CheckpointError(source.folder.string() + " has no validation accuracy of epoch " +
                                  std::to_string(e));
        }
        const bool due =
            exactIsDue(config, static_cast<int>(e)) && !lacksMeasurement(config, trunk.records[e]);
        if (e + 1 < epochs && due && !trunk.records[e].exact) {
            throw CheckpointError(source.folder.string() + " has no exact statistics of epoch " +
                                  std::to_string(e));
        }
    }
    const fs::path theirs = source.folder / "checkpoints";
    trunk.checkpoints.push_back(theirs / checkpointName(source.epochs));
    if (const EpochRecord* best = bestRecord(trunk.records, config.training.selection)) {
        const fs::path file = theirs / checkpointName(best->epoch + 1);
        if (best->epoch + 1 != source.epochs && fs::exists(file)) trunk.checkpoints.push_back(file);
    }
    trunk.segments = segmentsUpTo(parent.description, source.run, source.epochs);
    return trunk;
}

void linkCheckpoints(const Trunk& trunk, const fs::path& folder) {
    for (const fs::path& file : trunk.checkpoints) linkOrCopy(file, folder / file.filename());
    syncFolder(folder);
}

void takeTrunk(OwnedRun& run, const TrunkSource& source) {
    const RunDescription before = run.description();
    const RunConfig& config = before.config;
    Trunk trunk = trunkFrom(source, config);
    try {
        makeFolders(run.folder() / "checkpoints");
        linkCheckpoints(trunk, run.folder() / "checkpoints");
        RunDescription description = before;
        description.segments = std::move(trunk.segments);
        if (config.training.epochs > source.epochs) {
            description.segments.push_back({{"run", run.folder().filename().string()},
                                            {"from", source.epochs},
                                            {"to", config.training.epochs}});
        }
        run.describe(description);
        run.replaceRecords(std::move(trunk.records));  // from here on it has them
    } catch (const Error&) {
        run.truncateRecords(0);
        removeCheckpoints(run.folder());
        run.describe(before);
        throw;
    }
    run.log("epochs 0 to " + std::to_string(source.epochs - 1) + " are those of the run " +
            source.run + ", which trains alike up to there");
}

void dropTrunk(OwnedRun& run) {
    run.replaceRecords({});
    removeCheckpoints(run.folder());
    RunDescription description = run.description();
    description.segments = json::array();
    run.describe(description);
}

}  // namespace ballast
