#include "core/learning/kernels/conv_stack.h"

#include <QtTest>

#include "core/experiment/catalog.h"
#include "core/learning/kernels/convolution.h"
#include "core/learning/models/network.h"
#include "core/learning/part_times.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

constexpr const char* kNoBFloat16 = "this processor has neither AVX512_BF16 nor AMX";

struct Pass {
    torch::Tensor logits;
    std::map<std::string, torch::Tensor> gradients;
    std::map<std::string, torch::Tensor> buffers;
};

torch::Tensor images(std::int64_t batch, std::int64_t channels, std::int64_t side) {
    torch::manual_seed(3);
    return torch::randn({batch, channels, side, side});
}

/// One forward and backward pass in training mode, of a mean over fixed random weights.
Pass pass(ImageNetwork& model, const torch::Tensor& batch) {
    model->train();
    model->zero_grad(true);
    Pass result;
    const torch::Tensor logits = model->forward(batch);
    torch::manual_seed(4);
    const torch::Tensor weights = torch::randn(logits.sizes()).to(logits.scalar_type());
    (logits * weights).mean().backward();
    result.logits = logits.detach().clone();
    for (const auto& item : model->named_parameters()) {
        result.gradients[item.key()] = item.value().grad().clone();
    }
    for (const auto& item : model->named_buffers()) {
        result.buffers[item.key()] = item.value().clone();
    }
    return result;
}

/// Whether convolutions of the stack's own were at work.
template<class Work>
bool goesThroughTheStack(Work work) {
    const PartTimes times;
    work();
    return times.seconds(Part::convolution) > 0.0;
}

double difference(const torch::Tensor& a, const torch::Tensor& b) {
    const torch::Tensor reference = b.to(torch::kFloat64);
    return ((a.to(torch::kFloat64) - reference).norm() / reference.norm().clamp_min(1e-12))
        .item<double>();
}

ImageNetwork network(const std::string& name, std::int64_t channels,
                     Convolution convolution = Convolution::exact) {
    ImageNetwork model =
        makeModel(ModelConfig{name, HeadKind::linear}, channels, 10, 1, torch::kCPU, convolution);
    // γ and β that are not 1 and 0, and a head that does not hide the features.
    const torch::NoGradGuard no_grad;
    torch::manual_seed(5);
    for (auto& item : model->named_parameters()) {
        if (item.value().dim() == 1) item.value().add_(torch::randn_like(item.value()) * 0.2);
    }
    return model;
}

}  // namespace

