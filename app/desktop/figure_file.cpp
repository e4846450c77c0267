#include "app/desktop/figure_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/desktop/drawn_figure.h"
#include "core/analysis/named_styles.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/results/named_sets.h"
#include "core/results/run_query.h"
#include "widgets/qt_text.h"

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
    DrawnFigure drawn = drawnFigure(
        figure, {request.workspace, std::move(runs), runFolders(index.runs())}, subject);
    if (!figure.title.empty()) drawn.paper.title = text(figure.title);
    drawn.paper.capsule = capsuleText(figureCapsule(figure, style, std::move(drawn.runs)));
    writeFigure(drawn.paper, style, format, request.output);
    return drawn.warnings;
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
