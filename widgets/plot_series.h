#pragma once

#include <QString>
#include <optional>
#include <span>
#include <vector>

#include "widgets/plot_view.h"
#include "widgets/run_curves.h"

namespace ballast {

/// Runs that differ in the seed only, to be drawn as one.
struct PlotGroup {
    QString label;
    int color_index = 0;
    QStringList runs;  // ids, one per seed
    bool operator==(const PlotGroup&) const = default;
};

/// Runs that stand out whose events are marked together; more would be a row of riddles.
inline constexpr std::size_t kMarkedRuns = 3;

/// Series beyond which those that do not stand out are drawn thin, as a crowd.
inline constexpr std::size_t kCrowd = 40;

enum class Emphasis { faint, plain, strong };

/// What live plots draw in one colour: a run, or the mean of a group's seeds.
struct PlotSeries {
    QString id;  // of the run; of a group "mean/" and its first run's
    QString name;
    int color_index = 0;
    Emphasis emphasis = Emphasis::plain;
    bool listed = true;           // in the column of values
    bool band_of_classes = true;  // from the lowest class to the highest, where a panel has it
    bool events = false;          // what happened to the run is marked on the epoch axis
    bool crowd = false;           // one of many: thin, without a band
    bool mean = false;            // over `runs`, which may be one
    std::vector<const RunCurves*> runs;  // one, or the group's visible ones; never empty
    int shift = 0;                       // x = epochs done − shift

    const RunPlotInfo& info() const { return runs.front()->info(); }
    /// Where the series ends: of a mean, the epochs that all of its begun runs have.
    int epochsDone() const;
    int mostEpochs() const;
};

/// The run as a series of its own; `run` must outlive it.
PlotSeries singleRun(const RunCurves& run);

/// One curve of a series as it is drawn.
struct SeriesCurve {
    std::vector<QPointF> points;
    std::vector<QPointF> fewer;  // a mean's: where not all seeds have a value
    std::vector<QPointF> lower;  // a mean's band
    std::vector<QPointF> upper;
};

/// The curves of a series in a panel, in the order of the panel's; those that are not drawn (the
/// edges of a band that is not wanted) are empty.
std::vector<SeriesCurve> curvesOf(const PlotSeries& series, const Panel& panel,
                                  const PlotView& view);

/// A value of the column beside the plot, as measured (never smoothed).
SeedSpread valueOf(const PlotSeries& series, const CurveKey& key, int epochs_done, Spread spread);

/// The best epochs' test accuracies.
SeedSpread bestOf(const PlotSeries& series, Spread spread);

/// The first phase change, T0; nothing of a run with one phase.
std::optional<int> transitionEpoch(const RunPlotInfo& run);

/// What is to be drawn of the visible runs, single seeds of groups first. `highlighted` are ids of
/// runs. Runs without a T0 are left out where the view asks for epochs relative to it.
std::vector<PlotSeries> plotSeries(std::span<const RunCurves* const> visible,
                                   std::span<const PlotGroup> groups, const PlotView& view,
                                   const QStringList& highlighted);

}  // namespace ballast
