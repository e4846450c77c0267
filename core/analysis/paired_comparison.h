#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/results/records.h"

namespace ballast {

/// Of every verdict: what chance between seeds does less often than this is told apart.
inline constexpr double kSignificanceLevel = 0.05;

/// "+1.20", "−0.30", "0.00".
std::string signedText(double value, int digits);

/// What the differences of two methods over common seeds say. A number that cannot be had of so few
/// or of such differences is NaN.
struct PairedStatistics {
    int n = 0;                             // differences that are there
    double mean = kMissing;                // of the differences
    double standard_deviation = kMissing;  // of the sample (n − 1)
    double lower = kMissing;               // the mean's 95 % interval by Student's t
    double upper = kMissing;
    double t_p = kMissing;            // paired t-test, two-sided; NaN where all differ by the same
    double wilcoxon_p = kMissing;     // see signedRankP
    double permutation_p = kMissing;  // see signFlipP
    double effect = kMissing;         // Cohen's d_z: mean over standard deviation
    int seeds_for_power = 0;          // see seedsForPower, of this effect; 0: none
};

/// Differences that are NaN count for nothing.
PairedStatistics pairedStatistics(std::span<const double> differences);

/// The two-sided p-value of Wilcoxon's signed-rank test, exact: the share of all 2^n ways to choose
/// signs, each equally likely, whose rank sum lies as far from its mean or further. Differences of
/// zero are left out (Wilcoxon's convention, zero_method="wilcox" of SciPy, not Pratt's) and equal
/// magnitudes share their mean rank, in the distribution as well. Magnitudes that differ by less
/// than 1e-9 of the largest are equal: accuracies are shares of whole images, and rounding must not
/// part them. 1 where all are zero; NaN for none and for more than 200.
double signedRankP(std::span<const double> differences);

/// The two-sided p-value of the permutation test that flips signs: the share of all 2^n sign
/// choices whose mean is as far from zero or further. Exact up to kMostFlips differences; NaN for
/// none and for more.
inline constexpr std::size_t kMostFlips = 20;
double signFlipP(std::span<const double> differences);

/// How many pairs a two-sided paired t-test at 5 % needs to find an effect d_z with a probability
/// of 80 %, by the noncentral t distribution; 0 where more than 100,000 are needed or `effect` is
/// NaN.
int seedsForPower(double effect);

/// Holm's adjustment of a family of p-values: each times the number of tests that are left, in
/// ascending order, never less than the one before and at most 1. Those that are NaN are no tests
/// and stay.
std::vector<double> holmAdjusted(std::span<const double> p);

/// In what unit a difference is shown.
enum class DifferenceUnit {
    plain,
    percentage_points  // of accuracies, which are shares of 1
};

/// The difference in a sentence: "n = 1: one seed says nothing about the difference",
/// "+1.20 points, 95 % interval 0.41 … 1.99 (n = 5, p = 0.013): …". `adjusted_p` is the t-test's
/// p-value after Holm's adjustment, which then decides; NaN: t_p does.
std::string verdictText(const PairedStatistics& statistics, DifferenceUnit unit,
                        double adjusted_p = kMissing);

/// "p = 0.013", "p < 0.0001"; "no p-value" for NaN.
std::string pValueText(double p);

}  // namespace ballast
