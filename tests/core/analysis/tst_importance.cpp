#include <QtTest>

#include "core/analysis/importance.h"
#include "tests/core/analysis/analysis_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestImportance : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // a, b, c = [1, 2, 3], [2, 3, 4.5], [5, 6, 7]; SciPy 1.10.1's stats.f_oneway(a, b, c)
    void analysis() {
        const std::vector<std::vector<double>> groups = {{1, 2, 3}, {2, 3, 4.5}, {5, 6, 7}};
        const VarianceAnalysis made = analysisOfVariance(groups);
        QVERIFY(std::abs(made.f - 10.627906976744184) < 1e-9);
        QVERIFY(std::abs(made.p - 0.010667834828809076) < 1e-9);
        // m = np.mean(a + b + c); squares between groups over all squares
        QVERIFY(std::abs(made.eta_squared - 0.7798634812286689) < 1e-9);
    }

    void withoutSpread() {
        const std::vector<std::vector<double>> apart = {{1, 1}, {2, 2}};
        QCOMPARE(analysisOfVariance(apart).eta_squared, 1.0);
        QVERIFY(std::isnan(analysisOfVariance(apart).p));
        const std::vector<std::vector<double>> same = {{1, 1}, {1, 1}};
        QVERIFY(std::isnan(analysisOfVariance(same).eta_squared));
    }

    void whatExplainsMost() {
        AnalysisRuns runs;
        for (const double nu : {0.0, 0.5, 1.0}) {
            for (const int batch : {64, 128}) {
                for (std::uint64_t seed = 0; seed < 2; ++seed) {
                    RunConfig config = nuConfig(nu, seed);
                    config.training.batch_size = batch;
                    runs.add(config, 0.5 + 0.1 * nu + 0.001 * double(seed) + 1e-5 * batch);
                }
            }
        }
        runs.add(nuConfig(0.7, 9), 0.9).epochs.resize(1);
        const Importance made = importanceOf(runs.all(), "best");
        QCOMPARE(made.n, std::size_t{12});
        QCOMPARE(made.fields.size(), std::size_t{3});
        QCOMPARE(made.fields[0].pointer, std::string("/phases/1/alpha/nu"));
        QCOMPARE(made.fields[0].groups, std::size_t{3});
        QVERIFY(made.fields[0].eta_squared > 0.99 && made.fields[0].p < 1e-9);
        QCOMPARE(made.fields[1].pointer, std::string("/training/seed"));
        QCOMPARE(made.fields[2].label, std::string("Batch size m"));
        QVERIFY(made.fields[2].p > 0.5);
        QVERIFY(made.warnings.at(0).starts_with("exploratory"));
    }

    // Each run has a value of its own: it "explains" all and says nothing.
    void fieldsOfOneRunEachAreLeftOut() {
        AnalysisRuns runs;
        for (const double nu : {0.0, 0.5, 1.0}) runs.add(nuConfig(nu), 0.5 + nu / 10);
        QVERIFY(importanceOf(runs.all(), "best").fields.empty());
        QVERIFY(importanceOf({}, "best").fields.empty());
    }
};

BALLAST_TEST(TestImportance)
#include "tst_importance.moc"
