#include "core/analysis/response.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/results/run_groups.h"

namespace ballast {
namespace {

/// Points of one line, as indices.
struct Members {
    std::vector<FieldValue> keys;
    std::vector<std::size_t> points;
};

std::vector<Members> membersOf(const FigurePoints& made) {
    std::vector<Members> lines;
    std::map<std::vector<FieldValue>, std::size_t> numbers;
    for (std::size_t i = 0; i < made.points.size(); ++i) {
        std::vector<FieldValue> keys = made.points[i].keys;
        keys.pop_back();  // x
        const auto [found, added] = numbers.try_emplace(keys, lines.size());
        if (added) lines.push_back({std::move(keys), {}});
        lines[found->second].points.push_back(i);
    }
    return lines;
}

/// Names by the fields that tell the lines apart; where none does, by the first.
std::vector<std::string> namesOf(const std::vector<Members>& lines, const FigurePoints& made,
                                 std::span<const FigureField> fields) {
    std::vector<RunField> telling;
    for (std::size_t f = 0; f < fields.size(); ++f) {
        const bool tells = std::ranges::any_of(
            lines, [&](const Members& line) { return line.keys[f] != lines.front().keys[f]; });
        if (tells || (lines.size() == 1 && f == 0)) telling.push_back(fields[f].field);
    }
    if (telling.empty()) return std::vector<std::string>(lines.size(), "all runs");
    std::vector<RunGroup> groups;
    for (const Members& line : lines) {
        groups.push_back({{made.points[line.points.front()].runs.front()}, {}});
    }
    return groupNamesBy(groups, telling);
}

/// Marks the best point of a line.
void markBest(ResponseLine& line, int direction) {
    if (direction == 0) return;
    const auto mean = [&](const ResponsePoint& point) { return direction * point.spread.mean; };
    const auto best = std::ranges::max_element(line.points, {}, mean);
    line.best = static_cast<std::size_t>(best - line.points.begin());
    std::vector<double> values;
    for (const SeedValue& value : best->values) values.push_back(value.value);
    line.best_interval = seedSpread(values, Spread::t_interval);
}

/// The same difference in several lines is one sentence.
class DifferenceWarnings {
public:
    void add(const std::string& line, const HiddenDifference& difference) {
        Entry& entry = entries_[{difference.within_a_point, difference.pointer}];
        if (entry.lines++ == 0) entry.first = line;
        for (const std::string& value : difference.values) {
            if (std::ranges::find(entry.values, value) == entry.values.end()) {
                entry.values.push_back(value);
            }
        }
    }

