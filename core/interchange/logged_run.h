#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/experiment/config.h"
#include "core/interchange/foreign_logs.h"

namespace ballast {

/// A run of the authors' public code, in our terms.
struct LoggedRun {
    RunConfig config;
    nlohmann::json config_as_given;  // {"args.txt": its text}
    std::vector<std::int64_t> class_counts;
    std::vector<EpochRecord> records;
    std::vector<std::string> notes;  // what could not be translated, or where log and args differ
};

/// Reads args.txt, log_train.csv and log_test.csv of `folder`. Learning rate, warm-up and the
/// number of epochs are the log's, whatever args.txt says. Throws DataError for a malformed file,
/// ConfigError for a data set or values that no config can hold.
LoggedRun readLoggedRun(const std::filesystem::path& folder);

/// Warm-up and steps that give each logged epoch its learning rate, for the base rate `base`;
/// `warmup_epochs` is used for epochs before the log's first.
LrScheduleConfig scheduleFromLog(std::span<const ForeignEpoch> logged, double base,
                                 int warmup_epochs);

}  // namespace ballast
