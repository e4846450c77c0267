#include "core/learning/losses/class_loss.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace ballast {
namespace {

/// What each image's contribution is made of.
struct LossInputs {
    const torch::Tensor& log_probabilities;  // [B, C]
    const torch::Tensor& labels;             // [B]
    const torch::Tensor& weights;            // α_{y_i} [B]
    const LossConfig& loss;
    const torch::Tensor& epsilon;  // ε [C], or undefined

    /// log p of the true class, [B].
    torch::Tensor ofLabel(const torch::Tensor& log_p) const {
        return log_p.gather(1, labels.unsqueeze(1)).squeeze(1);
    }
    torch::Tensor weightedVs() const { return weights * -ofTarget(); }

private:
    /// log p of the label; of a smoothed one the mean over its distribution, [B].
    torch::Tensor ofTarget() const {
        const torch::Tensor own = ofLabel(log_probabilities);
        if (!epsilon.defined()) return own;
        const torch::Tensor of_all = log_probabilities.mean(1);
        return own + epsilon.index_select(0, labels) * (of_all - own);
    }
};

torch::Tensor vectorScaling(const LossInputs& in) {
    return in.weightedVs();
}

torch::Tensor focal(const LossInputs& in) {
    const torch::Tensor weighted = in.weightedVs();
    // The floor keeps the gradient of a power below 1 finite where an image is surely right.
    const torch::Tensor doubt = (-torch::expm1(-weighted)).clamp_min(1e-12);
    return doubt.pow(in.loss.focal_gamma) * weighted;
}

torch::Tensor binaryOfSoftmax(const LossInputs& in) {
    // −100 is the least of PyTorch's logarithms here too.
    constexpr double kLeast = -100.0;
    const torch::Tensor log_others =
        (-torch::expm1(in.log_probabilities)).clamp_min(std::exp(kLeast)).log();
    const torch::Tensor log_own = in.ofLabel(in.log_probabilities).clamp_min(kLeast);
    const torch::Tensor sum = log_own + log_others.sum(1) - in.ofLabel(log_others);
    return in.weights * -sum / static_cast<double>(in.log_probabilities.size(1));
}

/// A loss of the catalogue: each image's contribution.
struct LossFamily {
    std::string_view name;
    torch::Tensor (*of_images)(const LossInputs& inputs);
};
constexpr LossFamily kFamilies[] = {{"vs", vectorScaling},
                                    {"ce", vectorScaling},
                                    {"focal", focal},
                                    {"softmax-bce", binaryOfSoftmax}};

/// Each image's contribution, [B].
torch::Tensor ofImages(const LossInputs& inputs) {
    const std::string& name = inputs.loss.name;
    const auto family = std::ranges::find(kFamilies, name, &LossFamily::name);
    TORCH_CHECK(family != std::end(kFamilies), "the loss \"", name, "\" has no function");
    return family->of_images(inputs);
}

}  // namespace

ClassTermTensors::ClassTermTensors(const ClassTerms& terms, const torch::TensorOptions& options)
    : alpha(torch::empty({static_cast<std::int64_t>(terms.alpha.size())}, options)),
      beta(torch::empty_like(alpha)),
      delta(torch::empty_like(alpha)) {
    set(terms);
}

void ClassTermTensors::set(const ClassTerms& terms) {
    alpha.copy_(torch::tensor(terms.alpha, torch::kFloat64));
    beta.copy_(torch::tensor(terms.beta, torch::kFloat64));
    delta.copy_(torch::tensor(terms.delta, torch::kFloat64));
    delta_on_true_class = terms.delta_on_true_class;
    if (terms.epsilon.empty()) {
        epsilon = torch::Tensor();
    } else {
        if (!epsilon.defined()) epsilon = torch::empty_like(alpha);
        epsilon.copy_(torch::tensor(terms.epsilon, torch::kFloat64));
    }
}

torch::Tensor adjustedLogProbabilities(const torch::Tensor& logits, const torch::Tensor& labels,
                                       const ClassTermTensors& terms) {
    const torch::Tensor scaled = logits * terms.beta;
    if (!terms.delta_on_true_class) return torch::log_softmax(scaled + terms.delta, 1);
    const torch::Tensor own = terms.delta.index_select(0, labels).unsqueeze(1);
    return torch::log_softmax(scaled.scatter_add(1, labels.unsqueeze(1), own), 1);
}

torch::Tensor classLoss(const torch::Tensor& log_probabilities, const torch::Tensor& labels,
                        const ClassTermTensors& terms, const LossConfig& loss) {
    const torch::Tensor weights = terms.alpha.index_select(0, labels);
    const torch::Tensor weighted =
        ofImages({log_probabilities, labels, weights, loss, terms.epsilon});
    if (loss.reduction == Reduction::mean) {
        return weighted.sum() / static_cast<double>(labels.size(0));
    }
    return weighted.sum() / weights.sum();
}

torch::Tensor mixedLoss(const torch::Tensor& log_probabilities, const torch::Tensor& labels,
                        const MixedLabels& others, const ClassTermTensors& terms,
                        const LossConfig& loss) {
    const torch::Tensor own = terms.alpha.index_select(0, labels);
    const torch::Tensor other = terms.alpha.index_select(0, others.labels);
    const torch::Tensor rest = 1.0 - others.share;
    const torch::Tensor weighted =
        others.share * ofImages({log_probabilities, labels, own, loss, terms.epsilon}) +
        rest * ofImages({others.log_probabilities, others.labels, other, loss, terms.epsilon});
    if (loss.reduction == Reduction::mean) {
        return weighted.sum() / static_cast<double>(labels.size(0));
    }
    return weighted.sum() / (others.share * own + rest * other).sum();
}

LossQuotient lossQuotient(const torch::Tensor& log_probabilities, const torch::Tensor& labels,
                          const ClassTermTensors& terms, const LossConfig& loss) {
    const torch::Tensor weights = terms.alpha.index_select(0, labels);
    const torch::Tensor sum =
        ofImages({log_probabilities, labels, weights, loss, terms.epsilon}).sum();
    const torch::Tensor divisor =
        loss.reduction == Reduction::mean
            ? torch::full({}, static_cast<double>(labels.size(0)), weights.options())
            : weights.sum();
    return {sum, divisor};
}

}  // namespace ballast
