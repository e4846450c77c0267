#pragma once

#include <torch/torch.h>

#include <memory>
#include <optional>
#include <string>

#include "core/runs/process_rank.h"

namespace ballast {

enum class Combination { sum, least, most };

/// Numbers that several processes exchange, all of them in the same order: LibTorch's c10d with
/// Gloo, where LibTorch has it. Sums are the same bits in every process, and for every repetition
/// with as many of them. Every member waits for the others, at most ProcessRank::patience seconds,
/// and throws Error (run_failed) where one has ended or does not answer. For one thread.
class ProcessGroup {
public:
    virtual ~ProcessGroup() = default;

    /// Combines a tensor with the others' of its shape and type, in place; contiguous, on the CPU.
    virtual void combine(torch::Tensor& values, Combination how) = 0;

    /// The first process's values, in place.
    virtual void fromFirst(torch::Tensor& values) = 0;
};

/// Where the processes of a run meet before they can exchange numbers. Each waits for the others at
/// most ProcessRank::joining seconds. One that leaves before all have joined, because it cannot go
/// on or has nothing to do, is missed at once: it says so as this is destroyed.
class MeetingPlace {
public:
    /// The first process waits a little, so that the others can hear that it leaves.
    virtual ~MeetingPlace() = default;

    /// What the first process has to say; the others' own text is not looked at. Nothing where it
    /// has left. Throws Error.
    virtual std::optional<std::string> fromFirst(const std::string& text) = 0;

    /// Once every process has come to this line. Throws Error, also where one has left.
    virtual std::unique_ptr<ProcessGroup> join() = 0;
};

/// Whether this build has c10d with Gloo.
bool hasProcessGroups();

/// Waits for nobody if `where` is the first process, for that one otherwise. Throws DeviceError
/// where this build has no c10d; Error (run_failed) where the port is taken, or the first does not
/// come.
std::unique_ptr<MeetingPlace> openMeetingPlace(const ProcessRank& where);

}  // namespace ballast
