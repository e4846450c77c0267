#include "app/desktop/figure_file.h"

#include <nlohmann/json.hpp>

#include "core/analysis/parallel.h"
#include "core/analysis/surface.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/results/named_sets.h"
#include "core/results/run_query.h"
#include "widgets/parallel_picture.h"
#include "widgets/qt_text.h"
#include "widgets/response_export.h"
#include "widgets/surface_picture.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

}  // namespace

std::vector<std::string> drawFigureFile(const fs::path& description, const fs::path& workspace,
                                        const std::string& set, const fs::path& output) {
    const bool png = output.extension() == ".png";
    if (!png && output.extension() != ".pdf") {
        throw ConfigError(output.string() +
                          ": a figure is written as .pdf or .png here, and as "
                          ".csv or .json by ballast-cli figure");
    }
    const FigureDescription figure = figureFromJson(
        parseJson(readFile(description), description.string()), description.string());
    RunIndex index(workspace);
    index.refresh();
    std::vector<const IndexedRun*> runs = runsWhere(index.runs(), {});
    keepSet(runs, workspace, set);
    QByteArray bytes;
    std::vector<std::string> warnings;
    const QString title = text(figure.title.empty() ? description.stem().string() : figure.title);
    if (figure.figure == FigureKind::response) {
        ResponsePicture picture;
        picture.curves = responseCurves(runs, figure);
        picture.percent = isAccuracyField(figure.y);
        picture.seeds_as_points = figure.seeds_as_points;
        picture.spread = figure.spread;
        warnings = picture.curves.warnings;
        bytes = png ? responsePng(picture) : responsePdf(picture, title);
    } else if (figure.figure == FigureKind::surface) {
        const SurfacePicture picture{surfaceOf(runs, figure), isAccuracyField(figure.value)};
        warnings = picture.surface.warnings;
        bytes = png ? surfacePng(picture) : surfacePdf(picture, title);
    } else {
        ParallelPicture picture;
        picture.drawn = parallelCoordinates(runs, figure);
        picture.percent = isAccuracyField(figure.value);
        picture.better = betterDirection(figure.value);
        warnings = picture.drawn.warnings;
        bytes = png ? parallelPng(picture) : parallelPdf(picture, title);
    }
    if (output.has_parent_path()) makeFolders(output.parent_path());
    replaceFile(output,
                std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
    return warnings;
}

}  // namespace ballast
