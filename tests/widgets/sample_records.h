#pragma once

#include <cmath>
#include <vector>

#include "core/experiment/imbalance.h"
#include "widgets/run_curves.h"

// Records whose numbers all differ, so that a curve with another's points cannot go unseen.

namespace ballast::sample {

inline std::vector<std::int64_t> counts() {
    return {100, 60, 30, 10};
}

inline RunPlotInfo run(const QString& id, int color_index = 0, int epochs = 6) {
    RunPlotInfo info;
    info.id = id;
    info.name = id.toUpper();
    info.color_index = color_index;
    info.epochs = epochs;
    info.phase_starts = {0, 4};
    info.class_counts = counts();
    info.majority = majorityClasses(info.class_counts);
    return info;
}

inline ClassStatistics statistics(double offset) {
    ClassStatistics result;
    result.accuracy = {0.91 + offset, 0.82 + offset, 0.33 + offset, 0.14 + offset};
    result.min_logit = {1.5 - offset, -0.25 - offset, -3.5 - offset, -7.75 - offset};
    const GroupMeans means = groupMeans(result.accuracy, majorityClasses(counts()));
    result.majority_accuracy = means.majority;
    result.minority_accuracy = means.minority;
    return result;
}

inline EpochRecord record(int epoch, bool exact = false, double shift = 0.0) {
    EpochRecord result;
    result.epoch = epoch;
    result.streaming = statistics(0.01 * epoch + shift);
    if (exact) result.exact = statistics(0.01 * epoch + 0.005 + shift);
    result.test_accuracy = {0.9, 0.8, 0.3, 0.1};
    // Best after four epochs (index 3), then worse.
    result.balanced_test_accuracy = 0.5 - 0.02 * std::abs(epoch - 3) + shift;
    return result;
}

}  // namespace ballast::sample