/// ConvStack against LibTorch's own modules in double precision, which it does not take.
class TestConvStack : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (!hasConvolutions()) QSKIP("oneDNN is missing, or has no convolutions for this CPU");
    }

    void equalsTheModules_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<int>("batch");
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("side");
        QTest::addColumn<Convolution>("convolution");
        QTest::addColumn<double>("tolerance");
        for (const Convolution convolution : {Convolution::exact, Convolution::fast}) {
            const bool winograd = convolution == Convolution::fast;
            const char* kind = winograd ? "fast" : "exact";
            const double tolerance = winograd ? 2e-4 : 2e-5;
            QTest::addRow("resnet20 %s", kind)
                << "resnet20" << 24 << 3 << 32 << convolution << tolerance;
            QTest::addRow("grey, odd batch %s", kind)
                << "resnet20" << 21 << 1 << 28 << convolution << tolerance;
            QTest::addRow("odd side %s", kind)
                << "resnet8" << 5 << 3 << 33 << convolution << tolerance;
            QTest::addRow("tiny side %s", kind)
                << "resnet8" << 7 << 3 << 3 << convolution << tolerance;
            QTest::addRow("one image %s", kind)
                << "resnet8" << 1 << 3 << 32 << convolution << tolerance;
            QTest::addRow("resnet32 %s", kind)
                << "resnet32" << 6 << 3 << 32 << convolution << tolerance;
        }
    }
    void equalsTheModules() {
        QFETCH(QString, model);
        QFETCH(int, batch);
        QFETCH(int, channels);
        QFETCH(int, side);
        QFETCH(Convolution, convolution);
        QFETCH(double, tolerance);
        ImageNetwork ours = network(model.toStdString(), channels, convolution);
        ImageNetwork single = network(model.toStdString(), channels, convolution);
        ImageNetwork exact = network(model.toStdString(), channels, convolution);
        exact->to(torch::kFloat64);
        const torch::Tensor x = images(batch, channels, side);
        // The stack leaves images that want a gradient to the modules.
        const torch::Tensor for_modules = x.clone().set_requires_grad(true);
        for (int round = 0; round < 2; ++round) {  // the second with statistics from the first
            Pass our_pass;
            Pass single_pass;
            QVERIFY(goesThroughTheStack([&] { our_pass = pass(ours, x); }));
            QVERIFY(!goesThroughTheStack([&] { single_pass = pass(single, for_modules); }));
            const Pass exact_pass = pass(exact, x.to(torch::kFloat64));
            QVERIFY(difference(our_pass.logits, exact_pass.logits) < tolerance);
            for (const auto& [name, buffer] : exact_pass.buffers) {
                const double distance = difference(our_pass.buffers.at(name), buffer);
                QVERIFY2(distance < tolerance,
                         qPrintable(QString("%1: %2").arg(name.c_str()).arg(distance)));
            }
            // A ReLU at zero turns on or off by rounding: the modules in single precision say how
            // far that leads.
            QCOMPARE(our_pass.gradients.size(), exact_pass.gradients.size());
            double our_distance = 0.0;
            double single_distance = 0.0;
            for (const auto& [name, gradient] : exact_pass.gradients) {
                const double distance = difference(our_pass.gradients.at(name), gradient);
                our_distance = std::max(our_distance, distance);
                single_distance =
                    std::max(single_distance, difference(single_pass.gradients.at(name), gradient));
                QVERIFY2(distance < 0.02,
                         qPrintable(QString("%1: %2").arg(name.c_str()).arg(distance)));
            }
            qInfo("gradients: ours %.1e, the modules' %.1e", our_distance, single_distance);
            QVERIFY(our_distance <
                    (convolution == Convolution::fast ? 20 : 4) * single_distance + tolerance);
        }
        const torch::NoGradGuard no_grad;
        ours->eval();
        exact->eval();
        torch::Tensor our_logits;
        QVERIFY(goesThroughTheStack([&] { our_logits = ours->forward(x); }));
        QVERIFY(difference(our_logits, exact->forward(x.to(torch::kFloat64))) < tolerance);
    }

    /// Features in bfloat16 lead as far from double precision as they do in LibTorch's modules.
    void bfloat16IsAsNearAsTheModules_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<int>("batch");
        QTest::addColumn<int>("channels");
        QTest::addColumn<int>("side");
        QTest::newRow("resnet20") << "resnet20" << 24 << 3 << 32;
        QTest::newRow("grey, odd batch") << "resnet8" << 21 << 1 << 28;
        QTest::newRow("odd side") << "resnet8" << 5 << 3 << 33;
        QTest::newRow("tiny side") << "resnet8" << 7 << 3 << 3;
        QTest::newRow("one image") << "resnet8" << 1 << 3 << 32;
    }
    void bfloat16IsAsNearAsTheModules() {
        QFETCH(QString, model);
        QFETCH(int, batch);
        QFETCH(int, channels);
        QFETCH(int, side);
        if (!hasBFloat16()) QSKIP(kNoBFloat16);
        ImageNetwork ours = network(model.toStdString(), channels, Convolution::bfloat16);
        ImageNetwork modules = network(model.toStdString(), channels);
        ImageNetwork exact = network(model.toStdString(), channels);
        exact->to(torch::kFloat64);
        const torch::Tensor x = images(batch, channels, side);
        Pass our_pass;
        QVERIFY(goesThroughTheStack([&] { our_pass = pass(ours, x); }));
        const Pass modules_pass = pass(modules, x.to(torch::kBFloat16));
        const Pass exact_pass = pass(exact, x.to(torch::kFloat64));
        const double logits = difference(our_pass.logits, exact_pass.logits);
        const double modules_logits = difference(modules_pass.logits, exact_pass.logits);
        double largest = 0.0;
        double modules_largest = 0.0;
        for (const auto& [name, gradient] : exact_pass.gradients) {
            largest = std::max(largest, difference(our_pass.gradients.at(name), gradient));
            modules_largest =
                std::max(modules_largest, difference(modules_pass.gradients.at(name), gradient));
        }
        double buffers = 0.0;
        for (const auto& [name, buffer] : exact_pass.buffers) {
            buffers = std::max(buffers, difference(our_pass.buffers.at(name), buffer));
        }
        qInfo("logits: ours %.1e, the modules' %.1e; gradients: %.1e, %.1e; statistics %.1e",
              logits, modules_logits, largest, modules_largest, buffers);
        QVERIFY(logits < 0.02 && logits < 2.0 * modules_logits);
        QVERIFY(largest < 2.0 * modules_largest);
        QVERIFY(buffers < 0.01);
    }

    /// Evaluation is exact whatever training is.
    void bfloat16EvaluatesExactly() {
        if (!hasBFloat16()) QSKIP(kNoBFloat16);
        const torch::NoGradGuard no_grad;
        ImageNetwork narrow = network("resnet8", 3, Convolution::bfloat16);
        ImageNetwork exact = network("resnet8", 3);
        narrow->eval();
        exact->eval();
        const torch::Tensor x = images(4, 3, 32);
        QVERIFY(torch::equal(narrow->forward(x), exact->forward(x)));
    }

    /// A network that broke does not look healthy: no ReLU or variance swallows what is not a
    /// number, on the way there or back.
    void keepsWhatIsNotANumber_data() {
        QTest::addColumn<QString>("parameter");
        QTest::addColumn<float>("value");
        QTest::addColumn<Convolution>("convolution");
        for (const Convolution convolution : {Convolution::exact, Convolution::bfloat16}) {
            const std::string kind(nameOf(convolution));
            for (const char* parameter :
                 {"conv1.weight", "layer2.0.bn1.weight", "layer3.0.bn2.bias"}) {
                QTest::addRow("NaN in %s, %s", parameter, kind.c_str())
                    << parameter << NAN << convolution;
            }
            QTest::addRow("overflow, %s", kind.c_str()) << "conv1.weight" << 3e38f << convolution;
        }
    }
    void keepsWhatIsNotANumber() {
        QFETCH(QString, parameter);
        QFETCH(float, value);
        QFETCH(Convolution, convolution);
        if (convolution == Convolution::bfloat16 && !hasBFloat16()) QSKIP(kNoBFloat16);
        ImageNetwork model = network("resnet8", 3, convolution);
        ImageNetwork modules = network("resnet8", 3);
        for (const ImageNetwork& each : {model, modules}) {
            each->named_parameters()[parameter.toStdString()].data_ptr<float>()[0] = value;
        }
        const torch::Tensor x = images(8, 3, 32);
        Pass ours;
        QVERIFY(goesThroughTheStack([&] { ours = pass(model, x); }));
        const Pass theirs = pass(modules, x.clone().set_requires_grad(true));
        QVERIFY(ours.logits.isnan().all().item<bool>());
        for (const auto& [name, gradient] : theirs.gradients) {
            QVERIFY2(torch::equal(ours.gradients.at(name).isnan(), gradient.isnan()), name.c_str());
        }
    }

    /// Nor in evaluation, where the running statistics count too.
    void evaluationKeepsWhatIsNotANumber_data() {
        QTest::addColumn<QString>("tensor");
        QTest::addColumn<float>("value");
        for (const char* tensor :
             {"conv1.weight", "bn1.running_var", "layer1.0.bn2.running_mean", "layer2.0.bn1.weight",
              "layer3.0.bn2.bias", "layer3.0.conv2.weight"}) {
            QTest::addRow("NaN in %s", tensor) << tensor << NAN;
        }
        QTest::addRow("infinity") << "layer2.0.bn1.weight" << INFINITY;
        QTest::addRow("negative variance") << "layer2.0.bn2.running_var" << -1.0f;
        QTest::addRow("infinite variance") << "layer2.0.bn2.running_var" << INFINITY;
    }
    void evaluationKeepsWhatIsNotANumber() {
        QFETCH(QString, tensor);
        QFETCH(float, value);
        ImageNetwork model = network("resnet8", 3);
        const std::string name = tensor.toStdString();
        const torch::NoGradGuard no_grad;
        torch::Tensor broken = name.find("running") == std::string::npos
                                   ? model->named_parameters()[name]
                                   : model->named_buffers()[name];
        broken.data_ptr<float>()[0] = value;
        model->eval();
        const torch::Tensor x = images(8, 3, 32);
        torch::Tensor ours;
        QVERIFY(goesThroughTheStack([&] { ours = model->forward(x); }));
        const torch::Tensor theirs = model->forward(x.clone().set_requires_grad(true));
        QVERIFY(torch::equal(ours.isnan(), theirs.isnan()));
        const bool finite = std::isinf(value) && name.ends_with("running_var");
        QCOMPARE(theirs.isnan().all().item<bool>(), !finite);
    }

    /// Whichever way images are divided among threads, to the last bit.
    void threadsDoNotMatter_data() {
        QTest::addColumn<Convolution>("convolution");
        QTest::newRow("fast") << Convolution::fast;
        QTest::newRow("bfloat16") << Convolution::bfloat16;
    }
    void threadsDoNotMatter() {
        QFETCH(Convolution, convolution);
        if (convolution == Convolution::bfloat16 && !hasBFloat16()) QSKIP(kNoBFloat16);
        const int before = at::get_num_threads();
        const torch::Tensor x = images(50, 3, 32);
        std::vector<Pass> passes;
        std::vector<torch::Tensor> evaluations;
        for (const int threads : {1, 2, 3}) {
            at::set_num_threads(threads);
            ImageNetwork model = network("resnet8", 3, convolution);
            passes.push_back(pass(model, x));
            const torch::NoGradGuard no_grad;
            model->eval();
            evaluations.push_back(model->forward(x));
        }
        at::set_num_threads(before);
        for (std::size_t i = 1; i < passes.size(); ++i) {
            for (const auto& [name, gradient] : passes[0].gradients) {
                if (name.starts_with("linear")) continue;  // the head's are LibTorch's
                QVERIFY2(torch::equal(passes[i].gradients.at(name), gradient), name.c_str());
            }
            for (const auto& [name, buffer] : passes[0].buffers) {
                QVERIFY2(torch::equal(passes[i].buffers.at(name), buffer), name.c_str());
            }
            QVERIFY(torch::equal(evaluations[i], evaluations[0]));
        }
    }

    /// Large means do not eat up the variance.
    void variancesSurviveLargeMeans() {
        ImageNetwork ours = network("resnet8", 3);
        ImageNetwork theirs = network("resnet8", 3);
        theirs->to(torch::kFloat64);
        const torch::Tensor x = images(16, 3, 32) * 0.01 + 3.0;
        for (int round = 0; round < 20; ++round) {
            pass(ours, x);
            pass(theirs, x.to(torch::kFloat64));
        }
        const Pass our_pass = pass(ours, x);
        const Pass their_pass = pass(theirs, x.to(torch::kFloat64));
        QVERIFY(difference(our_pass.buffers.at("bn1.running_var"),
                           their_pass.buffers.at("bn1.running_var")) < 1e-3);
    }

    /// oneDNN would pad them, beyond the images' memory.
    void channelsFillTheirBlocks() {
        const auto with = [](std::int64_t in_channels, std::int64_t in_block) {
            ConvolutionShape shape;
            shape.images = 1;
            shape.in_channels = in_channels;
            shape.out_channels = 32;
            shape.in_side = 8;
            shape.in_block = in_block;
            shape.out_block = 16;
            TrainingConvolution(shape, Convolution::exact, false);
        };
        QVERIFY_THROWS_EXCEPTION(NoFastConvolution, with(24, 16));
        if (!hasWinograd()) QSKIP("blocks of 16 are for Winograd's algorithm, which is not here");
        with(16, 16);
    }

    void aBackwardPassFollowsItsForwardPass() {
        ImageNetwork model = network("resnet8", 3);
        model->train();
        const torch::Tensor first = model->forward(images(4, 3, 32)).sum();
        const torch::Tensor second = model->forward(images(4, 3, 32)).sum();
        QVERIFY_THROWS_EXCEPTION(std::exception, first.backward());
        second.backward();
    }

    /// Where the stack may not go the modules do, with the same numbers: gradients in evaluation
    /// mode, and images that are not square.
    void leavesTheRestToTheModules() {
        ImageNetwork model = network("resnet8", 3);
        model->eval();
        const torch::Tensor x = images(4, 3, 32);
        const torch::Tensor with_gradient = model->forward(x);
        QVERIFY(with_gradient.requires_grad());
        {
            const torch::NoGradGuard no_grad;
            QVERIFY(difference(model->forward(x), with_gradient.detach()) < 1e-5);
        }
        model->train();
        QCOMPARE(model->forward(x.narrow(2, 0, 24)).size(0), 4);
    }
};

BALLAST_TEST(TestConvStack)
#include "tst_conv_stack.moc"
