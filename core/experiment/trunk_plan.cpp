#include "core/experiment/trunk_plan.h"

#include <algorithm>

namespace ballast {
namespace {

constexpr int kNobody = -1;

/// How far a run need not train: the last of its nodes that another has passed or will pass, or
/// after which there is a checkpoint.
int firstOwnEpoch(const EpochPath& path, const std::vector<int>& trained_by,
                  const std::vector<bool>& available) {
    for (std::size_t e = path.size(); e-- > 1;) {
        const auto node = static_cast<std::size_t>(path[e]);
        if (trained_by[node] != kNobody) return static_cast<int>(e);
        if (node < available.size() && available[node]) return static_cast<int>(e);
    }
    return 0;
}

}  // namespace

TrunkPlan planTrunks(std::span<const EpochPath> paths, const std::vector<bool>& available) {
    int nodes = 0;
    for (const EpochPath& path : paths) nodes = std::max(nodes, std::ranges::max(path) + 1);
    std::vector<int> trained_by(static_cast<std::size_t>(nodes), kNobody);

    TrunkPlan plan;
    plan.branches.resize(paths.size());
    for (std::size_t run = 0; run < paths.size(); ++run) {
        const EpochPath& path = paths[run];
        const int from = firstOwnEpoch(path, trained_by, available);
        const int leader =
            from == 0 ? kNobody
                      : trained_by[static_cast<std::size_t>(path[static_cast<std::size_t>(from)])];
        if (leader != kNobody) plan.branches[static_cast<std::size_t>(leader)].push_back(from);
        for (std::size_t e = static_cast<std::size_t>(from) + 1; e < path.size(); ++e) {
            trained_by[static_cast<std::size_t>(path[e])] = static_cast<int>(run);
        }
        plan.from.push_back(from);
        plan.source.push_back(leader);
        const int epochs = static_cast<int>(path.size()) - 1;
        plan.epochs_alone += epochs;
        plan.epochs_shared += epochs - from;
    }

    // A leader comes before those that follow it, so its segments are there to point at.
    std::vector<std::map<int, int>> ending(paths.size());  // epoch -> segment of the run
    for (std::size_t run = 0; run < paths.size(); ++run) {
        std::vector<int>& branches = plan.branches[run];
        std::ranges::sort(branches);
        branches.erase(std::ranges::unique(branches).begin(), branches.end());
        int from = plan.from[run];
        int parent = kNobody;
        if (plan.source[run] != kNobody) {
            parent = ending[static_cast<std::size_t>(plan.source[run])].at(from);
        }
        std::vector<int> ends = branches;
        const int epochs = static_cast<int>(paths[run].size()) - 1;
        if (ends.empty() || ends.back() != epochs) ends.push_back(epochs);
        for (const int to : ends) {
            if (to == from) continue;  // it adds nothing to what another has trained
            plan.segments.push_back({static_cast<int>(run), from, to, parent});
            parent = static_cast<int>(plan.segments.size()) - 1;
            ending[run][to] = parent;
            from = to;
        }
    }
    return plan;
}

}  // namespace ballast
