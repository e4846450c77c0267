#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/analysis/capsule_runs.h"
#include "core/analysis/figure_description.h"
#include "core/results/run_index.h"
#include "widgets/paper_figure.h"
#include "widgets/run_curves.h"

namespace ballast {

/// Where the runs of a figure come from.
struct FigureRuns {
    std::filesystem::path workspace;
    std::vector<const IndexedRun*> runs;  // those that may be drawn
    RunFolders folders;
};

/// A description drawn of a workspace's runs.
struct DrawnFigure {
    PaperFigure paper;
    std::vector<std::string> warnings;                     // a sentence each
    std::vector<CapsuleRun> runs;                          // that are drawn
    std::shared_ptr<const std::vector<RunCurves>> curves;  // which `paper` draws; may be null
};

/// Draws a figure of any kind; what needs more of a run than the index has is read. `subject` names
/// the description in errors. Throws ConfigError where there is nothing to draw, StorageError,
/// DamagedFileError.
DrawnFigure drawnFigure(const FigureDescription& figure, const FigureRuns& from,
                        const std::string& subject);

}  // namespace ballast
