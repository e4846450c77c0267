#pragma once

#include <QString>

namespace ballast {

class RunController;
struct IndexedRun;

/// One line about a run's state: its epoch and pace, what it waits for, why it failed.
QString statusText(const IndexedRun& run, const RunController& controller);

/// How much of the run is trained, 0 … 1; negative where it is over or cannot be read.
double progressOf(const IndexedRun& run, const RunController& controller);

/// The run's name, or its ID where it has none.
QString nameOf(const IndexedRun& run);

}  // namespace ballast
