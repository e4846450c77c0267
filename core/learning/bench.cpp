#include "core/learning/bench.h"

#include <algorithm>
#include <random>
#include <thread>

#include "core/learning/class_statistics.h"
#include "core/learning/data/augmentation.h"
#include "core/learning/data/batches.h"
#include "core/learning/device.h"
#include "core/learning/losses/class_loss.h"
#include "core/learning/models/network.h"
#include "core/learning/optimizers/sgd.h"
#include "core/learning/timing.h"

namespace ballast {
namespace {

/// Made-up images: their content does not change the time that a step takes.
ImageSet noise(const DatasetInfo& dataset, std::size_t count) {
    ImageSet images{dataset.channels, dataset.image_size, dataset.image_size, {}, {}};
    std::mt19937 generator(0);
    images.labels.resize(count);
    for (auto& label : images.labels) {
        label = static_cast<std::int32_t>(generator() % static_cast<unsigned>(dataset.classes));
    }
    images.pixels.resize(count * static_cast<std::size_t>(dataset.channels * dataset.image_size *
                                                          dataset.image_size));
    for (auto& pixel : images.pixels) pixel = static_cast<std::uint8_t>(generator());
    return images;
}

/// The textbook's data set: one image at a time, augmented and normalised as it is fetched.
class TextbookDataset : public torch::data::datasets::Dataset<TextbookDataset> {
public:
    TextbookDataset(const ImageSet& images, const DatasetInfo& dataset)
        : pixels_(torch::tensor(at::ArrayRef<std::uint8_t>(images.pixels), torch::kUInt8)
                      .view({static_cast<std::int64_t>(images.labels.size()), images.channels,
                             images.height, images.width})),
          labels_(torch::tensor(at::ArrayRef<std::int32_t>(images.labels), torch::kInt32)
                      .to(torch::kInt64)),
          mean_(torch::tensor(dataset.mean).to(torch::kFloat32).view({-1, 1, 1})),
          deviation_(
              torch::tensor(dataset.standard_deviation).to(torch::kFloat32).view({-1, 1, 1})) {}

    torch::data::Example<> get(std::size_t index) override {
        torch::Tensor image =
            pixels_[static_cast<std::int64_t>(index)].to(torch::kFloat32).div(255.0);
        image = torch::constant_pad_nd(image, {4, 4, 4, 4}, 0);
        const auto top = static_cast<std::int64_t>(generator_() % 9);
        const auto left = static_cast<std::int64_t>(generator_() % 9);
        image = image.narrow(1, top, pixels_.size(2)).narrow(2, left, pixels_.size(3));
        if (generator_() % 2 == 1) image = image.flip({2});
        return {(image - mean_) / deviation_, labels_[static_cast<std::int64_t>(index)]};
    }
    torch::optional<std::size_t> size() const override {
        return static_cast<std::size_t>(pixels_.size(0));
    }

private:
    torch::Tensor pixels_;
    torch::Tensor labels_;
    torch::Tensor mean_;
    torch::Tensor deviation_;
    std::mt19937 generator_{0};
};

/// The textbook's network: the same layers and parameters as ours, written as the public PyTorch
/// code is (torch::relu, a padded shortcut), in the default layout.
class TextbookBlockImpl : public torch::nn::Module {
public:
    TextbookBlockImpl(std::int64_t in, std::int64_t out, std::int64_t stride)
        : conv1_(register_module("conv1", convolution(in, out, stride))),
          bn1_(register_module("bn1", torch::nn::BatchNorm2d(out))),
          conv2_(register_module("conv2", convolution(out, out, 1))),
          bn2_(register_module("bn2", torch::nn::BatchNorm2d(out))),
          stride_(stride),
          padding_((out - in) / 2) {}

    static torch::nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t stride) {
        return torch::nn::Conv2d(
            torch::nn::Conv2dOptions(in, out, 3).stride(stride).padding(1).bias(false));
    }

    torch::Tensor forward(const torch::Tensor& x) {
        torch::Tensor out = torch::relu(bn1_(conv1_(x)));
        out = bn2_(conv2_(out));
        if (stride_ == 1) {
            out += x;
        } else {
            using torch::indexing::None;
            using torch::indexing::Slice;
            namespace F = torch::nn::functional;
            out += F::pad(x.index({Slice(), Slice(), Slice(None, None, 2), Slice(None, None, 2)}),
                          F::PadFuncOptions({0, 0, 0, 0, padding_, padding_}));
        }
        return torch::relu(out);
    }

private:
    torch::nn::Conv2d conv1_;
    torch::nn::BatchNorm2d bn1_;
    torch::nn::Conv2d conv2_;
    torch::nn::BatchNorm2d bn2_;
    std::int64_t stride_;
    std::int64_t padding_;
};
TORCH_MODULE(TextbookBlock);

torch::nn::Sequential textbookResNet(int depth, std::int64_t classes) {
    namespace nn = torch::nn;
    nn::Sequential network(TextbookBlockImpl::convolution(3, 16, 1), nn::BatchNorm2d(16),
                           nn::Functional(torch::relu));
    std::int64_t channels = 16;
    for (const std::int64_t width : {16, 32, 64}) {
        for (int i = 0; i < (depth - 2) / 6; ++i) {
            network->push_back(TextbookBlock(channels, width, width > channels ? 2 : 1));
            channels = width;
        }
    }
    network->push_back(nn::AdaptiveAvgPool2d(nn::AdaptiveAvgPool2dOptions({1, 1})));
    network->push_back(nn::Flatten());
    network->push_back(nn::Linear(channels, classes));
    return network;
}

}  // namespace

