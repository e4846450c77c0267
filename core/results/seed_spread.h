#pragma once

#include <span>

#include "core/results/records.h"

namespace ballast {

/// What the band about a mean over seeds shows.
enum class Spread {
    standard_deviation,  // of the sample (n − 1)
    standard_error,      // the standard deviation over √n
    range,               // from the smallest value to the largest
    t_interval           // 95 % confidence interval of the mean, by Student's t
};

struct SeedSpread {
    double mean = kMissing;   // of the values that are there; NaN for none
    double lower = kMissing;  // the band's edges; NaN below two values
    double upper = kMissing;
    int n = 0;  // values that are there
};

/// NaN values are missing ones: they count for nothing.
SeedSpread seedSpread(std::span<const double> values, Spread spread);

/// The 97.5 % quantile of Student's t: half the width of a 95 % interval, in standard errors. Five
/// digits are right. NaN without a degree of freedom.
double studentQuantile975(int degrees_of_freedom);

}  // namespace ballast
