#pragma once

#include <memory>
#include <random>
#include <vector>

#include "core/data/data_store.h"
#include "core/learning/bench/textbook.h"
#include "core/learning/data/batches.h"
#include "core/learning/data/memory_source.h"
#include "core/learning/data/mixing.h"
#include "core/learning/epoch_steps.h"
#include "core/learning/evaluator.h"
#include "core/learning/models/network.h"
#include "core/learning/optimizers/sgd.h"
#include "core/runs/benchmarks.h"

namespace ballast {

/// Made-up images: their content does not change the time that a step takes.
inline ImageSet madeUpImages(const DatasetInfo& dataset, std::size_t count) {
    ImageSet images{dataset.channels, dataset.image_size, dataset.image_size, {}, {}};
    std::mt19937 generator(0);
    images.labels.resize(count);
    for (auto& label : images.labels) {
        label = static_cast<std::int32_t>(generator() % static_cast<unsigned>(dataset.classes));
    }
    images.pixels.resize(count * static_cast<std::size_t>(dataset.channels * dataset.image_size *
                                                          dataset.image_size));
    for (auto& pixel : images.pixels) pixel = static_cast<std::uint8_t>(generator());
    return images;
}

/// Our training and evaluation on made-up images: the same calls as Trainer's, statistics included;
/// the processes of `ranks` divide the batches.
class OurLoop {
public:
    static constexpr double kLearningRate = 0.01;

    OurLoop(const ImageSet& images, const DatasetInfo& dataset, const BenchOptions& options,
            torch::Device device, Convolution convolution, const Ranks& ranks = alone())
        : model_(makeModel(ModelConfig{options.model, HeadKind::linear}, dataset.channels,
                           dataset.classes, 0, device, convolution)),
          optimizer_(*model_, Textbook::kMomentum, device.is_cuda()),
          steps_(model_, optimizer_, dataset.classes, device, ranks),
          evaluator_(model_, dataset.classes, device),
          source_(imageTensor(images, nullptr, dataset, device)),
          batch_size_(options.batch_size),
          share_(ranks.share()),
          phase_(options.phase),
          class_counts_(static_cast<std::size_t>(dataset.classes), 0) {
        phase_.sam_radius = options.sam_radius;
        for (const std::int32_t label : images.labels) {
            ++class_counts_[static_cast<std::size_t>(label)];
        }
        terms_ = classTerms(phase_, class_counts_);
    }

    std::unique_ptr<BatchStream> stream(int epoch) const {
        return source_.stream(Batches(source_.size(), batch_size_, 0, epoch).order(), batch_size_,
                              {"crop-flip", 0, epoch, false}, share_);
    }

    void trainEpoch(int epoch) {
        begin();
        const auto batches = stream(epoch);
        std::int64_t step = 0;
        for (Batch batch; batches->next(batch);) steps_.step(mixed(batch, epoch, step++));
    }

    void trainOnOneBatch(int steps) {
        begin();
        Batch batch;
        stream(0)->next(batch);
        for (int i = 0; i < steps; ++i) steps_.step(mixed(batch, 0, i));
    }

    void loadEpoch(int epoch) const {
        const auto batches = stream(epoch);
        for (Batch batch; batches->next(batch);) continue;
    }

    ImageNetwork& model() { return model_; }

    void evaluate() { evaluator_.classAccuracy(source_); }

private:
    /// The batch as the phase mixes it.
    Batch mixed(Batch batch, int epoch, std::int64_t step) const {
        if (phase_.mixing == Mixing::none) return batch;
        mix(batch, mixtureOf(phase_.mixing_beta, 0, epoch, step, batch.labels.size(0)), phase_,
            class_counts_);
        return batch;
    }

    void begin() {
        steps_.begin(phase_, LossConfig{}, terms_, kLearningRate, Textbook::kWeightDecay);
    }

    ImageNetwork model_;
    Sgd optimizer_;
    EpochSteps steps_;
    Evaluator evaluator_;
    MemorySource source_;
    std::int64_t batch_size_;
    Share share_;
    Phase phase_;
    std::vector<std::int64_t> class_counts_;
    ClassTerms terms_;
};

}  // namespace ballast
