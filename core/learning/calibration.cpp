#include "core/learning/calibration.h"

#include <algorithm>
#include <array>

namespace ballast {
namespace {

constexpr std::int64_t kMemory = 1000;
constexpr std::size_t kBins = 20;
constexpr double kMomentum = 0.9;
constexpr double kSmallest = 0.1;
constexpr double kLargest = 1.0;

struct Bin {
    double images = 0.0;
    double confidence = 0.0;  // sum, then mean
    double accuracy = 0.0;    // sum, then mean
};

/// Slope of confidence against accuracy over the bins; nothing where all have one accuracy.
std::optional<double> slopeOf(std::array<Bin, kBins>& bins) {
    double images = 0.0;
    double mean_confidence = 0.0;
    double mean_accuracy = 0.0;
    for (Bin& bin : bins) {
        if (bin.images == 0.0) continue;
        images += bin.images;
        mean_confidence += bin.confidence;
        mean_accuracy += bin.accuracy;
        bin.confidence /= bin.images;
        bin.accuracy /= bin.images;
    }
    if (images == 0.0) return std::nullopt;
    mean_confidence /= images;
    mean_accuracy /= images;
    double covariance = 0.0;
    double variance = 0.0;
    for (const Bin& bin : bins) {
        const double from_mean = bin.accuracy - mean_accuracy;
        covariance += bin.images * from_mean * (bin.confidence - mean_confidence);
        variance += bin.images * from_mean * from_mean;
    }
    if (variance <= 1e-12 * images) return std::nullopt;
    return covariance / variance;
}

}  // namespace

Calibration::Calibration(int classes)
    : confidence_(torch::zeros({classes, kMemory})),
      right_(torch::zeros({classes, kMemory})),
      seen_(torch::zeros({classes}, torch::kInt64)),
      kappa_(torch::ones({classes})) {}

void Calibration::add(const torch::Tensor& logits, const torch::Tensor& labels) {
    const torch::NoGradGuard no_grad;
    const auto [largest, top] = torch::softmax(logits, 1).max(1);
    const torch::Tensor confident = largest.to(torch::kCPU, torch::kFloat32).contiguous();
    const torch::Tensor right = top.eq(labels).to(torch::kCPU, torch::kFloat32).contiguous();
    const torch::Tensor classes = labels.to(torch::kCPU);
    const auto of_class = classes.accessor<std::int64_t, 1>();
    auto seen = seen_.accessor<std::int64_t, 1>();
    auto remembered_confidence = confidence_.accessor<float, 2>();
    auto remembered_right = right_.accessor<float, 2>();
    for (std::int64_t i = 0; i < classes.size(0); ++i) {
        const std::int64_t y = of_class[i];
        const std::int64_t slot = seen[y]++ % kMemory;
        remembered_confidence[y][slot] = confident.data_ptr<float>()[i];
        remembered_right[y][slot] = right.data_ptr<float>()[i];
    }
}

void Calibration::update() {
    const auto seen = seen_.accessor<std::int64_t, 1>();
    const auto confidence = confidence_.accessor<float, 2>();
    const auto right = right_.accessor<float, 2>();
    auto kappa = kappa_.accessor<float, 1>();
    for (std::int64_t y = 0; y < seen_.size(0); ++y) {
        std::array<Bin, kBins> bins;
        for (std::int64_t i = 0; i < std::min(seen[y], kMemory); ++i) {
            const double value = confidence[y][i];
            Bin& bin = bins[std::min(kBins - 1, static_cast<std::size_t>(value * kBins))];
            bin.images += 1.0;
            bin.confidence += value;
            bin.accuracy += right[y][i];
        }
        if (const auto slope = slopeOf(bins)) {
            kappa[y] = static_cast<float>(
                kMomentum * kappa[y] + (1.0 - kMomentum) * std::clamp(*slope, kSmallest, kLargest));
        }
    }
}

ClassEstimates Calibration::estimates() const {
    const torch::Tensor kappa = kappa_.to(torch::kFloat64).contiguous();
    return {{kappa.data_ptr<double>(), kappa.data_ptr<double>() + kappa.numel()}};
}

std::map<std::string, torch::Tensor> Calibration::state() const {
    return {{"calibration.confidence", confidence_},
            {"calibration.right", right_},
            {"calibration.seen", seen_},
            {"calibration.kappa", kappa_}};
}

}  // namespace ballast
