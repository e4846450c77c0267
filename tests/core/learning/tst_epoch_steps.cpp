#include "core/learning/epoch_steps.h"

#include <torch/torch.h>

#include <QtTest>
#include <thread>

#include "core/experiment/catalog.h"
#include "core/learning/data/mixing.h"
#include "core/learning/device.h"
#include "core/learning/evaluator.h"
#include "core/learning/kernels/convolution.h"
#include "core/learning/training_step.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

constexpr int kClasses = 3;
constexpr int kEpochs = 4;
constexpr int kT0 = 2;
const std::vector<std::int64_t> kCounts = {30, 9, 3};

/// Seven batches, the last one smaller.
std::vector<Batch> batchesOf(int epoch, torch::Device device) {
    std::vector<Batch> batches;
    for (int i = 0; i < 7; ++i) {
        const std::int64_t size = i == 6 ? 3 : 8;
        const torch::Tensor images =
            torch::sin(torch::arange(size * 3 * 16 * 16, torch::kFloat32) * 0.37 + 7 * epoch + i)
                .view({size, 3, 16, 16})
                .contiguous(torch::MemoryFormat::ChannelsLast);
        const torch::Tensor labels = (torch::arange(size, torch::kInt64) * (i + 1) + i) % kClasses;
        batches.push_back({images.to(device), labels.to(device), {}});
    }
    return batches;
}

Phase phaseAt(int epoch, double sam_radius, Trainable trainable = Trainable::all) {
    Phase phase;
    phase.sam_radius = sam_radius;
    if (epoch < kT0) return phase;
    phase.trainable = trainable;
    phase.from = kT0;
    phase.alpha.rule = "inverse";
    phase.head_max_norm = 0.8;
    return phase;
}

double rateAt(int epoch) {
    return 0.02 / (1 + epoch);
}

ImageNetwork model(torch::Device device, Convolution convolution = Convolution::exact) {
    return makeModel({"resnet8", HeadKind::linear}, 3, kClasses, 1, device, convolution);
}

/// What four epochs of two phases say, and what becomes of the weights.
struct Outcome {
    std::vector<double> losses;
    std::vector<ClassStatistics> statistics;
    std::vector<torch::Tensor> weights;
};

Outcome trained(torch::Device device, double sam_radius,
                Convolution convolution = Convolution::exact,
                Trainable trainable = Trainable::all) {
    const DeviceStream stream(device);
    ImageNetwork network = model(device, convolution);
    Sgd optimizer(*network, 0.9, device.is_cuda());
    EpochSteps steps(network, optimizer, kClasses, device);
    Outcome outcome;
    for (int epoch = 0; epoch < kEpochs; ++epoch) {
        const Phase phase = phaseAt(epoch, sam_radius, trainable);
        const ClassTerms terms = classTerms(phase, kCounts);
        steps.begin(phase, LossConfig{}, terms, rateAt(epoch), 1e-3);
        for (const Batch& batch : batchesOf(epoch, device)) steps.step(batch);
        if (steps.images() != 51) throw std::logic_error("6 · 8 + 3 images");
        outcome.losses.push_back(steps.meanLoss());
        outcome.statistics.push_back(
            steps.statistics().finish(terms, kCounts, {true, false, false}));
    }
    for (const torch::Tensor& each : network->parameters()) {
        outcome.weights.push_back(each.detach().cpu());
    }
    return outcome;
}

/// The same with the single steps written out, on the CPU.
Outcome writtenOut(double sam_radius, Trainable trainable) {
    ImageNetwork network = model(torch::kCPU);
    Sgd optimizer(*network, 0.9);
    Outcome outcome;
    for (int epoch = 0; epoch < kEpochs; ++epoch) {
        const Phase phase = phaseAt(epoch, sam_radius, trainable);
        const ClassTerms terms = classTerms(phase, kCounts);
        const ClassTermTensors tensors(terms, torch::kFloat32);
        ClassStatisticsAccumulator statistics(kClasses, torch::kCPU);
        const bool whole = phase.trainable == Trainable::all;
        const torch::AutoGradMode gradients(phase.trainable != Trainable::none);
        for (auto& item : network->named_parameters()) {
            item.value().set_requires_grad(whole || item.key() == "linear.weight" ||
                                           item.key() == "linear.bias");
        }
        network->train(whole);
        optimizer.setRates(rateAt(epoch), 1e-3);
        double sum = 0.0;
        for (const Batch& batch : batchesOf(epoch, torch::kCPU)) {
            const StepResult result =
                trainingStep(network, optimizer, batch, tensors, LossConfig{}, sam_radius);
            if (phase.trainable != Trainable::none) optimizer.step();
            if (phase.head_max_norm && phase.trainable != Trainable::none)
                network->head()->limitNorms(*phase.head_max_norm);
            statistics.add(result.logits, result.log_probabilities, batch.labels);
            sum += result.loss.item<double>() * static_cast<double>(batch.labels.size(0));
        }
        outcome.losses.push_back(sum / 51.0);
        outcome.statistics.push_back(statistics.finish(terms, kCounts, {true, false, false}));
    }
    for (const torch::Tensor& each : network->parameters()) {
        outcome.weights.push_back(each.detach().clone());
    }
    return outcome;
}

