#include <QtTest>

#include "core/analysis/figure_choices.h"
#include "core/analysis/ranking.h"
#include "tests/core/analysis/analysis_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

Ranking ranked(const AnalysisRuns& runs) {
    const auto all = runs.all();
    const ResponseCurves curves = responseCurves(all, suggestedFigure(varyingFields(all)));
    return rankPoints(curves, 1, DifferenceUnit::percentage_points);
}

}  // namespace

class TestRanking : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // Differences to the best, seed by seed: 2, 1 and 3 points; mean 2, standard error 1/√3, so
    // 2 ± 4.302653/√3; t = 2√3 = 3.4641, p = 0.0742 of two degrees of freedom.
    void theBestAndHowFarBehindTheOthersAre() {
        AnalysisRuns runs;
        const double best[] = {0.72, 0.72, 0.75};
        const double second[] = {0.70, 0.71, 0.72};
        for (std::uint64_t seed = 0; seed < 3; ++seed) {
            runs.add(nuConfig(0.5, seed), best[seed]);
            runs.add(nuConfig(1.0, seed), second[seed]);
        }
        const Ranking ranking = ranked(runs);
        QCOMPARE(ranking.points.size(), std::size_t{2});
        QCOMPARE(ranking.points[0].point, std::size_t{0});
        QCOMPARE(ranking.points[0].behind.n, 0);
        const PairedStatistics& behind = ranking.points[1].behind;
        QVERIFY(std::abs(behind.mean - 0.02) < 1e-12);
        QVERIFY(std::abs(behind.upper - 0.02 - 0.01 * 4.302653 / std::sqrt(3.0)) < 1e-7);
        QVERIFY(std::abs(behind.t_p - 0.0742) < 1e-4);
        QCOMPARE(ranking.points[1].holm_p, behind.t_p);
        QVERIFY(ranking.points[1].alike);
        QVERIFY2(ranking.verdict.starts_with("0.5 is best: 73.0 ± 1.7 % (n = 3), 2.00 points "
                                             "before 1 (95 % interval -0.48 … 4.48"),
                 ranking.verdict.c_str());
        QVERIFY2(ranking.verdict.find("One setting is not told apart from it") != std::string::npos,
                 ranking.verdict.c_str());
    }

    // Against 1.0, which is second: seed by seed 0.020, 0.016 and 0.004 behind 0.5, and 0.100,
    // 0.108 and 0.132 better than 0.0.
    void anySettingCanBeTheBaseline() {
        AnalysisRuns runs;
        const double means[] = {0.60, 0.72, 0.70};
        const double nus[] = {0.0, 0.5, 1.0};
        for (std::uint64_t seed = 0; seed < 3; ++seed) {
            for (int i = 0; i < 3; ++i) {
                const double noise = 0.004 * double(i + 1) * double(seed) * double(seed);
                runs.add(nuConfig(nus[i], seed), means[i] + noise);
            }
        }
        const auto all = runs.all();
        const ResponseCurves curves = responseCurves(all, suggestedFigure(varyingFields(all)));
        Ranking ranking = rankPoints(curves, 1, DifferenceUnit::percentage_points);
        const std::string verdict = ranking.verdict;
        QCOMPARE(ranking.baseline, std::size_t{0});
        compareWith(ranking, curves, 1, 0, 2);
        QCOMPARE(ranking.baseline, std::size_t{1});
        QCOMPARE(ranking.points[1].behind.n, 0);
        QVERIFY(std::abs(ranking.points[0].behind.mean + 0.04 / 3.0) < 1e-12);
        QVERIFY(std::abs(ranking.points[2].behind.mean - 0.34 / 3.0) < 1e-12);
        QCOMPARE(ranking.points[0].holm_p, ranking.points[0].behind.t_p);  // the larger
        QVERIFY(std::abs(ranking.points[2].holm_p - 2.0 * ranking.points[2].behind.t_p) < 1e-12);
        QVERIFY(ranking.points[0].alike && !ranking.points[2].alike);
        QCOMPARE(ranking.verdict, verdict);
        compareWith(ranking, curves, 1, 7, 7);
        QCOMPARE(ranking.baseline, std::size_t{1});
    }

    // Each point is over two batch sizes: a seed counts once, by its mean.
    void aSeedCountsOnceInAPoint() {
        AnalysisRuns runs;
        for (std::uint64_t seed = 0; seed < 2; ++seed) {
            for (const int batch : {64, 128}) {
                for (const double nu : {0.5, 1.0}) {
                    RunConfig config = nuConfig(nu, seed);
                    config.training.batch_size = batch;
                    const double off = 0.01 * double(seed) + (batch == 64 ? 0.2 : 0.0);
                    runs.add(config, nu == 0.5 ? 0.6 + off + 0.01 * double(seed) : 0.57 + off);
                }
            }
        }
        const auto all = runs.all();
        FigureDescription figure;
        figure.x = "/phases/1/alpha/nu";
        const ResponseCurves curves = responseCurves(all, figure);
        const Ranking ranking = rankPoints(curves, 1, DifferenceUnit::percentage_points);
        QCOMPARE(ranking.points[0].mean.n, 4);
        QCOMPARE(ranking.points[1].behind.n, 2);
        QVERIFY(std::abs(ranking.points[1].behind.mean - 0.035) < 1e-12);
    }

    void oneSeedSaysNothing() {
        AnalysisRuns runs;
        runs.add(nuConfig(0.5), 0.7);
        runs.add(nuConfig(1.0), 0.6);
        const Ranking ranking = ranked(runs);
        QVERIFY(ranking.by_few_seeds);
        QVERIFY(ranking.verdict.ends_with("one common seed says nothing about the difference."));
        AnalysisRuns apart;
        apart.add(nuConfig(0.5, 1), 0.7);
        apart.add(nuConfig(1.0, 2), 0.6);
        QVERIFY(ranked(apart).verdict.find("no seed in common") != std::string::npos);
    }

    void neitherDirectionIsNoRanking() {
        AnalysisRuns runs;
        runs.add(nuConfig(0.5), 0.7);
        runs.add(nuConfig(1.0), 0.6);
        const auto all = runs.all();
        const ResponseCurves curves = responseCurves(all, suggestedFigure(varyingFields(all)));
        QVERIFY(rankPoints(curves, 0, DifferenceUnit::plain).points.empty());
        QCOMPARE(rankPoints(curves, -1, DifferenceUnit::plain).points[0].point, std::size_t{1});
    }

    void whatASweepWasRunFor() {
        AnalysisRuns runs;
        for (const double nu : {0.0, 0.5, 1.0}) {
            for (const int batch : {64, 128}) {
                RunConfig config = nuConfig(nu);
                config.training.batch_size = batch;
                runs.add(config, 0.5);
            }
        }
        const auto choices = varyingFields(runs.all());
        QCOMPARE(choices.size(), std::size_t{2});
        const auto batch = std::ranges::find(choices, "/training/batch_size", &FieldChoice::name);
        QVERIFY(batch != choices.end() && batch->numeric);
        QCOMPARE(batch->values, std::size_t{2});
        QCOMPARE(suggestedFigure(choices).x, std::string("/phases/1/alpha/nu"));
        QVERIFY(suggestedFigure({}).x.empty());
    }

    void thePartsOfTheDataMakeLinesBesideTheAxis() {
        AnalysisRuns runs;
        for (const double ratio : {10.0, 50.0, 100.0}) {
            for (const auto profile : {Profile::long_tailed, Profile::step}) {
                RunConfig config = nuConfig(0.5);
                config.data.imbalance.ratio = ratio;
                config.data.imbalance.profile = profile;
                runs.add(config, 0.5);
            }
        }
        const FigureDescription figure = suggestedFigure(varyingFields(runs.all()));
        QCOMPARE(figure.x, std::string("/data/imbalance/ratio"));
        QCOMPARE(figure.lines, std::vector<std::string>({"method", "/data/imbalance/profile"}));
        QCOMPARE(responseCurves(runs.all(), figure).lines.size(), std::size_t{2});
    }
};

BALLAST_TEST(TestRanking)
#include "tst_ranking.moc"
