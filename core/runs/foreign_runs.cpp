#include "core/runs/foreign_runs.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "core/base/checksum.h"
#include "core/base/error.h"
#include "core/base/text_encoding.h"
#include "core/experiment/catalog.h"
#include "core/interchange/logged_run.h"
#include "core/results/owned_run.h"
#include "core/runs/run.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr const char* kForeignCheckpoint = "ckpt.pth.tar";
constexpr const char* kImport = "the import";

/// The run that a checkpoint file lies in, or nothing.
std::optional<RunSummary> runAround(const fs::path& checkpoint) {
    const fs::path folder = fs::absolute(checkpoint).parent_path().parent_path();
    if (!fs::exists(folder / "run.json")) return std::nullopt;
    RunSummary run = readRun(folder);
    if (!run.error.empty()) return std::nullopt;
    return run;
}

/// Records of the epochs before `epoch`: from the run or the logs around the checkpoint.
std::vector<EpochRecord> earlierRecords(const fs::path& checkpoint,
                                        const std::optional<RunSummary>& run, int epoch,
                                        const RunDescription& description,
                                        std::vector<std::string>& said) {
    ForeignLogs logs;
    const fs::path beside = fs::absolute(checkpoint).parent_path();
    if (!run && hasForeignLogs(beside)) logs = readForeignLogs(beside);
    said.insert(said.end(), logs.notes.begin(), logs.notes.end());
    std::vector<EpochRecord> records =
        recordsFromLogs(logs.epochs, epoch, description.class_counts);
    std::size_t known = 0;
    for (EpochRecord& record : records) {
        const auto e = static_cast<std::size_t>(record.epoch);
        const bool same_classes =
            run && run->description.class_counts.size() == description.class_counts.size();
        if (same_classes && e < run->records.size()) record = run->records[e];
        record.phase = static_cast<int>(phaseIndexAt(description.config.phases, record.epoch));
        if (!std::isnan(record.loss)) ++known;
    }
    said.push_back("records of " + std::to_string(known) + " of the " + std::to_string(epoch) +
                   " epochs before the fork are known" +
                   (known == 0 ? ""
                    : run      ? ", from the run " + run->id
                               : ", from the logs beside the checkpoint"));
    return records;
}

/// The newest *ckpt.pth.tar of a folder, by the number its name begins with; empty: none.
fs::path newestForeignCheckpoint(const fs::path& folder) {
    fs::path newest;
    int newest_epoch = -1;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (!name.ends_with(kForeignCheckpoint)) continue;
        const int epoch = std::atoi(name.c_str());
        if (epoch > newest_epoch) {
            newest_epoch = epoch;
            newest = entry.path();
        }
    }
    return newest;
}

void requireModel(const CheckpointInfo& info, const RunConfig& config) {
    const DatasetInfo* dataset = findDataset(config.data.dataset);
    const bool listed = dataset->classes == 0;  // their lists say how many classes they have
    if (info.model == config.model && (listed || info.classes == dataset->classes) &&
        info.in_channels == dataset->channels) {
        return;
    }
    throw CheckpointError("it is of a " + info.model.name + " with a " +
                          std::string(nameOf(info.model.head)) + " head for " +
                          std::to_string(info.classes) + " classes and " +
                          std::to_string(info.in_channels) + " channels");
}

/// Why `config` cannot start from a checkpoint after `epoch` epochs, if so.
void requireEpochsLeft(const RunConfig& config, int epoch) {
    if (epoch < 1) throw ConfigError("--epoch " + std::to_string(epoch) + ": allowed: from 1");
    if (config.training.epochs > epoch) return;
    throw ConfigError("the config does not go beyond the checkpoint",
                      {{"/training/epochs", std::to_string(config.training.epochs) +
                                                " is not above the checkpoint's " +
                                                std::to_string(epoch) + " epochs"}});
}

}  // namespace

fs::path checkpointFile(const fs::path& given, std::optional<int> epoch) {
    if (!fs::exists(given)) throw CheckpointError("there is no checkpoint " + given.string());
    if (!fs::is_directory(given)) return given;
    const std::vector<CheckpointFile> files = checkpointFiles(given);
    if (files.empty()) {
        throw CheckpointError(given.string() + " has no checkpoints; a run keeps them in " +
                              (given / "checkpoints").string());
    }
    if (!epoch) return files.back().path;
    std::string kept;
    for (const CheckpointFile& file : files) {
        if (file.epochs_done == *epoch) return file.path;
        kept += (kept.empty() ? "" : ", ") + std::to_string(file.epochs_done);
    }
    throw CheckpointError(given.string() + " keeps no checkpoint after " + std::to_string(*epoch) +
                          " epochs; kept: " + kept);
}

