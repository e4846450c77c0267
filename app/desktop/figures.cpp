#include "app/desktop/figures.h"

#include <algorithm>

#include "app/desktop/figure_file.h"
#include "app/desktop/plot_groups.h"
#include "core/analysis/figure_field.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/experiment/imbalance.h"
#include "core/results/named_sets.h"
#include "core/results/result_table.h"
#include "core/results/run_groups.h"
#include "core/results/run_query.h"
#include "core/results/workspace.h"

namespace ballast {

RunPlotInfo plotInfo(const IndexedRun& run, int color_index) {
    const RunConfig& config = run.description.config;
    RunPlotInfo info;
    info.selection = config.training.selection;
    info.id = QString::fromStdString(run.id);
    info.name = QString::fromStdString(config.name.empty() ? run.id : config.name);
    info.color_index = color_index;
    info.epochs = config.training.epochs;
    for (const Phase& phase : config.phases) info.phase_starts.push_back(phase.from);
    info.majority = majorityClasses(run.description.class_counts);
    info.class_counts = run.description.class_counts;
    info.events = describedEvents(run.description);
    return info;
}

std::vector<const IndexedRun*> shownRuns(const FigureDescription& figure,
                                         std::span<const IndexedRun* const> runs) {
    const std::vector<std::string>& named = figure.curves.runs;
    std::vector<std::function<bool(const IndexedRun&)>> conditions;
    for (const std::string& condition : figure.where) {
        conditions.push_back(figureCondition(condition));
    }
    std::vector<const IndexedRun*> shown;
    for (const IndexedRun* run : runs) {
        const bool wanted = named.empty() || std::ranges::find(named, run->id) != named.end();
        const bool all_hold =
            std::ranges::all_of(conditions, [&](const auto& condition) { return condition(*run); });
        if (wanted && all_hold && run->error.empty()) shown.push_back(run);
    }
    return shown;
}

std::vector<RunCurves> readCurves(std::span<const IndexedRun* const> runs) {
    const std::vector<std::string> labels = runLabels(runs);
    std::vector<RunCurves> curves;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        curves.emplace_back(plotInfo(*runs[i], static_cast<int>(i)));
        curves.back().setName(QString::fromStdString(labels[i]));
        curves.back().setRecords(readRun(runs[i]->folder).records);
    }
    return curves;
}

Figure figureOf(std::span<const RunCurves> curves, std::span<const IndexedRun* const> runs,
                const PlotView& view) {
    std::vector<const RunCurves*> visible;
    for (const RunCurves& run : curves) visible.push_back(&run);
    PlotGroups groups;
    return {plotSeries(visible, groups.update(runs, runs), view, {}), view};
}

namespace {

/// The formats of figures, and those of tables: a line each.
constexpr const char* kPictures[] = {".pdf", ".png", ".csv"};
constexpr std::pair<const char*, TableFormat> kTables[] = {{".md", TableFormat::markdown},
                                                           {".csv", TableFormat::csv}};

}  // namespace

std::vector<std::filesystem::path> writeFigures(const Figure& figure,
                                                std::span<const IndexedRun* const> runs,
                                                const std::filesystem::path& folder,
                                                const FigureStyle& style) {
    makeFolders(folder);
    std::vector<std::filesystem::path> files;
    const auto write = [&](const std::string& name, std::string_view content) {
        files.push_back(folder / name);
        replaceFile(files.back(), content);
    };
    for (const Panel& panel : panels()) {
        const PaperFigure paper = paperFigure(panel, figure);
        for (const char* ending : kPictures) {
            const FigureFormat& format = *findFigureFormat(QLatin1String(ending));
            const auto made =
                writeFigure(paper, style, format, folder / (std::string(panel.name) + ending));
            files.insert(files.end(), made.begin(), made.end());
        }
    }
    for (const auto& [ending, format] : kTables) {
        write(std::string("results") + ending, resultTable(runs, format));
    }
    return files;
}

std::vector<std::filesystem::path> writeWorkspaceFigures(const std::filesystem::path& workspace,
                                                         const std::filesystem::path& folder,
                                                         const std::string& set,
                                                         const FigureStyle& style) {
    RunIndex index(workspace);
    index.refresh();
    std::vector<const IndexedRun*> runs = runsWhere(index.runs(), {});
    keepSet(runs, workspace, set);
    std::erase_if(runs,
                  [](const IndexedRun* run) { return !run->error.empty() || run->epochs.empty(); });
    if (runs.empty()) {
        throw ConfigError("the workspace " + workspace.string() + " has no run with results");
    }
    const std::vector<RunCurves> curves = readCurves(runs);
    return writeFigures(plainFigure(curves), runs, folder, style);
}

}  // namespace ballast
