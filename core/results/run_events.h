#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/results/run_differences.h"
#include "core/results/run_folder.h"

namespace ballast {

/// Something that happened to a run while it was trained, or that its config says will.
struct HistoryEvent {
    enum class Kind { fork, phase, learning_rate, edit, best };
    Kind kind = Kind::phase;
    int epoch =
        0;  // epochs done when it happens: a phase from epoch 160 (0-based) on begins at 160
    std::string text;  // "learning rate 0.1 → 0.001"
    bool operator==(const HistoryEvent&) const = default;
};

/// "fork", "phase", "learning-rate", "edit", "best".
const char* eventName(HistoryEvent::Kind kind);

/// What run.json says: from which run it was forked, phases and what they change, edits; by epoch.
/// A phase that an edit made begins with the edit, and is not said twice.
std::vector<HistoryEvent> describedEvents(const RunDescription& run);

/// What the edits after `epoch` epochs changed: each with the values before (empty: not known) and
/// after.
std::vector<RunDifference> editChanges(const RunDescription& run, int epoch);

/// Steps of the learning rate; rates[e] is that of epoch e (0-based). A step lies between epochs of
/// one rate each, so that warm-ups and cosines, which never rest, have none; one at `told` epochs
/// (by a phase or an edit, whose text says so) is left out.
std::vector<HistoryEvent> learningRateSteps(std::span<const double> rates,
                                            std::span<const HistoryEvent> told);

/// Adds to the phase that begins after `epoch` epochs that the run chose this value of `what`, "ν̂",
/// for it.
void tellChosen(std::vector<HistoryEvent>& events, int epoch, const char* what, double value);

/// "best 81.8 %", of a balanced test accuracy (0 … 1).
HistoryEvent bestEvent(int epochs_done, double balanced_test_accuracy);

/// All of them, by epoch; the best epoch by the run's selection.
std::vector<HistoryEvent> runEvents(const RunDescription& run,
                                    std::span<const EpochRecord> records);

}  // namespace ballast
