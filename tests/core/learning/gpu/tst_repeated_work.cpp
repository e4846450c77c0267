#include "core/learning/gpu/repeated_work.h"

#include <torch/torch.h>

#include <QtTest>

using namespace ballast;

/// On a CPU, and on a GPU where there is one: there most of the calls are replays.
class TestRepeatedWork : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void eachCallIsTheWorkOnItsBatch_data() {
        QTest::addColumn<QString>("device");
        QTest::newRow("CPU") << "cpu";
        QTest::newRow("GPU") << "cuda:0";
    }
    void eachCallIsTheWorkOnItsBatch() {
        QFETCH(const QString, device);
        if (device != "cpu" && !torch::cuda::is_available()) QSKIP("LibTorch can use no GPU here");
        const torch::Device on(device.toStdString());
        const DeviceStream stream(on);
        torch::Tensor sum = torch::zeros({3}, on);
        torch::Tensor factor = torch::ones({}, on);
        RepeatedWork work([&](const torch::Tensor& images, const torch::Tensor& labels) {
            const torch::Tensor scaled = images * factor;
            sum.index_add_(0, labels, scaled);
            return scaled + 1;
        });
        torch::Tensor expected = torch::zeros({3});
        for (int call = 0; call < 40; ++call) {
            const std::int64_t size = call % 4 == 3 ? 2 : 5;  // the last batch is smaller
            const torch::Tensor images = torch::arange(size, torch::kFloat32) + call;
            const torch::Tensor labels = torch::arange(size, torch::kInt64) % 3;
            factor.fill_(call < 20 ? 1.0 : 2.0);
            const torch::Tensor answer = work(images.to(on), labels.to(on)).cpu();
            const torch::Tensor scaled = images * (call < 20 ? 1.0 : 2.0);
            QVERIFY(torch::equal(answer, scaled + 1));
            expected.index_add_(0, labels, scaled);
            QVERIFY(torch::equal(sum.cpu(), expected));
        }
    }

    // Reading a result on the host is not to be recorded: it is said, and done call by call.
    void whatCannotBeRecordedIsDone() {
        if (!torch::cuda::is_available()) QSKIP("LibTorch can use no GPU here");
        const torch::Device on(torch::kCUDA, 0);
        const DeviceStream stream(on);
        RepeatedWork work([](const torch::Tensor& images, const torch::Tensor&) {
            return images * images.sum().item<float>();
        });
        for (int call = 1; call < 10; ++call) {
            const torch::Tensor images = torch::full({4}, call, on).to(torch::kFloat32);
            const torch::Tensor labels = torch::zeros({4}, torch::kInt64).to(on);
            QVERIFY(torch::equal(work(images, labels).cpu(), (images * 4 * call).cpu()));
        }
    }
};

QTEST_GUILESS_MAIN(TestRepeatedWork)
#include "tst_repeated_work.moc"
