#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/data/data_store.h"
#include "core/results/saved_logits.h"

namespace ballast {

class Learning;

/// After how many epochs `name` is: "best" by what selects the run's best epoch, "last", "t0" where
/// its last phase begins, or a number of epochs done. Throws ConfigError where the run has no such
/// epoch.
int epochsDoneAt(const RunSummary& run, const std::string& name);

/// What can be had of a run's logits after so many epochs.
struct LogitsOffer {
    int epochs_done = 0;
    std::string name;         // "best", "last", "T₀", "best, last", or ""
    bool saved = false;       // there is a file
    bool checkpoint = false;  // they can be made
};

/// The epochs with logits or a checkpoint, and best, last and T₀ whether or not, ascending.
std::vector<LogitsOffer> logitsOffers(const RunSummary& run);

/// About what a run's logits of one epoch take on disk; nothing where only the files of its data
/// set say how many test images there are.
std::optional<std::int64_t> logitsBytes(const RunConfig& config,
                                        const std::vector<std::int64_t>& class_counts);

/// The logits of a run after so many epochs: as saved, or else made from the checkpoint and saved.
/// Blocks for seconds where they are made. `said` gets what a user should know of that. Throws
/// StorageError and DamagedFileError as readSavedLogits(), CheckpointError where the checkpoint is
/// gone or damaged, DataError where the run's data set is not here, CancelledError.
SavedLogits logitsOfRun(const Learning& learning, const std::filesystem::path& run_folder,
                        int epochs_done, const DataStore& store, std::vector<std::string>& said,
                        const std::atomic<bool>& cancelled = kNeverCancelled);

}  // namespace ballast
