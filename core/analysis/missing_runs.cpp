#include "core/analysis/missing_runs.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_settings.h"
#include "core/experiment/field_words.h"
#include "core/experiment/sweep.h"

namespace ballast {
namespace {

using nlohmann::json;

const ResponsePoint* pointAt(const ResponseLine& line, const FieldValue& x) {
    const auto found = std::ranges::find(line.points, x, &ResponsePoint::x);
    return found == line.points.end() ? nullptr : &*found;
}

/// The pointer by which a config sets a figure's field; nothing for a method, data, a result.
std::optional<std::string> pointerThatSets(const std::string& field, const RunConfig& config) {
    IndexedRun run;
    run.description.config = config;
    const std::vector<std::string> pointers = figureField(field).pointersOf(run);
    if (pointers.size() != 1) return std::nullopt;
    return pointers.front();
}

/// Sets a field as another config has it; steps that begin with a phase stay with it.
void setLike(json& config, const std::string& pointer, const json& value) {
    const json::json_pointer at(pointer);
    const bool start = pointer.starts_with("/phases/") && pointer.ends_with("/from");
    if (start && config.contains(at)) {
        for (json& step : config["lr_schedule"]["steps"]) {
            if (step["from"] == config[at]) step["from"] = value;
        }
    }
    setField(config, pointer, value);
}

/// A number as the config's field has its numbers.
json numberLike(const json& config, const json::json_pointer& at, double number) {
    const bool whole = config.contains(at) && config[at].is_number_integer();
    if (whole && number == std::floor(number)) return static_cast<std::int64_t>(number);
    return number;
}

/// "ν = 0.5" in the label of a sweep's run: in place of the other value, or behind the others.
std::string labelWith(const std::string& label, const std::string& pointer, const json& value) {
    const std::string start = fieldSymbol(pointer) + " = ";
    const std::string item = start + (value.is_string() ? value.get<std::string>() : value.dump());
    std::string made;
    bool there = false;
    for (std::size_t from = 0; from < label.size();) {
        const std::size_t end = std::min(label.find(", ", from), label.size());
        std::string part = label.substr(from, end - from);
        if (part.starts_with(start)) {
            part = item;
            there = true;
        }
        made += (made.empty() ? "" : ", ") + part;
        from = end + 2;
    }
    return there ? made : made + (made.empty() ? "" : ", ") + item;
}

/// Takes ends such as " · seed 3" off a name.
std::string withoutSeed(std::string name) {
    const std::size_t at = name.rfind(std::string(kNameSeparator) + "seed ");
    return at == std::string::npos ? name : name.substr(0, at);
}

/// "VS+ADRW · ν = 0.5 · seed 2"
std::string runNameOf(const RunConfig& donor, const std::vector<std::pair<std::string, json>>& set,
                      std::uint64_t seed) {
    const std::string name = withoutSeed(donor.name);
    const std::size_t separator = name.find(kNameSeparator);
    const bool labelled = separator != std::string::npos && separator > 0;
    const std::string method = labelled ? name.substr(0, separator) : methodName(donor);
    std::string label = labelled ? name.substr(separator + kNameSeparator.size()) : "";
    for (const auto& [pointer, value] : set) label = labelWith(label, pointer, value);
    return method + std::string(kNameSeparator) + label + std::string(kNameSeparator) + "seed " +
           std::to_string(seed);
}

/// The points of a line from the nearest on.
std::vector<const ResponsePoint*> byDistance(const ResponseLine& line, double position,
                                             AxisScale scale) {
    const auto place = [&](double at) { return scale == AxisScale::log ? std::log(at) : at; };
    std::vector<const ResponsePoint*> points;
    for (const ResponsePoint& point : line.points) points.push_back(&point);
    std::ranges::stable_sort(points, {}, [&](const ResponsePoint* point) {
        return std::abs(place(point->position) - place(position));
    });
    return points;
}

/// The run of a point with that seed, or its first.
const std::string& runOf(const ResponsePoint& point, std::uint64_t seed) {
    const auto same = std::ranges::find(point.values, seed, &SeedValue::seed);
    return (same == point.values.end() ? point.values.front() : *same).run;
}

/// Where a value stands on the axis.
double positionOf(const FieldValue& x, const ResponseCurves& curves) {
    for (const ResponseLine& line : curves.lines) {
        if (const ResponsePoint* point = pointAt(line, x)) return point->position;
    }
    const double number = numberOf(x);
    return std::isnan(number) ? 0.0 : number;
}

class Filler {
public:
    Filler(const MissingRuns& missing, const ResponseCurves& curves,
           const FigureDescription& figure, const ConfigOf& config_of)
        : missing_(missing),
          curves_(curves),
          figure_(figure),
          config_of_(config_of),
          line_(curves.lines.at(missing.line)) {}

