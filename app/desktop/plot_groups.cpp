#include "app/desktop/plot_groups.h"

#include <algorithm>

#include "core/results/run_groups.h"

namespace ballast {
namespace {

/// What runs of one group have in common; runs with the same may still be of two groups, as
/// groupRuns() looks closer.
RunConfig commonConfig(const IndexedRun& run) {
    RunConfig config = run.description.config;
    config.name.clear();
    config.training.seed = 0;
    config.data.folder.clear();
    return config;
}

/// groupNames(), and where groups of one method on different data have the same, what differs.
std::vector<std::string> labelsOf(std::span<const RunGroup> groups) {
    std::vector<std::string> labels = groupNames(groups);
    const std::vector<std::string> names = labels;
    std::vector<const IndexedRun*> first;
    for (const RunGroup& group : groups) first.push_back(group.runs.front());
    const std::vector<std::string> longer = runLabels(first);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (std::ranges::count(names, names[i]) > 1) labels[i] = longer[i];
    }
    return labels;
}

}  // namespace

const std::vector<PlotGroup>& PlotGroups::update(std::span<const IndexedRun* const> runs,
                                                 std::span<const IndexedRun* const> shown) {
    std::vector<RunConfig> wanted;
    for (const IndexedRun* run : shown) {
        RunConfig config = commonConfig(*run);
        if (std::ranges::find(wanted, config) == wanted.end()) wanted.push_back(std::move(config));
    }
    // Comparing configs is far cheaper than the grouping itself.
    std::vector<const IndexedRun*> candidates;
    for (const IndexedRun* run : runs) {
        if (!run->error.empty()) continue;
        if (std::ranges::find(wanted, commonConfig(*run)) != wanted.end()) {
            candidates.push_back(run);
        }
    }
    const std::vector<RunGroup> made = groupRuns(candidates);
    const std::vector<std::string> labels = labelsOf(made);
    groups_.clear();
    for (std::size_t i = 0; i < made.size(); ++i) {
        PlotGroup group;
        group.label = QString::fromStdString(labels[i]);
        group.color_index = giveColor(made[i].runs);
        for (const IndexedRun* run : made[i].runs) group.runs << QString::fromStdString(run->id);
        groups_.push_back(std::move(group));
    }
    return groups_;
}

int PlotGroups::colorOf(const std::string& run, int otherwise) const {
    const auto found = colors_.find(run);
    return found == colors_.end() ? otherwise : found->second;
}

int PlotGroups::giveColor(std::span<const IndexedRun* const> group) {
    int color = -1;
    for (const IndexedRun* run : group) {
        if (color < 0) color = colorOf(run->id, -1);
    }
    if (color < 0) color = next_color_++;
    for (const IndexedRun* run : group) colors_[run->id] = color;
    return color;
}

}  // namespace ballast
