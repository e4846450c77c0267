#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/interchange/scalar_columns.h"
#include "core/runs/foreign_runs.h"

namespace ballast {

/// Runs of an experiment tracker to be compared with Ballast's.
struct ScalarImport {
    std::vector<LoggedScalars> runs;
    ColumnChoice columns;   // over those that suggestedColumns() finds; "" leaves one out
    nlohmann::json config;  // what was trained, as far as it is known
    std::string source;     // the name of the file or folder
};

/// Makes a finished run of each: its config is the one given, with as many epochs as its scalars
/// have and, where there are several or the config has none, the tracker's name. The data set need
/// not be here where its class counts follow from the config. Throws ConfigError, DataError,
/// StorageError; where one of the runs cannot be, none is made, but for those before a full disk or
/// before `cancelled` is set, for which it throws CancelledError.
std::vector<ForeignRun> importScalars(const std::filesystem::path& workspace,
                                      const ScalarImport& request, const DataStore& store,
                                      const std::atomic<bool>& cancelled = kNeverCancelled);

}  // namespace ballast
