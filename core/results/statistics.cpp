#include "core/results/statistics.h"

#include <cmath>

namespace ballast {

Statistics statisticsOf(std::span<const double> values) {
    Statistics result;
    double sum = 0.0;
    for (const double value : values) {
        if (std::isnan(value)) continue;
        sum += value;
        ++result.n;
    }
    if (result.n == 0) return result;
    result.mean = sum / result.n;
    if (result.n == 1) return result;
    double squares = 0.0;  // a second pass: differences of large squares would lose digits
    for (const double value : values) {
        if (!std::isnan(value)) squares += (value - result.mean) * (value - result.mean);
    }
    result.standard_deviation = std::sqrt(squares / (result.n - 1));
    return result;
}

}  // namespace ballast
