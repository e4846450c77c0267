#include "core/learning/bench/textbook.h"

#include <QtTest>
#include <random>

#include "core/learning/class_statistics.h"
#include "core/learning/kernels/convolution.h"
#include "core/learning/losses/class_loss.h"
#include "core/learning/models/network.h"
#include "core/learning/optimizers/sgd.h"
#include "core/learning/training_step.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

constexpr int kBatch = 24;
constexpr int kSteps = 20;
// Larger rates amplify what rounding does to ReLUs at zero, between any two implementations.
constexpr double kRate = 1e-3;
// Rounding differs from processor to processor, and each step amplifies it: the first steps show
// whether the same is computed, the later ones that it stays so.
constexpr int kFirstSteps = 5;

ImageSet images(std::size_t count) {
    ImageSet set{3, 32, 32, {}, {}};
    std::mt19937 generator(1);
    set.labels.resize(count);
    set.pixels.resize(count * 3072);
    for (auto& label : set.labels) label = static_cast<std::int32_t>(generator() % 10);
    for (auto& pixel : set.pixels) pixel = static_cast<std::uint8_t>(generator());
    return set;
}

}  // namespace

/// Benchmarks compare what computes the same.
class TestTextbook : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalsOurTraining_data() {
        QTest::addColumn<Convolution>("convolution");
        QTest::addColumn<double>("sam_radius");
        QTest::addColumn<double>("first_tolerance");
        QTest::addColumn<double>("tolerance");
        QTest::newRow("exact") << Convolution::exact << 0.0 << 2e-5 << 1e-3;
        QTest::newRow("exact, SAM") << Convolution::exact << 0.05 << 2e-4 << 1e-3;
        QTest::newRow("fast") << Convolution::fast << 0.0 << 2e-4 << 1e-3;
        QTest::newRow("bfloat16") << Convolution::bfloat16 << 0.0 << 1e-2 << 1e-2;
        QTest::newRow("bfloat16, SAM") << Convolution::bfloat16 << 0.05 << 1e-2 << 1e-2;
    }

    /// 20 steps from the same weights on the same batches: losses and weights.
    void equalsOurTraining() {
        QFETCH(Convolution, convolution);
        QFETCH(double, sam_radius);
        QFETCH(double, first_tolerance);
        QFETCH(double, tolerance);
        const bool narrow = convolution == Convolution::bfloat16;
        if (narrow && !hasBFloat16()) QSKIP("this processor has neither AVX512_BF16 nor AMX");
        const DatasetInfo& dataset = *findDataset("cifar10");
        ImageNetwork ours = makeModel(ModelConfig{"resnet20", HeadKind::linear}, 3, 10, 0,
                                      torch::kCPU, convolution);
        Textbook textbook("resnet20", images(kBatch), dataset, kBatch, kRate, torch::kCPU);
        torch::nn::Sequential theirs = textbook.network();
        const auto our_parameters = ours->parameters();
        const auto their_parameters = theirs->parameters();
        QCOMPARE(our_parameters.size(), their_parameters.size());
        {
            const torch::NoGradGuard no_grad;
            for (std::size_t i = 0; i < our_parameters.size(); ++i) {
                their_parameters[i].copy_(our_parameters[i]);
            }
        }
        Sgd sgd(*ours, Textbook::kMomentum);
        const ClassTermTensors terms({std::vector<double>(10, 1.0), std::vector<double>(10, 1.0),
                                      std::vector<double>(10, 0.0)},
                                     torch::kFloat32);
        ours->train();
        theirs->train();
        torch::manual_seed(2);
        for (int step = 0; step < kSteps; ++step) {
            const torch::Tensor x = torch::randn({kBatch, 3, 32, 32});
            const torch::Tensor labels = torch::randint(10, {kBatch}, torch::kInt64);
            const Batch batch{x.contiguous(torch::MemoryFormat::ChannelsLast), labels, {}};
            const StepResult result =
                trainingStep(ours, sgd, batch, terms, LossConfig{}, sam_radius);
            sgd.setRates(kRate, Textbook::kWeightDecay);
            sgd.step();
            const double our_loss = result.loss.item<double>();
            const double their_loss = textbook.step(x, labels, sam_radius).item<double>();
            QVERIFY2(
                std::abs(our_loss - their_loss) <
                    (step < kFirstSteps ? first_tolerance : tolerance),
                qPrintable(QString("step %1: %2 and %3").arg(step).arg(our_loss).arg(their_loss)));
        }
        double largest = 0.0;
        double moved = 0.0;
        const ImageNetwork before = makeModel(ModelConfig{"resnet20", HeadKind::linear}, 3, 10, 0,
                                              torch::kCPU, convolution);
        for (std::size_t i = 0; i < our_parameters.size(); ++i) {
            largest = std::max(
                largest, (our_parameters[i] - their_parameters[i]).abs().max().item<double>());
            moved = std::max(
                moved, (our_parameters[i] - before->parameters()[i]).abs().max().item<double>());
        }
        qInfo("largest difference of a weight %.1e; largest way of one %.1e", largest, moved);
        QVERIFY(largest < tolerance);
        QVERIFY(moved > (narrow ? 10 : 100) * largest);
    }

    /// Under autocast the same is computed, with features in bfloat16.
    void autocastIsNear() {
        if (!hasBFloat16()) QSKIP("this processor has neither AVX512_BF16 nor AMX");
        const DatasetInfo& dataset = *findDataset("cifar10");
        Textbook plain("resnet8", images(kBatch), dataset, kBatch, kRate, torch::kCPU);
        Textbook cast("resnet8", images(kBatch), dataset, kBatch, kRate, torch::kCPU, true);
        const auto weights = plain.network()->parameters();
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const torch::NoGradGuard no_grad;
            cast.network()->parameters()[i].copy_(weights[i]);
        }
        torch::manual_seed(2);
        for (int step = 0; step < 3; ++step) {
            const torch::Tensor x = torch::randn({kBatch, 3, 32, 32});
            const torch::Tensor labels = torch::randint(10, {kBatch}, torch::kInt64);
            const double exact = plain.step(x, labels, 0.0).item<double>();
            const double rounded = cast.step(x, labels, 0.0).item<double>();
            QVERIFY(exact != rounded);
            QVERIFY(std::abs(exact - rounded) < 1e-2);
        }
    }
};

BALLAST_TEST(TestTextbook)
#include "tst_textbook_slow.moc"
