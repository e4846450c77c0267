#include "core/learning/models/resnet.h"

#include <torch/torch.h>

#include <QtTest>
#include <cmath>
#include <numbers>
#include <set>

#include "core/base/error.h"
#include "core/experiment/catalog.h"
#include "core/learning/kernels/convolution.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

ImageNetwork modelOf(const std::string& name, std::uint64_t seed = 0,
                     HeadKind head = HeadKind::linear, std::int64_t channels = 3,
                     std::int64_t classes = 10) {
    return makeModel({name, head}, channels, classes, seed, torch::kCPU);
}

/// Values in about ±2 that repeat only after more than `numel` elements.
torch::Tensor waves(torch::IntArrayRef shape) {
    return (torch::arange(c10::multiply_integers(shape), torch::kFloat32) * 0.7389F)
        .sin()
        .view(shape)
        .mul(2);
}

}  // namespace

class TestResNet : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // Features in bfloat16, as on a GPU with fast convolutions; weights and logits stay float.
    void bfloat16IsNear() {
        const torch::NoGradGuard no_grad;
        ImageNetwork network = makeModel({"resnet14", HeadKind::linear}, 3, 10, 3, torch::kCPU);
        const torch::Tensor images = torch::sin(torch::arange(4 * 3 * 32 * 32, torch::kFloat32))
                                         .view({4, 3, 32, 32})
                                         .contiguous(torch::MemoryFormat::ChannelsLast);
        for (const bool training : {true, false}) {
            network->train(training);
            const torch::Tensor exact = network->forward(images);
            const torch::Tensor rounded = network->forward(images.to(torch::kBFloat16));
            QVERIFY(rounded.scalar_type() == torch::kFloat32);
            const auto scale = exact.abs().max().item<double>();
            QVERIFY(!torch::equal(rounded, exact));
            QVERIFY2(
                torch::allclose(rounded, exact, 0.0, 0.03 * scale),
                qPrintable(QString::number((rounded - exact).abs().max().item<double>() / scale)));
        }
    }

    /// Training in bfloat16 never falls back to another type, or to slow emulation.
    void bfloat16IsRefusedWhereItCannotBe() {
        const ModelConfig small{"resnet8", HeadKind::linear};
        const ModelConfig large{"resnet50", HeadKind::linear};
        const torch::Device gpu(torch::kCUDA, 0);
        for (const ModelConfig& config : {small, large}) {
            requireConvolution(config, Convolution::bfloat16, gpu);
            requireConvolution(config, Convolution::fast, torch::kCPU);
        }
        QVERIFY_THROWS_EXCEPTION(ConfigError,
                                 requireConvolution(large, Convolution::bfloat16, torch::kCPU));
        if (hasBFloat16()) {
            requireConvolution(small, Convolution::bfloat16, torch::kCPU);
        } else {
            QVERIFY_THROWS_EXCEPTION(ConfigError,
                                     requireConvolution(small, Convolution::bfloat16, torch::kCPU));
        }
        ImageNetwork model = makeModel(small, 3, 10, 0, torch::kCPU, Convolution::bfloat16);
        const torch::Tensor not_square = torch::zeros({2, 3, 32, 24});
        QVERIFY_THROWS_EXCEPTION(ConfigError, model->forward(not_square));
        model->eval();
        QCOMPARE(model->forward(not_square).size(0), 2);
    }

    // conv1 in·16·9 + 32; a block from a to b channels 9ab + 2b + 9b² + 2b, n blocks in each of
    // three stages of 16, 32 and 64 channels; head 64·C + C, the cosine head 64·C. No parameters in
    // the shortcuts. He et al. give 0.27, 0.46, 0.66, 0.85 and 1.7 million.
    void parameterCounts_data() {
        QTest::addColumn<QString>("head");
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("classes");
        QTest::addColumn<int>("parameters");
        QTest::newRow("resnet8") << "linear" << 3 << 10 << 75290;
        QTest::newRow("resnet14") << "linear" << 3 << 10 << 172506;
        QTest::newRow("resnet20") << "linear" << 3 << 10 << 269722;
        QTest::newRow("resnet32") << "linear" << 3 << 10 << 464154;
        QTest::newRow("resnet44") << "linear" << 3 << 10 << 658586;
        QTest::newRow("resnet56") << "linear" << 3 << 10 << 853018;
        QTest::newRow("resnet110") << "linear" << 3 << 10 << 1727962;
        QTest::newRow("resnet32 100 classes") << "linear" << 3 << 100 << 470004;
        QTest::newRow("resnet32 grey") << "linear" << 1 << 10 << 463866;
        QTest::newRow("resnet32 cosine") << "cosine" << 3 << 10 << 464144;
    }
    void parameterCounts() {
        QFETCH(const QString, head);
        QFETCH(const int, channels);
        QFETCH(const int, classes);
        QFETCH(const int, parameters);
        const std::string tag = QTest::currentDataTag();
        const ImageNetwork model =
            modelOf(tag.substr(0, tag.find(' ')), 0, *choiceNamed<HeadKind>(head.toStdString()),
                    channels, classes);
        std::int64_t count = 0;
        for (const torch::Tensor& parameter : model->parameters()) count += parameter.numel();
        QCOMPARE(count, std::int64_t{parameters});
    }

    // The public code's state_dict, without its "module." prefix.
    void namesAreTheAuthors() {
        std::set<std::string> names;
        const auto norm = [&](const std::string& name) {
            for (const char* part :
                 {".weight", ".bias", ".running_mean", ".running_var", ".num_batches_tracked"}) {
                names.insert(name + part);
            }
        };
        names.insert("conv1.weight");
        norm("bn1");
        for (const char* stage : {"layer1.", "layer2.", "layer3."}) {
            for (int block = 0; block < 5; ++block) {
                const std::string prefix = stage + std::to_string(block);
                names.insert(prefix + ".conv1.weight");
                names.insert(prefix + ".conv2.weight");
                norm(prefix + ".bn1");
                norm(prefix + ".bn2");
            }
        }
        names.insert("linear.weight");
        std::set<std::string> cosine_names = names;
        names.insert("linear.bias");

        const auto namesOf = [](const ImageNetwork& model) {
            std::set<std::string> found;
            for (const auto& item : model->named_parameters()) found.insert(item.key());
            for (const auto& item : model->named_buffers()) found.insert(item.key());
            return found;
        };
        QCOMPARE(namesOf(modelOf("resnet32")), names);
        const ImageNetwork cosine = modelOf("resnet32", 0, HeadKind::cosine);
        QCOMPARE(namesOf(cosine), cosine_names);
        QCOMPARE(modelOf("resnet32")->named_parameters()["linear.weight"].sizes().vec(),
                 (std::vector<std::int64_t>{10, 64}));
        QCOMPARE(cosine->named_parameters()["linear.weight"].sizes().vec(),
                 (std::vector<std::int64_t>{64, 10}));
    }

    void imageShapes_data() {
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("size");
        QTest::newRow("grey 28×28") << 1 << 28;
        QTest::newRow("colour 32×32") << 3 << 32;
        QTest::newRow("odd 29×29") << 2 << 29;
    }
    void imageShapes() {
        QFETCH(const int, channels);
        QFETCH(const int, size);
        for (const HeadKind head : {HeadKind::linear, HeadKind::cosine}) {
            ImageNetwork model = modelOf("resnet8", 0, head, channels, 7);
            const torch::Tensor logits = model(waves({5, channels, size, size}));
            QCOMPARE(logits.sizes().vec(), (std::vector<std::int64_t>{5, 7}));
            QVERIFY(logits.isfinite().all().item<bool>());
            logits.sum().backward();
            for (const torch::Tensor& parameter : model->parameters()) {
                QVERIFY(parameter.grad().defined());
            }
        }
    }

    void unknownModelIsRefused() { QVERIFY_THROWS_EXCEPTION(ConfigError, modelOf("resnet33")); }

    void weightsAreAFunctionOfTheSeed() {
        torch::manual_seed(1);
        const ImageNetwork first = modelOf("resnet14", 5);
        torch::manual_seed(2);  // Torch's own generator must not matter
        const ImageNetwork second = modelOf("resnet14", 5);
        const ImageNetwork other = modelOf("resnet14", 6);
        for (const auto& item : first->named_parameters()) {
            QVERIFY(torch::equal(item.value(), second->named_parameters()[item.key()]));
            if (item.key().find("bn") != std::string::npos) continue;
            const auto different =
                item.value().ne(other->named_parameters()[item.key()]).to(torch::kFloat32).mean();
            QVERIFY2(different.item<double>() > 0.99, item.key().c_str());
        }
        const auto& weights = first->named_parameters();
        QVERIFY(!torch::equal(weights["layer1.0.conv1.weight"], weights["layer1.0.conv2.weight"]));
    }

    // Normal with variance 2 / fan_in. For n samples the standard error of the mean is σ / √n, of
    // the standard deviation σ / √(2n); five of either are allowed.
    void convolutionsAndHeadAreKaimingNormal() {
        const ImageNetwork model = modelOf("resnet32", 1);
        for (const auto& item : model->named_parameters()) {
            const torch::Tensor weight = item.value().detach().to(torch::kFloat64);
            if (item.key() == "linear.bias") {
                QVERIFY(weight.abs().max().item<double>() <= 1.0 / 8.0);  // 1 / √64
            }
            if (item.key().find("bn") != std::string::npos || item.key() == "linear.bias") continue;
            const auto n = static_cast<double>(weight.numel());
            const double sigma = std::sqrt(2.0 * static_cast<double>(weight.size(0)) / n);
            QVERIFY2(std::abs(weight.mean().item<double>()) < 5 * sigma / std::sqrt(n),
                     item.key().c_str());
            QVERIFY2(std::abs(weight.std().item<double>() - sigma) < 5 * sigma / std::sqrt(2 * n),
                     item.key().c_str());
            // Kurtosis 3 tells the normal from the uniform (1.8).
            if (n > 5000) {
                const double kurtosis = (weight / sigma).pow(4).mean().item<double>();
                QVERIFY2(std::abs(kurtosis - 3) < 1, item.key().c_str());
            }
        }
    }

    void batchNormalisationBeginsAsIdentity() {
        const ImageNetwork model = modelOf("resnet8");
        for (const auto& item : model->named_parameters()) {
            if (item.key().find("bn") == std::string::npos) continue;
            const double value = item.key().ends_with("weight") ? 1.0 : 0.0;
            QVERIFY(item.value().eq(value).all().item<bool>());
        }
    }

    void cosineHead() {
        ImageNetwork model = modelOf("resnet8", 4, HeadKind::cosine);
        torch::Tensor weight = model->named_parameters()["linear.weight"];
        QVERIFY(torch::allclose(weight.norm(2, 0), torch::ones({10}), 1e-6));
        const torch::NoGradGuard no_grad;
        weight.mul_(torch::arange(1, 11));  // the lengths must not matter
        const torch::Tensor images = waves({16, 3, 32, 32}) * 50;
        model->eval();
        const torch::Tensor logits = model(images);
        QVERIFY(logits.abs().max().item<double>() <= 1.0 + 1e-6);
        weight.div_(torch::arange(1, 11));
        QVERIFY(torch::allclose(model(images), logits, 1e-5, 1e-6));

        // cos of the angle between features (2, 0) and columns at 0°, 60° and 180°.
        Head head(2, 3, HeadKind::cosine);
        head->weight.copy_(
            torch::tensor({1.0, 0.5, -3.0, 0.0, 0.5 * std::numbers::sqrt3, 0.0}).view({2, 3}));
        const torch::Tensor cosines = head(torch::tensor({2.0F, 0.0F}).view({1, 2}));
        QVERIFY(torch::allclose(cosines, torch::tensor({1.0F, 0.5F, -1.0F}).view({1, 3}), 1e-6));
    }

    void linearHeadHasWeightAndBias() {
        const torch::NoGradGuard no_grad;
        Head head(2, 2, HeadKind::linear);
        head->weight.copy_(torch::tensor({1.0F, 2.0F, 3.0F, 4.0F}).view({2, 2}));
        head->bias.copy_(torch::tensor({10.0F, 20.0F}));
        QVERIFY(torch::equal(head(torch::tensor({1.0F, 10.0F}).view({1, 2})),
                             torch::tensor({31.0F, 63.0F}).view({1, 2})));
    }

    // With convolutions of zero a block is relu(shortcut): sub-sampled by 2, the new channels zero,
    // half of them before the old ones and half after ("option A").
    void shortcutIsOptionA() {
        const torch::NoGradGuard no_grad;
        const auto silenced = [](std::int64_t in, std::int64_t out, std::int64_t stride) {
            BasicBlock block(in, out, stride);
            block->eval();
            for (auto& item : block->named_parameters()) {
                if (item.value().dim() == 4) item.value().zero_();
            }
            return block;
        };
        for (const std::int64_t size : {std::int64_t{28}, std::int64_t{7}}) {
            const torch::Tensor images = waves({3, 16, size, size});
            torch::Tensor out = silenced(16, 32, 2)(images);
            const std::int64_t half = (size + 1) / 2;
            QCOMPARE(out.sizes().vec(), (std::vector<std::int64_t>{3, 32, half, half}));
            QVERIFY(out.narrow(1, 0, 8).eq(0).all().item<bool>());
            QVERIFY(out.narrow(1, 24, 8).eq(0).all().item<bool>());
            const auto in = images.accessor<float, 4>();
            const torch::Tensor plain = out.contiguous();
            const auto sampled = plain.accessor<float, 4>();
            for (std::int64_t i = 0; i < 3; ++i) {
                for (std::int64_t c = 0; c < 16; ++c) {
                    for (std::int64_t y = 0; y < half; ++y) {
                        for (std::int64_t x = 0; x < half; ++x) {
                            QCOMPARE(sampled[i][c + 8][y][x],
                                     std::max(0.0F, in[i][c][2 * y][2 * x]));
                        }
                    }
                }
            }
            QVERIFY(torch::equal(silenced(16, 16, 1)(images), images.relu()));
        }
    }

    // The whole network against its parts written out with Torch's functions.
    void forwardIsThatOfHeEtAl() {
        ImageNetwork model = modelOf("resnet14", 9);
        model->eval();
        const torch::NoGradGuard no_grad;
        auto tensors = model->named_parameters();
        for (auto& item : model->named_buffers()) tensors.insert(item.key(), item.value());
        for (auto& item : tensors) {  // else batch normalisation would do nothing
            const torch::Tensor wave = waves(item.value().sizes()) * 0.1;
            if (item.key().ends_with("running_var")) item.value().copy_(1 + wave.abs());
            if (item.key().ends_with("running_mean") || item.key().ends_with(".bias")) {
                item.value().copy_(wave);
            }
        }
        const auto norm = [&](const torch::Tensor& x, const std::string& name) {
            return torch::batch_norm(x, tensors[name + ".weight"], tensors[name + ".bias"],
                                     tensors[name + ".running_mean"],
                                     tensors[name + ".running_var"], false, 0.1, 1e-5, false);
        };
        const auto convolved = [&](const torch::Tensor& x, const std::string& name, int stride) {
            return torch::conv2d(x, tensors[name + ".weight"], {}, stride, 1);
        };
        const torch::Tensor images = waves({2, 3, 32, 32});
        torch::Tensor x = norm(convolved(images, "conv1", 1), "bn1").relu();
        for (int stage = 1; stage <= 3; ++stage) {
            for (int block = 0; block < 2; ++block) {
                const int stride = stage > 1 && block == 0 ? 2 : 1;
                const std::string at =
                    "layer" + std::to_string(stage) + "." + std::to_string(block) + ".";
                torch::Tensor out = norm(convolved(x, at + "conv1", stride), at + "bn1").relu();
                out = norm(convolved(out, at + "conv2", 1), at + "bn2");
                if (stride == 2) {
                    const torch::Tensor none =
                        torch::zeros({2, x.size(1) / 2, x.size(2) / 2, x.size(3) / 2});
                    const torch::Tensor sampled = torch::max_pool2d(x, 1, 2);
                    x = torch::cat({none, sampled, none}, 1);
                }
                x = (out + x).relu();
            }
        }
        const torch::Tensor expected =
            torch::linear(x.flatten(2).mean(2), tensors["linear.weight"], tensors["linear.bias"]);
        QVERIFY(torch::allclose(model(images), expected, 1e-4, 1e-5));
        QVERIFY(expected.std().item<double>() > 1e-2);
    }

    void layoutsGiveTheSame() {
        for (const bool training : {false, true}) {
            ImageNetwork model = modelOf("resnet20", 2);
            ImageNetwork plain = modelOf("resnet20", 2);
            for (torch::Tensor& parameter : plain->parameters()) {
                parameter.set_data(parameter.contiguous());
            }
            QVERIFY(model->named_parameters()["layer1.0.conv1.weight"].is_contiguous(
                torch::MemoryFormat::ChannelsLast));
            QVERIFY(plain->named_parameters()["layer1.0.conv1.weight"].is_contiguous());
            model->train(training);
            plain->train(training);
            const torch::Tensor images = waves({8, 3, 32, 32});
            const torch::Tensor logits =
                model(images.contiguous(torch::MemoryFormat::ChannelsLast));
            QVERIFY(torch::allclose(logits, plain(images), 1e-5, 1e-5));
        }
    }
};

BALLAST_TEST(TestResNet)
#include "tst_resnet.moc"
