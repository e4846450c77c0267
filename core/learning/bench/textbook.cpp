#include "core/learning/bench/textbook.h"

#include <ATen/autocast_mode.h>

#include <random>

namespace ballast {
namespace {

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

/// Autocast to bfloat16 as long as it lives, as Python's torch.autocast.
class Autocast {
public:
    explicit Autocast(torch::Device device) : device_(device.type()) { set(true); }
    ~Autocast() {
        set(false);
        at::autocast::clear_cache();
    }
    Autocast(const Autocast&) = delete;
    Autocast& operator=(const Autocast&) = delete;

private:
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    void set(bool enabled) const {
        at::autocast::set_autocast_dtype(device_, torch::kBFloat16);
        at::autocast::set_autocast_enabled(device_, enabled);
    }
#else
    void set(bool enabled) const {
        if (device_ == torch::kCUDA) {
            at::autocast::set_autocast_gpu_dtype(torch::kBFloat16);
            at::autocast::set_enabled(enabled);
        } else {
            at::autocast::set_autocast_cpu_dtype(torch::kBFloat16);
            at::autocast::set_cpu_enabled(enabled);
        }
    }
#endif

    const torch::DeviceType device_;
};

using Dataset = decltype(std::declval<TextbookDataset>().map(torch::data::transforms::Stack<>()));

}  // namespace

struct Textbook::Loader {
    Loader(const ImageSet& images, const DatasetInfo& dataset, int batch_size)
        : batches(torch::data::make_data_loader<torch::data::samplers::RandomSampler>(
              TextbookDataset(images, dataset).map(torch::data::transforms::Stack<>()),
              torch::data::DataLoaderOptions()
                  .batch_size(static_cast<std::size_t>(batch_size))
                  .workers(1))) {}
    decltype(torch::data::make_data_loader<torch::data::samplers::RandomSampler>(
        std::declval<Dataset>(), torch::data::DataLoaderOptions())) batches;
};

Textbook::Textbook(const std::string& model, const ImageSet& images, const DatasetInfo& dataset,
                   int batch_size, double learning_rate, torch::Device device, bool autocast)
    : device_(device),
      autocast_(autocast),
      network_(textbookResNet(*residualDepth(model), dataset.classes)),
      optimizer_(
          (network_->to(device), network_->parameters()),
          torch::optim::SGDOptions(learning_rate).momentum(kMomentum).weight_decay(kWeightDecay)),
      loader_(std::make_unique<Loader>(images, dataset, batch_size)) {
    TextbookDataset all(images, dataset);
    std::vector<torch::Tensor> batch_images;
    std::vector<torch::Tensor> batch_labels;
    for (std::size_t i = 0; i < *all.size(); ++i) {
        const auto example = all.get(i);
        batch_images.push_back(example.data);
        batch_labels.push_back(example.target);
    }
    all_images_ = torch::stack(batch_images).to(device_);
    all_labels_ = torch::stack(batch_labels).to(device_);
    if (!autocast_) return;
    const torch::NoGradGuard no_grad;
    for (torch::Tensor& each : network_->parameters()) {
        if (each.dim() == 4) each.set_data(each.contiguous(torch::MemoryFormat::ChannelsLast));
    }
}

Textbook::~Textbook() = default;

torch::Tensor Textbook::lossOf(const torch::Tensor& images, const torch::Tensor& labels) {
    namespace F = torch::nn::functional;
    if (!autocast_) return F::cross_entropy(network_->forward(images), labels);
    const Autocast autocast(device_);
    const torch::Tensor x = images.contiguous(torch::MemoryFormat::ChannelsLast);
    return F::cross_entropy(network_->forward(x), labels);
}

torch::Tensor Textbook::step(const torch::Tensor& images, const torch::Tensor& labels,
                             double sam_radius) {
    const auto backward = [&] {
        optimizer_.zero_grad();
        const torch::Tensor loss = lossOf(images, labels);
        loss.backward();
        return loss.detach();
    };
    const torch::Tensor loss = backward();
    std::vector<torch::Tensor> saved;
    if (sam_radius > 0.0) {
        {
            const torch::NoGradGuard no_grad;
            std::vector<torch::Tensor> norms;
            for (const auto& each : network_->parameters()) norms.push_back(each.grad().norm());
            const torch::Tensor scale = sam_radius / (torch::stack(norms).norm() + 1e-12);
            for (auto& each : network_->parameters()) {
                saved.push_back(each.clone());
                each.add_(each.grad() * scale);
            }
        }
        backward();
        const torch::NoGradGuard no_grad;
        std::size_t i = 0;
        for (auto& each : network_->parameters()) each.copy_(saved[i++]);
    }
    optimizer_.step();
    return loss;
}

void Textbook::trainEpoch(double sam_radius) {
    network_->train();
    for (auto& batch : *loader_->batches) {
        step(batch.data.to(device_), batch.target.to(device_), sam_radius);
    }
}

void Textbook::trainOnOneBatch(int steps, double sam_radius) {
    network_->train();
    const auto batch = static_cast<std::int64_t>(loader_->batches->options().batch_size);
    for (int i = 0; i < steps; ++i) {
        step(all_images_.narrow(0, 0, batch), all_labels_.narrow(0, 0, batch), sam_radius);
    }
}

void Textbook::loadEpoch() {
    for (auto& batch : *loader_->batches) batch.data.to(device_);
}

std::int64_t Textbook::evaluate(std::int64_t batch_size) {
    const torch::NoGradGuard no_grad;
    network_->eval();
    std::int64_t right = 0;
    for (std::int64_t start = 0; start < all_labels_.size(0); start += batch_size) {
        const std::int64_t count = std::min(batch_size, all_labels_.size(0) - start);
        const torch::Tensor logits = network_->forward(all_images_.narrow(0, start, count));
        right +=
            logits.argmax(1).eq(all_labels_.narrow(0, start, count)).sum().item<std::int64_t>();
    }
    return right;
}

}  // namespace ballast
