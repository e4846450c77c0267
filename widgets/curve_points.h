#pragma once

#include <QPointF>
#include <span>
#include <vector>

#include "core/results/seed_spread.h"

// What is computed of curves before they are drawn. Pure functions; NaN is a gap.

namespace ballast {

/// The mean of several seeds' curves. All vectors have a point for every x where any seed has one.
struct MeanCurve {
    std::vector<QPointF> mean;   // where every seed has a value; else NaN
    std::vector<QPointF> fewer;  // the mean of fewer seeds, and the points next to such; else NaN
    std::vector<QPointF> lower;  // the band's edges; NaN below two values
    std::vector<QPointF> upper;
    std::vector<int> n;  // seeds with a value
};

/// Curves of the same config's seeds, each by ascending x. A seed that has no point at x, or NaN,
/// is missing there.
MeanCurve meanCurve(std::span<const std::vector<QPointF>> seeds, Spread spread);

/// The exponential mean of all values up to each, weight (0 … 1) times the past, divided by the sum
/// of the weights so that the first values are not pulled towards 0. A gap stays one, and the mean
/// continues behind it.
std::vector<QPointF> smoothed(const std::vector<QPointF>& points, double weight);

}  // namespace ballast
