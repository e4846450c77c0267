#include "core/experiment/teacher.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "core/experiment/catalog.h"
#include "core/experiment/preset_method.h"
#include "core/experiment/presets.h"

namespace ballast {
namespace {

constexpr std::string_view kOfAuthors = "autoaugment-cutout-authors";

bool isSha256(const std::string& text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// A folder's name, and not a way to another place.
bool canBeRun(const std::string& id) {
    return id.find('/') == std::string::npos && !id.starts_with('.');
}

}  // namespace

bool learnsFromTeacher(const Phase& phase) {
    return phase.targets == Targets::labels_and_teacher;
}

bool learnsFromTeacher(const RunConfig& config) {
    return std::ranges::any_of(config.phases,
                               [](const Phase& phase) { return learnsFromTeacher(phase); });
}

std::optional<int> firstTaughtEpoch(const RunConfig& config, int from) {
    for (std::size_t i = 0; i < config.phases.size(); ++i) {
        const bool last = i + 1 == config.phases.size();
        const int end = last ? config.training.epochs : config.phases[i + 1].from;
        if (learnsFromTeacher(config.phases[i]) && from < end) {
            return std::max(from, config.phases[i].from);
        }
    }
    return std::nullopt;
}

RunConfig teacherConfig(const RunConfig& student) {
    PresetRequest request;
    request.method = student.training.teacher;
    request.dataset = student.data.dataset;
    request.profile = nameOf(student.data.imbalance.profile);
    request.ratio = student.data.imbalance.ratio;
    if (student.training.augmentation == kOfAuthors) request.protocol = "authors-400";
    request.epochs = student.training.epochs;
    const RunConfig preset = presetConfig(request);
    request.method = "CE";
    const bool usual_schedule = preset.lr_schedule == presetConfig(request).lr_schedule;
    RunConfig teacher = takenOver(student, preset, false);
    if (usual_schedule) teacher.lr_schedule = student.lr_schedule;
    return teacher;
}

bool sameTeacher(const RunConfig& a, const RunConfig& b) {
    if (learnsFromTeacher(a) != learnsFromTeacher(b)) return false;
    if (!learnsFromTeacher(a)) return true;
    const TrainingConfig& of_a = a.training;
    const TrainingConfig& of_b = b.training;
    if (of_a.teacher_run != of_b.teacher_run || of_a.teacher_sha256 != of_b.teacher_sha256) {
        return false;
    }
    if (!of_a.teacher_run.empty()) return true;
    return teacherConfig(a) == teacherConfig(b);
}

void checkTeacher(const RunConfig& config, std::vector<Problem>& problems) {
    const TrainingConfig& training = config.training;
    if (!training.teacher.empty()) {
        try {
            methodNamed(training.teacher);
        } catch (const ConfigError& error) {
            problems.push_back({"/training/teacher", error.what()});
        }
    }
    if (!canBeRun(training.teacher_run)) {
        problems.push_back({"/training/teacher_run",
                            "\"" + training.teacher_run +
                                "\" is no run's ID; allowed: the name of a run's folder, without "
                                "the way to it"});
    }
    if (!training.teacher_sha256.empty() && !isSha256(training.teacher_sha256)) {
        problems.push_back({"/training/teacher_sha256",
                            "\"" + training.teacher_sha256 +
                                "\" is no checksum; allowed: 64 digits of 0-9 and a-f, or empty"});
    }
    if (!training.teacher.empty() || !training.teacher_run.empty()) return;
    const auto phase = std::ranges::find_if(
        config.phases, [](const Phase& each) { return learnsFromTeacher(each); });
    if (phase == config.phases.end()) return;
    problems.push_back({"/phases/" + std::to_string(phase - config.phases.begin()) + "/targets",
                        "\"labels+teacher\" needs a teacher: name its method in /training/teacher, "
                        "as \"LA\", or a finished run in /training/teacher_run"});
}

}  // namespace ballast
