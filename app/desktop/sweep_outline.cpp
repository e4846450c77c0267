#include "app/desktop/sweep_outline.h"

#include <algorithm>

#include "core/base/cancel.h"
#include "core/experiment/config_meaning.h"
#include "core/experiment/sweep.h"
#include "core/experiment/sweep_warnings.h"

namespace ballast {
namespace {

/// Class counts of the data sets a sweep has, each read once.
class Counts {
public:
    explicit Counts(const CountClasses& count) : count_(count) {}
    const std::vector<std::int64_t>& of(const DataConfig& data) {
        for (const auto& [known, counts] : known_) {
            if (known == data) return counts;
        }
        return known_.emplace_back(data, count_(data)).second;
    }

private:
    const CountClasses& count_;
    std::vector<std::pair<DataConfig, std::vector<std::int64_t>>> known_;
};

}  // namespace

SweepOutline outlineOf(const nlohmann::json& json, const CountClasses& count_classes,
                       const std::atomic<bool>& cancelled) {
    SweepOutline outline;
    try {
        const Sweep sweep = sweepFromJson(json, "the sweep");
        outline.runs = sweep.size();
        if (outline.runs > kManyRuns) return outline;
        const std::vector<SweepRun> runs = sweepRuns(sweep);
        outline.runs = runs.size();
        for (const std::string& warning : sweepWarnings(sweep, runs)) {
            outline.warnings << QString::fromStdString(warning);
        }
        Counts counts(count_classes);
        EpochTree tree;
        std::vector<EpochPath> paths;
        for (const SweepRun& run : runs) {
            stopIfCancelled(cancelled, "working out the sweep");
            if (auto problems = checkClassWeights(run.config); !problems.empty()) {
                throw ConfigError("the sweep", std::move(problems));
            }
            if (std::ranges::find(outline.data, run.config.data) == outline.data.end()) {
                outline.data.push_back(run.config.data);
            }
            paths.push_back(
                tree.add(run.config, counts.of(run.config.data), run.config.data.folder));
            const std::string& label = run.label.empty() ? run.config.name : run.label;
            outline.labels << QString::fromStdString(label);
        }
        outline.plan = planTrunks(paths);
        outline.planned = true;
    } catch (const ConfigError& error) {
        if (error.problems().empty()) throw;
        outline.problems = error.problems();
    }
    return outline;
}

}  // namespace ballast
