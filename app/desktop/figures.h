#pragma once

#include <QString>
#include <filesystem>
#include <span>
#include <vector>

#include "core/results/run_index.h"
#include "widgets/figure_export.h"

namespace ballast {

/// What the plots need to know about a run.
RunPlotInfo plotInfo(const IndexedRun& run, int color_index);

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
