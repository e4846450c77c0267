#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/results/records.h"
#include "core/results/run_folder.h"

namespace ballast {

/// A rise of the minority's B_y(f) that counts, in units of the logit.
inline constexpr double kPlateauRise = 0.1;

/// Whether training has stopped to raise the minority's logits: whether in the last `patience` of
/// `records` the mean of B_y(f) over the minority classes, from the training passes, has nowhere
/// come kPlateauRise above its best before them. False where there are no epochs before them, or
/// without statistics. `majority` per class; `patience` at least 1.
bool minorityIsOnPlateau(std::span<const EpochRecord> records, const std::vector<bool>& majority,
                         int patience);

/// "B_y(f) of the minority classes has not risen by 0.1 in 5 epochs".
std::string plateauInWords(int patience);

/// The config with which a run was made, where it has begun phases after a plateau and nothing else
/// has changed its config since. Needs run.config_as_given.
std::optional<RunConfig> configBeforePlateaus(const RunDescription& run);

}  // namespace ballast
