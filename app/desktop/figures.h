#pragma once

#include <QString>
#include <filesystem>
#include <span>
#include <vector>

#include "core/analysis/figure_description.h"
#include "core/results/run_index.h"
#include "widgets/figure_export.h"

namespace ballast {

/// What the plots need to know about a run.
RunPlotInfo plotInfo(const IndexedRun& run, int color_index);

/// The runs that a figure of curves shows, of these: those it names, for which its conditions hold.
std::vector<const IndexedRun*> shownRuns(const FigureDescription& figure,
                                         std::span<const IndexedRun* const> runs);

/// Reads these runs' records and gives their curves, under labels that tell the runs apart and with
/// the colours in their order. Throws DamagedFileError, StorageError.
std::vector<RunCurves> readCurves(std::span<const IndexedRun* const> runs);

/// Those curves as plots of that view draw them. The curves must outlive the figure.
Figure figureOf(std::span<const RunCurves> curves, std::span<const IndexedRun* const> runs,
                const PlotView& view);

/// Writes every figure as PDF, PNG and CSV of what it draws, and the result table as Markdown and
/// CSV, into `folder` (made if missing), each file atomically, in the style. Returns the files.
/// Throws StorageError.
std::vector<std::filesystem::path> writeFigures(const Figure& figure,
                                                std::span<const IndexedRun* const> runs,
                                                const std::filesystem::path& folder,
                                                const FigureStyle& style = {});

/// The same for all readable runs of a workspace, or of a set saved there. Throws ConfigError where
/// there are none.
std::vector<std::filesystem::path> writeWorkspaceFigures(const std::filesystem::path& workspace,
                                                         const std::filesystem::path& folder,
                                                         const std::string& set = "",
                                                         const FigureStyle& style = {});

}  // namespace ballast