bool near(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
    return std::ranges::equal(a, b, [&](double x, double y) {
        return std::abs(x - y) <= tolerance * std::max(1.0, std::abs(y));
    });
}

}  // namespace

/// On a CPU, and on a GPU where there is one.
class TestEpochSteps : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isTheStepsWrittenOut_data() {
        QTest::addColumn<QString>("device");
        QTest::addColumn<double>("sam_radius");
        QTest::addColumn<QString>("trainable");  // from T0 on
        QTest::addColumn<double>("tolerance");
        for (const char* name : {"CPU", "GPU"}) {
            const QString device = name == QString("CPU") ? "cpu" : "cuda:0";
            const double tolerance = device == "cpu" ? 1e-12 : 1e-3;
            QTest::addRow("%s", name) << device << 0.0 << "all" << tolerance;
            QTest::addRow("%s, SAM", name) << device << 0.1 << "all" << tolerance;
            QTest::addRow("%s, then its head", name) << device << 0.1 << "head" << tolerance;
            QTest::addRow("%s, then nothing", name) << device << 0.0 << "none" << tolerance;
        }
    }
    void isTheStepsWrittenOut() {
        QFETCH(const QString, device);
        QFETCH(const double, sam_radius);
        QFETCH(const QString, trainable);
        const Trainable parts = *choiceNamed<Trainable>(trainable.toStdString());
        QFETCH(const double, tolerance);
        if (device != "cpu" && !torch::cuda::is_available()) QSKIP("LibTorch can use no GPU here");
        const Outcome ours = trained(device.toStdString(), sam_radius, Convolution::exact, parts);
        const Outcome expected = writtenOut(sam_radius, parts);
        // A loss in float is added up in double here and there.
        QVERIFY(near(ours.losses, expected.losses, std::max(tolerance, 1e-6)));
        for (std::size_t epoch = 0; epoch < kEpochs; ++epoch) {
            const ClassStatistics& a = ours.statistics[epoch];
            const ClassStatistics& b = expected.statistics[epoch];
            QVERIFY(near(a.min_logit, b.min_logit, tolerance));
            QVERIFY(near(a.min_margin, b.min_margin, tolerance));
            QVERIFY(near(a.observed_lipschitz, b.observed_lipschitz, tolerance));
            if (device == "cpu") QVERIFY(near(a.accuracy, b.accuracy, 0.0));
        }
        for (std::size_t i = 0; i < expected.weights.size(); ++i) {
            QVERIFY(torch::allclose(ours.weights[i], expected.weights[i], tolerance, tolerance));
        }
        QVERIFY(expected.losses[0] != expected.losses[1]);
    }

    /// Mixed batches, of which the last is smaller: the steps written out have the same losses.
    void mixedImages_data() {
        QTest::addColumn<QString>("device");
        QTest::addColumn<double>("tolerance");
        QTest::newRow("CPU") << "cpu" << 1e-6;
        QTest::newRow("GPU") << "cuda:0" << 1e-3;
    }
    void mixedImages() {
        QFETCH(const QString, device);
        QFETCH(const double, tolerance);
        if (device != "cpu" && !torch::cuda::is_available()) QSKIP("LibTorch can use no GPU here");
        Phase phase;
        phase.mixing = Mixing::remix;
        phase.sam_radius = 0.05;
        phase.smoothing = Smoothing::concave;
        const ClassTerms terms = classTerms(phase, kCounts);
        const auto mixed = [&](int epoch, torch::Device on) {
            std::vector<Batch> batches = batchesOf(epoch, on);
            for (std::size_t i = 0; i < batches.size(); ++i) {
                mix(batches[i],
                    mixtureOf(1.0, 7, epoch, static_cast<std::int64_t>(i),
                              batches[i].labels.size(0)),
                    phase, kCounts);
            }
            return batches;
        };
        const torch::Device on(device.toStdString());
        const DeviceStream stream(on);
        ImageNetwork ours = model(on);
        Sgd optimizer(*ours, 0.9, on.is_cuda());
        EpochSteps steps(ours, optimizer, kClasses, on);
        ImageNetwork theirs = model(torch::kCPU);
        Sgd plain(*theirs, 0.9);
        const ClassTermTensors tensors(terms, torch::kFloat32);
        for (int epoch = 0; epoch < kEpochs; ++epoch) {
            steps.begin(phase, LossConfig{}, terms, 0.02, 1e-3);
            for (const Batch& batch : mixed(epoch, on)) steps.step(batch);
            theirs->train();
            plain.setRates(0.02, 1e-3);
            double sum = 0.0;
            for (const Batch& batch : mixed(epoch, torch::kCPU)) {
                const StepResult result =
                    trainingStep(theirs, plain, batch, tensors, LossConfig{}, phase.sam_radius);
                plain.step();
                sum += result.loss.item<double>() * static_cast<double>(batch.labels.size(0));
            }
            QVERIFY2(std::abs(steps.meanLoss() / (sum / 51.0) - 1.0) < tolerance,
                     qPrintable(QString::number(steps.meanLoss() - sum / 51.0)));
        }
        // A phase that does not mix follows.
        steps.begin(Phase{}, LossConfig{}, classTerms(Phase{}, kCounts), 0.02, 1e-3);
        for (const Batch& batch : batchesOf(9, on)) steps.step(batch);
        QVERIFY(std::isfinite(steps.meanLoss()));
    }

    void isRepeatable_data() {
        QTest::addColumn<QString>("device");
        QTest::addColumn<Convolution>("convolution");
        QTest::addColumn<double>("sam_radius");
        QTest::newRow("CPU") << "cpu" << Convolution::exact << 0.0;
        QTest::newRow("CPU, fast") << "cpu" << Convolution::fast << 0.0;
        QTest::newRow("CPU, bfloat16") << "cpu" << Convolution::bfloat16 << 0.0;
        QTest::newRow("CPU, bfloat16, SAM") << "cpu" << Convolution::bfloat16 << 0.05;
        QTest::newRow("GPU") << "cuda:0" << Convolution::exact << 0.0;
        QTest::newRow("GPU, fast") << "cuda:0" << Convolution::fast << 0.0;
        QTest::newRow("GPU, bfloat16") << "cuda:0" << Convolution::bfloat16 << 0.0;
    }
    void isRepeatable() {
        QFETCH(const QString, device);
        QFETCH(const Convolution, convolution);
        QFETCH(const double, sam_radius);
        if (device != "cpu" && !torch::cuda::is_available()) QSKIP("LibTorch can use no GPU here");
        if (device == "cpu" && convolution == Convolution::bfloat16 && !hasBFloat16()) {
            QSKIP("this processor has neither AVX512_BF16 nor AMX");
        }
        const Outcome once = trained(device.toStdString(), sam_radius, convolution);
        const Outcome again = trained(device.toStdString(), sam_radius, convolution);
        QVERIFY(once.losses == again.losses);
        for (std::size_t i = 0; i < once.weights.size(); ++i) {
            QVERIFY(torch::equal(once.weights[i], again.weights[i]));
        }
        if (convolution == Convolution::exact) return;
        const Outcome exact = trained(device.toStdString(), sam_radius);
        QVERIFY(near(once.losses, exact.losses, 0.05));
    }

    /// Runs side by side in threads of their own do not hear of each other.
    void runsSideBySide() {
        const Outcome alone = trained(torch::kCPU, 0.0);
        std::vector<Outcome> outcomes(3);
        std::vector<std::thread> runs;
        for (Outcome& outcome : outcomes) {
            runs.emplace_back([&outcome] {
                prepareThread(1);
                outcome = trained(torch::kCPU, 0.0);
            });
        }
        for (std::thread& run : runs) run.join();
        for (const Outcome& outcome : outcomes) {
            QVERIFY(outcome.losses == outcomes[0].losses);
            QVERIFY(near(outcome.losses, alone.losses, 1e-6));
            for (std::size_t i = 0; i < alone.weights.size(); ++i) {
                QVERIFY(torch::equal(outcome.weights[i], outcomes[0].weights[i]));
            }
        }
    }

    /// An evaluation between epochs neither changes the training nor stops the next epoch.
    void evaluationLeavesItAlone() {
        ImageNetwork network = model(torch::kCPU);
        Sgd optimizer(*network, 0.9);
        EpochSteps steps(network, optimizer, kClasses, torch::kCPU);
        for (int epoch = 0; epoch < kEpochs; ++epoch) {
            steps.begin(phaseAt(epoch, 0.0), LossConfig{}, classTerms(phaseAt(epoch, 0.0), kCounts),
                        rateAt(epoch), 1e-3);
            QCOMPARE(steps.images(), std::int64_t{0});
            for (const Batch& batch : batchesOf(epoch, torch::kCPU)) steps.step(batch);
            const torch::NoGradGuard no_grad;
            network->eval();
            network->forward(batchesOf(9, torch::kCPU)[0].images);
        }
        const Outcome undisturbed = trained(torch::kCPU, 0.0);
        for (std::size_t i = 0; i < undisturbed.weights.size(); ++i) {
            QVERIFY(torch::equal(network->parameters()[i], undisturbed.weights[i]));
        }
    }
};

BALLAST_TEST(TestEpochSteps)
#include "tst_epoch_steps.moc"
