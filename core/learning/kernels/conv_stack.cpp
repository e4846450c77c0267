#include "core/learning/kernels/conv_stack.h"

#include <algorithm>
#include <stdexcept>

namespace ballast {

/// The stack as autograd sees it: images and parameters -> features.
struct StackFunction : torch::autograd::Function<StackFunction> {
    static torch::Tensor forward(torch::autograd::AutogradContext* context, ConvStack* stack,
                                 const torch::Tensor& images, at::TensorList /*parameters*/) {
        stack->pass_.reset();
        stack->pass_ =
            trainingPass(stack->rounding_, stack->units_, stack->graph_,
                         *stack->plan(images, PassMode::training), stack->buffers_, images);
        context->saved_data["stack"] = reinterpret_cast<std::int64_t>(stack);
        context->saved_data["pass"] = ++stack->passes_;
        return stack->pass_->forward();
    }

    static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                   torch::autograd::variable_list gradients) {
        auto* stack = reinterpret_cast<ConvStack*>(context->saved_data["stack"].toInt());
        if (!stack->pass_ || context->saved_data["pass"].toInt() != stack->passes_) {
            throw std::logic_error("a network's backward pass must follow its forward pass");
        }
        torch::autograd::variable_list all = stack->pass_->backward(gradients[0].contiguous());
        stack->pass_.reset();
        all.insert(all.begin(), 2, torch::Tensor());  // of the stack and the images: none
        return all;
    }
};

ConvStack::ConvStack(std::vector<ConvUnit> units, Convolution rounding)
    : units_(std::move(units)),
      graph_(units_),
      rounding_(rounding == Convolution::fast && !hasWinograd() ? Convolution::exact : rounding),
      usable_(hasConvolutions() && std::ranges::all_of(units_, [](const ConvUnit& unit) {
                  return unit.convolution->options.out_channels() % 16 == 0;
              })) {}

bool ConvStack::takes(const torch::Tensor& images) {
    if (!usable_ || !images.device().is_cpu() || images.scalar_type() != torch::kFloat32 ||
        images.size(2) != images.size(3) || images.requires_grad()) {
        return false;
    }
    const bool training = units_.front().norm->is_training();
    const auto wants_gradient = [](const torch::Tensor& each) { return each.requires_grad(); };
    if (!training && torch::GradMode::is_enabled() &&
        std::ranges::any_of(parameters(), wants_gradient)) {
        return false;
    }
    return plan(images, training ? PassMode::training : PassMode::evaluation) != nullptr;
}

std::vector<torch::Tensor> ConvStack::parameters() const {
    std::vector<torch::Tensor> parameters;
    for (const ConvUnit& unit : units_) {
        parameters.push_back(unit.convolution->weight);
        parameters.push_back(unit.norm->weight);
        parameters.push_back(unit.norm->bias);
    }
    return parameters;
}

ConvPlan* ConvStack::plan(const torch::Tensor& images, PassMode mode) {
    const std::tuple key{images.size(0), images.size(2), mode};
    auto place = plans_.find(key);
    if (place == plans_.end()) {
        std::unique_ptr<ConvPlan> made;
        try {
            made =
                std::make_unique<ConvPlan>(units_, images.size(0), images.size(2), mode, rounding_);
        } catch (const NoFastConvolution&) {
        }
        place = plans_.emplace(key, std::move(made)).first;
    }
    return place->second.get();
}

torch::Tensor ConvStack::features(const torch::Tensor& images) {
    const torch::Tensor plain = images.contiguous(torch::MemoryFormat::ChannelsLast);
    if (!units_.front().norm->is_training()) {
        return EvaluationPass(units_, graph_, *plan(plain, PassMode::evaluation), buffers_, plain)
            .forward();
    }
    const std::vector<torch::Tensor> all = parameters();
    return StackFunction::apply(this, plain, at::TensorList(all));
}

}  // namespace ballast
