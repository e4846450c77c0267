#pragma once

#include <optional>
#include <string_view>

#include "core/results/records.h"

namespace ballast {

/// The numbers of an EpochRecord that are one per epoch, not one per class. NaN: missing.
struct EpochScalars {
    double learning_rate = kMissing;
    double weight_decay = kMissing;
    double loss = kMissing;
    double balanced_test_accuracy = kMissing;
    double balanced_validation_accuracy = kMissing;
    double many = kMissing;
    double medium = kMissing;
    double few = kMissing;
    double majority_accuracy = kMissing;        // training accuracy, streaming
    double minority_accuracy = kMissing;        // training accuracy, streaming
    double exact_majority_accuracy = kMissing;  // training accuracy, exact; NaN where not measured
    double exact_minority_accuracy = kMissing;  // training accuracy, exact; NaN where not measured
    double nu = kMissing;                       // ν̂, where the run has chosen its weights
    double tau = kMissing;                      // τ̂, where it has chosen its shifts
};

EpochScalars scalarsOf(const EpochRecord& record);

/// The record of `epoch` (from 0) without what it says of each class.
EpochRecord recordOf(const EpochScalars& scalars, int epoch);

/// A line of epochs.jsonl without what it says of each class.
struct ScannedRecord {
    int epoch = 0;
    EpochScalars scalars;
};

/// What recordFromJson would say of the line of `file` that should hold the record of `epoch`,
/// about ten times as fast; nothing where the line is not JSON (torn). Throws as recordFromJson
/// does.
std::optional<ScannedRecord> scanRecord(std::string_view line, std::string_view file = "",
                                        std::size_t epoch = 0);

/// The fast part of scanRecord: lines exactly as toJson writes them. Nothing for any other line,
/// whatever is wrong or different there.
std::optional<ScannedRecord> scanOwnShape(std::string_view line);

}  // namespace ballast
