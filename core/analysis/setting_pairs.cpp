#include "core/analysis/setting_pairs.h"

#include "core/base/error.h"

namespace ballast {
namespace {

/// The one point of the runs for which all the conditions hold.
FigurePoint settingOf(std::span<const IndexedRun* const> runs, const FigureDescription& figure,
                      const std::vector<std::string>& setting, const char* pointer,
                      std::vector<std::string>& warnings) {
    std::vector<std::string> where = figure.where;
    where.insert(where.end(), setting.begin(), setting.end());
    FigurePoints made = gatherPoints(runs, where, {}, {}, "best", figure.spread);
    for (const std::string& sentence : leftOutWarnings(made)) {
        warnings.push_back(std::string(pointer) + ": " + sentence);
    }
    if (made.points.empty()) {
        throw ConfigError("the figure cannot be made of these runs",
                          {{pointer, "holds of no run that counts"}});
    }
    const std::vector<PointRuns> point = {made.points.front().runs};
    for (const HiddenDifference& difference : hiddenDifferences(point, {})) {
        warnings.push_back(std::string(pointer) + ": means are over different values of " +
                           differenceLabel(difference.pointer) + " (" +
                           listedValues(difference.values) + "); name " + difference.pointer +
                           " in it");
    }
    return std::move(made.points.front());
}

/// "/phases/1/alpha/nu=0.2", as figureCondition takes it.
std::vector<std::string> conditionsOf(const IndexedRun& run, const std::string& field) {
    const FigureField read = figureField(field);
    const std::vector<std::string> pointers = read.pointersOf(run);
    if (pointers.empty()) {
        const std::string value = valueText(read.field.of(run));
        return {field + "=" + (value.empty() ? "null" : value)};
    }
    std::vector<std::string> conditions;
    for (const std::string& pointer : pointers) {
        const std::string value = valueText(figureField(pointer).field.of(run));
        conditions.push_back(pointer + "=" + (value.empty() ? "null" : value));
    }
    return conditions;
}

}  // namespace

SettingPairs settingPairs(std::span<const IndexedRun* const> runs,
                          const FigureDescription& figure) {
    SettingPairs made;
    const FigurePoint first = settingOf(runs, figure, figure.of, "/of", made.warnings);
    std::vector<const IndexedRun*> all = first.runs;
    if (figure.minus.empty()) {
        for (const IndexedRun* run : first.runs) made.pairs.push_back({run->folder, {}});
    } else {
        const FigurePoint second = settingOf(runs, figure, figure.minus, "/minus", made.warnings);
        for (const IndexedRun* a : first.runs) {
            for (const IndexedRun* b : second.runs) {
                if (a->description.config.training.seed == b->description.config.training.seed) {
                    made.pairs.push_back({a->folder, b->folder});
                }
            }
        }
        if (made.pairs.empty()) {
            throw ConfigError("the figure cannot be made of these runs",
                              {{"/minus", "has no seed in common with /of"}});
        }
        all.insert(all.end(), second.runs.begin(), second.runs.end());
    }
    made.protocol = protocolText(protocolOf(all, "best"));
    return made;
}

FigureDescription settingFigure(FigureKind kind, const FigureDescription& lines,
                                const IndexedRun& first, const IndexedRun* second) {
    FigureDescription figure;
    figure.figure = kind;
    figure.where = lines.where;
    figure.spread = lines.spread;
    figure.style = lines.style;
    std::vector<std::string> fields = lines.lines;
    fields.push_back(lines.x);
    for (const std::string& field : fields) {
        for (const std::string& condition : conditionsOf(first, field)) {
            figure.of.push_back(condition);
        }
        if (second == nullptr) continue;
        for (const std::string& condition : conditionsOf(*second, field)) {
            figure.minus.push_back(condition);
        }
    }
    return figure;
}

}  // namespace ballast
