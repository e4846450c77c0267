#include "app/desktop/export_requests.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/desktop/explained_figure.h"
#include "core/analysis/capsule_runs.h"
#include "core/analysis/named_styles.h"
#include "core/base/error.h"
#include "core/results/result_table.h"
#include "widgets/bound_picture.h"
#include "widgets/class_difference_picture.h"
#include "widgets/curves_figure.h"
#include "widgets/qt_text.h"
#include "widgets/response_export.h"
#include "widgets/surface_picture.h"

namespace ballast {
namespace {

ExportRequest::Beside descriptionBeside(const FigureDescription& figure) {
    return {ExportDialog::tr("JSON"), ExportDialog::tr("What is drawn, for ballast-cli figure"),
            QStringLiteral(".json"), [figure](const FigureStyle& style) {
                FigureDescription styled = figure;
                styled.style = style;
                return toJson(styled).dump(2) + "\n";
            }};
}

void askForStyle(ExportRequest& request, const FigureDescription& figure) {
    if (figure.style == FigureDescription().style) return;
    request.style = styleOf(figure, request.workspace, "the figure");
}

/// The figure of the view Classes: its two parts are figures of their own.
ExportRequest exportOfClasses(const Comparison& shown, const std::filesystem::path& workspace) {
    ExportRequest request;
    request.workspace = workspace;
    const auto add = [&](FigureKind kind, const QString& stem, PaperFigure paper,
                         const std::vector<std::string>& runs) {
        FigureDescription description = *shown.class_figure;
        description.figure = kind;
        ExportRequest::Figure figure;
        figure.stem = stem;
        figure.paper = std::move(paper);
        figure.capsule = [description, runs, folders = shown.folders](const FigureStyle& style) {
            return capsuleText(figureCapsule(description, style, drawnRuns(runs, folders)));
        };
        request.figures.push_back(std::move(figure));
    };
    const QString title = classTitle(*shown.class_figure);
    if (!shown.class_differences.classes.empty()) {
        add(FigureKind::classes, QStringLiteral("classes"),
            paperFigure(shown.class_differences, title), shown.class_differences.runs);
    }
    if (!shown.confusion.surface.cells.empty()) {
        add(FigureKind::confusion, QStringLiteral("confusions"),
            paperFigure(confusionPicture(shown.confusion)), shown.confusion.runs);
    }
    if (request.figures.empty()) throw ConfigError(shown.class_problem.toStdString());
    request.beside.push_back(descriptionBeside(*shown.class_figure));
    askForStyle(request, *shown.class_figure);
    return request;
}

}  // namespace

ExportRequest exportOf(const Comparison& shown, const QString& ranking,
                       const std::filesystem::path& workspace) {
    if (shown.class_figure) return exportOfClasses(shown, workspace);
    const bool parallel = shown.figure.figure == FigureKind::parallel;
    if (parallel ? shown.parallel.drawn.lines.empty() : shown.picture.curves.lines.empty()) {
        throw ConfigError("the Compare page draws nothing that could be exported");
    }
    const bool grid = shown.figure.figure == FigureKind::surface;
    ExportRequest request;
    request.workspace = workspace;
    ExportRequest::Figure figure;
    figure.paper = parallel ? paperFigure(shown.parallel)
                   : grid   ? paperFigure(shown.surface)
                            : paperFigure(shown.picture);
    if (!shown.figure.title.empty()) figure.paper.title = text(shown.figure.title);
    // A file of each run is read when the figure is written, not when it is looked at.
    figure.capsule = [shown, parallel, grid](const FigureStyle& style) {
        return capsuleText(figureCapsule(shown.figure, style,
                                         parallel ? drawnRuns(shown.parallel.drawn, shown.folders)
                                         : grid   ? drawnRuns(shown.surface.surface, shown.folders)
                                                : drawnRuns(shown.picture.curves, shown.folders)));
    };
    request.figures.push_back(std::move(figure));
    request.beside.push_back(descriptionBeside(shown.figure));
    if (!parallel) {
        request.beside.push_back(
            {tr("Ranking"), tr("The settings in order, as TSV"), QStringLiteral("-ranking.tsv"),
             [table = ranking.toStdString()](const FigureStyle&) { return table; }});
    }
    askForStyle(request, shown.figure);
    return request;
}

ExportRequest exportOf(const Figure& figure, std::span<const IndexedRun* const> runs,
                       const std::filesystem::path& workspace) {
    ExportRequest request;
    request.workspace = workspace;
    const RunFolders folders = runFolders(runs);
    std::vector<std::string> ids;
    for (const IndexedRun* run : runs) ids.push_back(run->id);
    for (const Panel& panel : panels()) {
        FigureDescription description = curvesFigure(panel, figure.view);
        description.curves.runs = ids;
        request.figures.push_back(
            {text(panel.name), paperFigure(panel, figure),
             [description, ids, folders](const FigureStyle& style) {
                 return capsuleText(figureCapsule(description, style, drawnRuns(ids, folders)));
             }});
    }
    for (const TableFormat format : {TableFormat::markdown, TableFormat::csv}) {
        const bool csv = format == TableFormat::csv;
        request.beside.push_back(
            {csv ? tr("Results, CSV") : tr("Results"),
             csv ? tr("The table of results as CSV") : tr("The table of results as Markdown"),
             csv ? QStringLiteral("-results.csv") : QStringLiteral("-results.md"),
             [table = resultTable(runs, format)](const FigureStyle&) { return table; }});
    }
    return request;
}

ExportRequest exportOf(const std::vector<BoundInspection>& inspections,
                       const std::vector<BoundSeries>& series, const RunFolders& folders,
                       const std::filesystem::path& workspace) {
    if (inspections.empty()) {
        throw ConfigError("the Explain page draws nothing that could be exported");
    }
    ExportRequest request;
    request.workspace = workspace;
    const auto add = [&](const QString& stem, PaperFigure paper, const FigureDescription& figure) {
        request.figures.push_back(
            {stem, std::move(paper), [figure, folders](const FigureStyle& style) {
                 return capsuleText(
                     figureCapsule(figure, style, drawnRuns(figure.explain.runs, folders)));
             }});
    };
    add(QStringLiteral("bound"), paperFigure(inspections), boundFigure(inspections));
    add(QStringLiteral("bound-sums"), paperFigure(series), boundSumsFigure(series));
    request.beside.push_back({tr("JSON"), tr("The bounds, κ and advice too, as JSON"),
                              QStringLiteral("-bound.json"), [inspections](const FigureStyle&) {
                                  nlohmann::ordered_json all = nlohmann::ordered_json::array();
                                  for (const BoundInspection& one : inspections) {
                                      all.push_back(boundJson(one));
                                  }
                                  return all.dump(2) + "\n";
                              }});
    return request;
}

Figure over(const Figure& figure, std::span<const RunCurves> runs) {
    Figure made;
    made.view = figure.view;
    for (PlotSeries series : figure.series) {
        std::vector<const RunCurves*> copies;
        for (const RunCurves* run : series.runs) {
            const auto copy = std::ranges::find_if(
                runs, [&](const RunCurves& other) { return other.info().id == run->info().id; });
            if (copy != runs.end()) copies.push_back(&*copy);
        }
        if (copies.empty()) continue;
        series.runs = copies;
        made.series.push_back(std::move(series));
    }
    return made;
}

}  // namespace ballast
