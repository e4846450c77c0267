#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/results/run_query.h"

namespace ballast {

/// What an axis or a line of a figure shows of a run.
struct FigureField {
    RunField field;

    /// The pointers into the config of `run` that decide the value; empty where results do.
    std::vector<std::string> pointersOf(const IndexedRun& run) const;
};

/// The field of that name: all of runField, read a hundred times as fast where it is a pointer into
/// the config, and
///
///     T0        the epoch from which the last phase holds; nothing in a run of one phase
///     T0:K      the epoch from which phase K (from 0, as in the config) holds
///     ratio     minority over majority training accuracy at the best epoch, Figure 3(b); of exact
///               statistics where that epoch has them
///     class:K   test accuracy of class K (from 0) at the best epoch, read from the run's folder
///
/// Throws ConfigError with the nearest known name. Works in any thread; one field object is for one
/// thread at a time.
FigureField figureField(const std::string& name);

/// A condition of runCondition() over these fields: "T0=160", "best>0.6".
std::function<bool(const IndexedRun&)> figureCondition(const std::string& text);

/// Whether a run's "ratio" is of exact statistics, not of the training passes with augmentation.
bool hasExactRatio(const IndexedRun& run);

/// What an axis says: "ν of class weight α_y, phase 2", "balanced test accuracy, best epoch".
std::string figureFieldLabel(const std::string& name);

/// Whether larger values are better (1), smaller ones (−1), or neither (0).
int betterDirection(const std::string& name);

}  // namespace ballast
