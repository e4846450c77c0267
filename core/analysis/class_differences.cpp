#include "core/analysis/class_differences.h"

#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/results/run_folder.h"
#include "core/results/statistics.h"

namespace ballast {
namespace {

/// The runs whose seed the group has once.
std::map<std::uint64_t, const IndexedRun*> runsBySeed(const RunGroup& group) {
    std::map<std::uint64_t, const IndexedRun*> runs;
    std::map<std::uint64_t, int> times;
    for (const IndexedRun* run : group.runs) {
        const std::uint64_t seed = run->description.config.training.seed;
        runs[seed] = run;
        ++times[seed];
    }
    std::erase_if(runs, [&](const auto& entry) { return times[entry.first] > 1; });
    return runs;
}

/// A run's test accuracies per class; empty, with a warning, where it cannot be read.
std::vector<double> accuraciesOf(const IndexedRun& run, bool best,
                                 std::vector<std::string>& warnings) {
    const RunSummary read = readRun(run.folder);
    if (!read.error.empty()) {
        warnings.push_back(run.id + " is left out: " + read.error);
        return {};
    }
    const EpochRecord* record =
        best ? bestRecord(read.records, read.description.config.training.selection)
        : read.records.empty() ? nullptr
                               : &read.records.back();
    if (record == nullptr || record->test_accuracy.empty()) {
        warnings.push_back(run.id + " is left out: it has no test accuracies");
        return {};
    }
    return record->test_accuracy;
}

double meanOf(const std::vector<std::vector<double>>& runs, std::size_t index) {
    std::vector<double> values;
    for (const std::vector<double>& run : runs) values.push_back(run[index]);
    return statisticsOf(values).mean;
}

}  // namespace

ClassDifferences classDifferences(const RunGroup& first, const RunGroup& second,
                                  const std::string& value) {
    if (value != "best" && value != "last") {
        throw ConfigError("\"" + value + "\" is not recorded class by class; allowed: best, last");
    }
    ClassDifferences made;
    std::vector<std::vector<double>> runs[2];  // [seed][class]
    const auto others = runsBySeed(second);
    std::size_t classes = 0;
    for (const auto& [seed, own] : runsBySeed(first)) {
        const auto other = others.find(seed);
        if (other == others.end()) continue;
        const bool best = value == "best";
        std::vector<double> a = accuraciesOf(*own, best, made.warnings);
        std::vector<double> b = accuraciesOf(*other->second, best, made.warnings);
        if (a.empty() || b.empty()) continue;
        if (classes == 0) classes = a.size();
        if (a.size() != classes || b.size() != classes) {
            throw ConfigError(own->id + " and " + other->second->id + " have " +
                              std::to_string(a.size()) + " and " + std::to_string(b.size()) +
                              " classes; runs of the same classes can be compared");
        }
        made.seeds.push_back(seed);
        runs[0].push_back(std::move(a));
        runs[1].push_back(std::move(b));
    }
    if (made.seeds.empty()) {
        std::string sentence = "the groups have no seed in common whose runs can be read";
        for (const std::string& warning : made.warnings) sentence += "; " + warning;
        throw ConfigError(sentence);
    }
    const RunDescription& description = first.runs.front()->description;
    std::vector<double> p;
    for (std::size_t index = 0; index < classes; ++index) {
        ClassDifference difference;
        difference.index = index;
        difference.name = className(description, index);
        if (index < description.class_counts.size()) {
            difference.images = description.class_counts[index];
        }
        difference.first = meanOf(runs[0], index);
        difference.second = meanOf(runs[1], index);
        std::vector<double> differences;
        for (std::size_t s = 0; s < made.seeds.size(); ++s) {
            differences.push_back(runs[0][s][index] - runs[1][s][index]);
        }
        difference.statistics = pairedStatistics(differences);
        p.push_back(difference.statistics.t_p);
        made.classes.push_back(std::move(difference));
    }
    const std::vector<double> adjusted = holmAdjusted(p);
    for (std::size_t i = 0; i < classes; ++i) made.classes[i].holm_p = adjusted[i];
    return made;
}

}  // namespace ballast
