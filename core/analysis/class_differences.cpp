#include "core/analysis/class_differences.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/experiment/imbalance.h"
#include "core/results/workspace.h"

namespace ballast {
namespace {

/// Of the best epoch; empty where there is none.
std::vector<double> classAccuracies(const RunSummary& run) {
    if (!run.error.empty()) return {};
    const EpochRecord* best = bestRecord(run.records, run.description.config.training.selection);
    return best == nullptr ? std::vector<double>() : best->test_accuracy;
}

/// Means over the classes that have test images.
GroupMeans measuredMeans(const std::vector<double>& values, const std::vector<bool>& majority) {
    std::vector<double> measured;
    std::vector<bool> flags;
    for (std::size_t y = 0; y < values.size() && y < majority.size(); ++y) {
        if (std::isnan(values[y])) continue;
        measured.push_back(values[y]);
        flags.push_back(majority[y]);
    }
    return groupMeans(measured, flags);
}

}  // namespace

ClassDifferences classDifferences(std::span<const RunPair> pairs) {
    ClassDifferences result;
    std::vector<std::int64_t> counts;
    std::vector<std::vector<double>> of_class;  // over pairs
    std::vector<double> majority;
    std::vector<double> minority;
    for (const RunPair& pair : pairs) {
        const bool alone = pair.second.empty();
        const RunSummary first = readRun(pair.first);
        const RunSummary second = alone ? first : readRun(pair.second);
        const std::vector<double> a = classAccuracies(first);
        std::vector<double> b = classAccuracies(second);
        if (a.empty() || b.empty()) continue;
        if (alone) b.assign(b.size(), 0.0);
        if (counts.empty()) {
            counts = first.description.class_counts;
            of_class.resize(counts.size());
            for (std::size_t y = 0; y < counts.size(); ++y) {
                result.classes.push_back({y, className(first.description, y), counts[y], {}});
            }
        }
        for (const RunSummary* run : {&first, &second}) {
            if (run->description.class_counts == counts) continue;
            throw ConfigError("the runs " + first.id + " and " + run->id +
                              " have other classes or other numbers of training images; by class "
                              "only settings on the same data compare");
        }
        if (a.size() != counts.size() || b.size() != counts.size()) continue;
        ++result.seeds;
        result.difference = !alone;
        result.runs.push_back(first.id);
        if (!alone) result.runs.push_back(second.id);
        std::vector<double> difference(counts.size());
        for (std::size_t y = 0; y < counts.size(); ++y) {
            difference[y] = a[y] - b[y];
            of_class[y].push_back(difference[y]);
        }
        const GroupMeans means = measuredMeans(difference, majorityClasses(counts));
        majority.push_back(means.majority);
        minority.push_back(means.minority);
    }
    for (ClassDifference& one : result.classes) {
        one.difference = pairedStatistics(of_class[one.class_index]);
    }
    std::erase_if(result.classes, [](const ClassDifference& one) { return one.difference.n == 0; });
    std::ranges::stable_sort(result.classes, std::ranges::greater{}, &ClassDifference::images);
    result.majority = pairedStatistics(majority);
    result.minority = pairedStatistics(minority);
    return result;
}

ClassDifferences classDifferences(std::span<const IndexedRun* const> runs,
                                  const FigureDescription& figure) {
    SettingPairs settings = settingPairs(runs, figure);
    ClassDifferences result = classDifferences(settings.pairs);
    if (result.classes.empty()) {
        throw ConfigError("the figure cannot be made of these runs",
                          {{"/of", "has no run with test accuracies by class"}});
    }
    result.protocol = std::move(settings.protocol);
    result.warnings = std::move(settings.warnings);
    return result;
}

std::string shownName(const ClassDifference& one) {
    return one.name.empty() ? std::to_string(one.class_index) : one.name;
}

}  // namespace ballast
