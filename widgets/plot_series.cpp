#include "widgets/plot_series.h"

#include <QSet>
#include <algorithm>
#include <cmath>
#include <map>

#include "widgets/curve_points.h"

namespace ballast {
namespace {

bool hasBegun(const RunCurves* run) {
    return run->epochsDone() > 0;
}

SeedSpread spreadOf(const PlotSeries& series, Spread spread, const auto& value) {
    std::vector<double> values;
    for (const RunCurves* run : series.runs) values.push_back(value(*run));
    return seedSpread(values, spread);
}

}  // namespace

PlotSeries singleRun(const RunCurves& run) {
    PlotSeries series;
    series.id = run.info().id;
    series.name = run.info().name;
    series.color_index = run.info().color_index;
    series.runs = {&run};
    return series;
}

int PlotSeries::epochsDone() const {
    int least = 0;
    for (const RunCurves* run : runs) {
        if (!hasBegun(run)) continue;
        least = least == 0 ? run->epochsDone() : std::min(least, run->epochsDone());
    }
    return least;
}

int PlotSeries::mostEpochs() const {
    int most = 0;
    for (const RunCurves* run : runs) most = std::max(most, run->epochsDone());
    return most;
}

std::vector<SeriesCurve> curvesOf(const PlotSeries& series, const Panel& panel,
                                  const PlotView& view) {
    std::vector<SeriesCurve> result(panel.curves.size());
    for (std::size_t i = 0; i < result.size(); ++i) {
        const PanelCurve& curve = panel.curves[i];
        if (curve.look == CurveLook::edge && !series.band_of_classes) continue;
        std::vector<std::vector<QPointF>> seeds;
        for (const RunCurves* run : series.runs) {
            std::vector<QPointF> points = run->points({panel.name, curve.key});
            // Exact values are single measurements, which markers show as they are.
            if (!curve.exact) points = smoothed(points, view.smoothing);
            for (QPointF& point : points) point.rx() -= series.shift;
            seeds.push_back(std::move(points));
        }
        if (!series.mean) {
            result[i].points = std::move(seeds.front());
            continue;
        }
        MeanCurve mean = meanCurve(seeds, view.spread);
        result[i].points = std::move(mean.mean);
        result[i].fewer = std::move(mean.fewer);
        if (curve.exact) {  // single markers: nothing to meet, and the line's band is enough
            for (std::size_t k = 0; k < mean.n.size(); ++k) {
                if (!std::isnan(result[i].points[k].y())) result[i].fewer[k].ry() = kMissing;
            }
            continue;
        }
        result[i].lower = std::move(mean.lower);
        result[i].upper = std::move(mean.upper);
    }
    return result;
}

SeedSpread valueOf(const PlotSeries& series, const CurveKey& key, int epochs_done, Spread spread) {
    return spreadOf(series, spread,
                    [&](const RunCurves& run) { return run.valueAt(key, epochs_done); });
}

SeedSpread bestOf(const PlotSeries& series, Spread spread) {
    return spreadOf(series, spread, [](const RunCurves& run) { return run.best().y(); });
}

std::optional<int> transitionEpoch(const RunPlotInfo& run) {
    return run.phase_starts.size() < 2 ? std::nullopt : std::optional(run.phase_starts[1]);
}

std::vector<PlotSeries> plotSeries(std::span<const RunCurves* const> visible,
                                   std::span<const PlotGroup> groups, const PlotView& view,
                                   const QStringList& highlighted) {
    std::vector<PlotSeries> faint;
    std::vector<PlotSeries> result;
    std::map<QString, const PlotGroup*> group_of;
    if (view.means) {
        for (const PlotGroup& group : groups) {
            for (const QString& run : group.runs) group_of[run] = &group;
        }
    }
    std::map<const PlotGroup*, std::size_t> means;
    for (const RunCurves* run : visible) {
        if (view.since_t0 && !transitionEpoch(run->info())) continue;
        PlotSeries single = singleRun(*run);
        const auto group = group_of.find(single.id);
        if (group == group_of.end()) {
            result.push_back(std::move(single));
            continue;
        }
        if (view.single_seeds) {
            single.color_index = group->second->color_index;
            single.emphasis = Emphasis::faint;
            single.listed = false;
            single.band_of_classes = false;
            faint.push_back(single);
        }
        const auto [mean, added] = means.emplace(group->second, result.size());
        if (!added) {
            result[mean->second].runs.push_back(run);
            continue;
        }
        PlotSeries series;
        series.id = QStringLiteral("mean/") + group->second->runs.front();
        series.name = group->second->label;
        series.color_index = group->second->color_index;
        series.band_of_classes = false;  // its band is that over seeds
        series.mean = true;
        series.runs = {run};
        result.push_back(std::move(series));
    }

    const QSet<QString> wanted(highlighted.begin(), highlighted.end());
    const auto stands_out = [&](const PlotSeries& series) {
        return std::ranges::any_of(
            series.runs, [&](const RunCurves* run) { return wanted.contains(run->info().id); });
    };
    const auto strong_ones = std::ranges::count_if(result, stands_out);
    const bool any = strong_ones > 0;
    const bool many = result.size() + faint.size() > kCrowd;
    const bool few_strong = static_cast<std::size_t>(strong_ones) <= kCrowd;
    const bool few_marked = static_cast<std::size_t>(strong_ones) <= kMarkedRuns;
    for (PlotSeries& series : faint) series.crowd = many;
    for (PlotSeries& series : result) {
        const bool strong = stands_out(series);
        series.crowd = many && !(strong && few_strong);
        if (any && result.size() > 1) series.emphasis = strong ? Emphasis::strong : Emphasis::faint;
        series.events = !series.mean && (result.size() == 1 || (strong && few_marked));
        series.band_of_classes = !series.mean && !series.crowd && (strong || result.size() == 1);
    }
    result.insert(result.begin(), faint.begin(), faint.end());
    for (PlotSeries& series : result) {
        if (view.since_t0) series.shift = *transitionEpoch(series.info());
    }
    return result;
}

}  // namespace ballast
