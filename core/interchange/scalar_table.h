#pragma once

#include <filesystem>
#include <vector>

#include "core/interchange/logged_scalars.h"

namespace ballast {

/// The runs of a CSV file that an experiment tracker has exported, one row a step; cells apart by
/// comma, semicolon or tab, quoted as RFC 4180 has it. The step is the column "epoch", else "step"
/// (also "_step", "global_step", "iteration", "Step"), else the row's number. Three shapes are
/// known:
///
/// - a column for each number;
/// - Weights & Biases': columns "RUN - NUMBER", several runs in a file; its "__MIN" and "__MAX" are
///   left out;
/// - long: columns for the number's name ("metric", "key", "tag"), its value and the step, and
///   where it has one the run ("run", "run_id", "run name").
///
/// Columns of anything but numbers are left out and noted. Throws DataError with file and line.
std::vector<LoggedScalars> readScalarTable(const std::filesystem::path& file);

}  // namespace ballast
