#include <QtTest>

#include "core/analysis/surface.h"
#include "tests/core/analysis/analysis_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

FigureDescription ratioFigure() {
    FigureDescription figure;
    figure.figure = FigureKind::surface;
    figure.x = "/phases/1/alpha/nu";
    figure.y = "/data/imbalance/ratio";
    return figure;
}

/// ν by ratio, two seeds each, without ν = 1 at a ratio of 100.
void addGrid(AnalysisRuns& runs) {
    for (const double ratio : {100.0, 10.0}) {
        for (const double nu : {1.0, 0.0}) {
            for (std::uint64_t seed = 0; seed < 2; ++seed) {
                if (ratio == 100.0 && nu == 1.0) continue;
                RunConfig config = nuConfig(nu, seed);
                config.data.imbalance.ratio = ratio;
                runs.add(config, 0.8 - 0.002 * ratio + 0.1 * nu + 0.02 * double(seed));
            }
        }
    }
}

}  // namespace

class TestSurface : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void grid() {
        AnalysisRuns runs;
        addGrid(runs);
        const Surface made = surfaceOf(runs.all(), ratioFigure());
        QCOMPARE(made.xs, (std::vector<FieldValue>{0.0, 1.0}));
        QCOMPARE(made.ys, (std::vector<FieldValue>{10.0, 100.0}));
        QCOMPARE(made.missing, std::size_t{1});
        QVERIFY(made.at(1, 1).values.empty());
        QVERIFY(std::isnan(made.at(1, 1).spread.mean));
        QVERIFY(std::abs(made.at(1, 0).spread.mean - 0.89) < 1e-12);
        QCOMPARE(made.at(0, 1).spread.n, 2);
        QVERIFY(made.best == std::size_t{1});
        QVERIFY(std::abs(made.best_interval.upper - 0.89 - 12.706205 * 0.01) < 1e-9);
        QVERIFY(made.warnings.empty());
        QCOMPARE(made.value_label, std::string("balanced test accuracy, best epoch"));
    }

    void warnings() {
        AnalysisRuns runs;
        addGrid(runs);
        RunConfig config = nuConfig(0.0, 0);
        config.data.imbalance.ratio = 100.0;
        config.training.batch_size = 64;
        runs.add(config, 0.6);
        config = nuConfig(1.0, 0);
        config.optimizer.momentum = 0.5;
        runs.add(config, 0.6);
        const Surface made = surfaceOf(runs.all(), ratioFigure());
        QCOMPARE(made.warnings.size(), std::size_t{3});
        QVERIFY(made.warnings[0].starts_with("/where: from cell to cell Momentum changes too"));
        QVERIFY(
            made.warnings[1].starts_with("/where: means are over different values of Batch size"));
        QCOMPARE(made.warnings[2],
                 std::string("/spread: 1 of 4 cells have one seed (n = 1), which has no spread"));
    }

    void bothMustVary() {
        AnalysisRuns runs;
        for (const double nu : {0.0, 1.0}) runs.add(nuConfig(nu), 0.5);
        const std::string error = complaintOf([&] { surfaceOf(runs.all(), ratioFigure()); });
        QVERIFY2(error.find("/y: \"/data/imbalance/ratio\" is 100 in all runs that count") !=
                     std::string::npos,
                 error.c_str());
        QVERIFY(complaintOf([&] { surfaceOf({}, ratioFigure()); }).find("leaves no run to draw") !=
                std::string::npos);
    }
};

BALLAST_TEST(TestSurface)
#include "tst_surface.moc"