nlohmann::ordered_json benchTrain(const BenchOptions& options) {
    const int threads = options.threads > 0
                            ? options.threads
                            : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    prepareThread(threads);
    const DatasetInfo& dataset = *findDataset("cifar10");
    constexpr int kRounds = 5;
    const int steps_per_round = std::max(1, options.steps / kRounds);
    const auto images_per_round = static_cast<std::int64_t>(steps_per_round) * options.batch_size;
    const ImageSet images = noise(dataset, static_cast<std::size_t>(images_per_round));
    const ModelConfig model_config{options.model, "linear"};

    // Ours: the same calls as Trainer::trainEpoch, statistics included.
    ImageNetwork model = makeModel(model_config, 3, dataset.classes, 0, torch::kCPU);
    Sgd optimizer(*model, 0.9);
    const ImageTensor ours = imageTensor(images, nullptr, dataset, torch::kCPU);
    const auto classes = static_cast<std::size_t>(dataset.classes);
    const ClassTermTensors terms(
        {std::vector<double>(classes, 1.0), std::vector<double>(classes, 1.0),
         std::vector<double>(classes, 0.0)},
        torch::kFloat32);
    ClassStatisticsAccumulator statistics(dataset.classes, torch::kCPU);
    const auto our_round = [&](int round) {
        const Batches batches(ours.size(), options.batch_size, 0, round);
        for (int i = 0; i < batches.count(); ++i) {
            const torch::Tensor rows = torch::tensor(
                at::ArrayRef<std::int64_t>(batches[i].data(), batches[i].size()), torch::kInt64);
            const torch::Tensor labels = ours.labels.index_select(0, rows);
            model->zero_grad(true);
            const torch::Tensor logits =
                model->forward(augmentedBatch(ours, batches[i], batches[i], "crop-flip", 0, round));
            const torch::Tensor log_p = adjustedLogProbabilities(logits, labels, terms);
            classLoss(log_p, labels, terms.alpha, LossConfig{}).backward();
            optimizer.step(0.01, 2e-4);
            statistics.add(logits.detach(), log_p.detach(), labels);
        }
    };

    // The textbook's.
    torch::nn::Sequential plain_model =
        textbookResNet(*residualDepth(options.model), dataset.classes);
    torch::optim::SGD plain_optimizer(
        plain_model->parameters(), torch::optim::SGDOptions(0.01).momentum(0.9).weight_decay(2e-4));
    auto loader = torch::data::make_data_loader<torch::data::samplers::RandomSampler>(
        TextbookDataset(images, dataset).map(torch::data::transforms::Stack<>()),
        torch::data::DataLoaderOptions()
            .batch_size(static_cast<std::size_t>(options.batch_size))
            .workers(1));
    const auto textbook_round = [&] {
        for (auto& batch : *loader) {
            plain_optimizer.zero_grad();
            const torch::Tensor loss = torch::nn::functional::cross_entropy(
                plain_model->forward(batch.data), batch.target);
            loss.backward();
            plain_optimizer.step();
        }
    };

    our_round(0);  // warm-up of both
    textbook_round();
    std::vector<double> our_rates;
    std::vector<double> textbook_rates;
    std::vector<double> ratios;
    for (int round = 1; round <= kRounds; ++round) {
        const auto rate = [&](BenchClock::time_point start) {
            return static_cast<double>(images_per_round) / secondsSince(start);
        };
        BenchClock::time_point start = BenchClock::now();
        our_round(round);
        our_rates.push_back(rate(start));
        start = BenchClock::now();
        textbook_round();
        textbook_rates.push_back(rate(start));
        ratios.push_back(our_rates.back() / textbook_rates.back());
    }
    return {{"model", options.model},
            {"batch_size", options.batch_size},
            {"threads", threads},
            {"rounds", kRounds},
            {"steps_per_round", steps_per_round},
            {"ballast_images_per_second", median(our_rates)},
            {"textbook_images_per_second", median(textbook_rates)},
            {"ratio", median(ratios)}};
}

}  // namespace ballast
