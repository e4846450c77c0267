#include "core/runs/teacher_runs.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/base/checksum.h"
#include "core/base/error.h"
#include "core/experiment/teacher.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRun = "/training/teacher_run";
constexpr const char* kMethod = "/training/teacher";
constexpr const char* kSha256 = "/training/teacher_sha256";

[[noreturn]] void refuseTeacher(const char* pointer, const std::string& why) {
    throw ConfigError("the run cannot learn from its teacher", {{pointer, why}});
}

/// The field that named the teacher.
const char* namedBy(const RunConfig& config) {
    return config.training.teacher_run.empty() ? kMethod : kRun;
}

fs::path lastCheckpoint(const TrunkRun& run) {
    return run.folder / "checkpoints" / checkpointName(run.epochs());
}

bool isFinished(const TrunkRun& run) {
    return run.error.empty() && run.status.state == RunState::finished;
}

bool hasLastCheckpoint(const TrunkRun& run) {
    std::error_code ignored;
    return fs::exists(lastCheckpoint(run), ignored);
}

/// Queued, or in training in a process that is still there.
bool willBeTrained(const TrunkRun& run) {
    if (!run.error.empty() || isInterrupted(run.status)) return false;
    return run.status.state == RunState::queued || run.status.state == RunState::running ||
           run.status.state == RunState::paused;
}

/// Of several runs that could teach the one with the greatest.
int readiness(const TrunkRun& run) {
    if (isFinished(run) && hasLastCheckpoint(run)) return 2;
    return willBeTrained(run) ? 1 : 0;
}

[[noreturn]] void refuseMissing(const TrunkStore& store, const RunDescription& student) {
    const TrainingConfig& training = student.config.training;
    if (!student.teacher.is_null()) {
        refuseTeacher(namedBy(student.config),
                      "the run " + student.teacher["run"].get<std::string>() +
                          ", from which this one has begun to learn, is no "
                          "longer in " +
                          store.workspace().string());
    }
    if (!training.teacher_run.empty()) {
        refuseTeacher(kRun, "there is no run \"" + training.teacher_run + "\" in " +
                                store.workspace().string());
    }
    refuseTeacher(kMethod,
                  "no run of " + store.workspace().string() + " is this one trained by \"" +
                      training.teacher +
                      "\", with the same data, model, seed, epochs and optimiser; train that "
                      "first, or in the same sweep, or name a finished run in " +
                      kRun);
}

/// Whether their logits are of the same classes.
void requireSameClasses(const TrunkRun& teacher, const RunDescription& student) {
    const RunDescription& theirs = teacher.description;
    const char* pointer = namedBy(student.config);
    if (theirs.class_counts.size() != student.class_counts.size()) {
        refuseTeacher(pointer, "the run " + teacher.id + " has " +
                                   std::to_string(theirs.class_counts.size()) +
                                   " classes, this one " +
                                   std::to_string(student.class_counts.size()));
    }
    if (theirs.config.data.dataset != student.config.data.dataset ||
        theirs.class_names != student.class_names) {
        refuseTeacher(
            pointer, "the run " + teacher.id + " has the classes of " + theirs.config.data.dataset +
                         ", which are not those of this one's " + student.config.data.dataset);
    }
}

/// Whether it has the weights that config and run.json ask for.
void requireWeights(const FoundTeacher& teacher, const RunDescription& student) {
    const std::string& asked = student.config.training.teacher_sha256;
    if (!asked.empty() && teacher.sha256 != asked) {
        refuseTeacher(kSha256, "the last checkpoint of the run " + teacher.id +
                                   " has the checksum " + teacher.sha256 + ", not " + asked);
    }
    if (student.teacher.is_null()) return;
    const auto begun = student.teacher["sha256"].get<std::string>();
    if (teacher.sha256 != begun) {
        refuseTeacher(namedBy(student.config),
                      "the run " + teacher.id +
                          " has changed since this one began to learn from it: its "
                          "last checkpoint had the checksum " +
                          begun + " and has " + teacher.sha256);
    }
}

}  // namespace

const TrunkRun* teacherAmong(const TrunkStore& store, const RunConfig& config, int end_of_teacher) {
    if (!config.training.teacher_run.empty()) return store.find(config.training.teacher_run);
    const TrunkRun* best = nullptr;
    for (const auto& [id, run] : store.runs()) {
        if (run.path.empty() || run.asked_node != end_of_teacher) continue;
        if (best == nullptr || readiness(run) > readiness(*best)) best = &run;
    }
    return best;
}

std::optional<FoundTeacher> teacherOf(TrunkStore& store, const RunDescription& student,
                                      UntrainedTeacher untrained) {
    const RunConfig& config = student.config;
    if (!learnsFromTeacher(config)) return std::nullopt;
    const TrunkRun* run = student.teacher.is_null()
                              ? teacherAmong(store, config,
                                             store.tree().endOfTeacher(config, student.class_counts,
                                                                       dataIdentity(student)))
                              : store.find(student.teacher["run"].get<std::string>());
    if (run == nullptr) refuseMissing(store, student);
    const char* pointer = namedBy(config);
    if (!run->error.empty()) {
        refuseTeacher(pointer, "the run " + run->id + " cannot be read: " + run->error);
    }
    requireSameClasses(*run, student);
    FoundTeacher teacher{run->id, {}, ""};
    if (!isFinished(*run)) {
        if (untrained == UntrainedTeacher::awaited && willBeTrained(*run)) return teacher;
        refuseTeacher(pointer, "the run " + run->id + " is not finished: it is " +
                                   stateName(run->status.state) + " after " +
                                   std::to_string(run->status.epochs_done) + " of " +
                                   std::to_string(run->epochs()) + " epochs");
    }
    if (!hasLastCheckpoint(*run)) {
        refuseTeacher(pointer, "the run " + run->id +
                                   " is finished, but its last checkpoint is gone. Remove that run "
                                   "to train it again, or name another one in " +
                                   kRun);
    }
    teacher.checkpoint = lastCheckpoint(*run);
    teacher.sha256 = sha256OfFile(teacher.checkpoint);
    requireWeights(teacher, student);
    return teacher;
}

std::optional<FoundTeacher> teacherOf(const fs::path& workspace, const RunDescription& student,
                                      UntrainedTeacher untrained) {
    if (!learnsFromTeacher(student.config)) return std::nullopt;
    TrunkStore store(workspace);
    store.refresh();
    return teacherOf(store, student, untrained);
}

}  // namespace ballast
