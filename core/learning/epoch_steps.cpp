#include "core/learning/epoch_steps.h"

#include "core/learning/second_stage.h"
#include "core/learning/training_step.h"

namespace ballast {

EpochSteps::EpochSteps(ImageNetwork model, Sgd& optimizer, int classes, torch::Device device,
                       const Ranks& ranks)
    : model_(std::move(model)),
      optimizer_(optimizer),
      device_(device),
      ranks_(ranks),
      statistics_(classes, device),
      teacher_sum_(
          torch::zeros({classes}, torch::TensorOptions().dtype(torch::kFloat64).device(device))),
      loss_sum_(torch::zeros({}, torch::TensorOptions().dtype(torch::kFloat64).device(device))) {}

void EpochSteps::begin(const Phase& phase, const LossConfig& loss, const ClassTerms& terms,
                       double learning_rate, double weight_decay,
                       std::shared_ptr<Teacher> teacher) {
    const bool same = work_ && phase == phase_ && teacher == teacher_ &&
                      lossOf(loss, phase) == loss_ &&
                      terms.delta_on_true_class == terms_->delta_on_true_class &&
                      terms.epsilon.empty() != terms_->epsilon.defined();
    phase_ = phase;
    teacher_ = std::move(teacher);
    loss_ = lossOf(loss, phase);
    if (terms_) {
        terms_->set(terms);
    } else {
        terms_.emplace(terms, torch::TensorOptions().dtype(torch::kFloat32).device(device_));
    }
    if (!same) beginWork();
    trains_ = prepareTraining(model_, phase_);
    setRateFactors(model_, optimizer_, phase_);
    optimizer_.setRates(learning_rate, weight_decay);
    statistics_.reset();
    loss_sum_.zero_();
    teacher_sum_.zero_();
    images_ = 0;
}

torch::Tensor EpochSteps::step(const Batch& batch) {
    const torch::AutoGradMode gradients(trains_);
    batch_images_ = ranks_.many() ? batch.of_all : batch.labels.size(0);
    images_ += batch_images_;
    mixed_ = batch.mixed();
    if (mixed_) placeMixedLabels(batch);
    return (*work_)(batch.images, batch.labels);
}

/// Puts them where a recorded step reads them.
void EpochSteps::placeMixedLabels(const Batch& batch) {
    const std::int64_t images = batch.labels.size(0);
    if (!other_labels_.defined() || other_labels_.size(0) < images) {
        other_labels_ = torch::empty_like(batch.other_labels);
        label_share_ = torch::empty_like(batch.label_share);
        beginWork();  // what was recorded reads others
    }
    other_labels_.narrow(0, 0, images).copy_(batch.other_labels);
    label_share_.narrow(0, 0, images).copy_(batch.label_share);
}

void EpochSteps::beginWork() {
    work_.emplace([this](const torch::Tensor& images,
                         const torch::Tensor& labels) { return work(images, labels); },
                  !ranks_.many());
}

torch::Tensor EpochSteps::work(const torch::Tensor& images, const torch::Tensor& labels) {
    std::optional<Lesson> lesson;
    if (teacher_) {
        lesson = lessonOf(phase_, teacher_->logits(images));
        teacher_sum_ += lesson->log_probabilities.exp().sum(0);
    }
    Batch batch{images, labels, {}, batch_images_};
    if (mixed_) {
        batch.other_labels = other_labels_.narrow(0, 0, labels.size(0));
        batch.label_share = label_share_.narrow(0, 0, labels.size(0));
    }
    const StepResult result = trainingStep(model_, optimizer_, batch, *terms_, loss_,
                                           phase_.sam_radius, lesson ? &*lesson : nullptr, ranks_);
    if (trains_) {
        optimizer_.step();
        if (phase_.head_max_norm) model_->head()->limitNorms(*phase_.head_max_norm);
        if (phase_.head_relative_max_norm) model_->head()->limitNorms();
    }
    statistics_.add(result.logits, result.log_probabilities, labels);
    loss_sum_ += result.loss * static_cast<double>(batch_images_);
    return result.logits;
}

std::vector<double> EpochSteps::teacherMean() const {
    if (!teacher_) return {};
    const torch::Tensor mean = (teacher_sum_ / static_cast<double>(images_)).cpu();
    const auto* values = mean.data_ptr<double>();
    return {values, values + mean.numel()};
}

double EpochSteps::meanLoss() const {
    return loss_sum_.item<double>() / static_cast<double>(images_);
}

}  // namespace ballast
