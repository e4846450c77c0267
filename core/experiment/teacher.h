#pragma once

#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/experiment/config.h"

namespace ballast {

// A phase may learn from a teacher: a finished run whose logits on the same augmented images its
// loss compares with the model's (learning/losses/distillation.h). A config names it as the same
// run by another method, or by the ID of a run of the workspace.

bool learnsFromTeacher(const Phase& phase);
/// Whether any of its phases does.
bool learnsFromTeacher(const RunConfig& config);
/// The first epoch that does, of those from `from` on; nothing where none does.
std::optional<int> firstTaughtEpoch(const RunConfig& config, int from = 0);

/// The run that /training/teacher means: `student` with the loss, head and phases of that method's
/// preset; its schedule and epochs too, where the method has others than plain cross-entropy. Only
/// of a config that names a method. Throws ConfigError.
RunConfig teacherConfig(const RunConfig& student);

/// Whether both configs mean the same teacher, or need none.
bool sameTeacher(const RunConfig& a, const RunConfig& b);

/// What is wrong with how a config names its teacher; which runs there are is not looked at.
void checkTeacher(const RunConfig& config, std::vector<Problem>& problems);

}  // namespace ballast
