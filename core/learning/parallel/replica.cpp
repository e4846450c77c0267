#include "core/learning/parallel/replica.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/experiment/class_sampling.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_meaning.h"
#include "core/learning/checkpoint.h"
#include "core/learning/data/mixing.h"
#include "core/learning/second_stage.h"

namespace ballast {
namespace {

using nlohmann::json;

std::vector<std::vector<std::int64_t>> indicesByClass(const torch::Tensor& labels,
                                                      std::size_t classes) {
    std::vector<std::vector<std::int64_t>> indices(classes);
    const torch::Tensor on_cpu = labels.to(torch::kCPU);
    const auto label = on_cpu.accessor<std::int64_t, 1>();
    for (std::int64_t i = 0; i < on_cpu.size(0); ++i) {
        indices[static_cast<std::size_t>(label[i])].push_back(i);
    }
    return indices;
}

std::array<const ImageSource*, 3> splits(const ImageSources& data) {
    return {data.train.get(), data.test.get(), data.validation.get()};
}

std::vector<torch::Tensor> tensorsOf(const std::map<std::string, torch::Tensor>& state) {
    std::vector<torch::Tensor> tensors;
    for (const auto& [name, tensor] : state) tensors.push_back(tensor);
    return tensors;
}

/// An epoch's work as the first process tells it, and back.
json epochOrderOfWork(const RunConfig& config, int epoch, const ClassTerms& terms) {
    return {{"config", toJson(config)}, {"epoch", epoch},
            {"alpha", terms.alpha},     {"beta", terms.beta},
            {"delta", terms.delta},     {"on_true_class", terms.delta_on_true_class},
            {"epsilon", terms.epsilon}};
}

ClassTerms termsOf(const json& work) {
    ClassTerms terms;
    work.at("alpha").get_to(terms.alpha);
    work.at("beta").get_to(terms.beta);
    work.at("delta").get_to(terms.delta);
    work.at("on_true_class").get_to(terms.delta_on_true_class);
    work.at("epsilon").get_to(terms.epsilon);
    return terms;
}

}  // namespace

Replica::Replica(const RunConfig& config, const std::vector<std::int64_t>& class_counts,
                 const DataStore& store, torch::Device device, int threads, Ranks& ranks,
                 Evaluator::Proceed proceed)
    : config_(config),
      class_counts_(class_counts),
      gathers_logits_(std::ranges::any_of(config.phases, usesEstimates)),
      ranks_(ranks),
      device_(device),
      data_(openImageSources(config, class_counts, store, device, threads)),
      model_(makeModel(config, data_.train->channels(),
                       static_cast<std::int64_t>(class_counts.size()), device)),
      optimizer_(*model_, config.optimizer.momentum, device.is_cuda(),
                 config.optimizer.momentum_form),
      steps_(model_, optimizer_, static_cast<int>(class_counts.size()), device, ranks),
      evaluator_(model_, static_cast<int>(class_counts.size()), device, std::move(proceed), ranks,
                 [this](const ImageSource& images, Evaluator::Output output) {
                     announce(images, output);
                 }),
      images_of_class_(indicesByClass(data_.train->labels(), class_counts.size())) {
    if (ranks.many() && config.training.batch_norm_over == BatchNormOver::batch) {
        model_->normaliseTogether(ranks);
    }
}

std::map<std::string, torch::Tensor> Replica::state() const {
    std::map<std::string, torch::Tensor> tensors;
    for (const auto& item : model_->named_parameters()) tensors[item.key()] = item.value();
    for (const auto& item : model_->named_buffers()) tensors[item.key()] = item.value();
    for (const auto& [name, buffer] : optimizer_.momentumBuffers()) {
        tensors[kMomentumPrefix + name] = buffer;
    }
    return tensors;
}

void Replica::beginEpoch(const RunConfig& config, int epoch, const ClassTerms& terms,
                         std::shared_ptr<Teacher> teacher) {
    torch::Tensor class_means;  // the others take what the first one makes of them
    if (ranks_.first() && startsFromClassMeans(config, epoch)) {
        class_means = evaluator_.classMeans(*data_.train);
    }
    if (ranks_.many() && ranks_.first()) {
        ranks_.tell(Command::epoch);
        ranks_.textOfFirst(epochOrderOfWork(config, epoch, terms).dump());
    }
    config_ = config;
    beginPhase(model_, optimizer_, config_, epoch, class_means);
    const Phase& phase = phaseAt(config_, epoch);
    const TrainingConfig& training = config_.training;
    batches_.emplace(epochOrder(phase.sampling, images_of_class_, training.seed, epoch,
                                samplingProgress(config_, epoch)),
                     training.batch_size);
    const bool by_position = phase.sampling != Sampling::instance;  // images may be drawn again
    stream_ = data_.train->stream(batches_->order(), training.batch_size,
                                  {training.augmentation, training.seed, epoch, by_position},
                                  ranks_.share());
    steps_.begin(phase, config_.loss, terms, learningRateAt(config_, epoch),
                 weightDecayAt(config_, epoch), std::move(teacher));
    epoch_ = epoch;
    step_ = 0;
    if (ranks_.many()) ranks_.takeFromFirst(tensorsOf(state()));
}

void Replica::step() {
    if (ranks_.first()) ranks_.tell(Command::step);
    stream_->next(batch_);
    mixBatch();
    logits_ = steps_.step(batch_);
    labels_ = batch_.labels;
    if (ranks_.many() && gathers_logits_) {
        logits_ = ranks_.whole(logits_, batch_.of_all);
        labels_ = ranks_.whole(labels_, batch_.of_all);
    }
}

/// Mixes the next batch's images where the phase does.
void Replica::mixBatch() {
    batch_.other_labels = batch_.label_share = torch::Tensor();
    const Phase& phase = phaseAt(config_, epoch_);
    if (phase.mixing != Mixing::none) {
        mix(batch_,
            mixtureOf(phase.mixing_beta, config_.training.seed, epoch_, step_,
                      batch_.labels.size(0)),
            phase, class_counts_);
    }
    ++step_;
}

void Replica::finishEpoch() {
    stream_.reset();  // an evaluation has its own
    batch_ = {};
    if (!ranks_.many()) return;
    if (ranks_.first()) ranks_.tell(Command::finish_epoch);
    steps_.gather();
}

/// The first process, before a pass over `images`.
void Replica::announce(const ImageSource& images, Evaluator::Output output) {
    if (!ranks_.many()) return;
    const auto all = splits(data_);
    const auto split = std::ranges::find(all, &images) - all.begin();
    ranks_.tell(Command::evaluation);
    ranks_.textOfFirst(json{{"split", split},
                            {"features", output == Evaluator::Output::features},
                            {"tde_alpha", model_->head()->tdeAlpha()}}
                           .dump());
    ranks_.takeFromFirst(tensorsOf(state()));
}

void Replica::serve(const std::function<bool()>& stop) {
    const torch::NoGradGuard no_grad;
    std::unique_ptr<BatchStream> images;
    auto output = Evaluator::Output::logits;
    Batch batch;
    for (;;) {
        switch (ranks_.hear(stop())) {
            case Command::wait:
                break;
            case Command::epoch: {
                images.reset();
                const json work = json::parse(ranks_.textOfFirst(""));
                beginEpoch(configFromJson(work.at("config"), "the first process"),
                           work.at("epoch").get<int>(), termsOf(work));
                break;
            }
            case Command::step:
                step();
                break;
            case Command::finish_epoch:
                finishEpoch();
                break;
            case Command::evaluation: {
                const json pass = json::parse(ranks_.textOfFirst(""));
                if (const json& alpha = pass.at("tde_alpha"); alpha.is_number()) {
                    model_->head()->setTdeAlpha(alpha.get<double>());
                }
                output = pass.at("features").get<bool>() ? Evaluator::Output::features
                                                         : Evaluator::Output::logits;
                model_->eval();
                ranks_.takeFromFirst(tensorsOf(state()));
                images.reset();
                images = splits(data_)[pass.at("split").get<std::size_t>()]->plainStream(
                    Evaluator::kBatch, ranks_.share());
                break;
            }
            case Command::evaluate:
                images->next(batch);
                evaluator_.answersTo(batch.images, batch.of_all, output);
                break;
            case Command::end:
                return;
        }
    }
}

}  // namespace ballast
