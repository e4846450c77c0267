#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/runs/sweep_store.h"

namespace ballast {

/// How many runs of a plan to train side by side on so many cores of the CPU where nobody says: as
/// many as could begin if nothing were there yet, with two cores each or more; so a sweep that is
/// resumed has as many threads as before. A small network keeps two cores as busy as two of them
/// on one core each would, and a batch cannot be divided among many. One at a time on a GPU, and of
/// runs that decode photographs or set their own threads.
int slotsFor(const Learning& learning, const SweepPlan& plan, int cores);

/// A plan and the slots it is made for: one run at a time on each of these devices.
struct SlottedPlan {
    SweepPlan plan;
    std::vector<std::string> slots;
};

/// Plans a sweep for slots that share `whole`'s threads: one on each of `devices`, or, where that
/// is empty, `count` on `whole`'s device; 0 of them: as many as suit the sweep (slotsFor), but one
/// where more would not share what was trained on more threads. Throws as planSweep.
SlottedPlan planOnSlots(const Learning& learning, const Sweep& sweep,
                        const std::filesystem::path& workspace, const TrainingEnvironment& whole,
                        const std::vector<std::string>& devices, int count);

}  // namespace ballast
