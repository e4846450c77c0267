#include "core/experiment/class_sampling.h"

#include <cmath>

namespace ballast {
namespace {

double drawWeight(Sampling sampling, double images) {
    switch (sampling) {
        case Sampling::instance:
            return images;
        case Sampling::square_root:
            return std::sqrt(images);
        case Sampling::class_balanced:
            break;
    }
    return images > 0.0 ? 1.0 : 0.0;
}

}  // namespace

std::vector<double> drawWeights(Sampling sampling, std::span<const std::int64_t> counts) {
    std::vector<double> weights;
    weights.reserve(counts.size());
    for (const std::int64_t count : counts) {
        weights.push_back(drawWeight(sampling, static_cast<double>(count)));
    }
    return weights;
}

}  // namespace ballast
