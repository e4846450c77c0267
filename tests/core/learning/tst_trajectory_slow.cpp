#include <torch/torch.h>

#include <QtTest>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/learning/optimizers/sgd.h"
#include "core/learning/training_step.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

const std::vector<std::int64_t> kCounts = {5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50};
constexpr std::int64_t kBatch = 16;

/// wave() of golden_trajectory.py.
torch::Tensor wave(torch::IntArrayRef shape, std::int64_t ordinal) {
    std::int64_t size = 1;
    for (const std::int64_t length : shape) size *= length;
    const torch::Tensor n = torch::arange(size, torch::kFloat64) + 1 + 7919 * ordinal;
    return (torch::remainder(torch::sin(n) * 1e4, 1.0) * 2 - 1).reshape(shape);
}

/// start() of golden_trajectory.py.
void start(ImageNetwork& model) {
    const torch::NoGradGuard no_grad;
    std::int64_t ordinal = 0;
    for (auto& item : model->named_parameters()) {
        const std::string& name = item.key();
        torch::Tensor& p = item.value();
        torch::Tensor values = wave(p.sizes(), ordinal++);
        if (p.dim() > 1) {
            const double fan_in =
                name == "linear.weight" ? 64.0 : static_cast<double>(p.numel() / p.size(0));
            values = values * std::sqrt(3.0 / fan_in);
        } else if (name.find("bn") != std::string::npos && name.ends_with("weight")) {
            values = 1 + 0.1 * values;
        } else {
            values = 0.1 * values;
        }
        p.copy_(values);
    }
}

Phase phaseOf(const std::string& method, double sam_radius) {
    Phase phase;
    if (method == "LDAM") {
        phase.beta = {"constant", {{"scale", 30.0}}, {}};
        phase.delta = {"ldam", {{"max_margin", 0.5}}, {}};
    } else if (method == "VS") {
        phase.beta = {"cdt", {{"gamma", 0.15}}, {}};
        phase.delta = {"la", {{"tau", 1.25}}, {}};
    }
    phase.sam_radius = sam_radius;
    return phase;
}

Batch batchOf(int step) {
    Batch batch;
    batch.images =
        wave({kBatch, 3, 32, 32}, 1000 + step).contiguous(torch::MemoryFormat::ChannelsLast);
    std::vector<std::int64_t> labels;
    for (std::int64_t i = 0; i < kBatch; ++i) labels.push_back((i * i + 3 * step) % 10);
    batch.labels = torch::tensor(labels, torch::kInt64);
    return batch;
}

}  // namespace

/// 20 steps of the trainer's own step against an independent PyTorch computation in float64
/// (tests/data/golden_trajectory.py). Ours runs in float64 too: batches of 16 waves with arbitrary
/// labels let rounding errors of float32 grow a thousandfold within these steps.
class TestTrajectory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void agreesWithPyTorch_data() {
        QTest::addColumn<int>("run");
        const char* names[] = {"CE", "CE with SAM", "LDAM", "LDAM with SAM", "VS", "VS with SAM"};
        for (int i = 0; i < 6; ++i) QTest::newRow(names[i]) << i;
    }
    void agreesWithPyTorch() {
        QFETCH(const int, run);
        std::ifstream file(std::string(BALLAST_TEST_DATA) + "/golden_trajectory.json");
        const nlohmann::json golden = nlohmann::json::parse(file).at(static_cast<std::size_t>(run));
        const auto method = golden.at("method").get<std::string>();
        const Phase phase = phaseOf(method, golden.at("sam_radius").get<double>());
        ImageNetwork model =
            makeModel({"resnet32", method == "LDAM" ? HeadKind::cosine : HeadKind::linear}, 3, 10,
                      0, torch::kCPU);
        model->to(torch::kFloat64);
        start(model);
        model->train();
        Sgd optimizer(*model, 0.9);
        const ClassTermTensors terms(classTerms(phase, kCounts), torch::kFloat64);
        for (int step = 0; step < 20; ++step) {
            const StepResult result = trainingStep(model, optimizer, batchOf(step), terms,
                                                   LossConfig{}, phase.sam_radius);
            optimizer.setRates(0.02, 2e-4);
            optimizer.step();
            const double expected =
                golden.at("losses").at(static_cast<std::size_t>(step)).get<double>();
            QVERIFY2(std::abs(result.loss.item<double>() / expected - 1.0) < 1e-6,
                     qPrintable(QStringLiteral("step %1: %2, expected %3")
                                    .arg(step)
                                    .arg(result.loss.item<double>(), 0, 'g', 9)
                                    .arg(expected, 0, 'g', 9)));
        }
        double largest = 0.0;
        for (const auto& item : model->named_parameters()) {
            const torch::Tensor p = item.value().detach().to(torch::kFloat64).contiguous();
            const nlohmann::json& expected = golden.at("weights").at(item.key());
            const double norm = expected.at(0).get<double>();
            const double product = (p * wave(p.sizes(), 5000)).sum().item<double>();
            const double error = std::max(std::abs(p.norm().item<double>() - norm),
                                          std::abs(product - expected.at(1).get<double>())) /
                                 norm;
            largest = std::max(largest, error);
            QVERIFY2(error < 1e-6, qPrintable(QString::fromStdString(item.key()) +
                                              QStringLiteral(": %1").arg(error)));
        }
        qInfo("largest relative difference of a weight: %.1e", largest);
    }
};

BALLAST_TEST(TestTrajectory)
#include "tst_trajectory_slow.moc"
