#include "app/desktop/comparison.h"

#include <QCoreApplication>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/desktop/attempt.h"
#include "core/analysis/figure_field.h"
#include "core/results/run_query.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

/// The figure itself, or for a grid its rows as lines.
FigureDescription linesOf(const FigureDescription& figure) {
    if (figure.figure != FigureKind::surface) return figure;
    FigureDescription lines = figure;
    lines.figure = FigureKind::response;
    lines.lines = {figure.y};
    lines.y = figure.value;
    return lines;
}

QStringList classNames(const std::vector<const IndexedRun*>& runs) {
    QStringList names;
    for (const IndexedRun* run : runs) {
        const DataConfig& data = run->description.config.data;
        if (data.dataset != runs.front()->description.config.data.dataset) return {};
    }
    if (runs.empty()) return names;
    const RunDescription& description = runs.front()->description;
    for (std::size_t k = 0; k < description.class_counts.size(); ++k) {
        const std::string name = className(description, k);
        names << (name.empty() ? QString::number(k) : text(name));
    }
    return names;
}

/// Fills in what a figure through several fields shows.
void compareAll(const std::vector<const IndexedRun*>& runs, Comparison& result) {
    FigureDescription& figure = result.figure;
    if (figure.axes.empty()) figure.axes = suggestedAxes(result.choices);
    if (figure.axes.empty()) return;
    result.parallel.drawn = parallelCoordinates(runs, figure);
    result.parallel.percent = isAccuracyField(figure.value);
    result.parallel.better = betterDirection(figure.value);
    result.importance = importanceOf(runs, figure.value);
    for (const IndexedRun* run : runs) result.folders[run->id] = run->folder;
}

/// Whose classes are shown, and what they are.
void compareClasses(const std::vector<const IndexedRun*>& runs, const ComparisonRequest& request,
                    Comparison& result) {
    const ClassRequest& asked = *request.classes;
    const auto runOf = [&](ResponseAt at) {
        const std::string& id =
            result.picture.curves.lines[at.first].points[at.second].values.front().run;
        return *std::ranges::find(runs, id, &IndexedRun::id);
    };
    const auto pointOfAny = [&](const std::vector<std::string>& ids) {
        std::optional<ResponseAt> point;
        for (const std::string& id : ids) {
            if (!point) point = result.pointOf(id);
        }
        return point;
    };
    if (asked.figure) {
        result.class_figure = *asked.figure;
        result.class_figure->where = request.where;
    } else if (!result.picture.curves.lines.empty()) {
        const auto pair = result.comparedPair({});
        result.class_of = pointOfAny(asked.of);
        if (!result.class_of) result.class_of = pair ? pair->first : ResponseAt(0, 0);
        if (asked.minus) {
            result.class_minus = pointOfAny(*asked.minus);
        } else if (pair) {
            result.class_minus = pair->second;
        }
        if (result.class_minus == result.class_of) result.class_minus.reset();
        result.class_figure =
            settingFigure(FigureKind::confusion, result.lines, *runOf(*result.class_of),
                          result.class_minus ? runOf(*result.class_minus) : nullptr);
    }
    if (!result.class_figure) return;
    attempt([&] { result.class_differences = classDifferences(runs, *result.class_figure); },
            [&](const QString& sentence) { result.class_problem = sentence; });
    attempt([&] { result.confusion = confusionGrid(runs, *result.class_figure); },
            [&](const QString& sentence) { result.confusion_problem = sentence; });
}

ResponsePicture pictureOf(std::span<const IndexedRun* const> runs, const FigureDescription& lines) {
    ResponsePicture picture;
    picture.curves = responseCurves(runs, lines);
    picture.percent = isAccuracyField(lines.y);
    picture.seeds_as_points = lines.seeds_as_points;
    picture.spread = lines.spread;
    return picture;
}

}  // namespace

const std::string& resultOf(const FigureDescription& figure) {
    return figure.figure == FigureKind::response ? figure.y : figure.value;
}

std::optional<ResponseAt> Comparison::pointOf(const std::string& run) const {
    for (std::size_t l = 0; l < picture.curves.lines.size(); ++l) {
        const std::vector<ResponsePoint>& points = picture.curves.lines[l].points;
        for (std::size_t p = 0; p < points.size(); ++p) {
            const auto found = std::ranges::find(points[p].values, run, &SeedValue::run);
            if (found != points[p].values.end()) return ResponseAt(l, p);
        }
    }
    return std::nullopt;
}

QStringList Comparison::runsOf(ResponseAt at) const {
    QStringList ids;
    for (const SeedValue& value : picture.curves.lines[at.first].points[at.second].values) {
        ids << text(value.run);
    }
    return ids;
}

std::optional<std::size_t> Comparison::lineOfRow(std::size_t row) const {
    const Surface& grid = surface.surface;
    for (std::size_t x = 0; x < grid.xs.size(); ++x) {
        if (grid.at(x, row).values.empty()) continue;
        if (const auto at = pointOf(grid.at(x, row).values.front().run)) return at->first;
    }
    return std::nullopt;
}

