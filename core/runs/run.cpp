#include "core/runs/run.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/base/checksum.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_meaning.h"
#include "core/experiment/teacher.h"
#include "core/results/branch_points.h"
#include "core/results/owned_run.h"
#include "core/results/workspace.h"
#include "core/runs/learning.h"
#include "core/runs/live_tensorboard.h"
#include "core/runs/settled_teacher.h"
#include "core/runs/teacher_runs.h"
#include "core/runs/trunk_store.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

int threadsOf(const TrainingEnvironment& environment) {
    if (environment.threads > 0) return environment.threads;
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::string deviceOf(const Learning& learning, const RunConfig& config,
                     const TrainingEnvironment& environment) {
    const std::string& device = config.training.device;
    return learning.resolveDevice(device == "auto" ? environment.device : device);
}

/// Fills in what the first start decides; later starts use the same, so that numbers stay the same.
void completeDescription(const Learning& learning, OwnedRun& run,
                         const TrainingEnvironment& environment, RunObserver& observer) {
    RunDescription description = run.description();
    const RunConfig& config = description.config;
    const std::string version = learning.libraries();
    const bool begun = !run.records().empty() || !run.checkpoints().empty();
    if (begun && !description.libtorch.empty() &&
        !sameLibraries(description.libtorch, version, config.training.convolution)) {
        const std::string warning = "this run was begun with LibTorch " + description.libtorch +
                                    " and resumes with " + version +
                                    "; its numbers may differ from an uninterrupted run's";
        run.log(warning);
        observer.said(warning);
    }
    const DataStore& store = environment.data_store;
    if (begun && !description.data_sha256.empty() &&
        !store.hasContent(config.data, description.data_sha256)) {
        throw DataError("the lists of " + config.data.dataset + " in " +
                        store.find(config.data)->string() +
                        " are not those this run was begun with");
    }
    if (!begun || description.device.empty() || description.threads == 0 ||
        description.libtorch.empty()) {
        description.libtorch = version;
        description.device = deviceOf(learning, config, environment);
        description.threads = config.training.threads;
        if (description.threads == 0) description.threads = threadsOf(environment);
        description.data_sha256 = store.contentSha256(config.data);
        run.describe(description);
    } else {
        learning.resolveDevice(description.device);  // is it still there?
    }
}

void tell(OwnedRun& run, RunObserver& observer, const std::string& line) {
    run.log(line);
    observer.said(line);
}

/// Takes over the trunk where the run has not begun; a trunk that cannot be had costs time only.
/// Whether it was taken.
bool beginWithTrunk(OwnedRun& run, const TrunkSource& trunk, RunObserver& observer) {
    if (!run.records().empty() || trunk.folder == run.folder()) return false;
    const RunDescription& mine = run.description();
    try {
        const RunDescription theirs = readDescription(trunk.folder);
        const Convolution rounding = mine.config.training.convolution;
        if (theirs.data_sha256 != mine.data_sha256 ||
            !sameLibraries(theirs.libtorch, mine.libtorch, rounding) ||
            theirs.device != mine.device || theirs.threads != mine.threads) {
            throw CheckpointError("it was trained on other data, LibTorch, device or threads");
        }
        if (!theirs.teacher.is_null() && !mine.teacher.is_null() &&
            theirs.teacher["sha256"] != mine.teacher["sha256"]) {
            throw CheckpointError("it learns from other weights");
        }
        takeTrunk(run, trunk);
        return true;
    } catch (const std::exception& error) {  // also provenance that somebody has edited
        tell(run, observer,
             "cannot take over the epochs of the run " + trunk.run + ": " + sentenceOf(error));
        return false;
    }
}

RunOutcome trainFrom(const Learning& learning, const TrunkSource* trunk, OwnedRun& run,
                     const TrainingEnvironment& environment, RunControl& control,
                     RunObserver& observer) {
    if (trunk != nullptr && beginWithTrunk(run, *trunk, observer)) {
        observer.recordsReplaced(run.records());
        try {
            return learning.train(run, environment, control, observer);
        } catch (const CheckpointError& error) {
            tell(run, observer, std::string(error.what()) + "; it is trained from the start");
            dropTrunk(run);
            observer.recordsReplaced({});
        }
    }
    // A crash broke off a take-over, and the trunk can no longer be had.
    if (run.records().empty() && !run.description().segments.empty()) dropTrunk(run);
    return learning.train(run, environment, control, observer);
}

/// Whether the lists can be read that a run needs besides that of its training images: found now,
/// not when it is begun.
void checkLists(const RunConfig& config, const DataStore& store) {
    if (!findDataset(config.data.dataset)->listed()) return;
    store.list(config.data, Split::test);
    if (config.training.selection == Selection::validation) {
        store.list(config.data, Split::validation);
    }
}

/// A finished run no longer needs the checkpoints it has asked others to keep.
void releaseTrunks(const fs::path& folder, const RunDescription& description) {
    const std::string id = folder.filename().string();
    for (const nlohmann::json& segment : description.segments) {
        try {
            const fs::path trunk = folder.parent_path() / segment.at("run").get<std::string>();
            if (trunk == folder || !fs::exists(trunk)) continue;
            releaseBranchPoints(trunk, id);
            OwnedRun(trunk).pruneCheckpoints();
        } catch (const std::exception&) {  // in training: it prunes by itself
        }
    }
}

}  // namespace

