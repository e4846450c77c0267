#pragma once

#include <torch/torch.h>

#include <cstdint>

namespace ballast {

/// Fills `tensor` element by element with draw(index).
template<class Draw>
void fill(torch::Tensor& tensor, Draw draw) {
    const torch::NoGradGuard no_grad;
    torch::Tensor values = torch::empty(tensor.sizes(), torch::kFloat32);
    auto* data = values.data_ptr<float>();
    for (std::int64_t i = 0; i < values.numel(); ++i) {
        data[i] = static_cast<float>(draw(static_cast<std::uint64_t>(i)));
    }
    tensor.copy_(values);
}

}  // namespace ballast
