#include "widgets/curve_points.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ballast {

MeanCurve meanCurve(std::span<const std::vector<QPointF>> seeds, Spread spread) {
    MeanCurve result;
    std::vector<std::size_t> next(seeds.size(), 0);
    std::vector<double> values(seeds.size());
    std::vector<double> means;
    while (true) {
        double x = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < seeds.size(); ++i) {
            if (next[i] < seeds[i].size()) x = std::min(x, seeds[i][next[i]].x());
        }
        if (std::isinf(x)) break;
        for (std::size_t i = 0; i < seeds.size(); ++i) {
            const bool there = next[i] < seeds[i].size() && seeds[i][next[i]].x() == x;
            values[i] = there ? seeds[i][next[i]++].y() : kMissing;
        }
        const SeedSpread at = seedSpread(values, spread);
        const bool all = at.n == static_cast<int>(seeds.size());
        means.push_back(at.mean);
        result.mean.emplace_back(x, all ? at.mean : kMissing);
        result.lower.emplace_back(x, at.lower);
        result.upper.emplace_back(x, at.upper);
        result.n.push_back(at.n);
    }
    const auto incomplete = [&](std::size_t i) {
        return i < means.size() && result.n[i] < static_cast<int>(seeds.size());
    };
    for (std::size_t i = 0; i < means.size(); ++i) {
        // Its neighbours too, so that the two lines meet.
        const bool drawn = incomplete(i) || incomplete(i + 1) || (i > 0 && incomplete(i - 1));
        result.fewer.emplace_back(result.mean[i].x(), drawn ? means[i] : kMissing);
    }
    return result;
}

std::vector<QPointF> smoothed(const std::vector<QPointF>& points, double weight) {
    if (weight <= 0.0) return points;
    std::vector<QPointF> result;
    result.reserve(points.size());
    double sum = 0.0;
    double weights = 0.0;
    for (const QPointF& point : points) {
        if (!std::isfinite(point.y())) {
            result.push_back(point);
            continue;
        }
        sum = weight * sum + (1.0 - weight) * point.y();
        weights = weight * weights + (1.0 - weight);
        result.emplace_back(point.x(), sum / weights);
    }
    return result;
}

}  // namespace ballast
