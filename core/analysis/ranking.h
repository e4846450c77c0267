#pragma once

#include <string>
#include <vector>

#include "core/analysis/paired_comparison.h"
#include "core/analysis/response.h"

namespace ballast {

/// One setting: a point of response curves.
struct RankedPoint {
    std::size_t line = 0;  // indices into the curves
    std::size_t point = 0;
    SeedSpread mean;              // with its 95 % interval
    double deviation = kMissing;  // of the sample (n − 1)
    PairedStatistics behind;      // how much better the baseline is, over common seeds; n = 0 of it
    double holm_p = kMissing;     // of `behind`, adjusted over all settings
    bool alike = false;           // the adjusted p-value does not tell it from the baseline
};

/// Which setting is best, and by how much.
struct Ranking {
    std::vector<RankedPoint> points;  // the best first
    std::size_t baseline = 0;         // what the others are compared with: the first, or any
    std::string verdict;              // a sentence or two, of the best
    bool by_few_seeds = false;        // some comparison had fewer than two seeds in common
};

/// Sorts the points of all lines by their means, largest first where `better` is 1, smallest first
/// where it is −1, and compares each with the first over the training seeds that both have. The
/// first was chosen for its mean, so a repetition will do worse; the verdict says so where it
/// matters. None where `better` is 0. Works in any thread.
Ranking rankPoints(const ResponseCurves& curves, int better, DifferenceUnit unit);

/// Compares all settings with that one instead of the first; the verdict stays. One that is not
/// among them changes nothing. Works in any thread.
void compareWith(Ranking& ranking, const ResponseCurves& curves, int better, std::size_t line,
                 std::size_t point);

/// "VS+ADRW at 0.2": the line's name, and the point's place on the axis.
std::string pointName(const ResponseCurves& curves, std::size_t line, std::size_t point);

}  // namespace ballast
