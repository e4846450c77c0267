#include "core/analysis/figure_points.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/error.h"
#include "core/experiment/field_words.h"
#include "core/results/run_groups.h"

namespace ballast {
namespace {

/// A description that was read well and still cannot be drawn of these runs.
[[noreturn]] void refuseFigure(const std::string& pointer, const std::string& message) {
    throw ConfigError("the figure cannot be made of these runs", {{pointer, message}});
}

std::string counted(std::size_t count, const char* one, const char* many) {
    return std::to_string(count) + (count == 1 ? one : many);
}

/// Orders by seed and keeps one run of the same config and seed.
void sortSeeds(PointRuns& runs, std::size_t& repeated) {
    const auto seed = [](const IndexedRun* run) { return run->description.config.training.seed; };
    std::ranges::stable_sort(runs, {}, seed);
    if (std::ranges::adjacent_find(runs, {}, seed) == runs.end()) return;
    // Comparing configs costs, so only where a seed stands twice.
    PointRuns kept;
    for (const RunGroup& group : groupRuns(runs)) {
        kept.insert(kept.end(), group.runs.begin(), group.runs.end());
        repeated += group.repeated.size();
    }
    std::ranges::stable_sort(kept, {}, seed);
    runs = std::move(kept);
}

/// How unevenly sorted numbers lie: the variance of their gaps over the square of the mean gap.
double unevenness(const std::vector<double>& sorted) {
    const auto gaps = static_cast<double>(sorted.size() - 1);
    const double mean = (sorted.back() - sorted.front()) / gaps;
    double sum = 0.0;
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        const double off = sorted[i] - sorted[i - 1] - mean;
        sum += off * off;
    }
    return sum / gaps / (mean * mean);
}

}  // namespace

double numberOf(const FieldValue& value) {
    const double* number = std::get_if<double>(&value);
    return number != nullptr ? *number : kMissing;
}

FigurePoints gatherPoints(std::span<const IndexedRun* const> runs,
                          const std::vector<std::string>& where, std::span<const FigureField> keys,
                          const std::vector<bool>& may_miss, const std::string& value,
                          Spread spread) {
    FigurePoints made;
    made.asked = runs.size();
    std::vector<const IndexedRun*> chosen(runs.begin(), runs.end());
    for (const std::string& text : where) {
        const auto holds = figureCondition(text);
        std::erase_if(chosen, [&](const IndexedRun* run) { return !holds(*run); });
    }
    made.chosen = chosen.size();
    const CountedRuns counting = countedRuns(chosen, value);
    made.unfinished = counting.unfinished;
    made.unreadable = counting.unreadable;
    const FigureField value_field = figureField(value);
    std::map<std::vector<FieldValue>, std::size_t> numbers;
    for (const IndexedRun* run : counting.runs) {
        std::vector<FieldValue> key;
        bool complete = true;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            key.push_back(keys[i].field.of(*run));
            if (std::holds_alternative<std::monostate>(key.back()) && !may_miss[i]) {
                complete = false;
            }
        }
        const double number = numberOf(value_field.field.of(*run));
        if (!complete || std::isnan(number)) {
            ++made.incomplete;
            continue;
        }
        const auto [found, added] = numbers.try_emplace(key, made.points.size());
        if (added) made.points.push_back({std::move(key), {}, {}, {}});
        made.points[found->second].runs.push_back(run);
    }
    std::vector<const IndexedRun*> counted_runs;
    for (FigurePoint& point : made.points) {
        sortSeeds(point.runs, made.repeated);
        std::vector<double> values;
        for (const IndexedRun* run : point.runs) {
            const double number = numberOf(value_field.field.of(*run));
            point.values.push_back({run->id, run->description.config.training.seed, number});
            values.push_back(number);
            counted_runs.push_back(run);
        }
        point.spread = seedSpread(values, spread);
    }
    made.protocol = protocolOf(counted_runs, value);
    return made;
}

