#include "core/analysis/surface.h"

#include <algorithm>
#include <cmath>

namespace ballast {
namespace {

void markBestCell(Surface& surface, int direction) {
    if (direction == 0) return;
    for (std::size_t i = 0; i < surface.cells.size(); ++i) {
        const double mean = surface.cells[i].spread.mean;
        if (std::isnan(mean)) continue;
        if (!surface.best ||
            direction * mean > direction * surface.cells[*surface.best].spread.mean) {
            surface.best = i;
        }
    }
    if (!surface.best) return;
    std::vector<double> values;
    for (const SeedValue& value : surface.cells[*surface.best].values) {
        values.push_back(value.value);
    }
    surface.best_interval = seedSpread(values, Spread::t_interval);
}

std::size_t indexOf(const FieldValue& value, const std::vector<FieldValue>& axis) {
    return static_cast<std::size_t>(std::ranges::find(axis, value) - axis.begin());
}

}  // namespace

Surface surfaceOf(std::span<const IndexedRun* const> runs, const FigureDescription& figure) {
    const std::vector<FigureField> fields = {figureField(figure.x), figureField(figure.y)};
    FigurePoints made =
        gatherPoints(runs, figure.where, fields, {false, false}, figure.value, figure.spread);
    requireVarying(made, 0, "/x", figure.x);
    requireVarying(made, 1, "/y", figure.y);

    Surface surface;
    surface.x_label = figureFieldLabel(figure.x);
    surface.y_label = figureFieldLabel(figure.y);
    surface.value_label = figureFieldLabel(figure.value);
    surface.protocol = protocolText(made.protocol);
    surface.warnings = leftOutWarnings(made);
    surface.xs = axisValues(made.points, 0);
    surface.ys = axisValues(made.points, 1);
    surface.x_scale = scaleFor(figure.x_scale, surface.xs, "/x_scale");
    surface.y_scale = scaleFor(figure.y_scale, surface.ys, "/y_scale");
    surface.cells.resize(surface.xs.size() * surface.ys.size());
    std::vector<PointRuns> point_runs;
    std::size_t single = 0;
    for (FigurePoint& point : made.points) {
        const std::size_t x = indexOf(point.keys[0], surface.xs);
        const std::size_t y = indexOf(point.keys[1], surface.ys);
        if (point.values.size() == 1) ++single;
        surface.cells[y * surface.xs.size() + x] = {std::move(point.values), point.spread};
        point_runs.push_back(std::move(point.runs));
    }
    surface.missing = surface.cells.size() - made.points.size();
    markBestCell(surface, betterDirection(figure.value));

    for (const HiddenDifference& difference : hiddenDifferences(point_runs, fields)) {
        const std::string label = differenceLabel(difference.pointer);
        const std::string values = " (" + listedValues(difference.values) + ")";
        surface.warnings.push_back(difference.within_a_point
                                       ? "/where: means are over different values of " + label +
                                             values + "; name " + difference.pointer + " in where"
                                       : "/where: from cell to cell " + label + " changes too" +
                                             values);
    }
    for (const std::string& mixture : protocolMixture(made.protocol)) {
        surface.warnings.push_back("/value: the numbers are not all of one protocol: " + mixture);
    }
    if (single > 0) {
        surface.warnings.push_back("/spread: " + std::to_string(single) + " of " +
                                   std::to_string(made.points.size()) +
                                   " cells have one seed (n = 1), which has no spread");
    }
    return surface;
}

}  // namespace ballast
