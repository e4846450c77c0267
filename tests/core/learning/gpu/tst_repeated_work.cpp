#include "core/learning/gpu/repeated_work.h"
#include "tests/support/test_program.h"

#include <torch/torch.h>

#include <QtTest>
#include <atomic>
#include <thread>

using namespace ballast;

namespace {

const torch::Device kGpu(torch::kCUDA, 0);

/// Whether `calls` calls of a work that doubles and adds give what they should.
bool doubles(RepeatedWork& work, int calls) {
    for (int call = 0; call < calls; ++call) {
        const torch::Tensor images = torch::full({4}, call, torch::kFloat32).to(kGpu);
        const torch::Tensor labels = torch::zeros({4}, torch::kInt64).to(kGpu);
        if (!torch::equal(work(images, labels).cpu(), (images * 2 + 1).cpu())) return false;
    }
    return true;
}

torch::Tensor doubled(const torch::Tensor& images, const torch::Tensor&) {
    return images * 2 + 1;
}

}  // namespace

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

    /// Runs that share a GPU: one replays while another records again and again.
    void othersMayRecordMeanwhile() {
        if (!torch::cuda::is_available()) QSKIP("LibTorch can use no GPU here");
        std::atomic<bool> stop{false};
        std::atomic<int> wrong{0};
        std::thread recorder([&] {
            const DeviceStream stream(kGpu);
            while (!stop) {
                RepeatedWork work(doubled);
                if (!doubles(work, 6)) ++wrong;
            }
        });
        {
            const DeviceStream stream(kGpu);
            RepeatedWork work(doubled);
            if (!doubles(work, 2000)) ++wrong;
        }
        stop = true;
        recorder.join();
        QCOMPARE(wrong.load(), 0);
    }

    /// Reading a result on the host is not to be recorded: it is said, and done call by call, also
    /// what was recorded before. The last test here, as nothing is recorded after it.
    void whatCannotBeRecordedIsDone() {
        if (!torch::cuda::is_available()) QSKIP("LibTorch can use no GPU here");
        const torch::Device on = kGpu;
        const DeviceStream stream(on);
        RepeatedWork recorded(doubled);
        QVERIFY(doubles(recorded, 6));
        RepeatedWork work([](const torch::Tensor& images, const torch::Tensor&) {
            return images * images.sum().item<float>();
        });
        for (int call = 1; call < 10; ++call) {
            const torch::Tensor images = torch::full({4}, call, on).to(torch::kFloat32);
            const torch::Tensor labels = torch::zeros({4}, torch::kInt64).to(on);
            QVERIFY(torch::equal(work(images, labels).cpu(), (images * 4 * call).cpu()));
        }
        QVERIFY(doubles(recorded, 6));
        RepeatedWork later(doubled);
        QVERIFY(doubles(later, 6));
    }
};

BALLAST_TEST(TestRepeatedWork)
#include "tst_repeated_work.moc"