Surroundings surroundingsOf(const Learning& learning, const TrainingEnvironment& environment) {
    return {BALLAST_VERSION, learning.libraries(), learning.resolveDevice(environment.device),
            threadsOf(environment)};
}

std::optional<TrunkSource> trunkFor(const Learning& learning, const fs::path& folder,
                                    const TrainingEnvironment& environment) {
    const fs::path whole = fs::absolute(folder).lexically_normal();
    TrunkStore store(whole.parent_path().parent_path());
    store.refresh();
    const TrunkRun* run = store.find(whole.filename().string());
    if (run == nullptr || !run->error.empty()) return std::nullopt;
    return store.sourceFor(*run, surroundingsOf(learning, environment));
}

RunDescription describeRun(const RunConfig& config, const nlohmann::json& config_as_given,
                           const TrainingEnvironment& environment) {
    const DatasetInfo* dataset = findDataset(config.data.dataset);
    if (dataset == nullptr) throw ConfigError("unknown data set \"" + config.data.dataset + "\"");
    RunDescription description;
    description.config = config;
    description.config_as_given = config_as_given;
    description.class_counts = environment.data_store.classCounts(config.data);
    const std::size_t classes = description.class_counts.size();
    std::vector<Problem> problems = checkClassLists(config, classes, dataset->label);
    const std::vector<Problem> weights = checkClassWeights(config);
    problems.insert(problems.end(), weights.begin(), weights.end());
    if (!problems.empty()) throw ConfigError("the config is not valid", std::move(problems));
    checkLists(config, environment.data_store);
    if (dataset->class_names.empty()) {
        description.class_names = environment.data_store.classNames(config.data);
    }
    description.data_sha256 = environment.data_store.contentSha256(config.data);
    description.version = BALLAST_VERSION;
    const std::vector<std::int64_t> subset =
        environment.data_store.split(config.data, description.class_counts).train;
    description.subset_sha256 = sha256Hex(std::as_bytes(std::span(subset)));
    return description;
}

fs::path createRun(const fs::path& workspace, const RunConfig& config,
                   const nlohmann::json& config_as_given, const TrainingEnvironment& environment) {
    refuseNested(workspace);
    const RunDescription description = describeRun(config, config_as_given, environment);
    teacherOf(workspace, description, UntrainedTeacher::awaited);
    return OwnedRun::create(workspace, description);
}

RunOutcome trainRun(const Learning& learning, const fs::path& folder,
                    const TrainingEnvironment& environment, RunControl& control,
                    RunObserver& observer, const TrunkSource* trunk) {
    std::optional<OwnedRun> run;
    RunOutcome outcome;
    LiveTensorboard live(folder, environment.tensorboard, observer);
    const auto failed = [&](const std::exception& error, ExitCode code) {
        outcome.state = RunState::failed;
        outcome.message = sentenceOf(error);
        outcome.exit_code = code;
    };
    try {
        run.emplace(folder);
        for (const std::string& repair : run->repairs()) {
            run->log(repair);
            observer.said(repair);
        }
        const int epochs_done = static_cast<int>(run->records().size());
        run->setStatus(RunState::running, epochs_done, "");
        observer.stateChanged(RunState::running);
        completeDescription(learning, *run, environment, observer);
        const std::optional<int> taught = firstTaughtEpoch(run->description().config, epochs_done);
        if (taught && !control.mustEndAfter(*taught)) settleTeacher(*run);
        outcome = trainFrom(learning, trunk, *run, environment, control, live);
    } catch (const RunBusyError& error) {
        failed(error, error.exitCode());
        outcome.busy = true;
    } catch (const Error& error) {
        failed(error, error.exitCode());
    } catch (const std::exception& error) {
        failed(error, ExitCode::run_failed);
    }
    if (run) {
        outcome.epochs_done = static_cast<int>(run->records().size());
        try {
            run->setStatus(outcome.state, outcome.epochs_done, outcome.message);
            if (!outcome.message.empty()) run->log(outcome.message);
            live.update();
        } catch (const std::exception& error) {
            if (outcome.message.empty()) failed(error, ExitCode::run_failed);
        }
        const RunDescription description = run->description();
        run.reset();  // others may own it before they hear that it ended
        if (outcome.state == RunState::finished) releaseTrunks(folder, description);
    }
    observer.stateChanged(outcome.state);
    return outcome;
}

}  // namespace ballast
