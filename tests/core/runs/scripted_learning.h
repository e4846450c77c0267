#pragma once

#include <fstream>
#include <functional>
#include <utility>

#include "core/base/error.h"
#include "core/runs/learning.h"

namespace ballast {

/// Stands in for the training library where nothing is to be trained. It says who asked ("which
/// member") and answers as the library would for a ResNet-32 on CIFAR-10.
class ScriptedLearning : public Learning {
public:
    /// Called at the begin of each member with its name, on the thread that asks.
    using Asked = std::function<void(const std::string& member)>;

    explicit ScriptedLearning(Asked asked = [](const std::string&) {}) : asked_(std::move(asked)) {}

    std::string libraries() const override { return "none"; }
    std::string resolveDevice(const std::string&) const override {
        asked_("resolveDevice");
        return "cpu";
    }
    RunOutcome train(OwnedRun&, const TrainingEnvironment&, RunControl&,
                     RunObserver&) const override {
        throw DeviceError("nothing is trained here");
    }
    std::int64_t checkpointBytes(const RunConfig&, std::int64_t) const override {
        asked_("checkpointBytes");
        return 1000;
    }
    LossResult loss(const LossRequest&) const override { return {}; }
    CheckpointInfo inspectCheckpoint(const std::filesystem::path&) const override {
        asked_("inspectCheckpoint");
        CheckpointInfo info;
        info.epochs_done = 20;
        info.model.name = "resnet32";
        info.in_channels = 3;
        info.classes = 10;
        return info;
    }
    Evaluation evaluate(const EvaluationRequest&, const DataStore&) const override { return {}; }
    void adoptCheckpoint(const std::filesystem::path&, const RunConfig&, int,
                         const std::filesystem::path& to) const override {
        asked_("adoptCheckpoint");
        std::ofstream(to) << "adopted";
    }
    void exportWeights(const std::filesystem::path&, const std::filesystem::path&) const override {}

private:
    Asked asked_;
};

}  // namespace ballast
