#pragma once

#include <QString>
#include <cstddef>
#include <optional>
#include <vector>

#include "core/experiment/config.h"

namespace ballast {

// What of a schedule a person can take hold of, and what becomes of the config. No widget.

/// A phase's start or its SAM radius (0-based index of the phase), or a learning-rate step.
struct ScheduleHandle {
    enum class Kind { start, step, radius };
    Kind kind = Kind::start;
    std::size_t index = 0;
    bool operator==(const ScheduleHandle&) const = default;
};

/// All handles of a valid config: starts (but the first phase's, which is epoch 0), steps, radii.
std::vector<ScheduleHandle> handlesOf(const RunConfig& config);

/// Largest radius that can be dragged to: the timeline's axis ends there, or at the largest radius.
inline constexpr double kTopRadius = 1.0;

/// The epoch at which a start or a step stands.
int epochOf(const RunConfig& config, const ScheduleHandle& handle);
/// Moves a start or a step to the epoch next to `epoch` that its neighbours allow. Returns whether
/// it moved.
bool moveTo(RunConfig& config, const ScheduleHandle& handle, int epoch);

/// Adds a step at `epoch` that takes the rate to a tenth of what it was there, and returns its
/// index; nothing where one begins there already, outside the epochs, or with a schedule that has
/// no steps.
std::optional<std::size_t> addStepAt(RunConfig& config, int epoch);
void removeStep(RunConfig& config, std::size_t step);

/// The factor or radius of a handle; 0 of a start.
double valueOf(const RunConfig& config, const ScheduleHandle& handle);
/// Sets it: a factor above 0, a radius of 0 or more. Returns whether it changed.
bool setValueOf(RunConfig& config, const ScheduleHandle& handle, double value);
/// The next value up or down: factors 1, 0.5, 0.2, 0.1, …, radii in steps of 0.05.
double nextValue(const RunConfig& config, const ScheduleHandle& handle, bool up);

/// What the handle is called: "T₀ = 160", "phase 3: 180", "× 0.01", "SAM 0.1".
QString handleLabel(const RunConfig& config, const ScheduleHandle& handle);
/// The same for who hears it: "learning-rate step 1 at epoch 160, base rate times 0.01".
QString handleInWords(const RunConfig& config, const ScheduleHandle& handle);

}  // namespace ballast
