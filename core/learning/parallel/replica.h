#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/experiment/class_terms.h"
#include "core/learning/data/batches.h"
#include "core/learning/data/image_source.h"
#include "core/learning/epoch_steps.h"
#include "core/learning/evaluator.h"
#include "core/learning/models/network.h"
#include "core/learning/optimizers/sgd.h"
#include "core/learning/parallel/ranks.h"

namespace ballast {

/// What every process that trains a run has of it: images, model and optimiser, and the work on
/// them. With several processes (Ranks) each does its share: in the first one these members also
/// tell the others, which have called serve(). For one thread.
class Replica {
public:
    /// Loads the data and makes the model. `proceed` is asked before each batch of an evaluation.
    /// Throws DataError, ConfigError.
    Replica(const RunConfig& config, const std::vector<std::int64_t>& class_counts,
            const DataStore& store, torch::Device device, int threads, Ranks& ranks,
            Evaluator::Proceed proceed);

    const ImageSources& data() const { return data_; }
    ImageNetwork& model() { return model_; }
    Evaluator& evaluator() { return evaluator_; }
    const EpochSteps& epoch() const { return steps_; }

    /// The tensors that decide how training continues, by name: the model's and optimiser's own.
    std::map<std::string, torch::Tensor> state() const;

    /// Begins an epoch of `config` with its phase's terms, where all processes have the first one's
    /// state. A single process may have a `teacher`.
    void beginEpoch(const RunConfig& config, int epoch, const ClassTerms& terms,
                    std::shared_ptr<Teacher> teacher = nullptr);

    /// Of the epoch that was begun.
    int batches() const { return batches_->count(); }

    /// The next batch's step.
    void step();

    /// Logits and labels of that batch, all of it; with several processes only for configs whose
    /// phases follow the run's estimates.
    const torch::Tensor& logits() const { return logits_; }
    const torch::Tensor& labels() const { return labels_; }

    /// After the last step: what the epoch says is of all processes.
    void finishEpoch();

    /// Any process but the first: does what that one tells, until it says that there is no more.
    /// `stop` is asked before each word from it, and asks it to stop the run.
    void serve(const std::function<bool()>& stop);

private:
    void mixBatch();
    void announce(const ImageSource& images, Evaluator::Output output);

    RunConfig config_;
    const std::vector<std::int64_t> class_counts_;
    const bool gathers_logits_;
    Ranks& ranks_;
    const torch::Device device_;
    const ImageSources data_;
    ImageNetwork model_;
    Sgd optimizer_;
    EpochSteps steps_;
    Evaluator evaluator_;
    const std::vector<std::vector<std::int64_t>> images_of_class_;  // indices of training images
    std::optional<Batches> batches_;
    std::unique_ptr<BatchStream> stream_;
    int epoch_ = 0;          // that was begun
    std::int64_t step_ = 0;  // the next one of it
    Batch batch_;
    torch::Tensor logits_;
    torch::Tensor labels_;
};

}  // namespace ballast
