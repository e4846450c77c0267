#include "core/learning/trainer.h"

#include <cmath>
#include <cstdio>
#include <thread>

#include "core/error.h"
#include "core/experiment/imbalance.h"
#include "core/learning/checkpoint.h"
#include "core/learning/class_statistics.h"
#include "core/learning/data/augmentation.h"
#include "core/learning/data/batches.h"
#include "core/learning/device.h"

namespace ballast {
namespace {

constexpr std::int64_t kEvaluationBatch = 250;
constexpr auto kPausePoll = std::chrono::milliseconds(20);
constexpr auto kHeartbeat = std::chrono::seconds(10);

double seconds(std::chrono::steady_clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

int classesOf(const RunConfig& config) {
    return findDataset(config.data.dataset)->classes;
}

/// Calls use(start, count) for consecutive pieces of 0 … size-1.
template<class Use>
void forEachPiece(std::int64_t size, Use use) {
    for (std::int64_t start = 0; start < size; start += kEvaluationBatch) {
        use(start, std::min(kEvaluationBatch, size - start));
    }
}

}  // namespace

Trainer::Trainer(OwnedRun& run, const TrainingEnvironment& environment, RunControl& control,
                 RunObserver& observer)
    : run_(run),
      control_(control),
      observer_(observer),
      config_(run.description().config),
      class_counts_(run.description().class_counts),
      majority_(majorityClasses(class_counts_)),
      device_(resolveDevice(run.description().device)),
      data_(loadTrainingData(config_.data, class_counts_, environment.data_store, device_)),
      model_(makeModel(config_.model, data_.train.pixels.size(3), classesOf(config_),
                       config_.training.seed, device_)),
      optimizer_(*model_, config_.optimizer.momentum) {
    restore();
}

RunOutcome Trainer::train() {
    for (; epoch_ < config_.training.epochs; ++epoch_) {
        const Phase& phase = phaseAt(config_, epoch_);
        const ClassTerms terms = classTerms(phase, class_counts_);  // α, β, Δ per class

        EpochRecord record;
        epoch_start_ = Clock::now();
        paused_for_ = {};
        if (!trainEpoch(phase, terms, record)) return {control_.stateAfterwards(), epoch_, "", {}};
        if (!std::isfinite(record.loss)) {
            return {RunState::diverged, epoch_,
                    "the loss of epoch " + std::to_string(epoch_) +
                        " is not finite; a lower learning rate or a longer warm-up may help",
                    ExitCode::run_failed};
        }
        measure(terms, record);
        if (control_.mustEnd()) return {control_.stateAfterwards(), epoch_, "", {}};

        run_.append(record);
        keepCheckpoint();
        observer_.epochFinished(record);
    }
    return {RunState::finished, epoch_, "", {}};
}

/// One pass over the training images; false if it was cut short.
bool Trainer::trainEpoch(const Phase& phase, const ClassTerms& terms, EpochRecord& record) {
    record.epoch = epoch_;
    record.phase = static_cast<int>(phaseIndexAt(config_.phases, epoch_));
    record.learning_rate = learningRateAt(config_, epoch_);
    record.weight_decay = weightDecayAt(config_, epoch_);

    model_->train();
    const TrainingConfig& training = config_.training;
    const Batches batches(data_.train.size(), training.batch_size, training.seed, epoch_);
    const ClassTermTensors tensors(terms,
                                   torch::TensorOptions().dtype(torch::kFloat32).device(device_));
    ClassStatisticsAccumulator statistics(classesOf(config_), device_);
    torch::Tensor loss_sum =
        torch::zeros({}, torch::TensorOptions().dtype(torch::kFloat64).device(device_));
    std::int64_t images = 0;

    for (int i = 0; i < batches.count(); ++i) {
        if (!proceed()) return false;
        const std::span<const std::int64_t> indices = batches[i];
        const torch::Tensor rows =
            torch::tensor(at::ArrayRef<std::int64_t>(indices.data(), indices.size()), torch::kInt64)
                .to(device_);
        const Batch batch{
            augmentedBatch(data_.train, indices, training.augmentation, training.seed, epoch_),
            data_.train.labels.index_select(0, rows)};

        torch::Tensor logits;
        torch::Tensor log_probabilities;
        const torch::Tensor loss =
            step(batch, tensors, phase.sam_radius, logits, log_probabilities);
        optimizer_.step(record.learning_rate, record.weight_decay);

        statistics.add(logits, log_probabilities, batch.labels);
        loss_sum += loss * static_cast<double>(indices.size());
        images += static_cast<std::int64_t>(indices.size());
        reportStep(i + 1, batches.count(), images);
    }
    record.loss = loss_sum.item<double>() / static_cast<double>(images);
    record.streaming = statistics.finish(terms, class_counts_, majority_);
    return true;
}

/// Leaves the gradients of the batch's loss in the parameters; with SAM those at the perturbed
/// weights. Returns the loss at the weights themselves, detached, and what the model said there.
torch::Tensor Trainer::step(const Batch& batch, const ClassTermTensors& terms, double sam_radius,
                            torch::Tensor& logits, torch::Tensor& log_probabilities) {
    const auto gradients = [&](torch::Tensor& f, torch::Tensor& log_p) {
        model_->zero_grad(true);
        f = model_(batch.images);
        log_p = adjustedLogProbabilities(f, terms);
        const torch::Tensor loss = vsLoss(log_p, batch.labels, terms.alpha, config_.loss.reduction);
        loss.backward();
        f = f.detach();
        log_p = log_p.detach();
        return loss.detach();
    };
    const torch::Tensor loss = gradients(logits, log_probabilities);
    if (sam_radius > 0.0) {
        SamPerturbation perturbation(*model_, sam_radius);
        torch::Tensor ignored[2];
        gradients(ignored[0], ignored[1]);
        perturbation.undo();
    }
    return loss;
}

/// Test accuracy, and the exact statistics where they are due.
void Trainer::measure(const ClassTerms& terms, EpochRecord& record) {
    const torch::NoGradGuard no_grad;
    model_->eval();
    const int classes = classesOf(config_);
    const auto options = torch::TensorOptions().dtype(torch::kInt64).device(device_);
    torch::Tensor seen = torch::zeros({classes}, options);
    torch::Tensor right = torch::zeros({classes}, options);
    forEachPiece(data_.test.size(), [&](std::int64_t start, std::int64_t count) {
        if (!proceed()) return;
        countRight(model_(plainBatch(data_.test, start, count)),
                   data_.test.labels.narrow(0, start, count), seen, right);
    });
    seen = seen.cpu();
    right = right.cpu();
    double sum = 0.0;
    for (int y = 0; y < classes; ++y) {
        const double accuracy = static_cast<double>(right[y].item<std::int64_t>()) /
                                static_cast<double>(seen[y].item<std::int64_t>());
        record.test_accuracy.push_back(accuracy);
        sum += accuracy;
    }
    record.balanced_test_accuracy = sum / classes;
    record.shots = shotAccuracy(record.test_accuracy, class_counts_);
    if (exactIsDue(epoch_)) record.exact = exactStatistics(terms);
}

/// As the paper defines B_y(f): over the training images themselves, in evaluation mode.
ClassStatistics Trainer::exactStatistics(const ClassTerms& terms) {
    ClassStatisticsAccumulator statistics(classesOf(config_), device_);
    const ClassTermTensors tensors(terms,
                                   torch::TensorOptions().dtype(torch::kFloat32).device(device_));
    forEachPiece(data_.train.size(), [&](std::int64_t start, std::int64_t count) {
        if (!proceed()) return;
        const torch::Tensor logits = model_(plainBatch(data_.train, start, count));
        statistics.add(logits, adjustedLogProbabilities(logits, tensors),
                       data_.train.labels.narrow(0, start, count));
    });
    return statistics.finish(terms, class_counts_, majority_);
}

/// Every exact_every epochs, in the last epoch, and on both sides of each phase change.
bool Trainer::exactIsDue(int epoch) const {
    const int every = config_.training.exact_every;
    if (epoch + 1 == config_.training.epochs) return true;
    if (every > 0 && (epoch + 1) % every == 0) return true;
    for (const Phase& phase : config_.phases) {
        if (phase.from > 0 && (epoch == phase.from - 1 || epoch == phase.from)) return true;
    }
    return false;
}

/// Waits while paused; false if the run must end.
bool Trainer::proceed() {
    const Clock::time_point now = Clock::now();
    if (now - last_heartbeat_ > kHeartbeat) {
        last_heartbeat_ = now;
        run_.setStatus(RunState::running, epoch_, "");
    }
    if (control_.paused() && !control_.mustEnd()) {
        run_.setStatus(RunState::paused, epoch_, "");
        observer_.stateChanged(RunState::paused);
        while (control_.paused() && !control_.mustEnd()) std::this_thread::sleep_for(kPausePoll);
        run_.setStatus(RunState::running, epoch_, "");
        observer_.stateChanged(RunState::running);
        paused_for_ += Clock::now() - now;
    }
    return !control_.mustEnd();
}

void Trainer::reportStep(int step, int steps, std::int64_t images) {
    const double elapsed = seconds(Clock::now() - epoch_start_ - paused_for_);
    images_per_second_ = static_cast<double>(images) / std::max(elapsed, 1e-9);
    StepProgress progress{epoch_, config_.training.epochs, step, steps, images_per_second_, -1.0};
    // Before one whole epoch is known, evaluation is taken as a fifth of training.
    const double epoch_seconds = seconds_per_epoch_.value_or(
        1.2 * static_cast<double>(data_.train.size()) / images_per_second_);
    if (elapsed > 1.0 || seconds_per_epoch_) {
        const int epochs_left = config_.training.epochs - epoch_;
        progress.seconds_left = std::max(0.0, epochs_left * epoch_seconds - elapsed);
    }
    observer_.stepFinished(progress);
}

/// The tensors that decide how training goes on, by name; they are the model's and optimiser's own.
std::map<std::string, torch::Tensor> Trainer::state() {
    std::map<std::string, torch::Tensor> tensors;
    for (const auto& item : model_->named_parameters()) tensors[item.key()] = item.value();
    for (const auto& item : model_->named_buffers()) tensors[item.key()] = item.value();
    for (const auto& [name, buffer] : optimizer_.momentumBuffers()) {
        tensors[kMomentumPrefix + name] = buffer;
    }
    return tensors;
}

void Trainer::restore() {
    const auto files = run_.checkpoints();
    std::string last_problem;
    for (auto file = files.rbegin(); file != files.rend(); ++file) {
        if (file->epochs_done > static_cast<int>(run_.records().size())) continue;
        try {
            const Checkpoint checkpoint = loadCheckpoint(file->path);
            std::map<std::string, torch::Tensor> targets = state();
            restoreTensors(checkpoint.tensors, targets);
            epoch_ = file->epochs_done;
            run_.truncateRecords(epoch_);
            say("goes on after " + std::to_string(epoch_) + " epochs" +
                (last_problem.empty() ? "" : ", from the checkpoint before the damaged one"));
            return;
        } catch (const CheckpointError& error) {
            last_problem = error.what();
            say(last_problem);
        }
    }
    if (!last_problem.empty()) {
        throw CheckpointError("no checkpoint of " + run_.folder().string() +
                              " can be used; the last problem: " + last_problem +
                              ". Remove the folder's checkpoints to train again from the start");
    }
    run_.truncateRecords(0);
}

void Trainer::keepCheckpoint() {
    Checkpoint checkpoint{state(), {{"epochs_done", std::to_string(epoch_ + 1)}}};
    saveCheckpoint(run_.checkpointPath(epoch_ + 1), checkpoint);
    run_.pruneCheckpoints();
    run_.setStatus(RunState::running, epoch_ + 1, "");
    last_heartbeat_ = Clock::now();

    seconds_per_epoch_ = seconds(last_heartbeat_ - epoch_start_ - paused_for_);
    char line[160];
    std::snprintf(line, sizeof line, "epoch %d done in %.1f s, %.0f images/s in training", epoch_,
                  *seconds_per_epoch_, images_per_second_);
    run_.log(line);
}

void Trainer::say(const std::string& line) {
    run_.log(line);
    observer_.said(line);
}

}  // namespace ballast
