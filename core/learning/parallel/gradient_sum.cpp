#include "core/learning/parallel/gradient_sum.h"

#include <vector>

namespace ballast {

torch::Tensor sumGradients(torch::nn::Module& model, const LossQuotient& part, const Ranks& ranks) {
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> parameters;
    for (torch::Tensor& each : model.parameters()) {
        if (each.requires_grad()) parameters.push_back(each);
    }
    const torch::TensorOptions options = part.sum.options().requires_grad(false);
    std::vector<torch::Tensor> parts;
    std::vector<double> has_gradient;
    for (const torch::Tensor& each : parameters) {
        has_gradient.push_back(each.grad().defined() ? 1.0 : 0.0);
        parts.push_back(each.grad().defined() ? each.grad().reshape({-1})
                                              : torch::zeros({each.numel()}, each.options()));
    }
    const auto count = static_cast<std::int64_t>(parameters.size());
    parts.push_back(torch::tensor(has_gradient, torch::kFloat64).to(options));
    parts.push_back(part.sum.detach().reshape({1}));
    parts.push_back(part.divisor.reshape({1}));
    torch::Tensor all = torch::cat(parts);
    ranks.sum(all);

    const std::int64_t end = all.numel();
    const torch::Tensor divisor = all[end - 1];
    const torch::Tensor loss = all[end - 2] / divisor;
    const torch::Tensor somewhere = all.narrow(0, end - 2 - count, count).gt(0.0).cpu();
    const bool* of_parameter = somewhere.data_ptr<bool>();
    std::int64_t at = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        torch::Tensor& parameter = parameters[static_cast<std::size_t>(i)];
        const std::int64_t size = parameter.numel();
        if (of_parameter[i]) {
            parameter.mutable_grad() = (all.narrow(0, at, size) / divisor).view(parameter.sizes());
        }
        at += size;
    }
    return loss;
}

}  // namespace ballast
