#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/experiment/class_terms.h"
#include "core/results/run_folder.h"
#include "core/runs/training.h"

namespace ballast {

class OwnedRun;

/// Value and gradient of a configured loss on given logits, in double precision.
struct LossRequest {
    std::vector<double> logits;  // [batch, classes], row by row
    std::vector<std::int64_t> labels;
    ClassTerms terms;
    LossConfig loss;
    Phase phase;                         // distillation's numbers, where it learns from a teacher
    std::vector<double> teacher_logits;  // then, like `logits`
};
struct LossResult {
    double value = 0.0;
    std::vector<double> gradient;  // [batch, classes], of the value by the logits
};

/// A checkpoint file of any kind, and what is left out of it: tensors by name, "fc2.weight", or all
/// of a module, "fc2".
struct CheckpointSource {
    CheckpointSource(std::filesystem::path path, std::vector<std::string> left_out = {})
        : file(std::move(path)), ignored(std::move(left_out)) {}
    std::filesystem::path file;
    std::vector<std::string> ignored;
};

/// What a checkpoint of any kind says of itself.
struct CheckpointInfo {
    std::optional<int> epochs_done;
    ModelConfig model;
    std::int64_t in_channels = 0;
    std::int64_t classes = 0;
    bool has_momentum = false;
    std::vector<std::string> not_finite;  // tensors with NaN or infinity in them
    std::vector<std::string> said;  // what a user should know of it: these, where it was found
};

struct EvaluationRequest {
    CheckpointSource checkpoint;
    DataConfig data;                    // whose test split
    std::string augmentation = "none";  // of the training; photographs are tested to fit it
    std::optional<ModelConfig> model;   // that it must fit; left out: what the file holds
    std::string device = "auto";
    int threads = 0;  // 0: all cores
};
struct Evaluation {
    CheckpointInfo checkpoint;
    std::vector<double> test_accuracy;  // per class; NaN without test images of it
    double balanced_test_accuracy = 0.0;
};

/// Bytes of training images' logits up to which they are saved too.
inline constexpr std::int64_t kMostTrainingLogits = std::int64_t{512} << 20;

/// A run's own checkpoint, whose logits are to be saved.
struct LogitsRequest {
    std::filesystem::path checkpoint;
    RunDescription description;  // of its run
    int epochs_done = 0;
    std::filesystem::path to;  // the file to write
};

/// What trains, evaluates and converts: the seam between core and the room with Torch, which
/// implements it in core/learning/learning.cpp; tests have a scripted one. Thread-safe.
class Learning {
public:
    virtual ~Learning() = default;

    /// Whatever takes long at first use, now. Throws DeviceError where it cannot be had; so may
    /// every other member at its first use.
    virtual void load() const {}

    /// What a run's numbers depend on: LibTorch's version and, where the convolutions are our own,
    /// oneDNN's and its instruction set, e.g. "1.13.1, oneDNN 2.6.3 avx512_bf16".
    virtual std::string libraries() const = 0;

    /// "auto" | "cpu" | "cuda" | "cuda:N" -> the device a run will use. Throws DeviceError.
    virtual std::string resolveDevice(const std::string& device) const = 0;

    /// What this machine can train on: "cpu", and "cuda:N" for each GPU that the library can use.
    virtual std::vector<std::string> devices() const { return {"cpu"}; }

    /// Whether a run of `config` can be trained on a resolved device. Throws ConfigError where it
    /// cannot: features in bfloat16 need instructions that not every processor has.
    virtual void requireSupport(const RunConfig& /*config*/, const std::string& /*device*/) const {}

    /// Trains an owned run whose description is complete. Throws Error.
    virtual RunOutcome train(OwnedRun& run, const TrainingEnvironment& environment,
                             RunControl& control, RunObserver& observer) const = 0;

    /// The first of several processes that train a run: the others, for TrainingEnvironment. Waits
    /// for none of them. Throws Error where they cannot be met.
    virtual std::shared_ptr<OtherProcesses> gather(const ProcessRank& /*rank*/) const {
        return nullptr;
    }

    /// Another process than the first of those that train a run: does its share of the work, until
    /// the first one has no more. Which run it is, the first one says. `control` asks it to stop
    /// the run. Throws Error.
    virtual void assist(const ProcessRank& /*rank*/, const TrainingEnvironment& /*environment*/,
                        const RunControl& /*control*/) const {}

    /// Size of a checkpoint of a run with that many classes.
    virtual std::int64_t checkpointBytes(const RunConfig& config, std::int64_t classes) const = 0;

    virtual LossResult loss(const LossRequest& request) const = 0;

    /// The members below read a checkpoint of any kind: what PyTorch's torch.save wrote, one of
    /// ours, plain safetensors. They throw CheckpointError naming the file and what is wrong with
    /// it, ConfigError where what shall be left out is not in it.
    virtual CheckpointInfo inspectCheckpoint(const CheckpointSource& source) const = 0;

    /// Accuracy on the test split; the training split is not touched. Throws DataError.
    virtual Evaluation evaluate(const EvaluationRequest& request, const DataStore& store) const = 0;

    /// Writes the logits of the run's test, validation and training images (saved_logits.h); those
    /// of the training images are left out where they would take more than half a GiB. On the run's
    /// device and threads where this machine has them. Returns what a user should know of it.
    /// Throws CheckpointError, DataError, StorageError, CancelledError.
    virtual std::vector<std::string> saveLogits(const LogitsRequest& request,
                                                const DataStore& store,
                                                const std::atomic<bool>& cancelled) const = 0;

    /// Writes `from` as a checkpoint of a run of `config` after `epochs_done` epochs. Momentum that
    /// it does not have is zero.
    virtual void adoptCheckpoint(const CheckpointSource& from, const RunConfig& config,
                                 int epochs_done, const std::filesystem::path& to) const = 0;

    /// Writes the model's state dict alone as safetensors, under the public code's names, and
    /// returns what it is of.
    virtual CheckpointInfo exportWeights(const CheckpointSource& from,
                                         const std::filesystem::path& to) const = 0;
};

}  // namespace ballast
