#include "core/learning/bench/bench_train.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <thread>

#include "core/learning/bench/our_loop.h"
#include "core/learning/bench/textbook.h"
#include "core/learning/bench/timing.h"
#include "core/learning/device.h"
#include "core/learning/evaluator.h"
#include "core/learning/kernels/convolution.h"
#include "core/learning/part_times.h"

namespace ballast {
namespace {

constexpr int kRounds = 7;

/// Multiplications and additions of a CIFAR residual network's convolutions for one training
/// image, both ways; images need no gradient.
double trainingFlops(int depth, const DatasetInfo& dataset) {
    const auto side = static_cast<double>(dataset.image_size);
    const auto convolution = [](double in, double out, double out_side) {
        return 2.0 * 9.0 * in * out * out_side * out_side;
    };
    double flops = 2.0 * convolution(static_cast<double>(dataset.channels), 16.0, side);
    double channels = 16.0;
    double at = side;
    for (const double width : {16.0, 32.0, 64.0}) {
        if (width > channels) at /= 2.0;
        const int blocks = (depth - 2) / 6;
        flops += 3.0 * convolution(channels, width, at);
        flops += 3.0 * (2 * blocks - 1) * convolution(width, width, at);
        channels = width;
    }
    return flops;
}

/// What is timed against the others.
struct Contender {
    std::string name;
    std::function<void(int round)> work;
    bool bfloat16 = false;  // whether it computes so, and is measured against what can be so
    std::vector<double> seconds{};
};

/// What the machine can do: FLOP/s of large convolutions in a type.
class Ceiling {
public:
    Ceiling(torch::Device device, torch::ScalarType type)
        : repeats_(device.is_cuda() ? 100 : 1),
          images_(random({kImages, kChannels, kSide, kSide}, device, type)),
          weight_(random({kChannels, kChannels, 3, 3}, device, type)) {}

    void work() const {
        const torch::NoGradGuard no_grad;
        for (int i = 0; i < repeats_; ++i) torch::conv2d(images_, weight_, {}, 1, 1);
    }
    double flops() const {
        return 2.0 * 9.0 * kImages * kChannels * kChannels * kSide * kSide * repeats_;
    }

private:
    static torch::Tensor random(at::IntArrayRef sizes, torch::Device device,
                                torch::ScalarType type) {
        return torch::randn(sizes).to(device, type).contiguous(torch::MemoryFormat::ChannelsLast);
    }

    const int repeats_;  // so that what starts the work does not count
    static constexpr std::int64_t kImages = 32;
    static constexpr std::int64_t kChannels = 256;
    static constexpr std::int64_t kSide = 28;
    torch::Tensor images_;
    torch::Tensor weight_;
};

void waitFor(torch::Device device) {
    if (device.is_cuda()) torch::cuda::synchronize(device.index());
}

/// A round of each in turn, after one to warm up.
void race(std::vector<Contender>& contenders, torch::Device device) {
    for (int round = 0; round <= kRounds; ++round) {
        for (Contender& each : contenders) {
            const BenchClock::time_point start = BenchClock::now();
            each.work(round);
            waitFor(device);
            if (round > 0) each.seconds.push_back(secondsSince(start));
        }
    }
}

/// Median of the rounds' quotients b / a.
double ratio(const Contender& a, const Contender& b) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < a.seconds.size(); ++i) {
        ratios.push_back(b.seconds[i] / a.seconds[i]);
    }
    return median(ratios);
}

}  // namespace

