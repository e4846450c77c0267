#include "core/learning/optimizers/sgd.h"
#include "tests/support/test_program.h"

#include <torch/torch.h>

#include <QtTest>

using namespace ballast;
namespace nn = torch::nn;

namespace {

/// Two layers, double precision, the same weights for the same seed.
nn::Sequential network() {
    torch::manual_seed(3);
    nn::Sequential model(nn::Linear(6, 8), nn::Tanh(), nn::Linear(8, 3));
    model->to(torch::kFloat64);
    return model;
}

/// Gradients of a mean squared error over data that follow from `step`.
void backward(nn::Sequential& model, int step) {
    const auto options = torch::TensorOptions().dtype(torch::kFloat64);
    const torch::Tensor inputs = (torch::arange(24, options).view({4, 6}) * 0.37 + step).sin();
    const torch::Tensor targets = (torch::arange(12, options).view({4, 3}) * 0.71 - step).cos();
    model->zero_grad();
    (model->forward(inputs) - targets).square().mean().backward();
}

std::vector<torch::Tensor> copies(nn::Sequential& model) {
    std::vector<torch::Tensor> tensors;
    for (const torch::Tensor& parameter : model->parameters()) {
        tensors.push_back(parameter.detach().clone());
    }
    return tensors;
}

}  // namespace

