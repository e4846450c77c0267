#pragma once

#include <QString>
#include <optional>

#include "core/base/machine.h"
#include "core/runs/executor.h"
#include "core/runs/queue_forecast.h"
#include "widgets/slot_table.h"

namespace ballast {

class RunController;

/// This machine as it is now.
struct MachineState {
    MemoryUse memory;
    std::optional<std::int64_t> free_bytes;  // where the workspace lies; nothing: not known
};

/// Cores of this machine, one at least.
int coresHere();

/// The threads of the run in a slot, or else of its next one.
int threadsOf(const SlotState& slot, const RunController& controller);

/// What a slot trains, in words.
SlotRow slotRow(const SlotState& slot, const RunController& controller);

/// "This machine: 2 cores · memory 3.1 GiB of 7.8 GiB used · disk 41 GiB free, 1.2 GiB for the
/// queue".
QString machineSentence(const std::optional<MachineState>& machine,
                        const std::optional<QueueForecast>& forecast);

}  // namespace ballast
