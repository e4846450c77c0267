#include "core/learning/device.h"

#include <torch/torch.h>

#include <QtTest>
#include <future>
#include <thread>

#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestDevice : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Whatever other threads set meanwhile.
    void aThreadKeepsItsNumberOfThreads() {
        std::promise<void> prepared;
        std::promise<void> other_prepared;
        int here = 0;
        std::thread first([&] {
            prepareThread(3);
            prepared.set_value();
            other_prepared.get_future().wait();
            here = at::get_num_threads();
        });
        prepared.get_future().wait();
        std::thread([] { prepareThread(1); }).join();
        other_prepared.set_value();
        first.join();
        QCOMPARE(here, 3);
    }

    void namesWhatIsNotThere() {
        QCOMPARE(resolveDevice("cpu"), torch::Device(torch::kCPU));
        const QString error = errorOf([] { resolveDevice("cuda:99", "--device"); });
        QVERIFY2(error.startsWith("--device: \"cuda:99\"") && error.contains("allowed here: auto"),
                 qPrintable(error));
    }
};

BALLAST_TEST(TestDevice)
#include "tst_device.moc"
