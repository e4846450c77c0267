#pragma once

#include <QStringList>
#include <atomic>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/base/error.h"
#include "core/experiment/config.h"
#include "core/experiment/trunk_plan.h"

namespace ballast {

/// What a sweep comes to.
struct SweepOutline {
    std::uint64_t runs = 0;
    bool planned = false;  // else there are problems, or too many runs (kManyRuns)
    TrunkPlan plan;
    std::vector<DataConfig> data;  // of its runs, each once
    QStringList labels;            // of each run, what tells it from the others
    QStringList warnings;          // see sweepWarnings()
    std::vector<Problem> problems;
    QString error;  // where it is no list of problems: class counts that cannot be read
};

/// Training images of each class; called on the thread of outlineOf(), may throw Error.
using CountClasses = std::function<std::vector<std::int64_t>(const DataConfig&)>;

/// Works out what a sweep comes to, ten thousand runs in a second; problems of the sweep are part
/// of the answer. Any thread. Throws what else goes wrong; CancelledError at the next run once
/// `cancelled` is set.
SweepOutline outlineOf(const nlohmann::json& sweep, const CountClasses& count_classes,
                       const std::atomic<bool>& cancelled);

}  // namespace ballast
