#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "core/base/atomic_file.h"
#include "core/experiment/config_json.h"
#include "core/results/run_folder.h"
#include "core/results/workspace.h"
#include "tests/core/data/jpeg_folder.h"

namespace ballast {

/// ν × T0 with its learning-rate step × SAM radius × two seeds on few tiny photographs: sixteen
/// runs of eight epochs, each well under a second.
inline nlohmann::json tinySweep(const JpegFolder& images) {
    nlohmann::json sweep = nlohmann::json::parse(R"({"name": "crash", "base": {
        "model": {"name": "resnet8"},
        "phases": [{"from": 0},
                   {"from": 4, "alpha": {"rule": "power", "nu": 0.1}, "sam_radius": 0.05}],
        "lr_schedule": {"warmup_epochs": 1, "steps": [{"from": 4, "factor": 0.1}]},
        "training": {"epochs": 8, "batch_size": 16, "exact_every": 3, "device": "cpu",
                     "augmentation": "resized-crop-jitter"}},
        "axes": [{"/phases/1/from": [4, 6], "/lr_schedule/steps/0/from": [4, 6]},
                 {"/phases/1/alpha/nu": [0.1, 0.4]}, {"/phases/1/sam_radius": [0, 0.05]}],
        "seeds": [0, 1]})");
    RunConfig config;
    config.data = images.config(24);
    sweep["base"]["data"] = toJson(config)["data"];
    return sweep;
}

/// A workspace's runs by name.
inline std::map<std::string, RunSummary> runsByName(const std::filesystem::path& workspace) {
    std::map<std::string, RunSummary> runs;
    for (RunSummary& run : readWorkspace(workspace)) {
        runs[run.description.config.name] = std::move(run);
    }
    return runs;
}

/// Everything that a run's numbers are: its records, and its last weights.
inline std::string resultsOf(const RunSummary& run) {
    const auto last = checkpointName(run.description.config.training.epochs);
    return readFile(run.folder / "epochs.jsonl") + readFile(run.folder / "checkpoints" / last);
}

/// How many epochs the log says were trained in the run's own folder.
inline int epochsTrained(const RunSummary& run) {
    if (!std::filesystem::exists(run.folder / "log.txt")) return 0;
    const std::string log = readFile(run.folder / "log.txt");
    int count = 0;
    for (std::size_t at = 0; (at = log.find(" done in ", at)) != std::string::npos; ++at) ++count;
    return count;
}

}  // namespace ballast
