#include <algorithm>
#include <cmath>
#include <map>

#include "core/analysis/figure_points.h"
#include "core/analysis/method_table.h"
#include "core/experiment/catalog.h"

namespace ballast {
namespace {

using Keys = std::vector<FieldValue>;

/// The combinations of some keys' values that points have, in the order of the values.
std::vector<Keys> combinations(std::span<const FigurePoint> points, std::size_t first,
                               std::size_t count) {
    std::vector<std::vector<FieldValue>> axes;
    for (std::size_t key = first; key < first + count; ++key) {
        axes.push_back(axisValues(points, key));
    }
    std::map<std::vector<std::size_t>, Keys> found;
    for (const FigurePoint& point : points) {
        std::vector<std::size_t> place;
        Keys keys;
        for (std::size_t i = 0; i < count; ++i) {
            const FieldValue& value = point.keys[first + i];
            place.push_back(
                static_cast<std::size_t>(std::ranges::find(axes[i], value) - axes[i].begin()));
            keys.push_back(value);
        }
        found.emplace(std::move(place), std::move(keys));
    }
    std::vector<Keys> ordered;
    for (auto& [place, keys] : found) ordered.push_back(std::move(keys));
    return ordered;
}

std::vector<std::string> textsOf(const Keys& keys) {
    std::vector<std::string> texts;
    for (const FieldValue& key : keys) texts.push_back(valueText(key));
    return texts;
}

std::string listedKeys(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) {
        all += (all.empty() ? "" : ", ") + (text.empty() ? std::string("–") : text);
    }
    return all;
}

void warnOfHidden(const FigurePoints& made, std::span<const FigureField> fields,
                  std::vector<std::string>& warnings) {
    std::vector<PointRuns> runs;
    for (const FigurePoint& point : made.points) runs.push_back(point.runs);
    for (const HiddenDifference& difference : hiddenDifferences(runs, fields)) {
        const std::string what =
            differenceLabel(difference.pointer) + " (" + listedValues(difference.values) + ")";
        warnings.push_back(difference.within_a_point
                               ? "means are over different values of " + what +
                                     "; add it to the rows or the columns, or choose one"
                               : "from cell to cell " + what + " changes too");
    }
}

}  // namespace

GroupTable fieldTable(std::span<const IndexedRun* const> runs, const std::vector<std::string>& rows,
                      const std::vector<std::string>& columns, const std::string& value) {
    std::vector<FigureField> fields;
    for (const std::string& name : rows) fields.push_back(figureField(name));
    for (const std::string& name : columns) fields.push_back(figureField(name));
    const FigurePoints points =
        gatherPoints(runs, {}, fields, std::vector<bool>(fields.size(), true), value,
                     Spread::standard_deviation);
    requireRuns(points);

    GroupTable made;
    made.unfinished = points.unfinished;
    made.repeated = points.repeated;
    CrossTable& table = made.table;
    for (const std::string& name : rows) {
        table.row_title += (table.row_title.empty() ? "" : ", ") + figureFieldLabel(name);
    }
    table.row_keys = rows;
    table.column_keys = columns;
    table.column_keys.emplace_back("value");
    for (const std::string& name : columns) table.header.push_back(figureFieldLabel(name));
    if (columns.empty()) table.header = {table.row_title};
    const bool percent = isAccuracyField(value);
    table.subject = figureFieldLabel(value) + (percent ? " in %" : "");
    if (points.protocol.selected_on.size() == 1) {
        table.subject +=
            ", selected on " + std::string(nameOf(*points.protocol.selected_on.begin()));
    }

    const std::vector<Keys> across = combinations(points.points, rows.size(), columns.size());
    const std::vector<Keys> down = combinations(points.points, 0, rows.size());
    for (const Keys& keys : across) {
        TableColumn column;
        column.keys = textsOf(keys);
        column.titles = column.keys;
        for (std::string& title : column.titles) {
            if (title.empty()) title = "–";
        }
        if (columns.empty()) column.titles = {figureFieldLabel(value)};
        column.keys.push_back(value);
        column.percent = percent;
        column.better = betterDirection(value);
        table.columns.push_back(column);
    }
    for (const Keys& keys : down) {
        TableRow row;
        row.keys = textsOf(keys);
        row.name = listedKeys(row.keys);
        row.cells.resize(across.size());
        table.rows.push_back(std::move(row));
    }
    for (const FigurePoint& point : points.points) {
        const auto middle = point.keys.begin() + static_cast<std::ptrdiff_t>(rows.size());
        const auto r = std::ranges::find(down, Keys(point.keys.begin(), middle)) - down.begin();
        const auto c = std::ranges::find(across, Keys(middle, point.keys.end())) - across.begin();
        TableCell& cell =
            table.rows[static_cast<std::size_t>(r)].cells[static_cast<std::size_t>(c)];
        for (const SeedValue& seed : point.values) cell.values.push_back({seed.seed, seed.value});
        made.shown += point.values.size();
    }
    rankCells(table);

    made.warnings = leftOutWarnings(points);
    warnOfHidden(points, fields, made.warnings);
    for (const std::string& mixture : protocolMixture(points.protocol)) {
        made.warnings.push_back("the numbers are not all of one protocol: " + mixture);
    }
    return made;
}

}  // namespace ballast
