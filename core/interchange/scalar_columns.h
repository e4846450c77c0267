#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/experiment/config.h"
#include "core/interchange/logged_scalars.h"
#include "core/results/records.h"

namespace ballast {

/// A number of an epoch that can be taken from a tracker's scalars.
struct TrackedColumn {
    std::string_view name;   // "test"
    std::string_view label;  // "Balanced test accuracy"
    bool is_accuracy;        // share of 1 or percent
};

/// All of them; the first is the balanced test accuracy, which no run is compared without.
std::span<const TrackedColumn> trackedColumns();

/// Which series is which: TrackedColumn::name → name of the series.
using ColumnChoice = std::map<std::string, std::string>;

/// The choice that the usual names suggest: Ballast's own tags, those of the authors' code, and
/// what people call them ("test_acc", "val/accuracy", "train_loss", "lr"). Where there is one
/// series only, it is the test accuracy.
ColumnChoice suggestedColumns(const LoggedScalars& scalars);

/// The records of a run's epochs as its scalars tell them, into the epochs of `config`.
///
/// An epoch ends where the test accuracy was measured. Its steps are epochs where they are 0, 1, …
/// or 1, 2, …, or where the last is the config's last epoch; elsewhere they count something else,
/// such as batches, and the n-th measurement is the n-th epoch. Of any other series an epoch has
/// the last value since the epoch before. Accuracies are percent where one of them is above 1. A
/// measurement at step 0 beside one at the last epoch was before training, and is left out. `notes`
/// get what was taken for what. Throws ConfigError for a name in `choice` that no column has,
/// DataError for a series that is not there, no test accuracy, or values that are none.
std::vector<EpochRecord> recordsFromScalars(const LoggedScalars& scalars,
                                            const ColumnChoice& choice, const RunConfig& config,
                                            std::vector<std::string>& notes);

}  // namespace ballast
