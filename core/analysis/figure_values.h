#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/analysis/class_differences.h"
#include "core/analysis/parallel.h"
#include "core/analysis/response.h"
#include "core/analysis/surface.h"

namespace ballast {

/// The values of a figure exactly as they are drawn, in full.
///
/// CSV: a line for each mean and each seed, "series" telling them apart; numbers in full, empty
/// where there is none. `best` is 1 in the mean that is marked.
std::string valuesCsv(const ResponseCurves& curves);
std::string valuesCsv(const Surface& surface);
std::string valuesCsv(const ParallelCoordinates& drawn);
/// A line a class: its mean and interval, in shares of its test images.
std::string valuesCsv(const ClassDifferences& differences);

/// JSON: labels, scales, protocol, warnings, and points with their seeds; null where there is none.
nlohmann::ordered_json valuesJson(const ResponseCurves& curves);
nlohmann::ordered_json valuesJson(const Surface& surface);
nlohmann::ordered_json valuesJson(const ParallelCoordinates& drawn);
nlohmann::ordered_json valuesJson(const ClassDifferences& differences);

}  // namespace ballast
