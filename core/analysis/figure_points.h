#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/analysis/figure_description.h"
#include "core/analysis/figure_field.h"
#include "core/analysis/hidden_differences.h"
#include "core/analysis/protocol.h"

namespace ballast {

/// One run's number in a point.
struct SeedValue {
    std::string run;  // its id
    std::uint64_t seed = 0;
    double value = kMissing;
};

/// The runs that a figure shows as one mean.
struct FigurePoint {
    std::vector<FieldValue> keys;  // of the fields that make points, in their order
    PointRuns runs;                // by seed
    std::vector<SeedValue> values;
    SeedSpread spread;  // of the values; its band is the description's
};

/// Runs gathered into points, and what became of the others.
struct FigurePoints {
    std::vector<FigurePoint> points;  // in the order in which they first appear
    std::size_t asked = 0;            // runs that were given
    std::size_t chosen = 0;           // … of which the conditions hold
    std::size_t unfinished = 0;
    std::size_t unreadable = 0;
    std::size_t repeated = 0;    // same config and seed as another
    std::size_t incomplete = 0;  // without one of the values
    NumberProtocol protocol;     // of all that count
};

/// Gathers runs of which `where` holds and that count (countedRuns) by the values of `keys`. Of the
/// same config and seed the run counts that groupRuns would count. A key may be missing ("–") only
/// where `may_miss` is true of its index.
FigurePoints gatherPoints(std::span<const IndexedRun* const> runs,
                          const std::vector<std::string>& where, std::span<const FigureField> keys,
                          const std::vector<bool>& may_miss, const std::string& value,
                          Spread spread);

/// Sentences about what is left out, one a reason; none where all runs are there.
std::vector<std::string> leftOutWarnings(const FigurePoints& points);

/// The number of a value that has one.
double numberOf(const FieldValue& value);

/// Values of one axis, each once: numbers ascending, then text in the order given.
std::vector<FieldValue> axisValues(std::span<const FigurePoint> points, std::size_t key);

/// The scale of an axis with these values: what is asked, or for "auto" categories where there is
/// text; log where all are above 0 and lie more evenly so; else linear. Throws ConfigError for
/// `subject` at `pointer` where the values do not allow what is asked.
AxisScale scaleFor(AxisScale asked, const std::vector<FieldValue>& values,
                   const std::string& pointer);

/// Throws ConfigError where no run is left.
void requireRuns(const FigurePoints& points);

/// Throws ConfigError where no run is left, or where all have the same value on the axis of `key`.
void requireVarying(const FigurePoints& points, std::size_t key, const std::string& pointer,
                    const std::string& field);

/// The name of a config's place in the words of the form; "" of none: "Number of phases".
std::string differenceLabel(const std::string& pointer);

/// "0.1, 0.2 and 0.3"
std::string listedValues(const std::vector<std::string>& values);

}  // namespace ballast
