#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/results/run_folder.h"
#include "core/theory/bound_advice.h"
#include "core/theory/bound_comparison.h"
#include "core/theory/bound_factors.h"

namespace ballast {

/// All that the numbers of one epoch say about the bound of a run.
struct BoundInspection {
    std::string run;   // its ID
    std::string name;  // for people
    int epochs_done = 0;
    int phase = 0;  // from 0
    StatisticsSource source = StatisticsSource::exact;
    std::vector<std::int64_t> class_counts;
    std::vector<std::string> class_names;  // "3" where a class has a number only
    BoundFactors factors;
    LipschitzSlope slope;           // of μ_y
    LipschitzSlope observed_slope;  // of μ̂_y
    BoundConstants constants;
    BoundParts union_bound;     // Eq. 7; its risk is not known
    BoundParts data_dependent;  // Eq. 14
    RiskRange union_risk;       // between what Eq. 7's risk lies
    std::optional<BoundAdvice> advice;
    std::vector<std::string> notes;  // what must be known to read the numbers

    /// Which of the bounds adds less to the training loss, and by what factor; "" where one is not
    /// known.
    std::string comparison() const;
};

/// Throws ConfigError: no such record, the record without statistics of that source, constants out
/// of range; as classTerms().
BoundInspection inspectBound(const RunSummary& run, int epochs_done, StatisticsSource source,
                             const BoundConstants& constants = {});

/// After how many epochs the run has statistics of that source; ascending.
std::vector<int> epochsWith(std::span<const EpochRecord> records, StatisticsSource source);

/// One row a class, most frequent first, of each inspection in turn; numbers in full, empty where
/// missing.
std::string boundCsv(std::span<const BoundInspection> inspections);
nlohmann::ordered_json boundJson(const BoundInspection& inspection);

/// A run's sum over its epochs.
struct BoundCurve {
    std::string run;
    std::string name;
    std::vector<BoundPoint> streaming;
    std::vector<BoundPoint> exact;
};
/// Throws as classTerms().
BoundCurve boundCurve(const RunSummary& run);

/// One row a point: run, name, source, epochs_done, sum.
std::string boundCurvesCsv(std::span<const BoundCurve> curves);

}  // namespace ballast
