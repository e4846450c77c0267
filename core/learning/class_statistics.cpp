#include "core/learning/class_statistics.h"

#include <limits>

#include "core/learning/part_times.h"
#include "core/theory/bound.h"

namespace ballast {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> toVector(const torch::Tensor& tensor) {
    const torch::Tensor values = tensor.to(torch::kCPU, torch::kFloat64).contiguous();
    const auto* data = values.data_ptr<double>();
    return {data, data + values.numel()};
}

torch::Tensor ofClass(const torch::Tensor& values, const torch::Tensor& labels) {
    return values.gather(1, labels.unsqueeze(1)).squeeze(1);
}

}  // namespace

torch::Tensor predictedClasses(const torch::Tensor& logits) {
    // NaN is the largest to argmax and amax; what is not equal to itself is NaN.
    const torch::Tensor top = logits.amax(1);
    return logits.argmax(1).masked_fill(top.ne(top), ConfusionMatrix::kNoClass);
}

void countRight(const torch::Tensor& logits, const torch::Tensor& labels, torch::Tensor& seen,
                torch::Tensor& right) {
    const torch::Tensor hits = predictedClasses(logits).eq(labels).to(torch::kInt64);
    seen.index_add_(0, labels, torch::ones_like(hits));
    right.index_add_(0, labels, hits);
}

ClassStatisticsAccumulator::ClassStatisticsAccumulator(int classes, torch::Device device) {
    const auto counts = torch::TensorOptions().dtype(torch::kInt64).device(device);
    const auto values = torch::TensorOptions().dtype(torch::kFloat32).device(device);
    seen_ = torch::empty({classes}, counts);
    right_ = torch::empty({classes}, counts);
    min_logit_ = torch::empty({classes}, values);
    min_margin_ = torch::empty({classes}, values);
    min_negative_doubt_ = torch::empty({classes}, values);
    classes_ = torch::arange(classes, counts);
    reset();
}

void ClassStatisticsAccumulator::reset() {
    seen_.zero_();
    right_.zero_();
    min_logit_.fill_(kInfinity);
    min_margin_.fill_(kInfinity);
    min_negative_doubt_.zero_();
}

void ClassStatisticsAccumulator::add(const torch::Tensor& logits,
                                     const torch::Tensor& log_probabilities,
                                     const torch::Tensor& labels) {
    if (labels.size(0) == 0) return;  // a share of nothing
    const torch::NoGradGuard no_grad;
    const PartTimer timer(Part::statistics);
    countRight(logits, labels, seen_, right_);
    const torch::Tensor own = ofClass(logits, labels);
    const torch::Tensor others = logits.scatter(1, labels.unsqueeze(1), -kInfinity).amax(1);
    const torch::Tensor doubt = -torch::expm1(ofClass(log_probabilities, labels));
    const torch::Tensor of_class = labels.unsqueeze(1).eq(classes_);  // [B, C]
    const auto smallest = [&](torch::Tensor& so_far, const torch::Tensor& values) {
        const torch::Tensor column = values.unsqueeze(1).expand_as(of_class);
        torch::minimum_out(so_far, so_far, column.masked_fill(~of_class, kInfinity).amin(0));
    };
    smallest(min_logit_, own);
    smallest(min_margin_, own - others);
    smallest(min_negative_doubt_, -doubt);
}

void ClassStatisticsAccumulator::gather(const Ranks& ranks) {
    for (torch::Tensor* counts : {&seen_, &right_}) ranks.sum(*counts);
    for (torch::Tensor* minima : {&min_logit_, &min_margin_, &min_negative_doubt_}) {
        ranks.least(*minima);
    }
}

ClassStatistics ClassStatisticsAccumulator::finish(const ClassTerms& terms,
                                                   const std::vector<std::int64_t>& class_counts,
                                                   const std::vector<bool>& majority) const {
    ClassStatistics statistics;
    statistics.accuracy = toVector(right_.to(torch::kFloat64) / seen_.to(torch::kFloat64));
    statistics.min_logit = toVector(min_logit_);
    statistics.min_margin = toVector(min_margin_);
    statistics.lipschitz = localLipschitz(terms, statistics.min_logit);
    statistics.observed_lipschitz = betaTilde(terms.beta);
    const std::vector<double> doubt = toVector(-min_negative_doubt_);
    for (std::size_t y = 0; y < doubt.size(); ++y) {
        statistics.observed_lipschitz[y] *= terms.alpha[y] * doubt[y];
    }
    statistics.bound_terms = boundTerms(statistics.lipschitz, class_counts);
    const GroupMeans groups = groupMeans(statistics.accuracy, majority);
    statistics.majority_accuracy = groups.majority;
    statistics.minority_accuracy = groups.minority;
    return statistics;
}

}  // namespace ballast
