#include "core/analysis/parallel.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/error.h"

namespace ballast {
namespace {

ParallelAxis axisOf(const FigurePoints& made, std::size_t key, const std::string& field) {
    ParallelAxis axis;
    axis.label = figureFieldLabel(field);
    axis.values = axisValues(made.points, key);
    const bool numbers = std::ranges::all_of(
        axis.values, [](const FieldValue& value) { return !std::isnan(numberOf(value)); });
    axis.scale = numbers ? AxisScale::linear : AxisScale::categories;
    axis.lowest = numbers ? numberOf(axis.values.front()) : 0.0;
    axis.highest = numbers ? numberOf(axis.values.back()) : double(axis.values.size() - 1);
    return axis;
}

double positionOn(const ParallelAxis& axis, const FieldValue& value) {
    if (axis.scale == AxisScale::linear) return numberOf(value);
    return double(std::ranges::find(axis.values, value) - axis.values.begin());
}

}  // namespace

ParallelCoordinates parallelCoordinates(std::span<const IndexedRun* const> runs,
                                        const FigureDescription& figure) {
    std::vector<FigureField> fields;
    for (const std::string& name : figure.axes) fields.push_back(figureField(name));
    FigurePoints made =
        gatherPoints(runs, figure.where, fields, std::vector<bool>(fields.size(), true),
                     figure.value, figure.spread);
    requireRuns(made);

    ParallelCoordinates drawn;
    drawn.value_label = figureFieldLabel(figure.value);
    drawn.protocol = protocolText(made.protocol);
    drawn.warnings = leftOutWarnings(made);
    for (std::size_t a = 0; a < figure.axes.size(); ++a) {
        drawn.axes.push_back(axisOf(made, a, figure.axes[a]));
    }
    std::vector<PointRuns> point_runs;
    for (FigurePoint& point : made.points) {
        ParallelLine line;
        for (std::size_t a = 0; a < drawn.axes.size(); ++a) {
            line.positions.push_back(positionOn(drawn.axes[a], point.keys[a]));
        }
        line.values = std::move(point.values);
        line.spread = point.spread;
        drawn.lines.push_back(std::move(line));
        point_runs.push_back(std::move(point.runs));
    }
    const int direction = betterDirection(figure.value) < 0 ? -1 : 1;
    std::ranges::stable_sort(
        drawn.lines, {}, [&](const ParallelLine& line) { return direction * line.spread.mean; });
    for (const HiddenDifference& difference : hiddenDifferences(point_runs, fields)) {
        // What differs from line to line only is what other axes would show.
        if (!difference.within_a_point) continue;
        drawn.warnings.push_back("/axes: means are over different values of " +
                                 differenceLabel(difference.pointer) + " (" +
                                 listedValues(difference.values) + "); name " + difference.pointer +
                                 " in axes or where");
    }
    for (const std::string& mixture : protocolMixture(made.protocol)) {
        drawn.warnings.push_back("/value: the numbers are not all of one protocol: " + mixture);
    }
    return drawn;
}

}  // namespace ballast
