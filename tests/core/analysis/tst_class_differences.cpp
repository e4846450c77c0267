#include <QTemporaryDir>
#include <QtTest>

#include "core/analysis/class_differences.h"
#include "core/base/atomic_file.h"
#include "tests/core/analysis/analysis_runs.h"
#include "tests/core/results/made_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestClassDifferences : public QObject {
    Q_OBJECT

    // madeRun's second class is right a third as often as the first.
    void add(const char* name, std::uint64_t seed, double best) {
        RunConfig config = namedConfig(name, seed);
        config.optimizer.lr = name[0] == 'A' ? 0.1 : 0.2;
        madeRun(folder_.path().toStdString(), config, {best, best - 0.3});
    }

    std::vector<RunGroup> groups() {
        index_ = std::make_unique<RunIndex>(folder_.path().toStdString());
        index_->refresh(false);
        std::vector<const IndexedRun*> runs;
        for (const IndexedRun& run : index_->runs()) runs.push_back(&run);
        std::vector<RunGroup> made = groupRuns(runs);
        std::ranges::sort(made, {}, [](const RunGroup& group) { return group.config().name; });
        return made;
    }

    QTemporaryDir folder_;
    std::unique_ptr<RunIndex> index_;

private Q_SLOTS:
    void initTestCase() {
        for (const std::uint64_t seed : {0, 1, 2}) {
            add("A", seed, 0.6 + 0.03 * double(seed));
            add("B", seed, 0.6);
        }
        add("B", 5, 0.9);
    }

    void bestEpoch() {
        const auto two = groups();
        const ClassDifferences made = classDifferences(two.at(0), two.at(1), "best");
        QCOMPARE(made.seeds, (std::vector<std::uint64_t>{0, 1, 2}));
        QCOMPARE(made.classes.size(), std::size_t{2});
        const ClassDifference& few = made.classes[1];
        QCOMPARE(few.images, std::int64_t{50});
        QVERIFY(std::abs(few.first - 0.21) < 1e-9 && std::abs(few.second - 0.2) < 1e-9);
        QVERIFY(std::abs(few.statistics.mean - 0.01) < 1e-9);
        QVERIFY(std::abs(made.classes[0].statistics.mean - 0.03) < 1e-9);
        // Both classes have the same p-value, which counts twice for both.
        QVERIFY(std::abs(few.holm_p - 2 * few.statistics.t_p) < 1e-9);
    }

    void lastEpoch() {
        const auto two = groups();
        const ClassDifferences made = classDifferences(two.at(0), two.at(1), "last");
        QVERIFY(std::abs(made.classes[0].second - 0.3) < 1e-9);
    }

    void mistakes() {
        const auto two = groups();
        const std::string value = errorOf([&] { classDifferences(two[0], two[1], "few"); });
        QVERIFY(value.find("\"few\" is not recorded class by class; allowed: best, last") == 0);
        RunGroup other = two[1];
        other.runs = {two[1].runs.back()};
        const std::string seeds = errorOf([&] { classDifferences(two[0], other, "best"); });
        QVERIFY2(seeds.find("no seed in common") != std::string::npos, seeds.c_str());
    }

    void unreadableRunsAreNamed() {
        const auto two = groups();
        replaceFile(two[0].runs[1]->folder / "run.json", "{");
        const ClassDifferences made = classDifferences(two[0], two[1], "best");
        QCOMPARE(made.seeds, (std::vector<std::uint64_t>{0, 2}));
        QCOMPARE(made.warnings.size(), std::size_t{1});
        QVERIFY(made.warnings[0].find("is left out:") != std::string::npos);
    }
};

BALLAST_TEST(TestClassDifferences)
#include "tst_class_differences.moc"
