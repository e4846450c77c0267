#include "core/learning/calibration.h"
#include "tests/support/test_program.h"

#include <torch/torch.h>

#include <QtTest>
#include <cmath>

using namespace ballast;

namespace {

/// Logits of two classes under which softmax gives class `top` the probability `confidence`.
torch::Tensor sure(double confidence, int top, std::int64_t count) {
    const double gap = std::log(confidence / (1.0 - confidence));
    torch::Tensor logits = torch::zeros({count, 2});
    logits.select(1, top).fill_(gap);
    return logits;
}

torch::Tensor labelsOf(std::int64_t label, std::int64_t count) {
    return torch::full({count}, label, torch::kInt64);
}

}  // namespace

class TestCalibration : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // Class 0 in two bins: confidence 0.62 with accuracy 0.5, confidence 0.92 with accuracy 1. The
    // line through them has the slope (0.92 − 0.62) / 0.5 = 0.6, so κ = 0.9 + 0.1 · 0.6.
    void kappaFollowsTheSlope() {
        Calibration calibration(2);
        calibration.add(sure(0.62, 0, 10), labelsOf(0, 10));
        calibration.add(sure(0.62, 1, 10), labelsOf(0, 10));
        calibration.add(sure(0.92, 0, 20), labelsOf(0, 20));
        QCOMPARE(calibration.estimates().kappa, (std::vector<double>{1.0, 1.0}));
        calibration.update();
        const auto kappa = calibration.estimates().kappa;
        QVERIFY2(std::abs(kappa[0] - 0.96) < 1e-4, qPrintable(QString::number(kappa[0])));
        QCOMPARE(kappa[1], 1.0);  // nothing is known of it
    }

    // A negative slope counts as 0.1.
    void slopesAreClamped() {
        Calibration calibration(2);
        calibration.add(sure(0.92, 1, 10), labelsOf(1, 10));
        calibration.add(sure(0.97, 0, 10), labelsOf(1, 10));
        calibration.update();
        QVERIFY(std::abs(calibration.estimates().kappa[1] - 0.91) < 1e-6);
    }

    // 1,000 newer images push out the older ones; the state restores the memory.
    void theMemoryIsARing() {
        Calibration old(2);
        old.add(sure(0.62, 1, 500), labelsOf(0, 500));
        old.add(sure(0.97, 0, 1000), labelsOf(0, 1000));
        old.update();  // one bin only
        QCOMPARE(old.estimates().kappa[0], 1.0);

        Calibration copy(2);
        for (auto& [name, tensor] : copy.state()) {
            torch::Tensor target = tensor;
            target.copy_(old.state().at(name));
        }
        for (Calibration* each : {&old, &copy}) {
            each->add(sure(0.62, 1, 300), labelsOf(0, 300));
            each->update();
        }
        QVERIFY(old.estimates().kappa[0] < 1.0);
        QCOMPARE(old.estimates().kappa, copy.estimates().kappa);
    }
};

BALLAST_TEST(TestCalibration)
#include "tst_calibration.moc"
