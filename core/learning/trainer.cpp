#include "core/learning/trainer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <thread>

#include "core/base/error.h"
#include "core/base/machine.h"
#include "core/experiment/imbalance.h"
#include "core/experiment/teacher.h"
#include "core/learning/checkpoint.h"
#include "core/learning/device.h"
#include "core/learning/logit_saver.h"
#include "core/learning/term_choice.h"
#include "core/results/plateau.h"
#include "core/runs/run_edits.h"
#include "core/runs/settled_teacher.h"

namespace ballast {
namespace {

constexpr auto kPausePoll = std::chrono::milliseconds(20);
constexpr auto kHeartbeat = std::chrono::seconds(10);
constexpr const char* kChosen = "chosen.nu_tau";  // in a checkpoint

bool choosesTerms(const Phase& phase) {
    return choosesWeights(phase) || choosesShifts(phase);
}

double seconds(std::chrono::steady_clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

/// Whether a later phase begins after `epoch`, or the run ends: epochs that are measured exactly.
bool logitsAreDue(const RunConfig& config, int epoch) {
    return epoch + 1 == config.training.epochs ||
           std::ranges::any_of(config.phases,
                               [&](const Phase& phase) { return phase.from == epoch + 1; });
}

}  // namespace

Trainer::Trainer(OwnedRun& run, const TrainingEnvironment& environment, RunControl& control,
                 RunObserver& observer, Ranks& ranks)
    : run_(run),
      control_(control),
      observer_(observer),
      config_(run.description().config),
      class_counts_(run.description().class_counts),
      majority_(majorityClasses(class_counts_)),
      ranks_(ranks),
      device_(resolveDevice(run.description().device)),
      replica_(config_, class_counts_, environment.data_store, device_, run.description().threads,
               ranks_, [this] { return proceed(); }),
      data_(replica_.data()),
      model_(replica_.model()),
      evaluator_(replica_.evaluator()),
      save_logits_(environment.save_logits) {
    if (std::ranges::any_of(config_.phases, usesEstimates)) calibration_.emplace(classes());
    for (const std::string& remark : data_.remarks) say(remark);
    restore();
}

RunOutcome Trainer::train() {
    ranks_.join();
    for (;; ++epoch_) {
        takeEdits(epoch_);  // also those made while the last epoch was measured
        beginPhaseEarly(epoch_, run_.records());  // of a trunk that was taken over
        fitLastRecord();
        if (epoch_ >= config_.training.epochs) break;
        if (control_.mustEndAfter(epoch_)) return {control_.stateAfterwards(), epoch_, "", {}};
        const Phase phase = phaseAt(config_, epoch_);
        if (!chooseTerms(phase)) return {control_.stateAfterwards(), epoch_, "", {}};
        const ClassTerms terms =
            classTerms(phase, class_counts_, estimates());  // α, β, Δ per class

        EpochRecord record;
        epoch_start_ = Clock::now();
        paused_for_ = {};
        if (!trainEpoch(terms, record)) return {control_.stateAfterwards(), epoch_, "", {}};
        if (!std::isfinite(record.loss)) {
            return {RunState::diverged, epoch_,
                    "the loss of epoch " + std::to_string(epoch_) +
                        " is not finite; a lower learning rate or a longer warm-up may help",
                    ExitCode::run_failed};
        }
        if (calibration_) {
            record.kappa = calibration_->estimates().kappa;  // those of this epoch's terms
            if (epoch_ + 1 >= config_.lr_schedule.warmup_epochs) calibration_->update();
        }
        takeEdits(epoch_ + 1);  // before measuring as well: they say what is due
        std::vector<EpochRecord> records = run_.records();
        records.push_back(record);
        beginPhaseEarly(epoch_ + 1, records);
        record.nu = estimates().nu.value_or(kMissing);
        record.tau = estimates().tau.value_or(kMissing);
        measure(terms, record);
        if (control_.mustEnd()) return {control_.stateAfterwards(), epoch_, "", {}};

        run_.append(record);
        keepCheckpoint();
        keepLogits();
        observer_.epochFinished(record);
    }
    return {RunState::finished, epoch_, "", {}};
}

/// What the run has estimated and chosen so far.
ClassEstimates Trainer::estimates() const {
    ClassEstimates known = calibration_ ? calibration_->estimates() : ClassEstimates{};
    const auto chosen = chosen_.accessor<double, 1>();
    if (!std::isnan(chosen[0])) known.nu = chosen[0];
    if (!std::isnan(chosen[1])) known.tau = chosen[1];
    return known;
}

/// Before a phase whose weights or shifts the run chooses: ν̂ or τ̂ by the model as it is; within
/// one: what was chosen. False if it was cut short.
bool Trainer::chooseTerms(const Phase& phase) {
    const bool weights = choosesWeights(phase);
    if (!weights && !choosesShifts(phase)) {
        chosen_.fill_(kMissing);
        return true;
    }
    const std::size_t index = phaseIndexAt(config_.phases, epoch_);
    const EpochRecord last = run_.records().empty() ? EpochRecord{} : run_.records().back();
    if (epoch_ > phase.from) {
        const double told = weights ? last.nu : last.tau;  // checkpoints of 0.3 do not tell
        if (!std::isnan(told)) chosen_[weights ? 0 : 1] = told;
        if (!chosen_[weights ? 0 : 1].isnan().item<bool>()) return true;
    }
    const ClassTerms before =
        classTerms(config_.phases[index - 1], class_counts_, estimatesOf(last));
    ClassEstimates open = estimates();
    open.nu = open.tau = 0.0;
    TermChoice choice(before, classTerms(phase, class_counts_, open), class_counts_, device_);
    evaluator_.forEachBatch(*data_.train,
                            [&](const torch::Tensor& logits, const torch::Tensor& labels) {
                                choice.add(logits, labels);
                            });
    if (control_.mustEnd()) return false;
    chosen_.fill_(kMissing);
    chosen_[weights ? 0 : 1] = choice.exponent();
    char line[80];
    std::snprintf(line, sizeof line, "chose %s = %.3g from epoch %d on",
                  weights ? "ν̂ of the weights" : "τ̂ of the shifts", choice.exponent(), epoch_);
    say(line);
    return true;
}

/// Whom the phase learns from, loaded at the first need; nullptr for nobody.
std::shared_ptr<Teacher> Trainer::teacherOf(const Phase& phase) {
    if (!learnsFromTeacher(phase)) return nullptr;
    if (teacher_) return teacher_;
    settleTeacher(run_);
    std::vector<std::string> remarks;
    teacher_ = std::make_shared<Teacher>(run_, data_.train->channels(), device_, remarks);
    for (const std::string& remark : remarks) say("the teacher: " + remark);
    return teacher_;
}

/// One pass over the training images; false if it was cut short.
bool Trainer::trainEpoch(const ClassTerms& terms, EpochRecord& record) {
    record.epoch = epoch_;
    record.phase = static_cast<int>(phaseIndexAt(config_.phases, epoch_));
    record.learning_rate = learningRateAt(config_, epoch_);
    record.weight_decay = weightDecayAt(config_, epoch_);

    replica_.beginEpoch(config_, epoch_, terms, teacherOf(phaseAt(config_, epoch_)));
    const int batches = replica_.batches();
    for (int i = 0; i < batches; ++i) {
        if (!proceed()) return false;
        replica_.step();
        if (calibration_) calibration_->add(replica_.logits(), replica_.labels());
        reportStep(i + 1, batches, replica_.epoch().images());
    }
    replica_.finishEpoch();
    record.loss = replica_.epoch().meanLoss();
    record.teacher_mean = replica_.epoch().teacherMean();
    record.streaming = replica_.epoch().statistics().finish(terms, class_counts_, majority_);
    return true;
}

/// Test and validation accuracy, and the exact statistics and confusions where they are due.
void Trainer::measure(const ClassTerms& terms, EpochRecord& record) {
    const int epoch = record.epoch;
    const bool exact = exactIsDue(config_, epoch);
    SavedLogits* logits = nullptr;  // what is measured is what is saved: no pass of its own
    logits_.reset();
    if (save_logits_ && logitsAreDue(config_, epoch)) {
        logits = &logits_.emplace(emptyLogits(run_.description(), epoch + 1, model_->head()));
    }
    record.tde_alpha = model_->head()->tdeAlpha();
    record.test_accuracy =
        exact ? evaluator_.classAccuracy(*data_.test, record.test_confusion,
                                         logits != nullptr ? &logits->test.emplace() : nullptr)
              : evaluator_.classAccuracy(*data_.test);
    record.balanced_test_accuracy = balancedAccuracy(record.test_accuracy);
    record.shots = shotAccuracy(record.test_accuracy, class_counts_);
    if (data_.validation) {
        ConfusionMatrix unused;
        record.validation_accuracy =
            logits != nullptr
                ? evaluator_.classAccuracy(*data_.validation, unused, &logits->validation.emplace())
                : evaluator_.classAccuracy(*data_.validation);
        record.balanced_validation_accuracy = balancedAccuracy(record.validation_accuracy);
    }
    if (exact) {
        const bool of_training = logits != nullptr && savesTraining(data_.train->size(), classes());
        record.exact = evaluator_.statistics(*data_.train, terms, class_counts_, majority_,
                                             of_training ? &logits->train.emplace() : nullptr);
    }
}

/// Writes the logits of the epoch that was measured last. Without them they can still be made, so a
/// full disk is only said.
void Trainer::keepLogits() {
    if (!logits_) return;
    try {
        writeSavedLogits(savedLogitsPath(run_.folder(), logits_->epochs_done), *logits_);
    } catch (const StorageError& error) {
        say(std::string("the logits were not saved: ") + error.what());
    }
    logits_.reset();
}

/// Where the next phase may begin after a plateau, and there is one: begins it at `epoch`.
/// `records` are those of all epochs before.
void Trainer::beginPhaseEarly(int epoch, std::span<const EpochRecord> records) {
    if (epoch == 0 || epoch >= config_.training.epochs) return;
    const std::size_t index = phaseIndexAt(config_.phases, epoch - 1);
    if (index + 1 >= config_.phases.size()) return;
    const Phase& next = config_.phases[index + 1];
    if (next.plateau == 0 || next.from <= epoch) return;
    const int first = std::max(config_.phases[index].from, config_.lr_schedule.warmup_epochs);
    if (first >= epoch) return;
    if (!minorityIsOnPlateau(records.subspan(static_cast<std::size_t>(first)), majority_,
                             next.plateau)) {
        return;
    }
    observer_.said(beginPhaseAfterPlateau(run_, epoch));
    config_ = run_.description().config;
    observer_.configChanged(config_);
}

/// Live edits that arrived meanwhile hold from `epoch` on.
void Trainer::takeEdits(int epoch) {
    for (const std::string& line : applyPendingEdits(run_, epoch)) observer_.said(line);
    if (run_.description().config == config_) return;
    config_ = run_.description().config;
    model_->head()->setTdeAlpha(config_.model.tde_alpha);
    if (run_.description().teacher.is_null()) teacher_ = nullptr;  // or another than before
    observer_.configChanged(config_);
}

/// Makes the last record what the config asks for: the run that trained the epoch may have had no
/// reason to measure it exactly, or the config was changed since.
void Trainer::fitLastRecord() {
    if (run_.records().empty()) return;
    EpochRecord record = recordFor(config_, run_.records().back());
    if (std::isnan(record.loss)) return;  // of foreign logs
    const ClassTerms terms =
        classTerms(phaseAt(config_, record.epoch), class_counts_, estimatesOf(record));
    const bool all = lacksMeasurement(config_, record);
    if (all) {
        measure(terms, record);
        if (control_.mustEnd()) return;
        keepLogits();
    } else if (!record.exact && exactIsDue(config_, record.epoch)) {
        record.exact = evaluator_.statistics(*data_.train, terms, class_counts_, majority_);
        evaluator_.classAccuracy(*data_.test, record.test_confusion);
        if (control_.mustEnd()) return;  // what was measured is not whole
    }
    if (!all && record.exact.has_value() == run_.records().back().exact.has_value()) return;
    std::vector<EpochRecord> records = run_.records();
    records.back() = record;
    run_.replaceRecords(std::move(records));
    observer_.recordsReplaced(run_.records());
}

/// Waits while paused; false if the run must end.
bool Trainer::proceed() {
    const Clock::time_point now = Clock::now();
    if (now - last_heartbeat_ > kHeartbeat) {
        last_heartbeat_ = now;
        run_.setStatus(RunState::running, epoch_, "");
    }
    ranks_.keepInTouch();
    if (ranks_.stopAsked()) control_.requestStop();
    if (control_.paused() && !control_.mustEnd()) {
        run_.setStatus(RunState::paused, epoch_, "");
        observer_.stateChanged(RunState::paused);
        while (control_.paused() && !control_.mustEnd()) {
            ranks_.keepInTouch();
            std::this_thread::sleep_for(kPausePoll);
        }
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
        1.2 * static_cast<double>(data_.train->size()) / images_per_second_);
    if (elapsed > 1.0 || seconds_per_epoch_) {
        const int epochs_left = config_.training.epochs - epoch_;
        progress.seconds_left = std::max(0.0, epochs_left * epoch_seconds - elapsed);
    }
    observer_.stepFinished(progress);
}

/// The replica's, and what the run has estimated and chosen.
std::map<std::string, torch::Tensor> Trainer::state() {
    std::map<std::string, torch::Tensor> tensors = replica_.state();
    if (calibration_) tensors.merge(calibration_->state());
    if (std::ranges::any_of(config_.phases, choosesTerms)) tensors[kChosen] = chosen_;
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
            // A trunk whose own phases have no use for it has none.
            std::erase_if(targets, [&](const auto& target) {
                return (isAddedState(target.first) || target.first == kChosen) &&
                       !checkpoint.tensors.contains(target.first);
            });
            restoreTensors(checkpoint.tensors, targets);
            std::erase_if(targets, [](const auto& target) {  // what is not known yet may be NaN
                return target.first.starts_with("calibration.") || target.first == kChosen;
            });
            if (const std::string warning =
                    notFiniteWarning(file->path.filename().string(), targets);
                !warning.empty()) {
                say(warning);
            }
            epoch_ = file->epochs_done;
            run_.truncateRecords(epoch_);
            say("resumes after " + std::to_string(epoch_) + " epochs" +
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
    last_heartbeat_ = Clock::now();
    seconds_per_epoch_ = seconds(last_heartbeat_ - epoch_start_ - paused_for_);
    run_.setSecondsPerEpoch(*seconds_per_epoch_);
    run_.setPeakMemory(peakMemory());
    run_.setStatus(RunState::running, epoch_ + 1, "");

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
