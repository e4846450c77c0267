#include "core/runs/settled_teacher.h"

#include "core/runs/teacher_runs.h"

namespace ballast {

void settleTeacher(OwnedRun& run) {
    const std::filesystem::path workspace =
        std::filesystem::absolute(run.folder()).lexically_normal().parent_path().parent_path();
    const auto teacher = teacherOf(workspace, run.description(), UntrainedTeacher::refused);
    if (!teacher || !run.description().teacher.is_null()) return;
    RunDescription description = run.description();
    description.teacher = {{"run", teacher->id}, {"sha256", teacher->sha256}};
    run.describe(description);
    run.log("learns from the run " + teacher->id + ", whose last checkpoint has the checksum " +
            teacher->sha256);
}

}  // namespace ballast
