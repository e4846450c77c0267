#include "app/desktop/comparison.h"

#include <QCoreApplication>
#include <algorithm>

#include "app/desktop/attempt.h"
#include "core/analysis/figure_field.h"
#include "core/results/run_query.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

ResponsePicture pictureOf(std::span<const IndexedRun* const> runs,
                          const FigureDescription& figure) {
    FigureDescription lines = figure;
    if (figure.figure == FigureKind::surface) {  // a line for each row
        lines.figure = FigureKind::response;
        lines.lines = {figure.y};
        lines.y = figure.value;
    }
    ResponsePicture picture;
    picture.curves = responseCurves(runs, lines);
    picture.percent = isAccuracyField(lines.y);
    picture.seeds_as_points = figure.seeds_as_points;
    picture.spread = figure.spread;
    return picture;
}

}  // namespace

const std::string& resultOf(const FigureDescription& figure) {
    return figure.figure == FigureKind::surface ? figure.value : figure.y;
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
            result.choices = varyingFields(chosen);
            result.figure = request.figure ? *request.figure : suggestedFigure(result.choices);
            result.figure.where = request.where;
            if (result.figure.x.empty()) return;
            result.picture = pictureOf(chosen, result.figure);
            const bool percent = result.picture.percent;
            if (result.figure.figure == FigureKind::surface) {
                result.surface = {surfaceOf(chosen, result.figure), percent};
            }
            result.ranking =
                rankPoints(result.picture.curves, betterDirection(resultOf(result.figure)),
                           percent ? DifferenceUnit::percentage_points : DifferenceUnit::plain);
            for (const IndexedRun* run : chosen) result.folders[run->id] = run->folder;
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
        },
        [&](const QString& sentence) {
            result.problem = sentence;
            result.picture = {};
            result.surface = {};
            result.ranking = {};
        });
    return result;
}

}  // namespace ballast
