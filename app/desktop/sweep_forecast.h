#pragma once

#include <QString>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "core/runs/sweep_store.h"

namespace ballast {

/// What a sweep still takes in this workspace: see SweepPlan.
struct SweepForecast {
    std::size_t runs = 0;
    std::size_t finished = 0;  // of these
    std::int64_t epochs_whole = 0;
    std::int64_t epochs_left = 0;
    std::optional<double> seconds;  // for what is left, on all slots; where such runs were timed
    std::int64_t bytes_needed = 0;
    std::int64_t bytes_free = 0;

    bool fits() const { return bytes_needed <= bytes_free; }
};

/// Plans runs in the workspace on its slots; any thread, throws.
using PlanRuns =
    std::function<SweepPlan(std::vector<SweepRun>, const std::atomic<bool>& cancelled)>;

/// Any thread. Throws what `plan` throws.
SweepForecast forecastOf(const nlohmann::json& sweep, const PlanRuns& plan,
                         const std::atomic<bool>& cancelled);

/// "12 of 20 runs are finished, 340 epochs are left · about 2 h · disk: up to 1.2 GB of 40 GB
/// free".
QString forecastInWords(const SweepForecast& forecast);

}  // namespace ballast
