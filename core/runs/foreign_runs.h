#pragma once

#include <atomic>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/runs/learning.h"

namespace ballast {

/// A run that was made of something trained elsewhere, and what there is to say about it; the same
/// lines stand in its log.txt.
struct ForeignRun {
    std::filesystem::path folder;
    std::vector<std::string> said;
};

/// The checkpoint file that `given` names: itself, or of a run's folder the one after `epoch`
/// epochs (its newest where none is given). Throws CheckpointError where there is none.
std::filesystem::path checkpointFile(const std::filesystem::path& given, std::optional<int> epoch);

/// Makes a run of `config` whose first epochs are the checkpoint's: its state is "stopped", and
/// resuming it trains on under the new config. How many epochs is `epoch`, or else what the file
/// says. Weights, batch-norm statistics and, where the file has it, momentum are taken over;
/// records come from the run or from the public code's logs beside the file, and are empty
/// elsewhere. Throws CheckpointError, ConfigError, DataError, StorageError, and leaves nothing
/// behind then.
struct ForkRequest {
    std::filesystem::path checkpoint;  // a file of any kind, or a run's folder
    RunConfig config;
    nlohmann::json config_as_given;
    std::optional<int> epoch;
    std::vector<std::string> ignored;  // tensors and modules in it to leave out
};
ForeignRun forkRun(const Learning& learning, const std::filesystem::path& workspace,
                   const ForkRequest& request, const TrainingEnvironment& environment);

/// Makes a finished run of what the authors' public code left in `source`: args.txt, log_train.csv,
/// log_test.csv, and its newest *ckpt.pth.tar where there is one that fits. The data set need not
/// be here. `ignored` is left out of the checkpoint, see CheckpointSource.
/// Throws DataError with file and line, ConfigError, StorageError; CancelledError between the files
/// it reads once `cancelled` is set. Leaves nothing behind then.
ForeignRun importRun(const Learning& learning, const std::filesystem::path& workspace,
                     const std::filesystem::path& source,
                     const std::atomic<bool>& cancelled = kNeverCancelled,
                     const std::vector<std::string>& ignored = {});

}  // namespace ballast
