#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/data/data_store.h"
#include "core/experiment/config_edit.h"

namespace ballast {

class OwnedRun;

/// What a run is to do differently, from an epoch on.
struct RunEdit {
    std::vector<Setting> settings;
    bool next_phase_now = false;
};

/// What forking `run` after `epoch` epochs would inherit, change and reset; changes nothing. Throws
/// CheckpointError where the run keeps no checkpoint there, naming those it keeps; ConfigError,
/// also where another image folder has not the lists that the run is of; DataError where it has
/// none.
ConfigEdit forkContract(const std::filesystem::path& run, int epoch, const RunEdit& edit,
                        const DataStore& store = DataStore());

/// Makes a run that starts from a run's checkpoint under the edited config; its state is
/// "stopped". Its folder reads as if it had been trained alone, which would give the same numbers.
/// Returns its folder, in the same workspace. Throws as forkContract, and StorageError.
std::filesystem::path forkRunAt(const std::filesystem::path& run, int epoch, const RunEdit& edit,
                                const DataStore& store = DataStore());

/// What editing `run` now would change, and from which epoch on: the next one, where it is in
/// training. Throws ConfigError and DataError as forkContract, StorageError.
struct EditPreview {
    int epoch = 0;
    ConfigEdit edit;
};
EditPreview editPreview(const std::filesystem::path& run, const RunEdit& edit,
                        const DataStore& store = DataStore());

/// Edits a run. One in training, here or in another process, takes the edit at the end of the epoch
/// in progress; another at once. Its config then says what it does epoch by epoch, so that the
/// config alone replays it bit for bit. `promised`: the epoch of a preview that somebody has seen.
/// Returns the epoch from which it holds. Throws as editPreview, also where the run has gone past
/// what was promised, and changes nothing then.
int editRun(const std::filesystem::path& run, const RunEdit& edit,
            std::optional<int> promised = std::nullopt, const DataStore& store = DataStore());

/// Begins the next phase at `epoch`, as its config lets it after a plateau of the minority's
/// B_y(f): an edit that the run makes itself, so that its config says when the phase began. Says
/// why. Throws StorageError.
std::string beginPhaseAfterPlateau(OwnedRun& run, int epoch);

/// An edit that waits in the folder of a run for the epoch from which it holds.
struct PendingEdit {
    int epoch = 0;
    std::string words;  // "/optimizer/lr = 0.05, next phase now"
};

/// The edits that wait, in the order in which they were made.
std::vector<PendingEdit> pendingEdits(const std::filesystem::path& run);

/// For the trainer, before `epoch` begins: puts the edits that hold from then on into the run's
/// config, leaves those of later epochs, and refuses those of earlier ones, as they came too late.
/// Returns a line for each that no longer waits. Throws StorageError.
std::vector<std::string> applyPendingEdits(OwnedRun& run, int epoch);

}  // namespace ballast