    void sayTo(std::vector<std::string>& warnings) const {
        for (const auto& [key, entry] : entries_) {
            const auto& [within, pointer] = key;
            std::string where = "\"" + entry.first + "\"";
            if (entry.lines > 1) where += " and " + std::to_string(entry.lines - 1) + " more";
            warnings.push_back(
                within ? "/lines: means of " + where + " are over different values of " +
                             differenceLabel(pointer) + " (" + listedValues(entry.values) +
                             "); name " + pointer + " in lines or where"
                       : "/lines: along " + where + " " + differenceLabel(pointer) +
                             " changes too (" + listedValues(entry.values) + ")");
        }
    }

private:
    struct Entry {
        std::string first;
        int lines = 0;
        std::vector<std::string> values;
    };
    std::map<std::pair<bool, std::string>, Entry> entries_;
};

void warnOfSeeds(const ResponseCurves& curves, std::vector<std::string>& warnings) {
    std::size_t points = 0;
    std::size_t single = 0;
    for (const ResponseLine& line : curves.lines) {
        points += line.points.size();
        single += static_cast<std::size_t>(std::ranges::count_if(
            line.points, [](const ResponsePoint& point) { return point.values.size() == 1; }));
    }
    if (single == 0) return;
    warnings.push_back("/spread: " + std::to_string(single) + " of " + std::to_string(points) +
                       " points have one seed (n = 1), which has no spread");
}

/// Protocols that a reader of the figure would take for one; what the axis or the lines show, they
/// see.
void warnOfProtocols(const FigurePoints& made, std::span<const FigureField> shown,
                     std::vector<std::string>& warnings) {
    NumberProtocol protocol = made.protocol;
    for (const FigureField& field : shown) {
        for (const std::string& pointer : field.pointersOf(*made.points.front().runs.front())) {
            if (pointer == "/training/epochs") protocol.epochs.clear();
            if (pointer == "/training/selection") protocol.selected_on.clear();
            if (pointer == "/data/imbalance/seed") protocol.subset_seeds.clear();
        }
    }
    for (const std::string& mixture : protocolMixture(protocol)) {
        warnings.push_back("/y: the numbers are not all of one protocol: " + mixture);
    }
}

/// Accuracies measured without augmentation are higher than those of the training passes.
void warnOfRatios(const FigurePoints& made, std::vector<std::string>& warnings) {
    std::size_t exact = 0;
    std::size_t all = 0;
    for (const FigurePoint& point : made.points) {
        all += point.runs.size();
        exact += static_cast<std::size_t>(std::ranges::count_if(
            point.runs, [](const IndexedRun* run) { return hasExactRatio(*run); }));
    }
    if (exact == 0 || exact == all) return;
    warnings.push_back("/y: " + std::to_string(exact) + " of " + std::to_string(all) +
                       " ratios are of exact statistics, the others of the training passes; "
                       "/training/exact_every = 1 makes all exact");
}

}  // namespace

ResponseCurves responseCurves(std::span<const IndexedRun* const> runs,
                              const FigureDescription& figure) {
    std::vector<FigureField> fields;
    for (const std::string& name : figure.lines) fields.push_back(figureField(name));
    fields.push_back(figureField(figure.x));
    const std::size_t x = fields.size() - 1;
    std::vector<bool> may_miss(fields.size(), true);
    may_miss[x] = false;
    FigurePoints made = gatherPoints(runs, figure.where, fields, may_miss, figure.y, figure.spread);
    requireVarying(made, x, "/x", figure.x);

    ResponseCurves curves;
    curves.x_label = figureFieldLabel(figure.x);
    curves.y_label = figureFieldLabel(figure.y);
    curves.protocol = protocolText(made.protocol);
    curves.warnings = leftOutWarnings(made);
    const std::vector<FieldValue> xs = axisValues(made.points, x);
    curves.x_scale = scaleFor(figure.x_scale, xs, "/x_scale");
    std::map<FieldValue, double> positions;
    for (const FieldValue& value : xs) {
        const bool category = curves.x_scale == AxisScale::categories;
        positions[value] = category ? double(positions.size()) : numberOf(value);
        if (category) curves.categories.push_back(valueText(value));
    }

    const std::vector<Members> lines = membersOf(made);
    const std::vector<std::string> names =
        namesOf(lines, made, std::span(fields).first(figure.lines.size()));
    const int direction = betterDirection(figure.y);
    DifferenceWarnings differences;
    for (std::size_t l = 0; l < lines.size(); ++l) {
        ResponseLine line;
        line.name = names[l];
        std::vector<PointRuns> point_runs;
        std::vector<const IndexedRun*> line_runs;
        for (const std::size_t i : lines[l].points) {
            FigurePoint& point = made.points[i];
            line.points.push_back(
                {point.keys[x], positions[point.keys[x]], std::move(point.values), point.spread});
            line_runs.insert(line_runs.end(), point.runs.begin(), point.runs.end());
            point_runs.push_back(point.runs);
        }
        std::ranges::sort(line.points, {}, &ResponsePoint::position);
        markBest(line, direction);
        line.protocol = protocolText(protocolOf(line_runs, figure.y));
        for (const HiddenDifference& difference : hiddenDifferences(point_runs, fields)) {
            // Methods side by side are to differ.
            const bool meant = figure.x == "method" && !difference.within_a_point;
            if (!meant) differences.add(line.name, difference);
        }
        curves.lines.push_back(std::move(line));
    }
    differences.sayTo(curves.warnings);
    warnOfProtocols(made, fields, curves.warnings);
    if (figure.y == "ratio") warnOfRatios(made, curves.warnings);
    warnOfSeeds(curves, curves.warnings);
    return curves;
}

}  // namespace ballast
