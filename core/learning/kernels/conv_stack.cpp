#include "core/learning/kernels/conv_stack.h"

#include <algorithm>
#include <stdexcept>

namespace ballast {

/// The stack as autograd sees it: images and parameters -> features.
struct StackFunction : torch::autograd::Function<StackFunction> {
    static torch::Tensor forward(torch::autograd::AutogradContext* context, ConvStack* stack,
                                 const torch::Tensor& images, at::TensorList /*parameters*/) {
        stack->pass_.reset();
        stack->pass_ = std::make_unique<TrainingPass>(stack->units_, stack->graph_,
                                                      stack->plan(images, stack->training_),
                                                      stack->buffers_, images);
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

ConvStack::ConvStack(std::vector<ConvUnit> units, bool winograd)
    : units_(std::move(units)),
      graph_(units_),
      training_(winograd && hasWinograd() ? PassMode::training_winograd : PassMode::training),
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
    try {
        plan(images, training ? training_ : PassMode::evaluation);
    } catch (const std::exception&) {  // no convolution of this shape
        usable_ = false;
    }
    return usable_;
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

ConvPlan& ConvStack::plan(const torch::Tensor& images, PassMode mode) {
    std::unique_ptr<ConvPlan>& plan = plans_[{images.size(0), images.size(2), mode}];
    if (!plan) {
        plan = std::make_unique<ConvPlan>(units_, images.size(0), images.size(2), mode);
    }
    return *plan;
}

torch::Tensor ConvStack::features(const torch::Tensor& images) {
    const torch::Tensor plain = images.contiguous(torch::MemoryFormat::ChannelsLast);
    if (!units_.front().norm->is_training()) return evaluate(plain);
    const std::vector<torch::Tensor> all = parameters();
    return StackFunction::apply(this, plain, at::TensorList(all));
}

torch::Tensor ConvStack::evaluate(const torch::Tensor& images) {
    const torch::NoGradGuard no_grad;
    ConvPlan& steps = plan(images, PassMode::evaluation);
    const auto at = [](const torch::Tensor& tensor, const Chunk& chunk, std::int64_t all) {
        return tensor.data_ptr<float>() + chunk.first * (all / chunk.images);
    };
    std::vector<torch::Tensor> z(units_.size());
    for (std::size_t k = 0; k < units_.size(); ++k) {
        const ConvUnit& unit = units_[k];
        ConvPlan::Unit& planned = steps.unit(k);
        const torch::nn::BatchNorm2d& norm = unit.norm;
        const torch::Tensor scale =
            norm->weight / torch::sqrt(norm->running_var + norm->options.eps());
        const torch::Tensor bias = norm->bias - norm->running_mean * scale;
        const torch::Tensor weight =
            (unit.convolution->weight * scale.view({-1, 1, 1, 1})).contiguous();
        planned.inference->setWeight(weight.data_ptr<float>(), bias.data_ptr<float>());
        z[k] = buffers_.take(planned.grid.size());
        steps.forChunks(*planned.inference, [&](const Chunk& chunk, Workbench& bench) {
            const ChannelGrid here = part(planned.grid, chunk.images);
            float* target = at(z[k], chunk, here.size());
            if (unit.shortcut != ConvUnit::kNone) {
                const ConvPlan::Unit& from = steps.unitAt(unit.shortcut);
                const ChannelGrid large = part(from.grid, chunk.images);
                const torch::Tensor& kept = z[static_cast<std::size_t>(unit.shortcut)];
                const float* shortcut = at(kept, chunk, large.size());
                if (large == here) {
                    std::copy_n(shortcut, here.size(), target);
                } else {
                    sampledShortcut(shortcut, large, from.side,
                                    strideBetween(from.side, planned.side), target, here);
                }
            }
            const float* x = unit.input == ConvUnit::kImages
                                 ? at(images, chunk, images.numel() / images.size(0) * chunk.images)
                                 : at(z[static_cast<std::size_t>(unit.input)], chunk,
                                      part(steps.unitAt(unit.input).grid, chunk.images).size());
            planned.inference->of(chunk.number).forward(x, target, bench.primitive);
        });
        for (std::size_t earlier = 0; earlier < k; ++earlier) {
            if (graph_.last_use[earlier] <= static_cast<int>(k)) z[earlier].reset();
        }
    }
    const ChannelGrid& grid = steps.unit(units_.size() - 1).grid;
    torch::Tensor features = torch::empty({grid.images, grid.channels}, torch::kFloat32);
    pixelMean(z.back().data_ptr<float>(), grid, features.data_ptr<float>());
    return features;
}

}  // namespace ballast
