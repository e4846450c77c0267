#include "core/learning/optimizers/sgd.h"

#include "core/learning/part_times.h"

namespace ballast {
namespace {

bool isChannelsLast(const torch::Tensor& tensor) {
    return tensor.dim() == 4 && !tensor.is_contiguous() &&
           tensor.is_contiguous(torch::MemoryFormat::ChannelsLast);
}

/// `flat`, the elements of `like` in its memory's order, in its shape and layout.
torch::Tensor shaped(const torch::Tensor& flat, const torch::Tensor& like) {
    if (!isChannelsLast(like)) return flat.view(like.sizes());
    return flat.view({like.size(0), like.size(2), like.size(3), like.size(1)})
        .permute({0, 3, 1, 2});
}

/// The inverse: `tensor` in the order of the memory of `like`.
torch::Tensor flattened(const torch::Tensor& tensor, const torch::Tensor& like) {
    return (isChannelsLast(like) ? tensor.permute({0, 2, 3, 1}) : tensor).reshape({-1});
}

}  // namespace

Sgd::Sgd(torch::nn::Module& model, double momentum, bool recordable, MomentumForm form)
    : momentum_(momentum), form_(form) {
    const torch::NoGradGuard no_grad;
    std::vector<torch::Tensor> values;
    std::int64_t start = 0;
    for (const auto& item : model.named_parameters()) {
        items_.push_back({item.key(), item.value(), start});
        values.push_back(flattened(item.value().detach(), item.value()));
        start += item.value().numel();
    }
    values_ = torch::cat(values);
    momentums_ = torch::zeros_like(values_);
    if (recordable) rates_ = torch::zeros({2}, values_.options());
    std::size_t i = 0;
    for (const auto& item : model.named_parameters()) {
        torch::Tensor& parameter = items_[i].parameter;
        const auto view = [&, at = items_[i].start](const torch::Tensor& all) {
            return shaped(all.narrow(0, at, parameter.numel()), parameter);
        };
        buffers_[item.key()] = view(momentums_);
        parameter.set_data(view(values_));
        ++i;
    }
}

std::vector<Sgd::Stretch> Sgd::stretches() const {
    std::vector<Stretch> stretches;
    std::vector<torch::Tensor> gradients;
    std::int64_t start = 0;
    double factor = 1.0;
    const auto close = [&] {
        if (!gradients.empty()) stretches.push_back({start, factor, torch::cat(gradients)});
        gradients.clear();
    };
    for (const Item& item : items_) {
        const torch::Tensor& gradient = item.parameter.grad();
        if (!gradient.defined()) {  // frozen in this phase
            close();
            continue;
        }
        if (item.factor != factor) close();
        if (gradients.empty()) {
            start = item.start;
            factor = item.factor;
        }
        gradients.push_back(flattened(gradient, item.parameter));
    }
    close();
    return stretches;
}

void Sgd::setRates(double learning_rate, double weight_decay) {
    learning_rate_ = learning_rate;
    weight_decay_ = weight_decay;
    if (rates_.defined())
        rates_.copy_(torch::tensor({learning_rate, weight_decay}, torch::kFloat64));
}

void Sgd::setRateFactor(const std::string& prefix, double factor) {
    for (Item& item : items_) {
        if (item.name.starts_with(prefix)) item.factor = factor;
    }
}

void Sgd::step() {
    const PartTimer timer(Part::optimizer);
    const torch::NoGradGuard no_grad;
    for (const Stretch& stretch : stretches()) {
        const std::int64_t size = stretch.gradient.numel();
        torch::Tensor values = values_.narrow(0, stretch.start, size);
        torch::Tensor momentum = momentums_.narrow(0, stretch.start, size);
        const torch::Tensor decayed = rates_.defined()
                                          ? stretch.gradient.addcmul(values, rates_[1])
                                          : stretch.gradient.add(values, weight_decay_);
        momentum.mul_(momentum_).add_(decayed);
        const torch::Tensor way =
            form_ == MomentumForm::nesterov ? decayed.add(momentum, momentum_) : momentum;
        if (rates_.defined()) {
            values.addcmul_(way, rates_[0], -stretch.factor);
        } else {
            values.add_(way, -learning_rate_ * stretch.factor);
        }
    }
}

void Sgd::clearMomentum(const std::string& prefix) {
    for (auto& [name, buffer] : buffers_) {
        if (name.starts_with(prefix)) buffer.zero_();
    }
}

SamPerturbation::SamPerturbation(Sgd& optimizer, double radius)
    : values_(optimizer.values_), saved_(values_.clone()) {
    const PartTimer timer(Part::optimizer);
    const torch::NoGradGuard no_grad;
    const std::vector<Sgd::Stretch> stretches = optimizer.stretches();
    std::vector<torch::Tensor> norms;
    for (const Sgd::Stretch& stretch : stretches) norms.push_back(stretch.gradient.norm());
    if (norms.empty()) return;
    const torch::Tensor scale = radius / (torch::stack(norms).norm() + 1e-12);
    for (const Sgd::Stretch& stretch : stretches) {
        values_.narrow(0, stretch.start, stretch.gradient.numel()).add_(stretch.gradient * scale);
    }
}

void SamPerturbation::undo() {
    const PartTimer timer(Part::optimizer);
    const torch::NoGradGuard no_grad;
    values_.copy_(saved_);
}

}  // namespace ballast