std::vector<std::string> leftOutWarnings(const FigurePoints& points) {
    std::vector<std::string> warnings;
    const auto add = [&](std::size_t count, const char* one, const char* many) {
        if (count > 0) warnings.push_back(counted(count, one, many));
    };
    add(points.unfinished, " run is left out, not trained that far",
        " runs are left out, not trained that far");
    add(points.unreadable, " run is left out, which cannot be read",
        " runs are left out, which cannot be read");
    add(points.incomplete, " run is left out, without one of the figure's values",
        " runs are left out, without one of the figure's values");
    add(points.repeated, " run counts for nothing, with config and seed of another",
        " runs count for nothing, with config and seed of another");
    return warnings;
}

std::vector<FieldValue> axisValues(std::span<const FigurePoint> points, std::size_t key) {
    std::vector<FieldValue> values;
    std::map<FieldValue, bool> known;
    for (const FigurePoint& point : points) {
        if (known.try_emplace(point.keys[key], true).second) values.push_back(point.keys[key]);
    }
    std::ranges::stable_sort(values, [](const FieldValue& a, const FieldValue& b) {
        const bool number[] = {std::holds_alternative<double>(a),
                               std::holds_alternative<double>(b)};
        if (number[0] != number[1]) return number[0];
        return number[0] && std::get<double>(a) < std::get<double>(b);
    });
    return values;
}

AxisScale scaleFor(AxisScale asked, const std::vector<FieldValue>& values,
                   const std::string& pointer) {
    if (asked == AxisScale::categories) return asked;
    std::vector<double> numbers;
    for (const FieldValue& value : values) {
        const double number = numberOf(value);
        if (std::isnan(number)) {
            if (asked == AxisScale::automatic) return AxisScale::categories;
            refuseFigure(pointer, "needs numbers, but there is \"" + valueText(value) +
                                      "\"; allowed for text: categories, auto");
        }
        numbers.push_back(number);
    }
    const bool positive = !numbers.empty() && numbers.front() > 0.0;  // they ascend
    if (asked == AxisScale::log && !positive) {
        refuseFigure(pointer,
                     "log needs values above 0, but there is " + valueText(values.front()));
    }
    if (asked != AxisScale::automatic) return asked;
    if (!positive || numbers.size() < 3) return AxisScale::linear;
    std::vector<double> logs;
    for (const double number : numbers) logs.push_back(std::log(number));
    return unevenness(logs) < unevenness(numbers) ? AxisScale::log : AxisScale::linear;
}

namespace {

/// Why runs are missing, to end a sentence with.
std::string leftOutText(const FigurePoints& points) {
    std::string text;
    for (const std::string& reason : leftOutWarnings(points)) text += "; " + reason;
    return text;
}

}  // namespace

void requireRuns(const FigurePoints& points) {
    if (!points.points.empty()) return;
    const std::string why = points.chosen == 0 && points.asked > 0
                                ? "holds of none of " + counted(points.asked, " run", " runs")
                                : "leaves no run to draw";
    refuseFigure("/where", why + leftOutText(points));
}

void requireVarying(const FigurePoints& points, std::size_t key, const std::string& pointer,
                    const std::string& field) {
    requireRuns(points);
    const FieldValue& first = points.points.front().keys[key];
    const bool varies = std::ranges::any_of(
        points.points, [&](const FigurePoint& point) { return point.keys[key] != first; });
    if (!varies) {
        const std::string value = valueText(first);
        refuseFigure(pointer, "\"" + field + "\" is " + (value.empty() ? "missing" : value) +
                                  " in all runs that count; an axis needs two values" +
                                  leftOutText(points));
    }
}

std::string differenceLabel(const std::string& pointer) {
    if (pointer == "/phases") return "Number of phases";
    if (pointer == "/lr_schedule/steps") return "Number of learning-rate steps";
    if (pointer == "/data/folder") return "Images";
    return fieldInWords(pointer);
}

std::string listedValues(const std::vector<std::string>& values) {
    constexpr std::size_t kShown = 5;
    std::string list;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i == kShown) return list + " …";
        const bool last = i + 1 == values.size();
        list += (i == 0 ? "" : last ? " and " : ", ") + values[i];
    }
    return list;
}

}  // namespace ballast
