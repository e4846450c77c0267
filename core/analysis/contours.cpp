#include "core/analysis/contours.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>

namespace ballast {
namespace {

/// Between two middles: from (column, row) to the right, or upwards.
struct Edge {
    std::size_t x = 0;
    std::size_t y = 0;
    bool up = false;
    auto operator<=>(const Edge&) const = default;
};

using ContourPiece = std::pair<Edge, Edge>;

double meanAt(const Surface& surface, std::size_t x, std::size_t y) {
    return surface.at(x, y).spread.mean;
}

/// The pieces of a line within the square right of and above a middle.
void addSegments(const Surface& surface, std::size_t x, std::size_t y, double level,
                 std::vector<ContourPiece>& segments) {
    // Corners against the clock from the lower left; edges follow their first corner.
    const std::array<double, 4> values{meanAt(surface, x, y), meanAt(surface, x + 1, y),
                                       meanAt(surface, x + 1, y + 1), meanAt(surface, x, y + 1)};
    const std::array<Edge, 4> edges{Edge{x, y, false}, Edge{x + 1, y, true}, Edge{x, y + 1, false},
                                    Edge{x, y, true}};
    if (std::ranges::any_of(values, [](double value) { return std::isnan(value); })) return;
    std::array<bool, 4> above{};
    for (std::size_t i = 0; i < 4; ++i) above[i] = values[i] >= level;
    std::vector<std::size_t> crossed;
    for (std::size_t i = 0; i < 4; ++i) {
        if (above[i] != above[(i + 1) % 4]) crossed.push_back(i);
    }
    if (crossed.size() == 2) {
        segments.emplace_back(edges[crossed[0]], edges[crossed[1]]);
    } else if (crossed.size() == 4) {
        // A saddle: the corners that are not as its middle are cut off one by one.
        const bool middle = (values[0] + values[1] + values[2] + values[3]) / 4.0 >= level;
        for (std::size_t i = 0; i < 4; ++i) {
            if (above[i] != middle) segments.emplace_back(edges[(i + 3) % 4], edges[i]);
        }
    }
}

std::pair<double, double> crossing(const Surface& surface, const Edge& edge, double level) {
    const double from = meanAt(surface, edge.x, edge.y);
    const double to = meanAt(surface, edge.x + (edge.up ? 0 : 1), edge.y + (edge.up ? 1 : 0));
    const double share = to != from ? (level - from) / (to - from) : 0.5;
    return {double(edge.x) + (edge.up ? 0.0 : share), double(edge.y) + (edge.up ? share : 0.0)};
}

/// Joins pieces that share an edge; each edge belongs to two at most.
std::vector<ContourLine> joinedLines(const Surface& surface,
                                     const std::vector<ContourPiece>& segments, double level) {
    std::map<Edge, std::vector<std::size_t>> at;
    for (std::size_t s = 0; s < segments.size(); ++s) {
        at[segments[s].first].push_back(s);
        at[segments[s].second].push_back(s);
    }
    std::vector<bool> used(segments.size(), false);
    std::vector<ContourLine> lines;
    const auto follow = [&](const Edge& start) {
        ContourLine line;
        line.level = level;
        Edge edge = start;
        line.points.push_back(crossing(surface, edge, level));
        for (bool more = true; more;) {
            more = false;
            for (const std::size_t s : at[edge]) {
                if (used[s]) continue;
                used[s] = true;
                edge = segments[s].first == edge ? segments[s].second : segments[s].first;
                line.points.push_back(crossing(surface, edge, level));
                more = true;
                break;
            }
        }
        line.closed = edge == start;
        if (line.points.size() > 1) lines.push_back(std::move(line));
    };
    for (const auto& [edge, touching] : at) {  // open lines from an end
        if (touching.size() == 1 && !used[touching.front()]) follow(edge);
    }
    for (std::size_t s = 0; s < segments.size(); ++s) {
        if (!used[s]) follow(segments[s].first);
    }
    return lines;
}

}  // namespace

std::vector<double> contourLevels(double low, double high, int most) {
    std::vector<double> levels;
    if (!(high > low) || most < 1) return levels;
    const double least = (high - low) / (most + 1);
    const double power = std::pow(10.0, std::floor(std::log10(least)));
    double step = 10.0 * power;
    for (const double digit : {5.0, 2.0, 1.0}) {
        if (digit * power >= least * (1.0 - 1e-9)) step = digit * power;
    }
    const double first = std::floor(low / step + 1e-9) + 1.0;
    for (double i = first; i * step < high - 1e-9 * step; i += 1.0) levels.push_back(i * step);
    return levels;
}

std::vector<ContourLine> contoursOf(const Surface& surface, const std::vector<double>& levels) {
    std::vector<ContourLine> lines;
    const bool ordered =
        surface.x_scale != AxisScale::categories && surface.y_scale != AxisScale::categories;
    if (!ordered || surface.xs.size() < 2 || surface.ys.size() < 2) return lines;
    for (const double level : levels) {
        std::vector<ContourPiece> segments;
        for (std::size_t y = 0; y + 1 < surface.ys.size(); ++y) {
            for (std::size_t x = 0; x + 1 < surface.xs.size(); ++x) {
                addSegments(surface, x, y, level, segments);
            }
        }
        for (ContourLine& line : joinedLines(surface, segments, level)) {
            lines.push_back(std::move(line));
        }
    }
    return lines;
}

std::vector<ContourLine> contoursOf(const Surface& surface, double unit) {
    double low = kMissing;
    double high = kMissing;
    for (const SurfaceCell& cell : surface.cells) {
        low = std::fmin(low, cell.spread.mean);
        high = std::fmax(high, cell.spread.mean);
    }
    std::vector<double> levels = contourLevels(low / unit, high / unit);
    for (double& level : levels) level *= unit;
    return contoursOf(surface, levels);
}

}  // namespace ballast
