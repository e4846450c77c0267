#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/base/atomic_file.h"
#include "core/experiment/imbalance.h"
#include "core/results/owned_run.h"
#include "core/runs/trunk_store.h"
#include "tests/core/results/made_runs.h"

namespace ballast {

/// Where the made runs below were "trained".
inline const Surroundings kHere{"1.2", "3.4", "cpu", 2};

/// Ten epochs of CE, re-weighted from `t0` on, the learning rate falling there.
inline RunConfig deferredConfig(int t0, double nu, int epochs = 10) {
    RunConfig config;
    config.name = "deferred";
    config.phases.resize(2);
    config.phases[1].from = t0;
    config.phases[1].alpha = {"power", {{"nu", nu}}, {}};
    config.lr_schedule.steps = {{t0, 0.01}};
    config.training.epochs = epochs;
    return config;
}

/// What the trainer would have written of that epoch, as far as sharing looks at it. The balanced
/// accuracy is best after 2 epochs.
inline EpochRecord trainedRecord(const RunConfig& config, int epoch) {
    EpochRecord record = madeRecord(epoch, epoch == 1 ? 0.9 : 0.5);
    record.phase = static_cast<int>(phaseIndexAt(config.phases, epoch));
    record.learning_rate = learningRateAt(config, epoch);
    if (exactIsDue(config, epoch)) record.exact = record.streaming;
    return record;
}

/// Trains without training: records and checkpoints up to `epochs`, and the state.
inline void pretendTraining(const std::filesystem::path& folder, int epochs,
                            RunState state = RunState::stopped, const Surroundings& where = kHere) {
    OwnedRun run(folder);
    RunDescription description = run.description();
    description.libtorch = where.libtorch;
    description.device = where.device;
    description.threads = where.threads;
    run.describe(description);
    std::filesystem::create_directories(folder / "checkpoints");
    for (int epoch = static_cast<int>(run.records().size()); epoch < epochs; ++epoch) {
        run.append(trainedRecord(description.config, epoch));
        replaceFile(run.checkpointPath(epoch + 1), "after " + std::to_string(epoch + 1) +
                                                       " epochs of " + folder.filename().string());
        run.pruneCheckpoints();
    }
    run.setStatus(state, epochs, "");
}

/// A run of that config with so many epochs; none: a queued one.
inline std::filesystem::path trunkRun(const std::filesystem::path& workspace,
                                      const RunConfig& config, int epochs,
                                      RunState state = RunState::stopped,
                                      const Surroundings& where = kHere) {
    RunDescription description;
    description.config = config;
    description.config_as_given = nlohmann::json::object();
    description.class_counts = classCounts(config.data);
    description.version = where.version;
    description.subset_sha256 = "subset";
    const auto folder = OwnedRun::create(workspace, description);
    if (epochs > 0) pretendTraining(folder, epochs, state, where);
    return folder;
}

inline std::vector<int> keptCheckpoints(const std::filesystem::path& run) {
    std::vector<int> kept;
    for (const CheckpointFile& file : checkpointFiles(run)) kept.push_back(file.epochs_done);
    return kept;
}

}  // namespace ballast
