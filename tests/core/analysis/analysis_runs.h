#pragma once

#include <deque>
#include <string>
#include <vector>

#include "core/experiment/config_json.h"
#include "core/experiment/config_settings.h"
#include "core/results/run_index.h"

namespace ballast {

/// Runs in memory, as the index of a workspace would hold them.
class AnalysisRuns {
public:
    /// A finished run whose balanced test accuracy is `best` in its first epoch, and 0.1 less in
    /// its last.
    IndexedRun& add(const RunConfig& config, double best) {
        IndexedRun run;
        run.id = "run-" + std::to_string(runs_.size());
        run.description.config = config;
        run.description.created = "2026-01-01T00:00:00Z";
        run.status.state = RunState::finished;
        const auto epochs = static_cast<std::size_t>(config.training.epochs);
        run.epochs.resize(epochs);
        for (std::size_t e = 0; e < epochs; ++e) {
            run.epochs[e].balanced_test_accuracy = e == 0 ? best : best - 0.1;
            run.epochs[e].balanced_validation_accuracy = run.epochs[e].balanced_test_accuracy;
        }
        runs_.push_back(std::move(run));
        return runs_.back();
    }

    std::vector<const IndexedRun*> all() const {
        std::vector<const IndexedRun*> pointers;
        for (const IndexedRun& run : runs_) pointers.push_back(&run);
        return pointers;
    }

private:
    std::deque<IndexedRun> runs_;  // addresses stay
};

/// A config of two phases, four epochs long, as a sweep over ν would make it.
inline RunConfig nuConfig(double nu, std::uint64_t seed = 0,
                          const std::string& method = "CE+ADRW") {
    RunConfig config;
    config.name = method + " · ν = " + std::to_string(nu);
    config.training.epochs = 4;
    config.training.seed = seed;
    config.phases.resize(2);
    config.phases[1].from = 2;
    config.phases[1].alpha = {"power", {{"nu", nu}}, {}};
    config.lr_schedule.warmup_epochs = 0;
    return config;
}

/// The sentence of what it throws; "" for nothing.
template<class Do>
std::string complaintOf(const Do& act) {
    try {
        act();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

}  // namespace ballast
