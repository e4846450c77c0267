#pragma once

#include "core/runs/learning.h"

namespace ballast {

/// What trains, as it will be on a node that gives a run so many GPUs: for planning on a machine
/// that may have none. Devices are named as the node will name them, and what its processor can is
/// left for it to say.
class NodeLearning : public Learning {
public:
    /// `here` must outlive it.
    NodeLearning(const Learning& here, int gpus) : here_(here), gpus_(gpus) {}

    void load() const override { here_.load(); }
    std::string libraries() const override { return here_.libraries(); }

    /// The first GPU where the run is given one, for "auto" too. Throws DeviceError.
    std::string resolveDevice(const std::string& device) const override;
    std::vector<std::string> devices() const override;

    RunOutcome train(OwnedRun& run, const TrainingEnvironment& environment, RunControl& control,
                     RunObserver& observer) const override {
        return here_.train(run, environment, control, observer);
    }
    std::int64_t checkpointBytes(const RunConfig& config, std::int64_t classes) const override {
        return here_.checkpointBytes(config, classes);
    }
    LossResult loss(const LossRequest& request) const override { return here_.loss(request); }
    CheckpointInfo inspectCheckpoint(const CheckpointSource& source) const override {
        return here_.inspectCheckpoint(source);
    }
    Evaluation evaluate(const EvaluationRequest& request, const DataStore& store) const override {
        return here_.evaluate(request, store);
    }
    std::vector<std::string> saveLogits(const LogitsRequest& request, const DataStore& store,
                                        const std::atomic<bool>& cancelled) const override {
        return here_.saveLogits(request, store, cancelled);
    }
    void adoptCheckpoint(const CheckpointSource& from, const RunConfig& config, int epochs_done,
                         const std::filesystem::path& to) const override {
        here_.adoptCheckpoint(from, config, epochs_done, to);
    }
    CheckpointInfo exportWeights(const CheckpointSource& from,
                                 const std::filesystem::path& to) const override {
        return here_.exportWeights(from, to);
    }

private:
    const Learning& here_;
    const int gpus_;
};

}  // namespace ballast
