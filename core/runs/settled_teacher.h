#pragma once

#include "core/results/owned_run.h"

namespace ballast {

/// Finds the teacher of a run that is to learn from it now, and lets run.json name it; one that
/// run.json names already must be as it was. Throws ConfigError as teacherOf() does.
void settleTeacher(OwnedRun& run);

}  // namespace ballast
