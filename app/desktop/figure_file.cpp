#include "app/desktop/figure_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/desktop/figures.h"
#include "core/analysis/capsule_runs.h"
#include "core/analysis/confusion.h"
#include "core/analysis/named_styles.h"
#include "core/analysis/parallel.h"
#include "core/analysis/surface.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/results/named_sets.h"
#include "core/results/run_query.h"
#include "widgets/class_difference_picture.h"
#include "widgets/curves_figure.h"
#include "widgets/parallel_picture.h"
#include "widgets/qt_text.h"
#include "widgets/response_export.h"
#include "widgets/surface_picture.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

const FigureFormat& formatOf(const fs::path& output) {
    if (const auto* format = findFigureFormat(text(output.extension().string()))) return *format;
    throw ConfigError(output.string() + ": a figure is written as " +
                      figureEndings().toStdString());
}

}  // namespace

std::vector<std::string> drawFigureFile(const FigureRequest& request) {
    const FigureFormat& format = formatOf(request.output);
    const std::string subject = request.description.string();
    const FigureDescription figure =
        figureFromJson(parseJson(readFile(request.description), subject), subject);
    const FigureStyle style = request.style.empty() ? styleOf(figure, request.workspace, subject)
                                                    : styleGiven(request.style, request.workspace);
    RunIndex index(request.workspace);
    index.refresh();
    std::vector<const IndexedRun*> runs = runsWhere(index.runs(), {});
    keepSet(runs, request.workspace, request.set);
    std::vector<std::string> warnings;
    PaperFigure paper;
    std::vector<CapsuleRun> drawn;
    const RunFolders folders = runFolders(index.runs());
    std::vector<RunCurves> curves;
    if (figure.figure == FigureKind::response) {
        ResponsePicture picture;
        picture.curves = responseCurves(runs, figure);
        picture.percent = isAccuracyField(figure.y);
        picture.seeds_as_points = figure.seeds_as_points;
        picture.spread = figure.spread;
        warnings = picture.curves.warnings;
        paper = paperFigure(picture);
        drawn = drawnRuns(picture.curves, folders);
    } else if (figure.figure == FigureKind::surface) {
        const SurfacePicture picture{surfaceOf(runs, figure), isAccuracyField(figure.value)};
        warnings = picture.surface.warnings;
        paper = paperFigure(picture);
        drawn = drawnRuns(picture.surface, folders);
    } else if (figure.figure == FigureKind::classes) {
        const ClassDifferences differences = classDifferences(runs, figure);
        warnings = differences.warnings;
        paper = paperFigure(differences, classTitle(figure));
        drawn = drawnRuns(differences.runs, folders);
    } else if (figure.figure == FigureKind::confusion) {
        const ConfusionGrid grid = confusionGrid(runs, figure);
        warnings = grid.surface.warnings;
        paper = paperFigure(confusionPicture(grid));
        drawn = drawnRuns(grid.runs, folders);
    } else if (figure.figure == FigureKind::curves) {
        const Panel& panel = panelOf(figure, subject);
        runs = shownRuns(figure, runs);
        std::erase_if(runs, [](const IndexedRun* run) { return run->epochs.empty(); });
        if (runs.empty()) {
            throw ConfigError(subject + ": there are no runs with results in " +
                              request.workspace.string() + " for it to show");
        }
        if (runs.size() < figure.curves.runs.size()) {
            warnings.push_back("of the figure's " + std::to_string(figure.curves.runs.size()) +
                               " runs " + std::to_string(runs.size()) + " are drawn; the others " +
                               "have no results in " + request.workspace.string());
        }
        curves = readCurves(runs);
        paper = paperFigure(panel, figureOf(curves, runs, viewOf(figure)));
        std::vector<std::string> ids;
        for (const IndexedRun* run : runs) ids.push_back(run->id);
        drawn = drawnRuns(ids, folders);
    } else {
        ParallelPicture picture;
        picture.drawn = parallelCoordinates(runs, figure);
        picture.percent = isAccuracyField(figure.value);
        picture.better = betterDirection(figure.value);
        warnings = picture.drawn.warnings;
        paper = paperFigure(picture);
        drawn = drawnRuns(picture.drawn, folders);
    }
    if (!figure.title.empty()) paper.title = text(figure.title);
    paper.capsule = capsuleText(figureCapsule(figure, style, std::move(drawn)));
    writeFigure(paper, style, format, request.output);
    return warnings;
}

std::vector<fs::path> writeFigure(const PaperFigure& figure, const FigureStyle& style,
                                  const FigureFormat& format, const fs::path& output) {
    if (output.has_parent_path()) makeFolders(output.parent_path());
    const std::vector<FigureFile> files = format.write(figure, style, text(output.stem().string()));
    std::vector<fs::path> written;
    for (auto file = files.rbegin(); file != files.rend(); ++file) {
        written.push_back(
            file + 1 == files.rend() ? output : output.parent_path() / file->name.toStdString());
        replaceFile(written.back(),
                    std::string_view(file->content.constData(),
                                     static_cast<std::size_t>(file->content.size())));
    }
    std::ranges::reverse(written);
    return written;
}

}  // namespace ballast
