#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/runs/trunk_store.h"

namespace ballast {

/// The run that another learns from (experiment/teacher.h).
struct FoundTeacher {
    std::string id;
    std::filesystem::path checkpoint;  // of its last epoch; empty while it is not finished
    std::string sha256;                // of that file
};

/// What becomes of a teacher that is still to be trained.
enum class UntrainedTeacher {
    refused,
    awaited,  // one that is queued or in training will do
};

/// The run of the store that a run of `config` names as its teacher, whatever its state; nullptr
/// for none. Of several by the same method one that is ready, or else that will be trained, and the
/// first by ID.
const TrunkRun* teacherAmong(const TrunkStore& store, const RunConfig& config, int end_of_teacher);

/// The teacher of a run with this description; nothing where it needs none. Once run.json names it
/// (RunDescription::teacher), it is that run with those weights. Throws ConfigError naming the
/// field where there is no such run, it cannot be read, has other classes, is not finished, has no
/// checkpoint left, or other weights than it shall have.
std::optional<FoundTeacher> teacherOf(TrunkStore& store, const RunDescription& student,
                                      UntrainedTeacher untrained);

/// The same of a run of a workspace that may not be made yet, looking at its runs now.
std::optional<FoundTeacher> teacherOf(const std::filesystem::path& workspace,
                                      const RunDescription& student, UntrainedTeacher untrained);

}  // namespace ballast
