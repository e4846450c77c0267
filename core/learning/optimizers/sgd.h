#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/experiment/choices.h"

namespace ballast {

/// SGD with momentum and weight decay as PyTorch counts them: g ← ∇ + λ θ, v ← m v + g, θ ← θ − η
/// v, or with Nesterov's form θ ← θ − η (g + m v). Rates are set, state is named: nothing hidden
/// survives in a checkpoint. The model's parameters become views of one tensor, so that a step is a
/// few operations whatever their number; they must not be given other storage afterwards.
class Sgd {
public:
    /// All parameters must be of one type, on one device. A `recordable` one keeps η and λ in
    /// tensors beside the parameters, so that a step that was recorded on a GPU follows setRates().
    Sgd(torch::nn::Module& model, double momentum, bool recordable = false,
        MomentumForm form = MomentumForm::heavy_ball);

    /// η and λ of the steps to come.
    void setRates(double learning_rate, double weight_decay);

    /// Of the parameters whose names begin with `prefix`, the rate is η times `factor` from now on,
    /// which a step that was recorded does not follow.
    void setRateFactor(const std::string& prefix, double factor);

    /// One step from the gradients that the parameters hold; those without one stay as they are.
    void step();

    /// Zeroes the momentum of the parameters whose names begin with `prefix`.
    void clearMomentum(const std::string& prefix);

    /// Momentum buffers by parameter name; the tensors are the optimiser's own.
    const std::map<std::string, torch::Tensor>& momentumBuffers() const { return buffers_; }

private:
    friend class SamPerturbation;
    struct Item {
        std::string name;
        torch::Tensor parameter;
        std::int64_t start;   // in values_ and momentums_
        double factor = 1.0;  // of η
    };
    /// Neighbouring parameters that have a gradient, and one factor of η.
    struct Stretch {
        std::int64_t start;
        double factor;
        torch::Tensor gradient;
    };
    std::vector<Stretch> stretches() const;

    std::vector<Item> items_;
    torch::Tensor values_;     // [all parameters' elements], each in its memory's order
    torch::Tensor momentums_;  // likewise
    std::map<std::string, torch::Tensor> buffers_;  // views of momentums_
    double momentum_;
    MomentumForm form_;
    double learning_rate_ = 0.0;
    double weight_decay_ = 0.0;
    torch::Tensor rates_;  // [2]: η and λ, of a recordable one
};

/// Sharpness-aware minimisation's step up: θ ← θ + radius · g/‖g‖ with one norm over all
/// parameters that have a gradient. undo() puts the weights back exactly as they were.
class SamPerturbation {
public:
    SamPerturbation(Sgd& optimizer, double radius);
    void undo();

private:
    torch::Tensor values_;
    torch::Tensor saved_;
};

}  // namespace ballast
