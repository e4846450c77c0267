#include "core/learning/teacher.h"

#include "core/base/error.h"
#include "core/learning/trained_model.h"

namespace ballast {
namespace {

ImageNetwork modelOfTeacher(const OwnedRun& student, std::int64_t channels, torch::Device device,
                            std::vector<std::string>& said) {
    const nlohmann::json& named = student.description().teacher;
    if (named.is_null()) {
        throw CheckpointError("run.json of " + student.folder().string() + " names no teacher");
    }
    const std::filesystem::path folder =
        student.folder().parent_path() / named["run"].get<std::string>();
    const RunDescription run = readDescription(folder);
    return trainedModel(run, folder / "checkpoints" / checkpointName(run.config.training.epochs),
                        channels, device, said);
}

}  // namespace

Teacher::Teacher(const OwnedRun& student, std::int64_t channels, torch::Device device,
                 std::vector<std::string>& said)
    : model_(modelOfTeacher(student, channels, device, said)) {
    model_->eval();
}

torch::Tensor Teacher::logits(const torch::Tensor& images) {
    const torch::NoGradGuard no_grad;
    return model_->forward(images);
}

}  // namespace ballast
