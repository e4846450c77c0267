#include <QtTest>

#include "core/analysis/protocol.h"
#include "tests/core/analysis/analysis_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

std::vector<const IndexedRun*> threeSeeds(AnalysisRuns& runs) {
    for (std::uint64_t seed = 0; seed < 3; ++seed) runs.add(nuConfig(0.5, seed), 0.7);
    return runs.all();
}

}  // namespace

class TestProtocol : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void badges() {
        AnalysisRuns runs;
        const auto three = threeSeeds(runs);
        QCOMPARE(protocolText(protocolOf(three, "best")),
                 std::string("best epoch on test, mean ± std (n − 1) of 3 seeds, subset seed 0, "
                             "4 epochs"));
        QCOMPARE(protocolText(protocolOf(three, "last")),
                 std::string("last epoch, mean ± std (n − 1) of 3 seeds, subset seed 0, 4 epochs"));
        QCOMPARE(protocolText(protocolOf(three, "at:1")),
                 std::string("after 1 epoch, mean ± std (n − 1) of 3 seeds, subset seed 0, "
                             "4 epochs"));
        QCOMPARE(protocolText(protocolOf({three.data() + 2, 1}, "few")),
                 std::string("best epoch on test, one seed (2), subset seed 0, 4 epochs"));
        QCOMPARE(protocolText(protocolOf({}, "best")), std::string("no run"));
    }

    void whatDiffers() {
        AnalysisRuns runs;
        const auto three = threeSeeds(runs);
        RunConfig other = nuConfig(0.5, 7);
        other.training.selection = Selection::validation;
        other.training.epochs = 2;
        other.data.imbalance.seed = 5;
        AnalysisRuns others;
        others.add(other, 0.7);
        const auto a = protocolOf(three, "best");
        const auto b = protocolOf(others.all(), "best");
        QCOMPARE(protocolDifferences(a, b),
                 (std::vector<std::string>{
                     "best epoch on test, and best epoch on validation", "seeds 0, 1 and 2, and 7",
                     "subset seed 0, and subset seed 5", "4 epochs, and 2 epochs"}));
        QVERIFY(protocolDifferences(a, a).empty());
        QCOMPARE(protocolDifferences(a, protocolOf(three, "last")),
                 (std::vector<std::string>{"best epoch on test, and last epoch"}));
    }

    void whatOneNumberMixes() {
        AnalysisRuns runs;
        threeSeeds(runs);
        QVERIFY(protocolMixture(protocolOf(runs.all(), "best")).empty());
        RunConfig other = nuConfig(0.5, 7);
        other.training.selection = Selection::validation;
        other.training.epochs = 2;
        runs.add(other, 0.7);
        QCOMPARE(protocolMixture(protocolOf(runs.all(), "best")),
                 (std::vector<std::string>{"best epoch on test and validation", "2 and 4 epochs"}));
    }

    void onlyRunsThatGotSoFarCount() {
        AnalysisRuns runs;
        threeSeeds(runs);
        IndexedRun& half = runs.add(nuConfig(0.5, 3), 0.7);
        half.epochs.resize(2);
        half.status.state = RunState::stopped;
        runs.add(nuConfig(0.5, 4), 0.7).error = "damaged";
        const CountedRuns best = countedRuns(runs.all(), "best");
        QCOMPARE(best.runs.size(), std::size_t{3});
        QCOMPARE(best.unfinished, std::size_t{1});
        QCOMPARE(best.unreadable, std::size_t{1});
        QCOMPARE(countedRuns(runs.all(), "at:2").runs.size(), std::size_t{4});
        QCOMPARE(countedRuns(runs.all(), "at:3").runs.size(), std::size_t{3});
    }
};

BALLAST_TEST(TestProtocol)
#include "tst_protocol.moc"
