#include "core/runs/slots.h"

#include <algorithm>

#include "core/experiment/catalog.h"

namespace ballast {

int slotsFor(const Learning& learning, const SweepPlan& plan, int cores) {
    int can_begin = 0;
    for (const Segment& segment : plan.whole.segments) {
        const RunConfig& config = plan.runs[static_cast<std::size_t>(segment.run)].run.config;
        const bool small = !findDataset(config.data.dataset)->listed() &&
                           config.training.threads == 0 &&
                           learning.resolveDevice(config.training.device) == "cpu";
        if (!small) return 1;
        if (segment.parent < 0) ++can_begin;
    }
    return std::clamp(can_begin, 1, std::max(1, cores / 2));
}

SlottedPlan planOnSlots(const Learning& learning, const Sweep& sweep,
                        const std::filesystem::path& workspace, const TrainingEnvironment& whole,
                        const std::vector<std::string>& devices, int count) {
    const auto planned = [&](std::vector<std::string> slots) {
        TrainingEnvironment slot = whole;
        slot.threads = threadsOfSlot(whole, slots.size());
        slot.device = slots.front();
        const int side_by_side = static_cast<int>(slots.size());
        return SlottedPlan{planSweep(learning, sweep, workspace, slot, side_by_side),
                           std::move(slots)};
    };
    const auto of = [&](int slots) {
        return planned(std::vector(static_cast<std::size_t>(slots), whole.device));
    };
    if (!devices.empty()) return planned(devices);
    if (count > 0) return of(count);
    SlottedPlan one = of(1);
    const int suiting = slotsFor(learning, one.plan, threadsOfSlot(whole, 1));
    if (suiting == 1) return one;
    SlottedPlan several = of(suiting);
    const bool shares_as_much = several.plan.left.epochs_shared <= one.plan.left.epochs_shared;
    return shares_as_much ? several : one;
}

}  // namespace ballast
