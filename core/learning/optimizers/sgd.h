#pragma once

#include <torch/torch.h>

#include <map>
#include <string>

namespace ballast {

/// SGD with momentum and weight decay as PyTorch counts them: g ← ∇ + λ θ, v ← m v + g, θ ← θ − η
/// v. Rates are arguments, state is named: nothing hidden survives in a checkpoint.
class Sgd {
public:
    Sgd(torch::nn::Module& model, double momentum);

    /// One step from the gradients that the parameters hold; those without one stay as they are.
    void step(double learning_rate, double weight_decay);

    /// Zeroes the momentum of the parameters whose names begin with `prefix`.
    void clearMomentum(const std::string& prefix);

    /// Momentum buffers by parameter name; the tensors are the optimiser's own.
    const std::map<std::string, torch::Tensor>& momentumBuffers() const { return buffers_; }

private:
    std::map<std::string, torch::Tensor> parameters_;
    std::map<std::string, torch::Tensor> buffers_;
    double momentum_;
};

/// Sharpness-aware minimisation's step up: θ ← θ + radius · g/‖g‖ with one norm over all
/// parameters that have a gradient. undo() puts the weights back exactly as they were.
class SamPerturbation {
public:
    SamPerturbation(torch::nn::Module& model, double radius);
    void undo();

private:
    std::vector<torch::Tensor> parameters_;
    std::vector<torch::Tensor> saved_;
};

}  // namespace ballast
