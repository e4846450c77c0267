#include "core/learning/evaluator.h"

namespace ballast {
namespace {

torch::Tensor counts(int classes, torch::Device device) {
    return torch::zeros({classes}, torch::TensorOptions().dtype(torch::kInt64).device(device));
}

std::vector<std::int64_t> toIntegers(const std::vector<torch::Tensor>& batches) {
    const torch::Tensor all = torch::cat(batches).cpu();
    const auto* values = all.data_ptr<std::int64_t>();
    return {values, values + all.numel()};
}

void beginLogits(Logits& logits, const ImageSource& images, int classes) {
    logits = {classes, {}, {}, {}};
    logits.values.reserve(static_cast<std::size_t>(images.size() * classes));
    logits.labels.reserve(static_cast<std::size_t>(images.size()));
}

/// The columns from `from` on, at the end of `values`.
void appendColumns(std::vector<float>& values, const torch::Tensor& answers, std::int64_t from,
                   std::int64_t columns) {
    const torch::Tensor taken =
        answers.narrow(1, from, columns).to(torch::kCPU, torch::kFloat32).contiguous();
    const auto* first = taken.data_ptr<float>();
    values.insert(values.end(), first, first + taken.numel());
}

/// `answers` as Evaluator::answersTo().
void appendLogits(Logits& logits, const torch::Tensor& answers, const torch::Tensor& labels) {
    appendColumns(logits.values, answers, 0, logits.classes);
    appendColumns(logits.effects, answers, logits.classes, answers.size(1) - logits.classes);
    const std::vector<std::int64_t> classes = toIntegers({labels});
    logits.labels.insert(logits.labels.end(), classes.begin(), classes.end());
}

}  // namespace

Evaluator::Evaluator(ImageNetwork model, int classes, torch::Device device, Proceed proceed)
    : Evaluator(std::move(model), classes, device, std::move(proceed), nullptr, {}) {}

Evaluator::Evaluator(ImageNetwork model, int classes, torch::Device device, Proceed proceed,
                     Ranks& ranks, Begins begins)
    : Evaluator(std::move(model), classes, device, std::move(proceed),
                ranks.many() ? &ranks : nullptr, std::move(begins)) {}

Evaluator::Evaluator(ImageNetwork model, int classes, torch::Device device, Proceed proceed,
                     Ranks* ranks, Begins begins)
    : model_(std::move(model)),
      device_(device),
      proceed_(std::move(proceed)),
      ranks_(ranks),
      begins_(std::move(begins)),
      seen_(counts(classes, device)),
      right_(counts(classes, device)),
      counting_(
          [this](const torch::Tensor& images, const torch::Tensor& labels) {
              const torch::Tensor answers = answersTo(images, labels.size(0));
              countRight(logitsOf(answers), labels, seen_, right_);
              return answers;
          },
          ranks == nullptr),
      describing_(
          [this](const torch::Tensor& images, const torch::Tensor& labels) {
              return answersTo(images, labels.size(0), Output::features);
          },
          ranks == nullptr),
      statistics_(classes, device) {}

torch::Tensor Evaluator::answersTo(const torch::Tensor& images, std::int64_t n, Output output) {
    const bool features = output == Output::features;
    const Head& head = model_->head();
    const auto none = [&] {
        return torch::zeros({0, features ? head->features() : seen_.size(0) + head->effects()},
                            images.options().dtype(torch::kFloat32));
    };
    const auto answers = [&] {
        if (features) return model_->features(images);
        const torch::Tensor logits = model_->forward(images);
        return head->effects() > 0 ? torch::cat({logits, head->imageEffects()}, 1) : logits;
    };
    const torch::Tensor rows = images.size(0) > 0 ? answers() : none();
    return ranks_ != nullptr ? ranks_->whole(rows, n) : rows;
}

torch::Tensor Evaluator::logitsOf(const torch::Tensor& answers) const {
    return answers.narrow(1, 0, seen_.size(0));
}

torch::Tensor Evaluator::classMeans(const ImageSource& images) {
    const auto numbers = torch::TensorOptions().dtype(torch::kFloat64);
    torch::Tensor sums = torch::zeros({seen_.size(0), model_->head()->features()}, numbers);
    torch::Tensor seen = torch::zeros({seen_.size(0)}, numbers);
    const Answers add = [&](const torch::Tensor& features, const torch::Tensor& labels) {
        const torch::Tensor classes = labels.to(torch::kCPU);
        sums.index_add_(0, classes, features.to(torch::kCPU, torch::kFloat64));
        seen.index_add_(0, classes, torch::ones(classes.sizes(), numbers));
    };
    pass(images, describing_, add, Output::features);
    return sums / seen.clamp_min(1.0).unsqueeze(1);
}

std::vector<double> Evaluator::classAccuracy(const ImageSource& images) {
    seen_.zero_();
    right_.zero_();
    pass(images, counting_);
    return countedAccuracy();
}

std::vector<double> Evaluator::classAccuracy(const ImageSource& images, ConfusionMatrix& confusion,
                                             Logits* logits) {
    seen_.zero_();
    right_.zero_();
    std::vector<torch::Tensor> labels;
    std::vector<torch::Tensor> predictions;
    if (logits != nullptr) beginLogits(*logits, images, static_cast<int>(seen_.numel()));
    pass(images, counting_, [&](const torch::Tensor& answers, const torch::Tensor& of_batch) {
        labels.push_back(of_batch.clone());
        predictions.push_back(predictedClasses(logitsOf(answers)));
        if (logits != nullptr) appendLogits(*logits, answers, of_batch);
    });
    if (!labels.empty()) {
        confusion = confusionMatrix(toIntegers(labels), toIntegers(predictions),
                                    static_cast<int>(seen_.numel()));
    }
    return countedAccuracy();
}

void Evaluator::forEachBatch(const ImageSource& images, const Answers& answers) {
    pass(images, counting_, [&](const torch::Tensor& of_batch, const torch::Tensor& labels) {
        answers(logitsOf(of_batch), labels);
    });
}

Logits Evaluator::logits(const ImageSource& images) {
    Logits logits;
    beginLogits(logits, images, static_cast<int>(seen_.numel()));
    pass(images, counting_, [&](const torch::Tensor& answers, const torch::Tensor& labels) {
        appendLogits(logits, answers, labels);
    });
    return logits;
}

std::vector<double> Evaluator::countedAccuracy() const {
    const torch::Tensor accuracy = (right_.to(torch::kFloat64) / seen_.to(torch::kFloat64)).cpu();
    const auto* values = accuracy.data_ptr<double>();
    return {values, values + accuracy.numel()};
}

ClassStatistics Evaluator::statistics(const ImageSource& images, const ClassTerms& terms,
                                      const std::vector<std::int64_t>& class_counts,
                                      const std::vector<bool>& majority, Logits* logits) {
    if (!terms_ || terms.delta_on_true_class != terms_->delta_on_true_class) {
        terms_.emplace(terms, torch::TensorOptions().dtype(torch::kFloat32).device(device_));
        gathering_.emplace(
            [this](const torch::Tensor& batch, const torch::Tensor& labels) {
                const torch::Tensor answers = answersTo(batch, labels.size(0));
                const torch::Tensor f = logitsOf(answers);
                statistics_.add(f, adjustedLogProbabilities(f, labels, *terms_), labels);
                return answers;
            },
            ranks_ == nullptr);
    }
    terms_->set(terms);
    statistics_.reset();
    Answers answers;
    if (logits != nullptr) {
        beginLogits(*logits, images, static_cast<int>(seen_.numel()));
        answers = [&](const torch::Tensor& of_batch, const torch::Tensor& labels) {
            appendLogits(*logits, of_batch, labels);
        };
    }
    pass(images, *gathering_, answers);
    return statistics_.finish(terms, class_counts, majority);
}

void Evaluator::pass(const ImageSource& images, RepeatedWork& work, const Answers& answers,
                     Output output) {
    const torch::NoGradGuard no_grad;
    model_->eval();
    if (begins_) begins_(images, output);
    const auto stream = images.plainStream(kBatch, ranks_ != nullptr ? ranks_->share() : Share());
    Batch batch;
    for (std::int64_t at = 0; at < images.size() && proceed_(); at += batch.of_all) {
        if (ranks_ != nullptr) ranks_->tell(Command::evaluate);
        stream->next(batch);
        const torch::Tensor labels = images.labels().narrow(0, at, batch.of_all);
        const torch::Tensor of_batch = work(batch.images, labels);
        if (answers) answers(of_batch, labels);
    }
}

}  // namespace ballast
