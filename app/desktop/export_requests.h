#pragma once

#include "app/desktop/comparison.h"
#include "app/desktop/export_dialog.h"
#include "core/analysis/capsule_runs.h"
#include "widgets/bound_curve_plot.h"
#include "widgets/figure_export.h"

namespace ballast {

/// What the Compare page exports: its figure, which carries its description and runs; beside it the
/// description, in the chosen style, and the settings in order. Throws ConfigError where nothing is
/// drawn.
ExportRequest exportOf(const Comparison& shown, const QString& ranking,
                       const std::filesystem::path& workspace);

/// What the Runs page exports: a figure for each panel, and tables of the results. The series' runs
/// must outlive the request.
ExportRequest exportOf(const Figure& figure, std::span<const IndexedRun* const> runs,
                       const std::filesystem::path& workspace);

/// What the view Bound of the Explain page exports: its bars, and the sums over the epochs. Throws
/// ConfigError where nothing is drawn.
ExportRequest exportOf(const std::vector<BoundInspection>& inspections,
                       const std::vector<BoundSeries>& series, const RunFolders& folders,
                       const std::filesystem::path& workspace);

/// The figure over other copies of its runs, by their IDs; what is not among them is left out.
Figure over(const Figure& figure, std::span<const RunCurves> runs);

}  // namespace ballast
