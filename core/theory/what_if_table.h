#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/theory/what_if.h"

namespace ballast {

/// Every number of a what-if as CSV, as trained and adjusted: columns quantity, index, name,
/// training_images, before, after. Quantities: balanced_accuracy, many, medium, few and
/// calibration_error; accuracy with the class as index; bin_images, bin_confidence and bin_accuracy
/// with the bin of reliability. Shares from 0 to 1, in full; empty means missing. `names`: of the
/// classes, or none.
std::string whatIfCsv(const WhatIfResult& before, const WhatIfResult& after,
                      std::span<const std::string> names,
                      std::span<const std::int64_t> class_counts);

}  // namespace ballast
