#include "core/learning/teacher.h"

#include <torch/torch.h>

#include <QtTest>
#include <cmath>
#include <filesystem>

#include "core/base/error.h"
#include "core/experiment/imbalance.h"
#include "core/learning/checkpoint.h"
#include "core/learning/losses/distillation.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

namespace {

RunDescription descriptionOfTeacher() {
    RunDescription description;
    description.config.model.name = "resnet8";
    description.config.training.epochs = 3;
    description.config_as_given = nlohmann::json::object();
    description.class_counts = classCounts(description.config.data);
    return description;
}

}  // namespace

class TestTeacher : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Its logits are those of the checkpoint in evaluation mode, whatever else is in the batch,
    /// and asking changes nothing.
    void answersInEvaluationMode() {
        const QTemporaryDir folder;
        const RunDescription description = descriptionOfTeacher();
        const fs::path workspace = folder.path().toStdString();
        const fs::path run = OwnedRun::create(workspace, description);
        ImageNetwork model = makeModel(description.config, 3, 10, torch::kCPU);
        Checkpoint checkpoint;
        for (const auto& item : model->named_parameters()) {
            checkpoint.tensors[item.key()] = item.value();
        }
        for (const auto& item : model->named_buffers()) {
            checkpoint.tensors[item.key()] = item.value();
        }
        fs::create_directories(run / "checkpoints");
        saveCheckpoint(run / "checkpoints" / checkpointName(3), checkpoint);

        RunDescription taught = description;
        taught.teacher = {{"run", run.filename().string()}, {"sha256", ""}};
        const OwnedRun student(OwnedRun::create(workspace, taught));
        std::vector<std::string> said;
        Teacher teacher(student, 3, torch::kCPU, said);
        QVERIFY(said.empty());
        const torch::Tensor images =
            torch::sin(torch::arange(4 * 3 * 32 * 32, torch::kFloat32)).view({4, 3, 32, 32});
        const torch::Tensor logits = teacher.logits(images);
        QVERIFY(!logits.requires_grad());
        const torch::NoGradGuard no_grad;
        model->eval();
        QVERIFY(torch::equal(logits, model->forward(images).detach()));
        QVERIFY(torch::allclose(teacher.logits(images.slice(0, 0, 2)), logits.slice(0, 0, 2)));
        QVERIFY(torch::equal(teacher.logits(images), logits));
        model->train();
        QVERIFY(!torch::allclose(logits, model->forward(images).detach()));
    }

    void aRunWithoutTeacherHasNone() {
        const QTemporaryDir folder;
        const OwnedRun student(
            OwnedRun::create(folder.path().toStdString(), descriptionOfTeacher()));
        std::vector<std::string> said;
        QVERIFY_EXCEPTION_THROWN(Teacher(student, 3, torch::kCPU, said), CheckpointError);
    }

    /// (1 − a) L + a T² KL(q ‖ p) by hand: two classes, one image; f = (0, ln 3), g = (ln 4, 0), T
    /// = T' = 1 give p = (¼, ¾), q = (⅘, ⅕).
    void theLossIsTheFormula() {
        Phase phase;
        phase.targets = Targets::labels_and_teacher;
        phase.teacher_weight = 0.25;
        phase.student_temperature = 1.0;
        phase.teacher_temperature = 1.0;
        const torch::Tensor f = torch::tensor({{0.0, std::log(3.0)}}, torch::kFloat64);
        const torch::Tensor g = torch::tensor({{std::log(4.0), 0.0}}, torch::kFloat64);
        const double divergence = 0.8 * std::log(0.8 / 0.25) + 0.2 * std::log(0.2 / 0.75);
        const torch::Tensor of_labels = torch::tensor(2.0, torch::kFloat64);
        const double loss = distilledLoss(of_labels, f, lessonOf(phase, g)).item<double>();
        QVERIFY(std::abs(loss - (0.75 * 2.0 + 0.25 * divergence)) < 1e-12);
        // With twice both temperatures and twice the logits: 4 times the divergence.
        phase.student_temperature = 2.0;
        phase.teacher_temperature = 2.0;
        const double hotter =
            distilledLoss(of_labels, 2.0 * f, lessonOf(phase, 2.0 * g)).item<double>();
        QVERIFY(std::abs(hotter - (0.75 * 2.0 + 0.25 * 4.0 * divergence)) < 1e-12);
    }
};

BALLAST_TEST(TestTeacher)
#include "tst_teacher.moc"
