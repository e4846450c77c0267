#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/runs/sweep_store.h"

namespace ballast {

/// Prints a plan for people: the tree of its segments, and what it takes of epochs, time and disk.
void printPlan(const Sweep& sweep, const SweepPlan& plan);

/// The same for programs, with every run and every segment that is left to train.
nlohmann::ordered_json planJson(const Sweep& sweep, const SweepPlan& plan);

/// Prints the segments that are left to train, a line each, and after which other one each can be.
void printSegments(const SweepPlan& plan);

}  // namespace ballast
