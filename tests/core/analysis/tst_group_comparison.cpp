#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/analysis/group_comparison.h"
#include "tests/core/analysis/analysis_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

/// Three groups: A on seeds 0 … 4, B on the same and 7, C on seed 0 only.
void addThreeGroups(AnalysisRuns& runs) {
    const double differences[] = {0.01, 0.02, 0.015, 0.03, 0.005};
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        runs.add(nuConfig(0.5, seed, "A"), 0.7 + differences[seed]);
        runs.add(nuConfig(0.25, seed, "B"), 0.7);
    }
    runs.add(nuConfig(0.25, 7, "B"), 0.9);
    runs.add(nuConfig(0.0, 0, "C"), 0.6);
}

GroupComparison compared(const AnalysisRuns& runs) {
    const std::vector<RunGroup> groups = groupRuns(runs.all());
    return compareGroups(groups, groupNames(groups), runField("best"));
}

}  // namespace

class TestGroupComparison : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void pairsOverCommonSeeds() {
        AnalysisRuns runs;
        addThreeGroups(runs);
        const GroupComparison made = compared(runs);
        QCOMPARE(made.names, (std::vector<std::string>{"A", "B", "C"}));
        QCOMPARE(made.pairs.size(), std::size_t{3});
        const GroupPair& ab = made.pairs[0];
        QCOMPARE(ab.seeds, (std::vector<std::uint64_t>{0, 1, 2, 3, 4}));
        QCOMPARE(ab.unpaired, std::size_t{1});
        QVERIFY(std::abs(ab.statistics.mean - 0.016) < 1e-12);
        // As in tst_paired_comparison.
        QVERIFY(std::abs(ab.statistics.t_p - 0.020475874420910686) < 1e-9);
        QCOMPARE(ab.holm_p, ab.statistics.t_p);  // the only pair that can be tested
        QCOMPARE(made.pairs[1].statistics.n, 1);
        QVERIFY(std::isnan(made.pairs[1].holm_p));
        QVERIFY(made.warnings.empty());
    }

    void holmOverAllPairs() {
        AnalysisRuns runs;
        const double noise[] = {0.0, 0.01, -0.01, 0.02};
        for (std::uint64_t seed = 0; seed < 4; ++seed) {
            runs.add(nuConfig(0.5, seed, "A"), 0.7);
            runs.add(nuConfig(0.25, seed, "B"), 0.6 + noise[seed]);
            runs.add(nuConfig(0.0, seed, "C"), 0.6 - noise[seed]);
        }
        const GroupComparison made = compared(runs);
        const double smallest =
            std::min(made.pairs[0].statistics.t_p, made.pairs[1].statistics.t_p);
        QCOMPARE(std::min(made.pairs[0].holm_p, made.pairs[1].holm_p), 3 * smallest);
    }

    void severalRunsOfASeedAreLeftOut() {
        AnalysisRuns runs;
        for (std::uint64_t seed = 0; seed < 2; ++seed) {
            runs.add(nuConfig(0.5, seed, "A"), 0.7);
            runs.add(nuConfig(0.25, seed, "B"), 0.6);
        }
        runs.add(nuConfig(0.75, 1, "A"), 0.5);
        const std::vector<RunField> by = {runField("method")};
        const std::vector<RunGroup> groups = groupRunsBy(runs.all(), by);
        const GroupComparison made =
            compareGroups(groups, groupNamesBy(groups, by), runField("best"));
        QCOMPARE(made.pairs.at(0).seeds, (std::vector<std::uint64_t>{0}));
        QCOMPARE(made.warnings.size(), std::size_t{1});
        QVERIFY(made.warnings[0].starts_with("\"A\" has several runs of seed 1,"));
    }

    void otherProtocolsAreNamed() {
        AnalysisRuns runs;
        for (std::uint64_t seed = 0; seed < 2; ++seed) {
            runs.add(nuConfig(0.5, seed, "A"), 0.7);
            RunConfig config = nuConfig(0.25, seed, "B");
            config.training.selection = Selection::validation;
            runs.add(config, 0.6 + 0.01 * double(seed));
        }
        const GroupComparison made = compared(runs);
        QCOMPARE(made.pairs.at(0).not_the_same,
                 (std::vector<std::string>{"best epoch on test, and best epoch on validation"}));
        QVERIFY(comparisonMarkdown(made).find("**Not the same protocol**: A and B: best epoch on "
                                              "test, and best epoch on validation") !=
                std::string::npos);
    }

    void asText() {
        AnalysisRuns runs;
        addThreeGroups(runs);
        const GroupComparison made = compared(runs);
        const std::string text = comparisonMarkdown(made);
        QVERIFY2(text.find("| A | B | 5 | 1.66 | 0.020 | 0.020 | 0.062 | 0.062 | +1.60 points") !=
                     std::string::npos,
                 text.c_str());
        QVERIFY(text.find("| A | C | 1 | – | – | – | – | – | n = 1: one seed says nothing") !=
                std::string::npos);
        QVERIFY(text.find("- B: best epoch on test, mean ± std (n − 1) of 6 seeds, subset seed 0, "
                          "4 epochs") != std::string::npos);
        QVERIFY(text.find("- Left out of A and B: 1 run whose seed the other has not\n") !=
                std::string::npos);
        QVERIFY(text.find("- Left out of A and C: 4 runs whose seeds the other has not\n") !=
                std::string::npos);
        const auto values = comparisonJson(made);
        QCOMPARE(values["pairs"][0]["n"], 5);
        QCOMPARE(values["pairs"][0]["holm_p"].get<double>(), made.pairs[0].holm_p);
        QVERIFY(values["pairs"][1]["t_p"].is_null());
        QCOMPARE(values["groups"][2]["name"], "C");
    }
};

BALLAST_TEST(TestGroupComparison)
#include "tst_group_comparison.moc"
