#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/results/records.h"

namespace ballast {

/// What the authors' public code (cifar_train.py and its relatives) prints about one epoch.
struct ForeignEpoch {
    int epoch = 0;                             // 0-based
    double learning_rate = kMissing;           // as used; see rateScale
    double loss = kMissing;                    // running mean at the epoch's last printed line
    double balanced_test_accuracy = kMissing;  // Prec@1 on the balanced test set, as a share
    std::vector<double> test_accuracy;         // per class; empty where the log leaves it out
    double rate_error = 0.0;                   // of the rate, which was printed rounded
};

struct ForeignLogs {
    std::vector<ForeignEpoch> epochs;
    std::vector<std::string> notes;  // what was assumed, skipped or left out
};

/// Reads `folder`/log_train.csv and log_test.csv (free text in spite of the names), and lr and
/// warmup_epochs of args.txt where there is one. The epochs are consecutive; they begin above 0
/// where the run was resumed, for the public code then begins its logs anew. Lines of an unknown
/// kind are skipped, a torn last one is left out, and both are said. Throws DataError with file,
/// line and what was expected.
ForeignLogs readForeignLogs(const std::filesystem::path& folder);

/// Whether both logs lie in `folder`.
bool hasForeignLogs(const std::filesystem::path& folder);

/// One record for each epoch below `epochs`: what the logs say, and nothing ("missing") where they
/// say nothing. `phase` of each record is 0.
std::vector<EpochRecord> recordsFromLogs(std::span<const ForeignEpoch> logged, int epochs,
                                         std::span<const std::int64_t> class_counts);

}  // namespace ballast
