#include "core/learning/term_choice.h"

#include <algorithm>
#include <cmath>

#include "core/learning/class_statistics.h"

namespace ballast {
namespace {

constexpr double kEqual = 1e-9;  // of accuracies

torch::Tensor vectorOf(const std::vector<double>& values) {
    return torch::tensor(values, torch::kFloat64);
}

/// log α_y; 0 of a class that is never trained, which gives and takes nothing.
torch::Tensor logWeight(const ClassTerms& terms) {
    const torch::Tensor alpha = vectorOf(terms.alpha);
    return torch::where(alpha.gt(0), alpha, torch::ones_like(alpha)).log();
}

/// A phase's shift of all logits alike; LDAM's is of the true class alone.
torch::Tensor shiftOf(const ClassTerms& terms) {
    const torch::Tensor shift = vectorOf(terms.delta);
    return terms.delta_on_true_class ? torch::zeros_like(shift) : shift;
}

}  // namespace

TermChoice::TermChoice(const ClassTerms& before, const ClassTerms& after,
                       std::span<const std::int64_t> class_counts, torch::Device device) {
    std::vector<double> log_prior;
    double total = 0.0;
    for (const std::int64_t count : class_counts) total += static_cast<double>(count);
    for (const std::int64_t count : class_counts) {
        log_prior.push_back(std::log(static_cast<double>(count) / total));
    }
    const torch::Tensor exponent =
        torch::arange(kCandidates, torch::kFloat64).view({-1, 1, 1}) / kPerOne;
    const torch::Tensor beta_after = vectorOf(after.beta);
    const torch::Tensor shift =
        shiftOf(before) - logWeight(before) + logWeight(after) - shiftOf(after);
    const auto like = torch::TensorOptions().dtype(torch::kFloat32).device(device);
    scale_ = (vectorOf(before.beta) / beta_after).to(like);
    shift_ = ((shift - exponent * vectorOf(log_prior)) / beta_after).to(like);
    const auto classes = static_cast<std::int64_t>(class_counts.size());
    const auto counts = torch::TensorOptions().dtype(torch::kInt64).device(device);
    seen_ = torch::zeros({classes}, counts);
    right_ = torch::zeros({kCandidates, classes}, counts);
}

void TermChoice::add(const torch::Tensor& logits, const torch::Tensor& labels) {
    const torch::NoGradGuard no_grad;
    seen_.add_(torch::bincount(labels, {}, seen_.numel()));
    const torch::Tensor scaled = logits * scale_;
    for (int k = 0; k < kCandidates; ++k) {
        const torch::Tensor right = predictedClasses(scaled + shift_[k]).eq(labels);
        right_[k].index_add_(0, labels, right.to(torch::kInt64));
    }
}

std::vector<double> TermChoice::accuracies() const {
    const torch::Tensor has_images = seen_.gt(0);
    const torch::Tensor share =
        right_.index({torch::indexing::Slice(), has_images}).to(torch::kFloat64) /
        seen_.index({has_images}).to(torch::kFloat64);
    const torch::Tensor mean = share.mean(1).cpu().contiguous();
    const auto* values = mean.data_ptr<double>();
    return {values, values + mean.numel()};
}

double TermChoice::exponent() const {
    const std::vector<double> all = accuracies();
    const double most = *std::ranges::max_element(all);
    double sum = 0.0;
    int best = 0;
    for (int k = 0; k < kCandidates; ++k) {
        if (!(all[static_cast<std::size_t>(k)] >= most - kEqual)) continue;
        sum += k / kPerOne;
        ++best;
    }
    return best == 0 ? 1.0 : sum / best;
}

}  // namespace ballast