    json configFor(std::uint64_t seed) const {
        if (auto made = alongLine(seed)) return *made;
        if (auto made = acrossLines(seed)) return *made;
        std::string lines;
        for (const std::string& line : figure_.lines) {
            lines += (lines.empty() ? "\"" : ", \"") + line + "\"";
        }
        throw ConfigError("\"" + figure_.x + "\" is no setting that a run could be given" +
                          (lines.empty() ? "" : ", nor is all of " + lines) +
                          "; put a field of the config on the axis");
    }

private:
    /// From the nearest run of the line.
    std::optional<json> alongLine(std::uint64_t seed) const {
        const double position = positionOf(missing_.x, curves_);
        const ResponsePoint& nearest = *byDistance(line_, position, curves_.x_scale).front();
        const RunConfig donor = config_of_(runOf(nearest, seed));
        if (nearest.x == missing_.x) return configOf(donor, {}, seed);
        const auto pointer = pointerThatSets(figure_.x, donor);
        if (!pointer) return std::nullopt;
        const json given = json(toJson(donor));
        const json::json_pointer at(*pointer);
        json value;
        for (const ResponseLine& line : curves_.lines) {  // as another run has it
            const ResponsePoint* point = pointAt(line, missing_.x);
            if (point == nullptr) continue;
            const RunConfig other = config_of_(point->values.front().run);
            const json read = json(toJson(other));
            const json::json_pointer there(pointerThatSets(figure_.x, other).value_or(*pointer));
            if (read.contains(there)) value = read[there];
            break;
        }
        if (value.is_null()) {
            const double* number = std::get_if<double>(&missing_.x);
            value =
                number != nullptr ? numberLike(given, at, *number) : json(valueText(missing_.x));
        }
        return configOf(donor, {{*pointer, value}}, seed);
    }

    /// From the run of another line at the same place.
    std::optional<json> acrossLines(std::uint64_t seed) const {
        const RunConfig own = config_of_(runOf(line_.points.front(), seed));
        std::vector<std::pair<std::string, json>> set;
        for (const std::string& field : figure_.lines) {
            const auto pointer = pointerThatSets(field, own);
            if (!pointer) return std::nullopt;
            const json read = json(toJson(own));
            const json::json_pointer at(*pointer);
            if (!read.contains(at)) return std::nullopt;
            set.emplace_back(*pointer, read[at]);
        }
        if (set.empty()) return std::nullopt;
        for (const ResponseLine& line : curves_.lines) {
            if (const ResponsePoint* point = pointAt(line, missing_.x)) {
                return configOf(config_of_(runOf(*point, seed)), set, seed);
            }
        }
        return std::nullopt;
    }

    static json configOf(const RunConfig& donor,
                         const std::vector<std::pair<std::string, json>>& set, std::uint64_t seed) {
        json config = json(toJson(donor));
        for (const auto& [pointer, value] : set) setLike(config, pointer, value);
        config["training"]["seed"] = seed;
        config["name"] = runNameOf(donor, set, seed);
        return config;
    }

    const MissingRuns& missing_;
    const ResponseCurves& curves_;
    const FigureDescription& figure_;
    const ConfigOf& config_of_;
    const ResponseLine& line_;
};

}  // namespace

std::vector<std::uint64_t> seedsOf(const ResponseCurves& curves) {
    std::set<std::uint64_t> seeds;
    for (const ResponseLine& line : curves.lines) {
        for (const ResponsePoint& point : line.points) {
            for (const SeedValue& value : point.values) seeds.insert(value.seed);
        }
    }
    return {seeds.begin(), seeds.end()};
}

std::vector<MissingRuns> missingRuns(const ResponseCurves& curves) {
    std::map<double, FieldValue> xs;  // by position
    for (const ResponseLine& line : curves.lines) {
        for (const ResponsePoint& point : line.points) xs.try_emplace(point.position, point.x);
    }
    std::map<std::uint64_t, int> points_with;
    for (const ResponseLine& line : curves.lines) {
        for (const ResponsePoint& point : line.points) {
            for (const SeedValue& value : point.values) ++points_with[value.seed];
        }
    }
    std::set<std::uint64_t> wanted;
    for (const auto& [seed, points] : points_with) {
        if (points > 1) wanted.insert(seed);
    }
    std::vector<MissingRuns> all;
    for (std::size_t l = 0; l < curves.lines.size(); ++l) {
        std::map<double, const ResponsePoint*> there;
        for (const ResponsePoint& point : curves.lines[l].points) there[point.position] = &point;
        for (const auto& [position, x] : xs) {
            std::set<std::uint64_t> missing = wanted;
            if (const auto found = there.find(position); found != there.end()) {
                for (const SeedValue& value : found->second->values) missing.erase(value.seed);
            }
            if (!missing.empty()) all.push_back({l, x, {missing.begin(), missing.end()}});
        }
    }
    return all;
}

std::vector<json> configsFor(const MissingRuns& missing, const ResponseCurves& curves,
                             const FigureDescription& figure, const ConfigOf& config_of) {
    const Filler filler(missing, curves, figure, config_of);
    std::vector<json> configs;
    for (const std::uint64_t seed : missing.seeds) configs.push_back(filler.configFor(seed));
    return configs;
}

}  // namespace ballast
