#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/results/records.h"

namespace ballast {

/// What a phase change did to a run. Accuracies are shares (0 … 1) of test images; minority and
/// majority are means over the classes that have test images. NaN: missing, or not trained yet.
struct Transition {
    /// A setting that the new phase has otherwise, in words.
    struct Change {
        std::string what;
        std::string before;
        std::string after;
        bool operator==(const Change&) const = default;
    };
    /// The run some epochs after the change; 0 is the last epoch before it.
    struct Point {
        int epochs_after = 0;
        double majority = kMissing;
        double minority = kMissing;
        double balanced = kMissing;
        double majority_min_logit = kMissing;  // mean of B_y(f), streaming
        double minority_min_logit = kMissing;
    };
    struct ClassGain {
        std::size_t class_index = 0;
        double gain = 0.0;  // test accuracy of `last` less that before
    };

    std::size_t phase = 0;  // index of the new one
    int epoch = 0;          // epochs done when it begins
    int epochs = 0;         // of the new phase, as the config has them
    int trained = 0;        // … so far
    std::vector<Change> changes;
    std::vector<Point> points;  // 0, then 1, 2, 5 and 10 as far as the phase is so long
    Point last;                 // the latest epoch of the phase; of epochs_after 0 before it begins
    /// The epoch after the change by which the minority had half of what it gained up to `last`;
    /// nothing where it gained nothing.
    std::optional<int> half_gain;
    std::vector<ClassGain> gained;  // at most three, the largest first
    std::vector<ClassGain> lost;    // at most three, the largest loss first
};

/// One for every phase but the first, in their order; the later ones are empty until the run is
/// there. `majority` as majorityClasses(); empty: there is neither majority nor minority.
std::vector<Transition> transitions(const RunConfig& config, const std::vector<bool>& majority,
                                    std::span<const EpochRecord> records);

}  // namespace ballast
