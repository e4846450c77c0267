#include "app/cli/sweep_plan_text.h"

#include <cstdio>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "core/base/human_text.h"
#include "core/runs/segments.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t kShownSegments = 60;

std::string labelOf(const PlannedRun& run) {
    return run.run.label.empty() ? run.run.config.name : run.run.label;
}

/// How many runs pass through each segment.
std::vector<int> runsThrough(const TrunkPlan& plan) {
    std::vector<int> ends(plan.segments.size(), 0);
    std::map<std::pair<int, int>, std::size_t> ending;  // run and epoch -> segment
    for (std::size_t s = 0; s < plan.segments.size(); ++s) {
        ending[{plan.segments[s].run, plan.segments[s].to}] = s;
    }
    for (std::size_t run = 0; run < plan.from.size(); ++run) {
        // Its own last segment; a run without one ends where its source was cut.
        const Segment* last = nullptr;
        for (std::size_t s = 0; s < plan.segments.size(); ++s) {
            if (plan.segments[s].run == static_cast<int>(run)) last = &plan.segments[s];
        }
        if (last != nullptr) {
            ++ends[static_cast<std::size_t>(last - plan.segments.data())];
        } else if (const auto found = ending.find({plan.source[run], plan.from[run]});
                   found != ending.end()) {
            ++ends[found->second];
        }
    }
    for (std::size_t s = plan.segments.size(); s-- > 0;) {
        const int parent = plan.segments[s].parent;
        if (parent >= 0) ends[static_cast<std::size_t>(parent)] += ends[s];
    }
    return ends;
}

void printTree(const SweepPlan& plan) {
    const std::vector<Segment>& segments = plan.whole.segments;
    const std::vector<int> runs = runsThrough(plan.whole);
    std::vector<std::vector<int>> children(segments.size() + 1);  // the last are the roots
    for (std::size_t s = 0; s < segments.size(); ++s) {
        const int parent = segments[s].parent;
        children[parent < 0 ? segments.size() : static_cast<std::size_t>(parent)].push_back(
            static_cast<int>(s));
    }
    std::size_t shown = 0;
    const auto print = [&](const auto& self, int index, int depth) -> void {
        const Segment& segment = segments[static_cast<std::size_t>(index)];
        if (++shown <= kShownSegments) {
            const std::string epochs =
                std::to_string(segment.from) + "–" + std::to_string(segment.to - 1);
            const int through = runs[static_cast<std::size_t>(index)];
            const std::string what =
                through > 1 ? "shared by " + std::to_string(through) + " runs"
                            : labelOf(plan.runs[static_cast<std::size_t>(segment.run)]);
            std::cout << "  " << std::string(static_cast<std::size_t>(depth) * 3, ' ')
                      << (depth > 0 ? "└─ " : "") << "epochs " << epochs << "  " << what << "\n";
        }
        for (const int child : children[static_cast<std::size_t>(index)]) {
            self(self, child, depth + 1);
        }
    };
    for (const int root : children[segments.size()]) print(print, root, 0);
    if (shown > kShownSegments) {
        std::cout << "  … and " << shown - kShownSegments << " more segments; --json lists all\n";
    }
}

}  // namespace

void printPlan(const Sweep& sweep, const SweepPlan& plan) {
    const auto alone = plan.whole.epochs_alone;
    const auto shared = plan.whole.epochs_shared;
    std::cout << (sweep.name.empty() ? "sweep" : sweep.name) << ": "
              << groupedText(static_cast<std::int64_t>(plan.runs.size())) << " runs\n";
    for (const std::string& warning : plan.warnings) std::cout << "warning: " << warning << "\n";
    printTree(plan);
    std::printf("epochs alone %s, shared %s: %.0f %% saved\n", groupedText(alone).c_str(),
                groupedText(shared).c_str(),
                alone == 0
                    ? 0.0
                    : 100.0 * static_cast<double>(alone - shared) / static_cast<double>(alone));
    if (plan.left.epochs_shared != shared) {
        std::printf("in the workspace already: %s epochs; left to train: %s\n",
                    groupedText(shared - plan.left.epochs_shared).c_str(),
                    groupedText(plan.left.epochs_shared).c_str());
    }
    if (plan.seconds) {
        std::printf("time for what is left: about %s, from measured epochs\n",
                    estimateInWords(*plan.seconds).c_str());
    } else {
        std::printf("time: not known yet; no run of this kind has been timed in the workspace\n");
    }
    std::printf("disk: up to %s, free are %s\n", sizeText(plan.bytes_needed).c_str(),
                sizeText(plan.bytes_free).c_str());
    std::fflush(stdout);
}

ordered_json planJson(const Sweep& sweep, const SweepPlan& plan) {
    ordered_json runs = ordered_json::array();
    for (std::size_t i = 0; i < plan.runs.size(); ++i) {
        const PlannedRun& run = plan.runs[i];
        ordered_json one = {{"name", run.run.config.name},
                            {"label", run.run.label},
                            {"id", run.id.empty() ? ordered_json(nullptr) : ordered_json(run.id)},
                            {"state", run.id.empty() ? "new" : stateName(run.state)},
                            {"epochs_done", run.epochs_done},
                            {"epochs", run.run.config.training.epochs},
                            {"begins_at", plan.left.from[i]}};
        runs.push_back(std::move(one));
    }
    ordered_json segments = ordered_json::array();
    for (const Segment& segment : plan.left.segments) {
        const auto name = [&](const Segment& of) -> ordered_json {
            const PlannedRun& run = plan.runs[static_cast<std::size_t>(of.run)];
            return run.id.empty() ? ordered_json(nullptr) : ordered_json(segmentName(run, of));
        };
        ordered_json one = {{"name", name(segment)},
                            {"run", segment.run},
                            {"from", segment.from},
                            {"to", segment.to},
                            {"parent", segment.parent}};
        one["after"] = segment.parent < 0
                           ? ordered_json(nullptr)
                           : name(plan.left.segments[static_cast<std::size_t>(segment.parent)]);
        const int teacher = segmentOfTeacher(plan, segment);
        if (teacher >= 0) {
            one["learns_from"] = name(plan.left.segments[static_cast<std::size_t>(teacher)]);
        }
        segments.push_back(std::move(one));
    }
    return {{"name", sweep.name},
            {"warnings", plan.warnings},
            {"epochs_alone", plan.whole.epochs_alone},
            {"epochs_shared", plan.whole.epochs_shared},
            {"epochs_left", plan.left.epochs_shared},
            {"seconds_left", plan.seconds ? ordered_json(*plan.seconds) : ordered_json(nullptr)},
            {"bytes_needed", plan.bytes_needed},
            {"bytes_free", plan.bytes_free},
            {"runs", runs},
            {"segments", segments}};
}

void printSegments(const SweepPlan& plan) {
    for (const Segment& segment : plan.left.segments) {
        const auto name = [&](const Segment& of) {
            return segmentName(plan.runs[static_cast<std::size_t>(of.run)], of);
        };
        std::cout << name(segment);
        if (segment.parent >= 0) {
            std::cout << "  after "
                      << name(plan.left.segments[static_cast<std::size_t>(segment.parent)]);
        }
        if (const int teacher = segmentOfTeacher(plan, segment); teacher >= 0) {
            std::cout << "  learns from "
                      << name(plan.left.segments[static_cast<std::size_t>(teacher)]);
        }
        std::cout << "\n";
    }
}

}  // namespace ballast
