#pragma once

#include <filesystem>

#include "core/runs/training.h"

namespace ballast {

/// Passes on what a run says, and keeps its TensorBoard file in a folder up to date after every
/// epoch. A file that cannot be written is said once; the run goes on. On the training thread.
class LiveTensorboard : public RunObserver {
public:
    /// `run`: the run's folder. `folder`: that of the files; empty: writes none.
    LiveTensorboard(std::filesystem::path run, std::filesystem::path folder, RunObserver& observer)
        : run_(std::move(run)), folder_(std::move(folder)), observer_(observer) {}

    /// Writes what the run's folder says by now.
    void update();

    void stateChanged(RunState state) override { observer_.stateChanged(state); }
    void stepFinished(const StepProgress& progress) override { observer_.stepFinished(progress); }
    void epochFinished(const EpochRecord& record) override;
    void recordsReplaced(const std::vector<EpochRecord>& records) override;
    void configChanged(const RunConfig& config) override { observer_.configChanged(config); }
    void said(const std::string& line) override { observer_.said(line); }

private:
    std::filesystem::path run_;
    std::filesystem::path folder_;
    RunObserver& observer_;
    bool failed_ = false;
};

}  // namespace ballast
