#include "core/experiment/class_sampling.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ballast {

std::vector<double> drawWeights(Sampling sampling, std::span<const std::int64_t> counts,
                                double progress) {
    const auto total =
        static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
    const auto classes = static_cast<double>(
        std::ranges::count_if(counts, [](std::int64_t count) { return count > 0; }));
    std::vector<double> weights;
    weights.reserve(counts.size());
    for (const std::int64_t count : counts) {
        const auto images = static_cast<double>(count);
        const double present = count > 0 ? 1.0 : 0.0;
        switch (sampling) {
            case Sampling::instance:
                weights.push_back(images);
                break;
            case Sampling::square_root:
                weights.push_back(std::sqrt(images));
                break;
            case Sampling::class_balanced:
                weights.push_back(present);
                break;
            case Sampling::progressive:
                weights.push_back((1.0 - progress) * images / total + progress * present / classes);
                break;
        }
    }
    return weights;
}

double samplingProgress(const RunConfig& config, int epoch) {
    const int last = config.training.epochs - 1;
    return last > 0 ? static_cast<double>(epoch) / last : 0.0;
}

}  // namespace ballast
