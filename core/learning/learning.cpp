#include "core/runs/learning.h"
#include "core/base/error.h"
#include "core/experiment/catalog.h"
#include "core/experiment/teacher.h"
#include "core/learning/device.h"
#include "core/learning/foreign_checkpoints.h"
#include "core/learning/gpu/repeated_work.h"
#include "core/learning/kernels/convolution.h"
#include "core/learning/logit_saver.h"
#include "core/learning/losses/class_loss.h"
#include "core/learning/losses/distillation.h"
#include "core/learning/models/network.h"
#include "core/learning/parallel/run_processes.h"
#include "core/learning/torch_errors.h"
#include "core/learning/trainer.h"

namespace ballast {
namespace {

class TorchLearning final : public Learning {
public:
    std::string libraries() const override {
        const std::string convolutions = convolutionLibrary();
        return convolutions.empty() ? TORCH_VERSION : TORCH_VERSION ", " + convolutions;
    }

    std::string resolveDevice(const std::string& device) const override {
        return ballast::resolveDevice(device).str();
    }

    std::vector<std::string> devices() const override {
        std::vector<std::string> names{"cpu"};
        for (int i = 0; i < static_cast<int>(torch::cuda::device_count()); ++i) {
            names.push_back("cuda:" + std::to_string(i));
        }
        return names;
    }

    void requireSupport(const RunConfig& config, const std::string& device) const override {
        const TrainingConfig& training = config.training;
        const torch::Device where = ballast::resolveDevice(device);
        requireConvolution(config.model, training.convolution, where);
        if (training.convolution == Convolution::bfloat16 && !where.is_cuda() &&
            training.processes > 1 && training.batch_norm_over == BatchNormOver::batch) {
            throw ConfigError(
                "/training/batch_norm_over: with features in bfloat16 a CPU normalises each "
                "process's part by itself; allowed with \"bfloat16\" here: process");
        }
    }

    RunOutcome train(OwnedRun& run, const TrainingEnvironment& environment, RunControl& control,
                     RunObserver& observer) const override {
        return translated([&] {
            const RunDescription& description = run.description();
            requireSupport(description.config, description.device);
            prepareThread(description.threads);
            const DeviceStream stream(ballast::resolveDevice(description.device));
            Ranks alone;
            Ranks& ranks = environment.others ? ranksOf(*environment.others) : alone;
            introduce(description, libraries(), ranks);
            RunOutcome outcome = Trainer(run, environment, control, observer, ranks).train();
            ranks.tell(Command::end);
            return outcome;
        });
    }

    std::shared_ptr<OtherProcesses> gather(const ProcessRank& rank) const override {
        return translated([&] { return gatherOthers(rank); });
    }

    void assist(const ProcessRank& rank, const TrainingEnvironment& environment,
                const RunControl& control) const override {
        translated([&] { ballast::assist(rank, libraries(), environment, control); });
    }

    std::int64_t checkpointBytes(const RunConfig& config, std::int64_t classes) const override {
        return translated([&] {
            const DatasetInfo* dataset = findDataset(config.data.dataset);
            const ImageNetwork model = makeModel(config, dataset->channels, classes, torch::kCPU);
            std::int64_t bytes = 0;
            // Each parameter has its momentum.
            for (const torch::Tensor& each : model->parameters()) bytes += 2 * each.nbytes();
            for (const torch::Tensor& each : model->buffers()) bytes += each.nbytes();
            return bytes;
        });
    }

    LossResult loss(const LossRequest& request) const override {
        return translated([&] {
            const auto batch = static_cast<std::int64_t>(request.labels.size());
            const torch::Tensor logits = torch::tensor(request.logits, torch::kFloat64)
                                             .view({batch, -1})
                                             .clone()
                                             .set_requires_grad(true);
            const torch::Tensor labels = torch::tensor(request.labels, torch::kInt64);
            const ClassTermTensors terms(request.terms, torch::kFloat64);
            torch::Tensor value = classLoss(adjustedLogProbabilities(logits, labels, terms), labels,
                                            terms, request.loss);
            if (learnsFromTeacher(request.phase)) {
                const torch::Tensor answers =
                    torch::tensor(request.teacher_logits, torch::kFloat64).view({batch, -1});
                value = distilledLoss(value, logits, lessonOf(request.phase, answers));
            }
            value.backward();
            const torch::Tensor gradient = logits.grad().contiguous();
            const auto* data = gradient.data_ptr<double>();
            return LossResult{value.item<double>(), {data, data + gradient.numel()}};
        });
    }

    CheckpointInfo inspectCheckpoint(const CheckpointSource& source) const override {
        return translated([&] { return ballast::inspectCheckpoint(source); });
    }

    Evaluation evaluate(const EvaluationRequest& request, const DataStore& store) const override {
        return translated([&] { return evaluateCheckpoint(request, store); });
    }

    std::vector<std::string> saveLogits(const LogitsRequest& request, const DataStore& store,
                                        const std::atomic<bool>& cancelled) const override {
        return translated([&] { return ballast::saveLogits(request, store, cancelled); });
    }

    void adoptCheckpoint(const CheckpointSource& from, const RunConfig& config, int epochs_done,
                         const std::filesystem::path& to) const override {
        translated([&] { ballast::adoptCheckpoint(from, config, epochs_done, to); });
    }

    CheckpointInfo exportWeights(const CheckpointSource& from,
                                 const std::filesystem::path& to) const override {
        return translated([&] { return ballast::exportWeights(from, to); });
    }
};

}  // namespace
}  // namespace ballast

/// What learningLibrary() looks up by name.
extern "C" const ballast::Learning* ballastLearning() {
    static const ballast::TorchLearning kLearning;
    return &kLearning;
}
