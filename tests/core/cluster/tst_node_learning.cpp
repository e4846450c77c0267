#include "core/cluster/node_learning.h"

#include <QtTest>

#include "tests/core/base/error_of.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestNodeLearning : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void withoutGpus() {
        const FakeLearning here;
        const NodeLearning node(here, 0);
        QCOMPARE(node.resolveDevice("auto"), "cpu");
        QCOMPARE(node.devices(), std::vector<std::string>{"cpu"});
        QVERIFY(errorOf([&] { node.resolveDevice("cuda"); }).contains("--gpus-per-run is 0"));
        QCOMPARE(node.libraries(), here.libraries());
    }

    // Whatever this machine has.
    void withAGpu() {
        const FakeLearning here;
        const NodeLearning node(here, 1);
        QCOMPARE(node.resolveDevice("auto"), "cuda:0");
        QCOMPARE(node.resolveDevice("cuda"), "cuda:0");
        QCOMPARE(node.resolveDevice("cpu"), "cpu");
        QVERIFY(errorOf([&] { node.resolveDevice("cuda:1"); }).contains("gives a run one GPU"));
        QCOMPARE(node.devices().size(), std::size_t{2});
    }
};

BALLAST_TEST(TestNodeLearning)
#include "tst_node_learning.moc"
