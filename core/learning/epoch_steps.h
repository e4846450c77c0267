#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/experiment/class_terms.h"
#include "core/experiment/config.h"
#include "core/learning/class_statistics.h"
#include "core/learning/data/image_source.h"
#include "core/learning/gpu/repeated_work.h"
#include "core/learning/losses/class_loss.h"
#include "core/learning/models/network.h"
#include "core/learning/optimizers/sgd.h"
#include "core/learning/parallel/ranks.h"
#include "core/learning/teacher.h"

namespace ballast {

/// The steps of an epoch, one batch after the other, and what they say of it. All of that stays on
/// the device until it is asked for, and on a GPU a phase's step is replayed as a whole. For one
/// thread.
class EpochSteps {
public:
    /// `optimizer` is the model's, recordable where `device` is a GPU. The processes of `ranks`
    /// divide the batches.
    EpochSteps(ImageNetwork model, Sgd& optimizer, int classes, torch::Device device,
               const Ranks& ranks = alone());

    /// Begins an epoch of a phase with the terms that its rules give; nothing is gathered yet. The
    /// phase learns from `teacher`, where there is one.
    void begin(const Phase& phase, const LossConfig& loss, const ClassTerms& terms,
               double learning_rate, double weight_decay,
               std::shared_ptr<Teacher> teacher = nullptr);

    /// Lines 9 to 11 of Algorithm 1 on one batch, or on this process's share of it. All batches of
    /// a phase are mixed, or none is. Returns the logits f(x) [B, C] that the step began with; the
    /// next step may write over them.
    torch::Tensor step(const Batch& batch);

    /// Makes the statistics those of all processes; after the epoch's last step.
    void gather() { statistics_.gather(ranks_); }

    /// Of the epoch so far, in all processes.
    std::int64_t images() const { return images_; }

    /// Mean loss of the images so far, each before its batch's step. Waits for the device.
    double meanLoss() const;

    /// The mean of the teacher's softmax(g / T') over the images so far, per class; empty without a
    /// teacher. Waits for the device.
    std::vector<double> teacherMean() const;

    /// As the steps saw each image: this process's, until gather(). Reading it waits for the
    /// device.
    const ClassStatisticsAccumulator& statistics() const { return statistics_; }

private:
    torch::Tensor work(const torch::Tensor& images, const torch::Tensor& labels);
    void beginWork();
    void placeMixedLabels(const Batch& batch);

    ImageNetwork model_;
    Sgd& optimizer_;
    const torch::Device device_;
    const Ranks& ranks_;
    Phase phase_;
    LossConfig loss_;
    std::optional<ClassTermTensors> terms_;
    std::optional<RepeatedWork> work_;  // of the phase
    bool trains_ = false;
    std::shared_ptr<Teacher> teacher_;
    ClassStatisticsAccumulator statistics_;
    torch::Tensor teacher_sum_;  // double [C]: Σ of its probabilities
    torch::Tensor loss_sum_;     // double, scalar: Σ loss of a batch · its images
    std::int64_t images_ = 0;
    bool mixed_ = false;          // whether the batch in work is
    torch::Tensor other_labels_;  // int64, at least as many as a batch has
    torch::Tensor label_share_;
    std::int64_t batch_images_ = 0;  // of the batch in work, in all processes
};

}  // namespace ballast
