#include "app/desktop/drawn_figure.h"

#include <algorithm>

#include "app/desktop/explained_figure.h"
#include "app/desktop/figures.h"
#include "core/analysis/confusion.h"
#include "core/analysis/parallel.h"
#include "core/analysis/surface.h"
#include "core/base/error.h"
#include "core/results/run_groups.h"
#include "widgets/bound_picture.h"
#include "widgets/class_difference_picture.h"
#include "widgets/curves_figure.h"
#include "widgets/parallel_picture.h"
#include "widgets/qt_text.h"
#include "widgets/response_export.h"
#include "widgets/surface_picture.h"
#include "widgets/what_if_picture.h"

namespace ballast {
namespace {

DrawnFigure drawnResponse(const FigureDescription& figure, const FigureRuns& from) {
    ResponsePicture picture;
    picture.curves = responseCurves(from.runs, figure);
    picture.percent = isAccuracyField(figure.y);
    picture.seeds_as_points = figure.seeds_as_points;
    picture.spread = figure.spread;
    return {
        paperFigure(picture), picture.curves.warnings, drawnRuns(picture.curves, from.folders), {}};
}

DrawnFigure drawnSurface(const FigureDescription& figure, const FigureRuns& from) {
    const SurfacePicture picture{surfaceOf(from.runs, figure), isAccuracyField(figure.value)};
    return {paperFigure(picture),
            picture.surface.warnings,
            drawnRuns(picture.surface, from.folders),
            {}};
}

DrawnFigure drawnParallel(const FigureDescription& figure, const FigureRuns& from) {
    ParallelPicture picture;
    picture.drawn = parallelCoordinates(from.runs, figure);
    picture.percent = isAccuracyField(figure.value);
    picture.better = betterDirection(figure.value);
    return {
        paperFigure(picture), picture.drawn.warnings, drawnRuns(picture.drawn, from.folders), {}};
}

DrawnFigure drawnClasses(const FigureDescription& figure, const FigureRuns& from) {
    const ClassDifferences differences = classDifferences(from.runs, figure);
    return {paperFigure(differences, classTitle(figure)),
            differences.warnings,
            drawnRuns(differences.runs, from.folders),
            {}};
}

DrawnFigure drawnConfusion(const FigureDescription& figure, const FigureRuns& from) {
    const ConfusionGrid grid = confusionGrid(from.runs, figure);
    return {paperFigure(confusionPicture(grid)),
            grid.surface.warnings,
            drawnRuns(grid.runs, from.folders),
            {}};
}

DrawnFigure drawnCurves(const FigureDescription& figure, const FigureRuns& from,
                        const std::string& subject) {
    const Panel& panel = panelOf(figure, subject);
    std::vector<const IndexedRun*> runs = shownRuns(figure, from.runs);
    std::erase_if(runs, [](const IndexedRun* run) { return run->epochs.empty(); });
    if (runs.empty()) {
        throw ConfigError(subject + ": there are no runs with results in " +
                          from.workspace.string() + " for it to show");
    }
    DrawnFigure drawn;
    if (runs.size() < figure.curves.runs.size()) {
        drawn.warnings.push_back("of the figure's " + std::to_string(figure.curves.runs.size()) +
                                 " runs " + std::to_string(runs.size()) +
                                 " are drawn; the others have no results in " +
                                 from.workspace.string());
    }
    drawn.curves = std::make_shared<const std::vector<RunCurves>>(readCurves(runs));
    drawn.paper = paperFigure(panel, figureOf(*drawn.curves, runs, viewOf(figure)));
    std::vector<std::string> ids;
    for (const IndexedRun* run : runs) ids.push_back(run->id);
    drawn.runs = drawnRuns(ids, from.folders);
    return drawn;
}

/// The runs that a figure of the Explain page names, whole and in its order, under names that tell
/// them apart.
std::vector<RunSummary> explainedRuns(const FigureDescription& figure, const FigureRuns& from,
                                      const std::string& subject) {
    std::vector<const IndexedRun*> named;
    for (const std::string& id : figure.explain.runs) {
        const auto found = std::ranges::find(from.runs, id, &IndexedRun::id);
        if (found == from.runs.end()) {
            throw ConfigError(subject + ": /runs: there is no run " + id + " in " +
                              from.workspace.string());
        }
        if (std::ranges::find(named, *found) == named.end()) named.push_back(*found);
    }
    const std::vector<std::string> labels = runLabels(named);
    std::vector<RunSummary> runs;
    for (const std::string& id : figure.explain.runs) {
        const auto at = std::ranges::find(named, id, &IndexedRun::id);
        runs.push_back(readableRun((*at)->folder));
        runs.back().description.config.name = labels[static_cast<std::size_t>(at - named.begin())];
    }
    return runs;
}

DrawnFigure drawnBound(const FigureDescription& figure, const FigureRuns& from,
                       const std::string& subject) {
    const StatisticsSource source =
        figure.explain.streaming ? StatisticsSource::streaming : StatisticsSource::exact;
    std::vector<BoundInspection> inspections;
    const std::vector<RunSummary> runs = explainedRuns(figure, from, subject);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        inspections.push_back(inspectBound(runs[i], figure.explain.epochs[i], source));
    }
    return {paperFigure(inspections), {}, drawnRuns(figure.explain.runs, from.folders), {}};
}

DrawnFigure drawnBoundSums(const FigureDescription& figure, const FigureRuns& from,
                           const std::string& subject) {
    std::vector<BoundSeries> series;
    for (const RunSummary& run : explainedRuns(figure, from, subject)) {
        BoundSeries one;
        one.curve = boundCurve(run);
        one.color_index = static_cast<int>(series.size());
        one.phase_starts = laterPhaseStarts(run.description.config);
        series.push_back(std::move(one));
    }
    return {paperFigure(series), {}, drawnRuns(figure.explain.runs, from.folders), {}};
}

DrawnFigure drawnWhatIf(const FigureDescription& figure, const FigureRuns& from,
                        const std::string& subject) {
    const RunSummary run = explainedRuns(figure, from, subject).front();
    const int epochs = figure.explain.epochs.front();
    const SavedLogits logits = readSavedLogits(run.folder, run.description, epochs);
    DrawnFigure drawn;
    const WhatIf adjustment = clamped(adjustmentOf(figure), &drawn.warnings);
    const LogitSplit split = splitOf(figure);
    WhatIfPicture picture;
    for (std::size_t y = 0; y < run.description.class_counts.size(); ++y) {
        picture.names.push_back(className(run.description, y));
    }
    picture.class_counts = logits.class_counts;
    picture.before = whatIf(logits, split, {});
    picture.after = whatIf(logits, split, adjustment);
    drawn.paper = paperFigure(picture, tr("%1 after %2 epochs, %3")
                                           .arg(text(run.description.config.name))
                                           .arg(epochs)
                                           .arg(adjustmentWords(split, adjustment)));
    drawn.runs = drawnRuns(figure.explain.runs, from.folders);
    return drawn;
}

}  // namespace

DrawnFigure drawnFigure(const FigureDescription& figure, const FigureRuns& from,
                        const std::string& subject) {
    switch (figure.figure) {
        case FigureKind::response:
            return drawnResponse(figure, from);
        case FigureKind::surface:
            return drawnSurface(figure, from);
        case FigureKind::parallel:
            return drawnParallel(figure, from);
        case FigureKind::classes:
            return drawnClasses(figure, from);
        case FigureKind::confusion:
            return drawnConfusion(figure, from);
        case FigureKind::curves:
            return drawnCurves(figure, from, subject);
        case FigureKind::bound:
            return drawnBound(figure, from, subject);
        case FigureKind::bound_sums:
            return drawnBoundSums(figure, from, subject);
        case FigureKind::what_if:
            return drawnWhatIf(figure, from, subject);
    }
    return {};
}

}  // namespace ballast
