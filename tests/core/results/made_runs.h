#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <thread>

#include "core/results/epoch_scalars.h"
#include "core/results/owned_run.h"

namespace ballast {

/// A record of two classes.
inline EpochRecord madeRecord(int epoch, double balanced) {
    EpochRecord record;
    record.epoch = epoch;
    record.learning_rate = 0.1;
    record.weight_decay = 2e-4;
    record.loss = 2.0 / (epoch + 1);
    record.balanced_test_accuracy = balanced;
    record.test_accuracy = {balanced, balanced / 3.0};
    record.shots = {balanced, kMissing, balanced / 3.0};
    record.streaming = {{0.9, 0.1}, {-1, -2}, {0, 1}, {1, 2}, {3, 4}, {5, 6e-7}, 0.9, 0.1};
    return record;
}

/// A run with those balanced test accuracies; a config of one phase trains as many epochs.
inline std::filesystem::path madeRun(const std::filesystem::path& workspace, RunConfig config,
                                     const std::vector<double>& balanced,
                                     RunState state = RunState::finished) {
    if (config.phases.size() == 1 && !balanced.empty()) {
        config.training.epochs = static_cast<int>(balanced.size());
    }
    RunDescription description;
    description.config = std::move(config);
    description.config_as_given = {{"name", description.config.name}};
    description.class_counts = {5000, 50};
    const auto folder = OwnedRun::create(workspace, description);
    OwnedRun run(folder);
    for (const double value : balanced) {
        run.append(madeRecord(static_cast<int>(run.records().size()), value));
    }
    run.setStatus(state, static_cast<int>(balanced.size()), "");
    return folder;
}

inline RunConfig namedConfig(const std::string& name, std::uint64_t seed = 0) {
    RunConfig config;
    config.name = name;
    config.training.seed = seed;
    return config;
}

/// Until the index takes a file's time for its last change.
inline void waitForTheClock() {
    std::this_thread::sleep_for(std::chrono::milliseconds(40));
}

/// Bit by bit, where not both are missing.
inline bool same(const EpochScalars& a, const EpochScalars& b) {
    using Numbers = std::array<double, sizeof(EpochScalars) / sizeof(double)>;
    const auto x = std::bit_cast<Numbers>(a);
    const auto y = std::bit_cast<Numbers>(b);
    return std::ranges::equal(x, y, [](double p, double q) {
        if (std::isnan(p) || std::isnan(q)) return std::isnan(p) && std::isnan(q);
        return std::bit_cast<std::uint64_t>(p) == std::bit_cast<std::uint64_t>(q);
    });
}

}  // namespace ballast