ForeignRun forkRun(const Learning& learning, const fs::path& workspace, const ForkRequest& request,
                   const TrainingEnvironment& environment) {
    const RunConfig& config = request.config;
    const fs::path file = checkpointFile(request.checkpoint, request.epoch);
    const CheckpointSource source(file, request.ignored);
    const CheckpointInfo info = learning.inspectCheckpoint(source);
    const std::optional<int> epoch = request.epoch ? request.epoch : info.epochs_done;
    if (!epoch) {
        throw ConfigError(file.string() +
                          " does not say after how many epochs it was written; give --epoch");
    }
    requireEpochsLeft(config, *epoch);

    ForeignRun fork;
    fork.said.push_back("starts from " + file.filename().string() + " after " +
                        std::to_string(*epoch) + " epochs");
    fork.said.push_back(info.has_momentum ? "the momentum is the checkpoint's"
                                          : "the checkpoint has no momentum; it starts at zero");
    fork.said.insert(fork.said.end(), info.said.begin(), info.said.end());
    const std::optional<RunSummary> run = runAround(file);
    RunDescription description = describeRun(config, request.config_as_given, environment);
    description.parent = {{"checkpoint", cleanedName(file.filename().string())},
                          {"sha256", sha256OfFile(file)},
                          {"epoch", *epoch}};
    if (run) description.parent["run"] = run->id;

    RunStart start;
    start.state = RunState::stopped;
    start.records = earlierRecords(file, run, *epoch, description, fork.said);
    start.log = fork.said;
    start.write_checkpoints = [&](const fs::path& folder) {
        learning.adoptCheckpoint(source, config, *epoch, folder / checkpointName(*epoch));
    };
    fork.folder = OwnedRun::create(workspace, description, start);
    return fork;
}

ForeignRun importRun(const Learning& learning, const fs::path& workspace, const fs::path& source,
                     const std::atomic<bool>& cancelled, const std::vector<std::string>& ignored) {
    if (!fs::is_directory(source)) throw DataError("there is no folder " + source.string());
    stopIfCancelled(cancelled, kImport);
    LoggedRun run = readLoggedRun(source);
    stopIfCancelled(cancelled, kImport);
    const fs::path folder = fs::canonical(source);
    RunDescription description;
    description.config = run.config;
    description.config_as_given = run.config_as_given;
    description.class_counts = run.class_counts;
    description.parent = {{"imported", cleanedName(folder.filename().string())}};

    ForeignRun imported;
    imported.said = std::move(run.notes);
    RunStart start;
    start.state = RunState::finished;
    start.records = std::move(run.records);
    start.log = imported.said;
    const auto create = [&] {
        stopIfCancelled(cancelled, kImport);
        imported.folder = OwnedRun::create(workspace, description, start);
    };
    const fs::path checkpoint = newestForeignCheckpoint(folder);
    if (checkpoint.empty()) {
        create();
        return imported;
    }
    const RunDescription without_checkpoint = description;
    try {
        const std::string name = cleanedName(checkpoint.filename().string());
        const CheckpointSource weights(checkpoint, ignored);
        const CheckpointInfo info = learning.inspectCheckpoint(weights);
        requireModel(info, run.config);
        stopIfCancelled(cancelled, kImport);
        const int done = info.epochs_done.value_or(static_cast<int>(start.records.size()));
        description.parent["checkpoint"] = name;
        description.parent["sha256"] = sha256OfFile(checkpoint);
        start.write_checkpoints = [&](const fs::path& target) {
            stopIfCancelled(cancelled, kImport);
            learning.adoptCheckpoint(weights, run.config, done, target / checkpointName(done));
        };
        start.log.push_back(name + " was taken over as the checkpoint after " +
                            std::to_string(done) + " epochs");
        start.log.insert(start.log.end(), info.said.begin(), info.said.end());
        create();
    } catch (const CheckpointError& error) {  // the numbers are worth having without it
        description = without_checkpoint;
        start.write_checkpoints = nullptr;
        start.log = imported.said;
        start.log.push_back("the checkpoint was not taken over: " + std::string(error.what()));
        create();
    }
    imported.said = start.log;
    return imported;
}

}  // namespace ballast
