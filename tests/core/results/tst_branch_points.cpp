#include "core/results/branch_points.h"

#include <QtTest>
#include <fstream>

#include "core/base/error.h"
#include "tests/core/base/error_of.h"
#include "tests/core/runs/trunk_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

class TestBranchPoints : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

    fs::path newRun() const {
        return trunkRun(folder_.path().toStdString(), deferredConfig(5, 0.1), 0);
    }
    static std::string idOf(const fs::path& run) { return run.filename().string(); }
    static void setState(const fs::path& run, RunState state) {
        OwnedRun(run).setStatus(state, 0, "");
    }
    static std::ptrdiff_t requestsOf(const fs::path& run) {
        return std::distance(fs::directory_iterator(run / "branches"), {});
    }

private Q_SLOTS:
    void keptWhileTheChildIsUnfinished_data() {
        QTest::addColumn<int>("state");
        QTest::addColumn<bool>("kept");
        const auto row = [](RunState state, bool kept) {
            QTest::newRow(stateName(state)) << static_cast<int>(state) << kept;
        };
        row(RunState::queued, true);
        row(RunState::running, true);
        row(RunState::paused, true);
        row(RunState::stopped, true);
        row(RunState::failed, true);
        row(RunState::diverged, true);
        row(RunState::finished, false);
    }

    void keptWhileTheChildIsUnfinished() {
        QFETCH(int, state);
        QFETCH(bool, kept);
        const fs::path trunk = newRun();
        const fs::path child = newRun();
        requestBranchPoint(trunk, 5, idOf(child));
        requestBranchPoint(trunk, 5, idOf(child));  // once is enough
        QCOMPARE(requestsOf(trunk), std::ptrdiff_t{1});
        setState(child, static_cast<RunState>(state));
        QCOMPARE(branchPoints(trunk), kept ? std::vector<int>{5} : std::vector<int>{});
        QCOMPARE(requestsOf(trunk), std::ptrdiff_t{kept});
    }

    void aChildThatIsGoneWantsNothing() {
        const fs::path trunk = newRun();
        const fs::path child = newRun();
        requestBranchPoint(trunk, 7, idOf(child));
        replaceFile(child / "status.json", "{ nonsense");  // it may be mended yet
        QCOMPARE(branchPoints(trunk), std::vector<int>{7});
        fs::remove_all(child);
        QVERIFY(branchPoints(trunk).empty());
        QCOMPARE(requestsOf(trunk), std::ptrdiff_t{0});
    }

    void oneOfSeveralIsEnough() {
        const fs::path trunk = newRun();
        const fs::path first = newRun();
        const fs::path second = newRun();
        QVERIFY(branchPoints(trunk).empty());
        for (const fs::path& child : {first, second}) requestBranchPoint(trunk, 5, idOf(child));
        requestBranchPoint(trunk, 120, idOf(second));
        std::ofstream(trunk / "branches" / "notes.txt") << "not ours";
        QCOMPARE(branchPoints(trunk), (std::vector<int>{5, 120}));
        setState(first, RunState::finished);
        QCOMPARE(branchPoints(trunk), (std::vector<int>{5, 120}));
        releaseBranchPoints(trunk, idOf(first));
        QCOMPARE(branchPoints(trunk), (std::vector<int>{5, 120}));
        releaseBranchPoints(trunk, idOf(second));
        QVERIFY(branchPoints(trunk).empty());
        QCOMPARE(requestsOf(trunk), std::ptrdiff_t{1});
    }

    void whatCannotBeWrittenIsSaid() {
        const fs::path trunk = newRun();
        std::ofstream(trunk / "branches") << "a file where the folder should be";
        const QString said = errorOf([&] { requestBranchPoint(trunk, 5, "child"); });
        QVERIFY2(said.contains("branches"), qPrintable(said));
        QVERIFY(branchPoints(trunk).empty());
        releaseBranchPoints(trunk, "child");
    }

    /// Newest two, the best, where phases begin, and what others asked for with the best before it.
    void whatPruningKeeps_data() {
        QTest::addColumn<QList<double>>("balanced");
        QTest::addColumn<QList<int>>("requested");
        QTest::addColumn<QList<int>>("kept");
        const QList<double> falling{0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1};
        const QList<double> rising{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};
        const QList<double> bumpy{0.1, 0.5, 0.2, 0.3, 0.2, 0.6, 0.2, 0.9, 0.2};
        const auto row = [](const char* name, const QList<double>& balanced,
                            const QList<int>& requested, const QList<int>& kept) {
            QTest::newRow(name) << balanced << requested << kept;
        };
        // A phase begins after 5 epochs.
        row("best is the first", falling, {}, {1, 5, 8, 9});
        row("best is the last", rising, {}, {5, 8, 9});
        row("best before the phase", bumpy, {}, {2, 5, 8, 9});
        row("requested", rising, {3}, {3, 5, 8, 9});
        row("requested, best before it", bumpy, {7}, {2, 5, 6, 7, 8, 9});
        row("several", bumpy, {1, 4}, {1, 2, 4, 5, 8, 9});
        row("not reached yet", rising, {40}, {5, 8, 9});
    }

    void whatPruningKeeps() {
        QFETCH(QList<double>, balanced);
        QFETCH(QList<int>, requested);
        QFETCH(QList<int>, kept);
        const fs::path folder = newRun();
        const fs::path child = newRun();
        for (const int epochs : requested) requestBranchPoint(folder, epochs, idOf(child));
        OwnedRun run(folder);
        for (int epoch = 0; epoch < balanced.size(); ++epoch) {
            run.append(madeRecord(epoch, balanced[epoch]));
            replaceFile(run.checkpointPath(epoch + 1), "x");
            run.pruneCheckpoints();
        }
        QCOMPARE(keptCheckpoints(folder), std::vector<int>(kept.begin(), kept.end()));
    }

    void releasedBranchPointsAreRemoved() {
        const fs::path folder = newRun();
        const fs::path child = newRun();
        requestBranchPoint(folder, 7, idOf(child));
        pretendTraining(folder, 10);
        QCOMPARE(keptCheckpoints(folder), (std::vector<int>{2, 5, 7, 9, 10}));
        setState(child, RunState::finished);
        OwnedRun(folder).pruneCheckpoints();
        QCOMPARE(keptCheckpoints(folder), (std::vector<int>{2, 5, 9, 10}));
    }
};

BALLAST_TEST(TestBranchPoints)
#include "tst_branch_points.moc"
