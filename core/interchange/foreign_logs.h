#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/results/records.h"

namespace ballast {

/// What the authors' public code (cifar_train.py and its relatives) prints about one epoch.
struct ForeignEpoch {
    int epoch = 0;                             // 0-based
    double learning_rate = kMissing;           // as used: ten times the printed "lr:"
    double loss = kMissing;                    // running mean at the epoch's last printed line
    double balanced_test_accuracy = kMissing;  // Prec@1 on the balanced test set, as a share
    std::vector<double> test_accuracy;         // per class; empty where the log leaves it out
};

/// Reads `folder`/log_train.csv and log_test.csv (free text in spite of the names). The epochs are
/// consecutive; they begin above 0 where the run was resumed, for the public code then begins its
/// logs anew. Throws DataError with file, line and what was expected.
std::vector<ForeignEpoch> readForeignLogs(const std::filesystem::path& folder);

/// Whether both logs lie in `folder`.
bool hasForeignLogs(const std::filesystem::path& folder);

/// The arguments in args.txt, "Namespace(dataset='cifar10', lr=0.1, …)", as a JSON object: None is
/// null, tuples are lists. Throws DataError with file, line, column and what was expected.
nlohmann::json readForeignArguments(const std::filesystem::path& file);

/// One Python literal (text, number, True, False, None, list, tuple, dict) as JSON; `source` names
/// it in errors.
nlohmann::json pythonLiteral(std::string_view text, const std::string& source);

/// One record for each epoch below `epochs`: what the logs say, and nothing ("missing") where they
/// say nothing. `phase` of each record is 0.
std::vector<EpochRecord> recordsFromLogs(std::span<const ForeignEpoch> logged, int epochs,
                                         std::span<const std::int64_t> class_counts);

}  // namespace ballast
