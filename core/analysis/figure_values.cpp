#include "core/analysis/figure_values.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/json_text.h"
#include "core/results/table_text.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;

ordered_json valueJson(const FieldValue& value) {
    if (const double* number = std::get_if<double>(&value)) return *number;
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    return nullptr;
}

const char* scaleName(AxisScale scale) {
    return scale == AxisScale::categories ? "categories"
           : scale == AxisScale::log      ? "log"
                                          : "linear";
}

std::string numberText(double value) {
    return std::isnan(value) ? "" : valueText(value);
}

std::string csvCell(const std::string& text) {
    return escaped(text, TableFormat::csv);
}

/// The mean and the seeds of one point; `before` are the cells that say where it is.
std::string pointCsv(const std::vector<std::string>& before, const SeedSpread& spread,
                     const std::vector<SeedValue>& values, bool best) {
    const auto line = [&](std::initializer_list<std::string> cells) {
        std::vector<std::string> all = before;
        all.insert(all.end(), cells);
        return joined(all, "", ",", "");
    };
    std::string text = line({"mean", "", "", numberText(spread.mean), numberText(spread.lower),
                             numberText(spread.upper), std::to_string(spread.n), best ? "1" : "0"});
    for (const SeedValue& value : values) {
        text += line({"seed", csvCell(value.run), std::to_string(value.seed),
                      numberText(value.value), "", "", "", ""});
    }
    return text;
}

ordered_json spreadJson(const SeedSpread& spread) {
    return {{"mean", numberJson(spread.mean)},
            {"lower", numberJson(spread.lower)},
            {"upper", numberJson(spread.upper)},
            {"n", spread.n}};
}

ordered_json seedsJson(const std::vector<SeedValue>& values) {
    ordered_json seeds = ordered_json::array();
    for (const SeedValue& value : values) {
        seeds.push_back(
            {{"run", value.run}, {"seed", value.seed}, {"value", numberJson(value.value)}});
    }
    return seeds;
}

/// What a line has on an axis.
const FieldValue& valueOn(const ParallelCoordinates& drawn, const ParallelLine& line,
                          std::size_t axis) {
    const ParallelAxis& on = drawn.axes[axis];
    if (on.scale == AxisScale::categories) {
        return on.values[static_cast<std::size_t>(line.positions[axis])];
    }
    return *std::ranges::find(on.values, FieldValue(line.positions[axis]));
}

constexpr const char* kPointHeader = "series,run,seed,value,lower,upper,n,best\n";

}  // namespace

std::string valuesCsv(const ResponseCurves& curves) {
    std::string text = std::string("line,x,") + kPointHeader;
    for (const ResponseLine& line : curves.lines) {
        for (std::size_t i = 0; i < line.points.size(); ++i) {
            const ResponsePoint& point = line.points[i];
            text += pointCsv({csvCell(line.name), csvCell(valueText(point.x))}, point.spread,
                             point.values, line.best == i);
        }
    }
    return text;
}

std::string valuesCsv(const Surface& surface) {
    std::string text = std::string("x,y,") + kPointHeader;
    for (std::size_t i = 0; i < surface.cells.size(); ++i) {
        const SurfaceCell& cell = surface.cells[i];
        if (cell.values.empty()) continue;
        text += pointCsv({csvCell(valueText(surface.xs[i % surface.xs.size()])),
                          csvCell(valueText(surface.ys[i / surface.xs.size()]))},
                         cell.spread, cell.values, surface.best == i);
    }
    return text;
}

std::string valuesCsv(const ParallelCoordinates& drawn) {
    std::string text;
    for (const ParallelAxis& axis : drawn.axes) text += csvCell(axis.label) + ",";
    text += kPointHeader;
    for (std::size_t i = 0; i < drawn.lines.size(); ++i) {
        const ParallelLine& line = drawn.lines[i];
        std::vector<std::string> places;
        for (std::size_t a = 0; a < drawn.axes.size(); ++a) {
            places.push_back(csvCell(valueText(valueOn(drawn, line, a))));
        }
        text += pointCsv(places, line.spread, line.values, i + 1 == drawn.lines.size());
    }
    return text;
}

