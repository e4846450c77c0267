#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/results/run_index.h"
#include "widgets/plot_series.h"

namespace ballast {

/// Which runs the plots can draw as one mean over seeds. A group's colour stays for as long as this
/// lives, whatever comes and goes beside it.
class PlotGroups {
public:
    /// The groups that any of `shown` belongs to, with all their seeds among `runs`.
    const std::vector<PlotGroup>& update(std::span<const IndexedRun* const> runs,
                                         std::span<const IndexedRun* const> shown);
    const std::vector<PlotGroup>& groups() const { return groups_; }

    /// The group's colour of a run that was in one, or `otherwise`.
    int colorOf(const std::string& run, int otherwise) const;

private:
    int giveColor(std::span<const IndexedRun* const> group);

    std::vector<PlotGroup> groups_;
    std::map<std::string, int> colors_;  // by run, of its group
    int next_color_ = 0;
};

}  // namespace ballast