std::optional<SurfaceAt> Comparison::cellOf(ResponseAt at) const {
    const Surface& grid = surface.surface;
    const std::string& run = picture.curves.lines[at.first].points[at.second].values.front().run;
    for (std::size_t i = 0; i < grid.cells.size(); ++i) {
        const std::vector<SeedValue>& values = grid.cells[i].values;
        if (!values.empty() && values.front().run == run) {
            return SurfaceAt(i % grid.xs.size(), i / grid.xs.size());
        }
    }
    return std::nullopt;
}

std::optional<MissingRuns> Comparison::missingAt(std::size_t line, const FieldValue& x) const {
    for (const MissingRuns& one : missing) {
        if (one.line == line && one.x == x) return one;
    }
    return std::nullopt;
}

std::vector<nlohmann::json> Comparison::configsFor(const std::vector<MissingRuns>& wanted) const {
    std::map<std::string, RunConfig> known;
    const ConfigOf config_of = [&](const std::string& run) {
        const auto found = known.find(run);
        if (found != known.end()) return found->second;
        return known[run] = readableRun(folders.at(run)).description.config;
    };
    std::vector<nlohmann::json> configs;
    for (const MissingRuns& one : wanted) {
        for (nlohmann::json& config : ballast::configsFor(one, picture.curves, lines, config_of)) {
            configs.push_back(std::move(config));
        }
    }
    return configs;
}

std::vector<RunPair> Comparison::pairsOf(ResponseAt first, ResponseAt second) const {
    const auto valuesOf = [this](ResponseAt at) -> const std::vector<SeedValue>& {
        return picture.curves.lines[at.first].points[at.second].values;
    };
    std::vector<RunPair> pairs;
    for (const SeedValue& a : valuesOf(first)) {
        for (const SeedValue& b : valuesOf(second)) {
            if (a.seed == b.seed) pairs.push_back({folders.at(a.run), folders.at(b.run)});
        }
    }
    return pairs;
}

std::optional<std::pair<ResponseAt, ResponseAt>> Comparison::comparedPair(
    std::optional<ResponseAt> marked) const {
    const std::vector<RankedPoint>& ranked = ranking.points;
    if (ranked.size() < 2) return std::nullopt;
    const ResponseAt best(ranked[0].line, ranked[0].point);
    if (ranking.baseline > 0) {
        const RankedPoint& other = ranked[ranking.baseline];
        const ResponseAt with(other.line, other.point);
        return std::pair(marked && *marked != with ? *marked : best, with);
    }
    const ResponseAt second(ranked[1].line, ranked[1].point);
    return std::pair(best, marked && *marked != best ? *marked : second);
}

Comparison compare(std::span<const IndexedRun> runs, const ComparisonRequest& request) {
    Comparison result;
    attempt(
        [&] {
            std::vector<const IndexedRun*> chosen = runsWhere(runs, request.where);
            std::erase_if(chosen, [&](const IndexedRun* run) {
                const bool left_out =
                    request.only ? !request.only->contains(run->id) : run->notes.archived;
                return left_out || !run->error.empty();
            });
            result.runs = chosen.size();
            if (request.paper) {
                result.paper = paperDiff(chosen);
                return;
            }
            result.class_names = classNames(chosen);
            result.choices = varyingFields(chosen);
            result.figure = request.figure ? *request.figure : suggestedFigure(result.choices);
            result.figure.where = request.where;
            if (result.figure.figure == FigureKind::parallel) {
                return compareAll(chosen, result);
            }
            for (const IndexedRun* run : chosen) result.folders[run->id] = run->folder;
            if (result.figure.x.empty()) {
                if (request.classes) compareClasses(chosen, request, result);
                return;
            }
            result.lines = linesOf(result.figure);
            result.picture = pictureOf(chosen, result.lines);
            result.missing = missingRuns(result.picture.curves);
            const bool percent = result.picture.percent;
            if (result.figure.figure == FigureKind::surface) {
                result.surface = {surfaceOf(chosen, result.figure), percent, {}};
                if (request.contours) {
                    result.surface.contours =
                        contoursOf(result.surface.surface, percent ? 0.01 : 1.0);
                }
            }
            result.ranking =
                rankPoints(result.picture.curves, betterDirection(resultOf(result.figure)),
                           percent ? DifferenceUnit::percentage_points : DifferenceUnit::plain);
            for (const std::string& run : request.baseline) {
                if (!result.baseline) result.baseline = result.pointOf(run);
            }
            if (result.baseline) {
                compareWith(result.ranking, result.picture.curves,
                            betterDirection(resultOf(result.figure)), result.baseline->first,
                            result.baseline->second);
            }
            const auto data = std::ranges::find(result.choices, "data", &FieldChoice::name);
            if (data != result.choices.end()) {
                result.ranking = {};
                result.note = QCoreApplication::translate(
                                  "ballast::Comparison",
                                  "The runs are on %1 different data. Which setting is best is a "
                                  "question of one: filter by /data/dataset, "
                                  "/data/imbalance/profile or /data/imbalance/ratio.")
                                  .arg(data->values);
            }
            if (request.classes) compareClasses(chosen, request, result);
        },
        [&](const QString& sentence) {
            result.problem = sentence;
            result.picture = {};
            result.surface = {};
            result.ranking = {};
            result.missing = {};
            result.parallel = {};
            result.paper = {};
            result.importance = {};
            result.baseline.reset();
            result.class_figure.reset();
            result.class_differences = {};
            result.confusion = {};
        });
    return result;
}

}  // namespace ballast
