#include "core/analysis/ranking.h"

#include <algorithm>
#include <map>

#include "core/analysis/paired_comparison.h"
#include "core/results/statistics.h"
#include "core/results/table_text.h"

namespace ballast {
namespace {

/// The mean of each seed, as a point may be over other differences too.
std::map<std::uint64_t, double> bySeed(const ResponsePoint& point) {
    std::map<std::uint64_t, std::pair<double, int>> sums;
    for (const SeedValue& value : point.values) {
        auto& [sum, n] = sums[value.seed];
        sum += value.value;
        ++n;
    }
    std::map<std::uint64_t, double> means;
    for (const auto& [seed, of] : sums) means[seed] = of.first / of.second;
    return means;
}

/// How much better `baseline` is, seed by seed.
std::vector<double> differences(const ResponsePoint& baseline, const ResponsePoint& other,
                                int better) {
    const std::map<std::uint64_t, double> others = bySeed(other);
    std::vector<double> result;
    for (const auto& [seed, value] : bySeed(baseline)) {
        const auto found = others.find(seed);
        if (found != others.end()) result.push_back(better * (value - found->second));
    }
    return result;
}

/// Compares all points with the ranking's baseline.
void compareAll(Ranking& ranking, const ResponseCurves& curves, int better) {
    const auto pointOf = [&](const RankedPoint& at) -> const ResponsePoint& {
        return curves.lines[at.line].points[at.point];
    };
    const ResponsePoint& baseline = pointOf(ranking.points[ranking.baseline]);
    std::vector<double> p;
    ranking.by_few_seeds = false;
    for (std::size_t i = 0; i < ranking.points.size(); ++i) {
        RankedPoint& other = ranking.points[i];
        other.behind = {};
        other.holm_p = kMissing;
        other.alike = false;
        if (i == ranking.baseline) continue;
        other.behind = pairedStatistics(differences(baseline, pointOf(other), better));
        p.push_back(other.behind.t_p);
        ranking.by_few_seeds = ranking.by_few_seeds || other.behind.n < 2;
    }
    const std::vector<double> adjusted = holmAdjusted(p);
    std::size_t next = 0;
    for (std::size_t i = 0; i < ranking.points.size(); ++i) {
        if (i == ranking.baseline) continue;
        ranking.points[i].holm_p = adjusted[next++];
        ranking.points[i].alike = !(ranking.points[i].holm_p < kSignificanceLevel);
    }
}

std::string amount(double value, DifferenceUnit unit, int digits) {
    const bool percent = unit == DifferenceUnit::percentage_points;
    return percent ? fixedText(100.0 * value, digits) : fixedText(value, digits + 2);
}

std::string rankingVerdict(const ResponseCurves& curves, const Ranking& ranking,
                           DifferenceUnit unit) {
    const auto name = [&](const RankedPoint& at) { return pointName(curves, at.line, at.point); };
    const std::string in = unit == DifferenceUnit::percentage_points ? " %" : "";
    const std::string points = unit == DifferenceUnit::percentage_points ? " points" : "";
    const RankedPoint& best = ranking.points.front();
    std::string verdict = name(best) + " is best: " + amount(best.mean.mean, unit, 1);
    if (best.mean.n > 1) verdict += " ± " + amount(best.deviation, unit, 1);
    verdict += in + " (n = " + std::to_string(best.mean.n) + ")";
    if (ranking.points.size() == 1) return verdict + ".";
    const RankedPoint& second = ranking.points[1];
    const PairedStatistics& by = second.behind;
    if (by.n < 2) {
        return verdict + ", before " + name(second) + " with " + amount(second.mean.mean, unit, 1) +
               in + "; " +
               (by.n == 0 ? "they have no seed in common, so nothing can be said of the difference."
                          : "one common seed says nothing about the difference.");
    }
    verdict += ", " + amount(by.mean, unit, 2) + points + " before " + name(second) +
               " (95 % interval " + amount(by.lower, unit, 2) + " … " + amount(by.upper, unit, 2) +
               ", " + pValueText(second.holm_p) + " by Holm over " +
               std::to_string(ranking.points.size() - 1) +
               (ranking.points.size() == 2 ? " comparison)." : " comparisons).");
    const auto alike = std::ranges::count(ranking.points, true, &RankedPoint::alike);
    if (alike == 0) return verdict + " It is told apart from every other setting.";
    verdict += alike == 1 ? " One setting is" : " " + std::to_string(alike) + " settings are";
    verdict += " not told apart from it";
    if (second.alike && by.seeds_for_power > by.n) {
        verdict += "; to tell the second would take about " + std::to_string(by.seeds_for_power) +
                   " seeds";
    }
    return verdict + ".";
}

}  // namespace

std::string pointName(const ResponseCurves& curves, std::size_t line, std::size_t point) {
    const ResponseLine& its = curves.lines[line];
    const std::string x = valueText(its.points[point].x);
    if (curves.lines.size() == 1) return x;
    return its.name + " at " + x;
}

Ranking rankPoints(const ResponseCurves& curves, int better, DifferenceUnit unit) {
    Ranking ranking;
    if (better == 0) return ranking;
    for (std::size_t l = 0; l < curves.lines.size(); ++l) {
        for (std::size_t p = 0; p < curves.lines[l].points.size(); ++p) {
            std::vector<double> values;
            for (const SeedValue& value : curves.lines[l].points[p].values) {
                values.push_back(value.value);
            }
            RankedPoint ranked;
            ranked.line = l;
            ranked.point = p;
            ranked.mean = seedSpread(values, Spread::t_interval);
            ranked.deviation = statisticsOf(values).standard_deviation;
            if (ranked.mean.n > 0) ranking.points.push_back(ranked);
        }
    }
    if (ranking.points.empty()) return ranking;
    std::ranges::stable_sort(ranking.points, std::ranges::greater{},
                             [&](const RankedPoint& at) { return better * at.mean.mean; });
    compareAll(ranking, curves, better);
    ranking.verdict = rankingVerdict(curves, ranking, unit);
    return ranking;
}

void compareWith(Ranking& ranking, const ResponseCurves& curves, int better, std::size_t line,
                 std::size_t point) {
    const auto found = std::ranges::find_if(ranking.points, [&](const RankedPoint& at) {
        return at.line == line && at.point == point;
    });
    if (found == ranking.points.end()) return;
    ranking.baseline = static_cast<std::size_t>(found - ranking.points.begin());
    compareAll(ranking, curves, better);
}

}  // namespace ballast
