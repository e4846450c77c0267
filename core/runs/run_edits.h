#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/experiment/config_edit.h"

namespace ballast {

class OwnedRun;

/// What a run is to do differently, from an epoch on.
struct RunEdit {
    std::vector<Setting> settings;
    bool next_phase_now = false;
};

/// What forking `run` after `epoch` epochs would inherit, change and reset; changes nothing. Throws
/// CheckpointError where the run keeps no checkpoint there, naming those it keeps; ConfigError.
ConfigEdit forkContract(const std::filesystem::path& run, int epoch, const RunEdit& edit);

/// Makes a run that starts from a run's checkpoint under the edited config; its state is
/// "stopped". Its folder reads as if it had been trained alone, which would give the same numbers.
/// Returns its folder, in the same workspace. Throws as forkContract, and StorageError.
std::filesystem::path forkRunAt(const std::filesystem::path& run, int epoch, const RunEdit& edit);

/// What editing `run` now would change, and from which epoch on: the next one, where it is in
/// training. Throws ConfigError, StorageError.
struct EditPreview {
    int epoch = 0;
    ConfigEdit edit;
};
EditPreview editPreview(const std::filesystem::path& run, const RunEdit& edit);

/// Edits a run. One in training, here or in another process, takes the edit at the end of the epoch
/// in progress; another at once. Its config then says what it does epoch by epoch, so that the
/// config alone replays it bit for bit. Throws ConfigError, StorageError, and changes nothing then.
void editRun(const std::filesystem::path& run, const RunEdit& edit);

/// For the trainer: puts edits that wait in the run's folder into its config, from `epoch` on, and
/// returns a line for each, what is no longer possible included. Throws StorageError.
std::vector<std::string> applyPendingEdits(OwnedRun& run, int epoch);

}  // namespace ballast
