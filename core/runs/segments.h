#pragma once

#include <filesystem>
#include <string>

#include "core/base/error.h"
#include "core/experiment/trunk_plan.h"
#include "core/runs/learning.h"

namespace ballast {

struct PlannedRun;
struct SweepPlan;

/// "20261123-101500-ce@0-160": what a segment is called once its run is made.
std::string segmentName(const PlannedRun& run, const Segment& segment);

/// The segment of what a plan has left that must be trained before `segment`, as the run it trains
/// learns from that one's, besides its parent: an index, or −1.
int segmentOfTeacher(const SweepPlan& plan, const Segment& segment);

/// What such a name says: epochs `from` … `to` − 1 of a run.
struct SegmentRange {
    std::string run;
    int from = 0;
    int to = 0;
};

/// Throws ConfigError where it is no such name.
SegmentRange segmentRange(const std::string& name);

/// A segment whose parent, or whose run's teacher, is not trained yet.
struct SegmentNotReady : StorageError {
    using StorageError::StorageError;
};

/// Trains one segment of a prepared sweep, given only the workspace and its name: from what
/// checkpoints of the workspace hold to the segment's end, where the run goes back to the queue, or
/// is finished where that was its last epoch.
/// Never throws but ConfigError (no such run, not a name) and SegmentNotReady.
RunOutcome trainSegment(const Learning& learning, const std::filesystem::path& workspace,
                        const std::string& name, const TrainingEnvironment& environment,
                        RunControl& control, RunObserver& observer);

}  // namespace ballast
