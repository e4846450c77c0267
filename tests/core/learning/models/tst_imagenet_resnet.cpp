#include <torch/torch.h>

#include <QtTest>
#include <cmath>

#include "core/learning/models/network.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestImageNetResNet : public QObject {
    Q_OBJECT

    ImageNetwork model_ = makeModel({"resnet50", HeadKind::linear}, 3, 1000, 1, torch::kCPU);

private Q_SLOTS:
    // torchvision.models.resnet50().
    void parametersAreTorchvisions() {
        std::int64_t count = 0;
        for (const torch::Tensor& parameter : model_->parameters()) count += parameter.numel();
        QCOMPARE(count, std::int64_t{25'557'032});
        const auto parameters = model_->named_parameters();
        QCOMPARE(parameters.size(), std::size_t{161});
        QCOMPARE(model_->named_buffers().size(), std::size_t{159});
        const std::pair<const char*, std::vector<std::int64_t>> shapes[] = {
            {"conv1.weight", {64, 3, 7, 7}},
            {"layer1.0.conv3.weight", {256, 64, 1, 1}},
            {"layer1.0.downsample.0.weight", {256, 64, 1, 1}},
            {"layer1.0.downsample.1.bias", {256}},
            {"layer2.0.conv2.weight", {128, 128, 3, 3}},
            {"layer3.5.bn3.weight", {1024}},
            {"layer4.2.conv1.weight", {512, 2048, 1, 1}},
            {"fc.weight", {1000, 2048}},
            {"fc.bias", {1000}}};
        for (const auto& [name, shape] : shapes) {
            const torch::Tensor* parameter = parameters.find(name);
            QVERIFY2(parameter != nullptr, name);
            QCOMPARE(parameter->sizes().vec(), shape);
        }
        QVERIFY(model_->head()->weight.is_same(*parameters.find("fc.weight")));
    }

    // Kaiming-normal by fan-out: √(2 / (out · h · w)); the head by fan-in, √(2 / 2048).
    void initialWeights() {
        const auto parameters = model_->named_parameters();
        const auto deviation = [&](const char* name) {
            return parameters.find(name)->std().item<double>();
        };
        QVERIFY(std::abs(deviation("conv1.weight") / std::sqrt(2.0 / (64 * 49)) - 1) < 0.05);
        QVERIFY(std::abs(deviation("layer4.0.conv2.weight") / std::sqrt(2.0 / (512 * 9)) - 1) <
                0.01);
        QVERIFY(std::abs(deviation("layer1.0.conv3.weight") / std::sqrt(2.0 / 256) - 1) < 0.05);
        QVERIFY(std::abs(deviation("fc.weight") / std::sqrt(2.0 / 2048) - 1) < 0.01);
        QVERIFY(parameters.find("fc.bias")->abs().max().item<double>() <= 1 / std::sqrt(2048.0));
    }

    // PyTorch's nn.Linear: uniform in ±1/√2048, deviation 1/√(3 · 2048); all else stays as it was.
    void uniformHead() {
        const ImageNetwork uniform =
            makeModel({"resnet50", HeadKind::linear, HeadInit::uniform}, 3, 1000, 1, torch::kCPU);
        const auto before = model_->named_parameters();
        for (const auto& item : uniform->named_parameters()) {
            QCOMPARE(item.value().equal(*before.find(item.key())), item.key() != "fc.weight");
        }
        const torch::Tensor weight = *uniform->named_parameters().find("fc.weight");
        const double bound = 1 / std::sqrt(2048.0);
        QVERIFY(weight.abs().max().item<double>() <= bound);
        QVERIFY(std::abs(weight.std().item<double>() / (bound / std::sqrt(3.0)) - 1) < 0.01);
    }

    void forward() {
        const torch::NoGradGuard no_grad;
        model_->eval();
        const torch::Tensor images = torch::linspace(-1, 1, 2 * 3 * 64 * 80).view({2, 3, 64, 80});
        const torch::Tensor logits = model_(images);
        QCOMPARE(logits.sizes().vec(), (std::vector<std::int64_t>{2, 1000}));
        QVERIFY(logits.isfinite().all().item<bool>());
        QCOMPARE(model_(images.slice(3, 0, 64).slice(2, 0, 32)).size(1), std::int64_t{1000});
    }

    void cosineHead() {
        ImageNetwork model = makeModel({"resnet50", HeadKind::cosine}, 3, 7, 1, torch::kCPU);
        QVERIFY(model->head()->kind() == HeadKind::cosine);
        QCOMPARE(model->head()->weight.sizes().vec(), (std::vector<std::int64_t>{2048, 7}));
        QVERIFY(torch::allclose(model->head()->weight.norm(2, 0), torch::ones({7})));
        const torch::NoGradGuard no_grad;
        model->eval();
        QVERIFY(model(torch::randn({1, 3, 32, 32})).abs().max().item<double>() <= 1.0001);
    }
};

BALLAST_TEST(TestImageNetResNet)
#include "tst_imagenet_resnet.moc"