std::string valuesCsv(const ClassDifferences& differences) {
    std::string text = "class,name,training_images,mean,lower,upper,n\n";
    for (const ClassDifference& one : differences.classes) {
        text +=
            joined({std::to_string(one.class_index), csvCell(one.name), std::to_string(one.images),
                    numberText(one.difference.mean), numberText(one.difference.lower),
                    numberText(one.difference.upper), std::to_string(one.difference.n)},
                   "", ",", "");
    }
    return text;
}

ordered_json valuesJson(const ResponseCurves& curves) {
    ordered_json lines = ordered_json::array();
    for (const ResponseLine& line : curves.lines) {
        ordered_json points = ordered_json::array();
        for (const ResponsePoint& point : line.points) {
            ordered_json object = {{"x", valueJson(point.x)}};
            object.update(spreadJson(point.spread));
            object["seeds"] = seedsJson(point.values);
            points.push_back(std::move(object));
        }
        ordered_json object = {{"name", line.name}, {"protocol", line.protocol}};
        object["points"] = std::move(points);
        object["best"] = nullptr;
        if (line.best) {
            object["best"] = {
                {"x", valueJson(line.points[*line.best].x)},
                {"interval",
                 {numberJson(line.best_interval.lower), numberJson(line.best_interval.upper)}}};
        }
        lines.push_back(std::move(object));
    }
    return {{"x", curves.x_label},       {"x_scale", scaleName(curves.x_scale)},
            {"y", curves.y_label},       {"protocol", curves.protocol},
            {"lines", std::move(lines)}, {"warnings", curves.warnings}};
}

ordered_json valuesJson(const Surface& surface) {
    ordered_json cells = ordered_json::array();
    for (std::size_t i = 0; i < surface.cells.size(); ++i) {
        ordered_json object = {{"x", valueJson(surface.xs[i % surface.xs.size()])},
                               {"y", valueJson(surface.ys[i / surface.xs.size()])}};
        object.update(spreadJson(surface.cells[i].spread));
        object["seeds"] = seedsJson(surface.cells[i].values);
        object["best"] = surface.best == i;
        cells.push_back(std::move(object));
    }
    return {{"x", surface.x_label},         {"x_scale", scaleName(surface.x_scale)},
            {"y", surface.y_label},         {"y_scale", scaleName(surface.y_scale)},
            {"value", surface.value_label}, {"protocol", surface.protocol},
            {"cells", std::move(cells)},    {"missing", surface.missing},
            {"warnings", surface.warnings}};
}

ordered_json valuesJson(const ClassDifferences& differences) {
    const auto statisticsJson = [](const PairedStatistics& statistics) -> ordered_json {
        return {{"mean", numberJson(statistics.mean)},
                {"lower", numberJson(statistics.lower)},
                {"upper", numberJson(statistics.upper)},
                {"n", statistics.n}};
    };
    ordered_json classes = ordered_json::array();
    for (const ClassDifference& one : differences.classes) {
        ordered_json object = {
            {"class", one.class_index}, {"name", one.name}, {"training_images", one.images}};
        object.update(statisticsJson(one.difference));
        classes.push_back(std::move(object));
    }
    return {{"difference", differences.difference},
            {"protocol", differences.protocol},
            {"classes", std::move(classes)},
            {"majority", statisticsJson(differences.majority)},
            {"minority", statisticsJson(differences.minority)},
            {"warnings", differences.warnings}};
}

ordered_json valuesJson(const ParallelCoordinates& drawn) {
    ordered_json axes = ordered_json::array();
    for (const ParallelAxis& axis : drawn.axes) {
        axes.push_back({{"label", axis.label}, {"scale", scaleName(axis.scale)}});
    }
    ordered_json lines = ordered_json::array();
    for (const ParallelLine& line : drawn.lines) {
        ordered_json places = ordered_json::array();
        for (std::size_t a = 0; a < drawn.axes.size(); ++a) {
            places.push_back(valueJson(valueOn(drawn, line, a)));
        }
        ordered_json object;
        object["axes"] = std::move(places);
        object.update(spreadJson(line.spread));
        object["seeds"] = seedsJson(line.values);
        lines.push_back(std::move(object));
    }
    return {{"axes", std::move(axes)},
            {"value", drawn.value_label},
            {"protocol", drawn.protocol},
            {"lines", std::move(lines)},
            {"warnings", drawn.warnings}};
}

}  // namespace ballast
