#pragma once

#include <span>

#include "core/results/records.h"

namespace ballast {

/// Mean and spread of repeated measurements, such as the seeds of one config.
struct Statistics {
    double mean = kMissing;                // of the values that are there; NaN for none
    double standard_deviation = kMissing;  // of the sample (n − 1); NaN below two values
    int n = 0;                             // values that are there
};

/// NaN values are missing ones: they count for nothing.
Statistics statisticsOf(std::span<const double> values);

}  // namespace ballast