nlohmann::ordered_json benchTrain(const BenchOptions& options) {
    const int threads = options.threads > 0
                            ? options.threads
                            : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    prepareThread(threads);
    const torch::Device device = resolveDevice(options.device, "--device");
    const DeviceStream stream(device);
    const DatasetInfo& dataset = *findDataset("cifar10");
    const int steps = std::max(1, options.steps / kRounds);
    const std::int64_t images = static_cast<std::int64_t>(steps) * options.batch_size;
    const ImageSet pixels = madeUpImages(dataset, static_cast<std::size_t>(images));
    const double sam = options.sam_radius;
    const bool trains = options.what == BenchPart::train || options.what == BenchPart::step;
    const bool narrow = trains && (device.is_cuda() || hasBFloat16());

    std::vector<Convolution> roundings{Convolution::exact};
    if (trains && (device.is_cuda() || hasWinograd())) roundings.push_back(Convolution::fast);
    if (narrow && device.is_cpu()) roundings.push_back(Convolution::bfloat16);  // on a GPU as fast
    std::vector<std::unique_ptr<OurLoop>> ours;
    std::vector<Contender> contenders;
    for (const Convolution rounding : roundings) {
        OurLoop& each = *ours.emplace_back(
            std::make_unique<OurLoop>(pixels, dataset, options, device, rounding));
        contenders.push_back({trains ? std::string(nameOf(rounding)) : "ballast",
                              [&](int round) {
                                  switch (options.what) {
                                      case BenchPart::train:
                                          return each.trainEpoch(round);
                                      case BenchPart::step:
                                          return each.trainOnOneBatch(steps);
                                      case BenchPart::augmentation:
                                          return each.loadEpoch(round);
                                      case BenchPart::evaluation:
                                          each.evaluate();
                                          return;
                                  }
                              },
                              rounding == Convolution::bfloat16});
    }
    std::vector<std::unique_ptr<Textbook>> textbooks;
    for (const bool autocast : {false, true}) {
        if (autocast && !narrow) continue;
        Textbook& each = *textbooks.emplace_back(
            std::make_unique<Textbook>(options.model, pixels, dataset, options.batch_size,
                                       OurLoop::kLearningRate, device, autocast));
        contenders.push_back({autocast ? "autocast" : "textbook",
                              [&](int) {
                                  switch (options.what) {
                                      case BenchPart::train:
                                          return each.trainEpoch(sam);
                                      case BenchPart::step:
                                          return each.trainOnOneBatch(steps, sam);
                                      case BenchPart::augmentation:
                                          return each.loadEpoch();
                                      case BenchPart::evaluation:
                                          each.evaluate(Evaluator::kBatch);
                                          return;
                                  }
                              },
                              autocast});
    }
    // On a GPU everything is measured against bfloat16.
    std::optional<Ceiling> single;
    std::optional<Ceiling> half;
    if (trains && device.is_cpu()) single.emplace(device, torch::kFloat32);
    if (narrow) half.emplace(device, torch::kBFloat16);
    const std::size_t loops = contenders.size();
    for (const auto* ceiling : {&single, &half}) {
        if (*ceiling) contenders.push_back({"", [ceiling](int) { (*ceiling)->work(); }});
    }
    race(contenders, device);

    nlohmann::ordered_json answer{
        {"model", options.model},  {"device", device.str()}, {"batch_size", options.batch_size},
        {"threads", threads},      {"sam_radius", sam},      {"rounds", kRounds},
        {"steps_per_round", steps}};
    const double gflop =
        trainingFlops(*residualDepth(options.model), dataset) * (sam > 0.0 ? 2.0 : 1.0) / 1e9;
    const auto rateOf = [](const Ceiling& ceiling, const Contender& measured) {
        return ceiling.flops() / median(measured.seconds) / 1e9;
    };
    const double half_rate = half ? rateOf(*half, contenders.back()) : 0.0;
    const double single_rate = single ? rateOf(*single, contenders[loops]) : half_rate;
    const Contender& reference = contenders[ours.size()];
    for (std::size_t i = 0; i < loops; ++i) {
        const Contender& each = contenders[i];
        const double rate = static_cast<double>(images) / median(each.seconds);
        nlohmann::ordered_json& entry = answer["contenders"][each.name];
        entry["images_per_second"] = rate;
        entry["ratio"] = ratio(each, reference);
        if (!trains) continue;
        entry["gflops"] = rate * gflop;
        entry["share_of_ceiling"] = rate * gflop / (each.bfloat16 ? half_rate : single_rate);
    }
    if (!trains) return answer;
    answer["ceiling_gflops"] = single_rate;
    if (half) answer["bfloat16_ceiling_gflops"] = half_rate;

    // One more round each, with its parts timed.
    for (std::size_t i = 0; i < ours.size() && device.is_cpu(); ++i) {
        const PartTimes parts;
        const BenchClock::time_point start = BenchClock::now();
        contenders[i].work(1);
        double rest = secondsSince(start);
        nlohmann::ordered_json& entry = answer["contenders"][contenders[i].name]["parts_ms"];
        const auto milliseconds = [&](double seconds) { return seconds / steps * 1000.0; };
        for (std::size_t part = 0; part < kPartNames.size(); ++part) {
            const double seconds = parts.seconds(static_cast<Part>(part));
            entry[kPartNames[part]] = milliseconds(seconds);
            rest -= seconds;
        }
        entry["head, loss, waiting"] = milliseconds(rest);
    }
    return answer;
}

}  // namespace ballast
