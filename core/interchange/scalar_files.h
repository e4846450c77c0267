#pragma once

#include <atomic>
#include <filesystem>
#include <vector>

#include "core/base/cancel.h"
#include "core/interchange/logged_scalars.h"

namespace ballast {

/// The runs that `path` holds: a CSV file (readScalarTable), a TensorBoard event file, a folder of
/// event files, a run or an experiment of MLflow's file store, or a folder of such runs. Throws
/// DataError naming the file, and for a folder without any of these what it may hold;
/// CancelledError between the runs of a folder once `cancelled` is set.
std::vector<LoggedScalars> readScalarFiles(const std::filesystem::path& path,
                                           const std::atomic<bool>& cancelled = kNeverCancelled);

}  // namespace ballast
