#include "core/learning/optimizers/sgd.h"

namespace ballast {

Sgd::Sgd(torch::nn::Module& model, double momentum) : momentum_(momentum) {
    for (const auto& item : model.named_parameters()) {
        parameters_[item.key()] = item.value();
        buffers_[item.key()] = torch::zeros_like(item.value());
    }
}

void Sgd::step(double learning_rate, double weight_decay) {
    const torch::NoGradGuard no_grad;
    for (auto& [name, parameter] : parameters_) {
        if (!parameter.grad().defined()) continue;  // frozen in this phase
        torch::Tensor& buffer = buffers_.at(name);
        buffer.mul_(momentum_).add_(parameter.grad().add(parameter, weight_decay));
        parameter.add_(buffer, -learning_rate);
    }
}

void Sgd::clearMomentum(const std::string& prefix) {
    for (auto& [name, buffer] : buffers_) {
        if (name.starts_with(prefix)) buffer.zero_();
    }
}

SamPerturbation::SamPerturbation(torch::nn::Module& model, double radius) {
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> norms;
    for (torch::Tensor& parameter : model.parameters()) {
        if (!parameter.grad().defined()) continue;
        parameters_.push_back(parameter);
        norms.push_back(parameter.grad().norm());
    }
    const torch::Tensor scale = radius / (torch::stack(norms).norm() + 1e-12);
    for (torch::Tensor& parameter : parameters_) {
        saved_.push_back(parameter.clone());
        parameter.add_(parameter.grad() * scale);
    }
}

void SamPerturbation::undo() {
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < parameters_.size(); ++i) parameters_[i].copy_(saved_[i]);
}

}  // namespace ballast