class TestSgd : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isTorchsSgd_data() {
        QTest::addColumn<double>("momentum");
        QTest::addColumn<double>("weight_decay");
        QTest::addColumn<bool>("nesterov");
        QTest::newRow("plain") << 0.0 << 0.0 << false;
        QTest::newRow("momentum") << 0.9 << 0.0 << false;
        QTest::newRow("weight decay") << 0.0 << 1e-2 << false;
        QTest::newRow("both") << 0.9 << 1e-2 << false;
        QTest::newRow("Nesterov") << 0.9 << 1e-2 << true;
    }

    // 20 steps, each with a learning rate and a weight decay of its own.
    void isTorchsSgd() {
        QFETCH(const double, momentum);
        QFETCH(const double, weight_decay);
        nn::Sequential ours = network();
        nn::Sequential theirs = network();
        QFETCH(const bool, nesterov);
        Sgd sgd(*ours, momentum, false,
                nesterov ? MomentumForm::nesterov : MomentumForm::heavy_ball);
        torch::optim::SGD reference(
            theirs->parameters(),
            torch::optim::SGDOptions(1.0).momentum(momentum).nesterov(nesterov));
        const std::vector<torch::Tensor> before = copies(ours);
        for (int step = 0; step < 20; ++step) {
            const double rate = 0.3 / (1 + step % 7);
            const double decay = weight_decay * (1 + step % 3);
            auto& options =
                static_cast<torch::optim::SGDOptions&>(reference.param_groups().front().options());
            options.lr(rate).weight_decay(decay);
            backward(ours, step);
            sgd.setRates(rate, decay);
            sgd.step();
            backward(theirs, step);
            reference.step();
        }
        const auto expected = theirs->parameters();
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QVERIFY(torch::allclose(ours->parameters()[i], expected[i], 1e-12, 1e-14));
            QVERIFY(!torch::allclose(ours->parameters()[i], before[i], 1e-2));
        }
    }

    // Rates in tensors make the same steps, and what was set last holds.
    void recordableStepsAreTheSame() {
        nn::Sequential plain = network();
        nn::Sequential recordable = network();
        Sgd sgd(*plain, 0.9, false, MomentumForm::nesterov);
        Sgd other(*recordable, 0.9, true, MomentumForm::nesterov);
        sgd.setRateFactor("2.", 0.3);
        other.setRateFactor("2.", 0.3);
        for (int step = 0; step < 6; ++step) {
            if (step % 3 == 0) {
                sgd.setRates(0.1 + 0.05 * step, 0.01 * step);
                other.setRates(0.1 + 0.05 * step, 0.01 * step);
            }
            backward(plain, step);
            sgd.step();
            backward(recordable, step);
            other.step();
        }
        for (std::size_t i = 0; i < plain->parameters().size(); ++i) {
            QVERIFY(
                torch::allclose(recordable->parameters()[i], plain->parameters()[i], 1e-12, 1e-14));
        }
    }

    // Two of PyTorch's parameter groups.
    void partsHaveRatesOfTheirOwn() {
        nn::Sequential ours = network();
        nn::Sequential theirs = network();
        Sgd sgd(*ours, 0.9);
        sgd.setRateFactor("0.", 0.2);
        const auto all = theirs->parameters();
        std::vector<torch::optim::OptimizerParamGroup> groups{{{all[0], all[1]}},
                                                              {{all[2], all[3]}}};
        torch::optim::SGD reference(groups,
                                    torch::optim::SGDOptions(0.1).momentum(0.9).weight_decay(0.01));
        reference.param_groups().front().set_options(std::make_unique<torch::optim::SGDOptions>(
            torch::optim::SGDOptions(0.02).momentum(0.9).weight_decay(0.01)));
        sgd.setRates(0.1, 0.01);
        for (int step = 0; step < 10; ++step) {
            backward(ours, step);
            sgd.step();
            backward(theirs, step);
            reference.step();
        }
        for (std::size_t i = 0; i < all.size(); ++i) {
            QVERIFY(torch::allclose(ours->parameters()[i], all[i], 1e-12, 1e-14));
        }
    }

    void momentumBuffersAreNamed() {
        nn::Sequential model = network();
        Sgd sgd(*model, 0.9);
        QCOMPARE(sgd.momentumBuffers().size(), model->parameters().size());
        const torch::Tensor weight = model->named_parameters()["0.weight"];
        const torch::Tensor before = weight.detach().clone();
        backward(model, 0);
        sgd.setRates(0.1, 0.5);
        sgd.step();
        // From rest, v = ∇ + λ θ.
        QVERIFY(torch::allclose(sgd.momentumBuffers().at("0.weight"), weight.grad() + 0.5 * before,
                                1e-12));
        QVERIFY(!sgd.momentumBuffers().at("0.weight").requires_grad());
    }

    // A parameter without a gradient stays, and so does its momentum; the others continue.
    void frozenPartsStay() {
        nn::Sequential model = network();
        Sgd sgd(*model, 0.9);
        backward(model, 0);
        sgd.setRates(0.1, 0.01);
        sgd.step();
        const std::vector<torch::Tensor> before = copies(model);
        const torch::Tensor momentum = sgd.momentumBuffers().at("0.bias").clone();
        backward(model, 1);
        model->named_parameters()["0.bias"].mutable_grad().reset();
        sgd.setRates(0.1, 0.01);
        sgd.step();
        const std::vector<torch::Tensor> after = copies(model);
        for (std::size_t i = 0; i < before.size(); ++i) {
            QCOMPARE(torch::equal(after[i], before[i]), i == 1);
        }
        QVERIFY(torch::equal(sgd.momentumBuffers().at("0.bias"), momentum));
    }

    // Layouts of convolutions' weights are kept, and their gradients' do not matter.
    void layoutsAreKept() {
        torch::manual_seed(1);
        torch::Tensor weight = torch::randn({4, 3, 2, 2});
        weight = weight.contiguous(torch::MemoryFormat::ChannelsLast);
        nn::Sequential model(nn::Conv2d(nn::Conv2dOptions(3, 4, 2).bias(false)));
        torch::Tensor parameter = model->parameters().front();
        parameter.set_data(weight.clone());
        Sgd sgd(*model, 0.0);
        QVERIFY(torch::equal(parameter, weight));
        QVERIFY(parameter.is_contiguous(torch::MemoryFormat::ChannelsLast));
        const torch::Tensor gradient = torch::randn({4, 3, 2, 2});
        parameter.mutable_grad() = gradient;
        sgd.setRates(0.5, 0.0);
        sgd.step();
        QVERIFY(torch::allclose(parameter, weight - 0.5 * gradient));
        QVERIFY(torch::allclose(sgd.momentumBuffers().at("0.weight"), gradient));
    }

    // θ + radius · g / ‖g‖, ‖g‖² summed over all parameters.
    void samStepsUpTheGradient() {
        nn::Sequential model = network();
        Sgd sgd(*model, 0.9);
        backward(model, 0);
        double squares = 0.0;
        for (const torch::Tensor& parameter : model->parameters()) {
            squares += parameter.grad().square().sum().item<double>();
        }
        const std::vector<torch::Tensor> before = copies(model);
        const SamPerturbation perturbation(sgd, 0.05);
        double moved = 0.0;
        for (std::size_t i = 0; i < before.size(); ++i) {
            const torch::Tensor parameter = model->parameters()[i];
            const torch::Tensor expected = before[i] + 0.05 / std::sqrt(squares) * parameter.grad();
            QVERIFY(torch::allclose(parameter, expected, 1e-12, 1e-15));
            moved += (parameter - before[i]).square().sum().item<double>();
        }
        QVERIFY(std::abs(std::sqrt(moved) - 0.05) < 1e-12);
    }

    // θ + e − e is not θ in floating point: undo must put back, not subtract.
    void samIsUndoneExactly() {
        nn::Sequential model = network();
        model->to(torch::kFloat32);
        Sgd sgd(*model, 0.9);
        const torch::Tensor inputs = torch::arange(24, torch::kFloat32).view({4, 6}).sin();
        model->zero_grad();
        model->forward(inputs).square().mean().backward();
        const std::vector<torch::Tensor> before = copies(model);
        SamPerturbation perturbation(sgd, 3.7);
        QVERIFY(!torch::equal(model->parameters()[0], before[0]));
        perturbation.undo();
        for (std::size_t i = 0; i < before.size(); ++i) {
            QVERIFY(torch::equal(model->parameters()[i], before[i]));
        }
    }

    void samWithoutGradientStaysFinite() {
        nn::Sequential model = network();
        Sgd sgd(*model, 0.9);
        backward(model, 0);
        for (torch::Tensor& parameter : model->parameters()) parameter.mutable_grad().zero_();
        const std::vector<torch::Tensor> before = copies(model);
        const SamPerturbation perturbation(sgd, 0.05);
        for (std::size_t i = 0; i < before.size(); ++i) {
            QVERIFY(torch::equal(model->parameters()[i], before[i]));
        }
    }
};

BALLAST_TEST(TestSgd)
#include "tst_sgd.moc"
