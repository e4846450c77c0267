#include "core/base/error.h"
#include "core/learning/parallel/process_group.h"

namespace ballast {

bool hasProcessGroups() {
    return false;
}

std::unique_ptr<MeetingPlace> openMeetingPlace(const ProcessRank&) {
    throw DeviceError(
        "/training/processes: this build cannot divide a run among processes: its LibTorch has no "
        "c10d with Gloo, or Gloo's headers were not there; allowed here: 1");
}

}  // namespace ballast
