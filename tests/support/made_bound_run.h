#pragma once

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/results/owned_run.h"

namespace ballast {

/// A finished run of VS that weighs by ADRW from epoch 4 on, in epochs that all have streaming
/// statistics, and exact ones as its config says (every 5 epochs, on both sides of T0, at the end).
inline std::filesystem::path madeBoundRun(const std::filesystem::path& workspace,
                                          const std::string& name, int epochs = 8, int classes = 3,
                                          bool measured = true) {
    RunDescription description;
    RunConfig& config = description.config;
    config.name = name;
    config.training.epochs = 8;
    config.phases.resize(2);
    config.phases[1].from = 4;
    config.phases[1].alpha = {"power", {{"nu", 0.5}}, {}};
    for (Phase& phase : config.phases) {
        phase.beta = {"cdt", {{"gamma", 0.1}}, {}};
        phase.delta = {"la", {{"tau", 1.0}}, {}};
    }
    description.config_as_given = nlohmann::json::object();
    for (int y = 0; y < classes; ++y) {
        description.class_counts.push_back(
            static_cast<std::int64_t>(1000.0 * std::pow(0.01, y / (classes - 1.0))));
    }
    const auto folder = OwnedRun::create(workspace, description);
    OwnedRun run(folder);
    for (int epoch = 0; epoch < epochs; ++epoch) {
        EpochRecord record;
        record.epoch = epoch;
        record.phase = static_cast<int>(phaseIndexAt(config.phases, epoch));
        record.loss = 2.0 / (epoch + 1);
        record.balanced_test_accuracy = 0.1 * epoch;
        if (measured) {
            for (int y = 0; y < classes; ++y) {
                record.streaming.accuracy.push_back(0.5);
                record.streaming.min_logit.push_back(epoch - 2.0 * y / classes);
                record.streaming.min_margin.push_back(0.0);
                record.streaming.lipschitz.push_back(1.0);
                record.streaming.observed_lipschitz.push_back(1.0 + y);
                record.streaming.bound_terms.push_back(1.0);
            }
            if (exactIsDue(config, epoch)) {
                record.exact = record.streaming;
                for (double& logit : record.exact->min_logit) logit += 1.0;
            }
        }
        run.append(record);
    }
    run.setStatus(epochs == 8 ? RunState::finished : RunState::stopped, epochs, "");
    return folder;
}

}  // namespace ballast
