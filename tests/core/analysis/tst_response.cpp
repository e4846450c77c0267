#include <QtTest>

#include "core/analysis/response.h"
#include "tests/core/analysis/analysis_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

FigureDescription nuFigure() {
    FigureDescription figure;
    figure.x = "/phases/1/alpha/nu";
    return figure;
}

/// Two methods, ν = 0 … 1, three seeds; CE+ADRW is best at 0.5, LDAM+ADRW at 1.
void addTwoMethods(AnalysisRuns& runs) {
    for (const double nu : {0.5, 0.0, 1.0}) {
        for (std::uint64_t seed = 0; seed < 3; ++seed) {
            const double noise = 0.01 * double(seed);
            runs.add(nuConfig(nu, seed), 0.7 - 0.1 * std::abs(nu - 0.5) + noise);
            runs.add(nuConfig(nu, seed, "LDAM+ADRW"), 0.6 + 0.1 * nu + noise);
        }
    }
}

bool hasWarning(const ResponseCurves& curves, const std::string& words) {
    return std::ranges::any_of(curves.warnings, [&](const std::string& warning) {
        return warning.find(words) != std::string::npos;
    });
}

std::string allWarnings(const ResponseCurves& curves) {
    std::string all;
    for (const std::string& warning : curves.warnings) all += warning + "\n";
    return all;
}

}  // namespace

class TestResponse : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void curvesOfTwoMethods() {
        AnalysisRuns runs;
        addTwoMethods(runs);
        const ResponseCurves curves = responseCurves(runs.all(), nuFigure());
        QVERIFY2(curves.warnings.empty(), allWarnings(curves).c_str());
        QCOMPARE(curves.x_label, std::string("ν of class weight α_y, phase 2"));
        QCOMPARE(curves.x_scale, AxisScale::linear);
        QCOMPARE(curves.protocol, std::string("best epoch on test, mean ± std (n − 1) of 3 seeds, "
                                              "subset seed 0, 4 epochs"));
        QCOMPARE(curves.lines.size(), std::size_t{2});
        const ResponseLine& ce = curves.lines[0];
        QCOMPARE(ce.name, std::string("CE+ADRW"));
        QCOMPARE(ce.points.size(), std::size_t{3});
        QCOMPARE(ce.points[1].position, 0.5);
        QCOMPARE(ce.points[1].spread.n, 3);
        QVERIFY(std::abs(ce.points[1].spread.mean - 0.71) < 1e-12);
        QVERIFY(std::abs(ce.points[1].spread.lower - 0.70) < 1e-12);
        QCOMPARE(ce.points[1].values[2].seed, std::uint64_t{2});
        QCOMPARE(ce.points[1].values[2].run, std::string("run-4"));
        QVERIFY(ce.best == std::size_t{1});
        // 95 %: 4.302653 · 0.01 / √3 about 0.71
        QVERIFY(std::abs(ce.best_interval.upper - 0.71 - 0.0248414) < 1e-6);
        QVERIFY(curves.lines[1].best == std::size_t{2});
    }

    void whatElseVariesIsNamed() {
        AnalysisRuns runs;
        addTwoMethods(runs);
        RunConfig config = nuConfig(0.5, 0);
        config.training.batch_size = 64;
        runs.add(config, 0.1);
        const ResponseCurves curves = responseCurves(runs.all(), nuFigure());
        QVERIFY2(hasWarning(curves,
                            "/lines: means of \"CE+ADRW\" are over different values of "
                            "Batch size m (128 and 64); name /training/batch_size"),
                 allWarnings(curves).c_str());
        FigureDescription apart = nuFigure();
        apart.lines = {"method", "/training/batch_size"};
        const ResponseCurves split = responseCurves(runs.all(), apart);
        QCOMPARE(split.lines.size(), std::size_t{3});
        QVERIFY(split.lines[2].name.find("= 64") != std::string::npos);
        QVERIFY2(!hasWarning(split, "/lines"), allWarnings(split).c_str());
    }

    void whatChangesAlongALineIsNamed() {
        AnalysisRuns runs;
        for (const double nu : {0.0, 0.5, 1.0}) {
            RunConfig config = nuConfig(nu, 0);
            config.optimizer.lr = nu == 1.0 ? 0.2 : 0.1;
            runs.add(config, 0.5);
        }
        const ResponseCurves curves = responseCurves(runs.all(), nuFigure());
        QVERIFY2(hasWarning(curves,
                            "/lines: along \"CE+ADRW\" Learning rate η changes too (0.1 and "
                            "0.2)"),
                 allWarnings(curves).c_str());
    }

    // T₀ and the learning-rate step that follows it are one thing.
    void deferral() {
        AnalysisRuns runs;
        for (const int from : {1, 2, 3}) {
            RunConfig config = nuConfig(0.5, 0);
            config.phases[1].from = from;
            config.lr_schedule.steps = {{from, 0.1}};
            runs.add(config, 0.5);
        }
        FigureDescription figure;
        figure.x = "T0";
        const ResponseCurves curves = responseCurves(runs.all(), figure);
        QVERIFY2(!hasWarning(curves, "/lines"), allWarnings(curves).c_str());
        QCOMPARE(curves.lines.at(0).points.size(), std::size_t{3});
        RunConfig other = nuConfig(0.5, 0);
        other.phases[1].from = 3;
        other.lr_schedule.steps = {{2, 0.1}};
        runs.add(other, 0.5);
        QVERIFY(hasWarning(responseCurves(runs.all(), figure), "/lines"));
    }

    void mixedProtocols() {
        AnalysisRuns runs;
        for (const double nu : {0.0, 1.0}) {
            RunConfig config = nuConfig(nu, 0);
            runs.add(config, 0.5);
            config = nuConfig(nu, 0, "Other");
            config.training.selection = Selection::validation;
            runs.add(config, 0.5);
        }
        const ResponseCurves curves = responseCurves(runs.all(), nuFigure());
        QVERIFY2(hasWarning(curves,
                            "/y: the numbers are not all of one protocol: best epoch on "
                            "test and validation"),
                 allWarnings(curves).c_str());
        QVERIFY(hasWarning(curves, "/spread: 4 of 4 points have one seed (n = 1)"));
    }

    void runsThatDoNotCount() {
        AnalysisRuns runs;
        addTwoMethods(runs);
        runs.add(nuConfig(0.25, 0), 0.9).epochs.resize(2);
        runs.add(nuConfig(0.25, 1), 0.9).error = "damaged";
        RunConfig config = nuConfig(0.5, 0);
        config.phases.resize(1);
        runs.add(config, 0.9);
        runs.add(nuConfig(0.5, 0), 0.9);  // again, newest
        const ResponseCurves curves = responseCurves(runs.all(), nuFigure());
        QCOMPARE(curves.lines[0].points.size(), std::size_t{3});
        QCOMPARE(curves.lines[0].points[1].spread.n, 3);
        QCOMPARE(curves.warnings,
                 (std::vector<std::string>{
                     "1 run is left out, not trained that far",
                     "1 run is left out, which cannot be read",
                     "1 run is left out, without one of the figure's values",
                     "1 run counts for nothing, with config and seed of another"}));
    }

    void scales() {
        AnalysisRuns runs;
        for (const double ratio : {10.0, 100.0, 1000.0}) {
            RunConfig config = nuConfig(0.5, 0);
            config.data.imbalance.ratio = ratio;
            runs.add(config, 0.5);
        }
        FigureDescription figure;
        figure.x = "/data/imbalance/ratio";
        figure.lines = {"method"};
        QCOMPARE(responseCurves(runs.all(), figure).x_scale, AxisScale::log);
        figure.x_scale = AxisScale::linear;
        QCOMPARE(responseCurves(runs.all(), figure).x_scale, AxisScale::linear);
        figure.x = "data";
        figure.x_scale = AxisScale::automatic;
        const ResponseCurves categories = responseCurves(runs.all(), figure);
        QCOMPARE(categories.x_scale, AxisScale::categories);
        QCOMPARE(categories.categories.at(1), std::string("CIFAR-10 LT 100"));
        QCOMPARE(categories.lines.at(0).points.at(2).position, 2.0);
        QVERIFY(!hasWarning(categories, "/lines"));
    }

    void exactRatiosAndOthers() {
        AnalysisRuns runs;
        for (const double nu : {0.0, 0.5, 1.0}) {
            EpochScalars& epoch = runs.add(nuConfig(nu, 0), 0.5).epochs.front();
            epoch.majority_accuracy = 0.8;
            epoch.minority_accuracy = 0.4;
            if (nu == 0.5) continue;
            epoch.exact_majority_accuracy = 0.9;
            epoch.exact_minority_accuracy = 0.6;
        }
        FigureDescription figure = nuFigure();
        figure.y = "ratio";
        const ResponseCurves mixed = responseCurves(runs.all(), figure);
        QVERIFY2(hasWarning(mixed, "/y: 2 of 3 ratios are of exact statistics"),
                 allWarnings(mixed).c_str());
        figure.where = {"/phases/1/alpha/nu!=0.5"};
        QVERIFY(!hasWarning(responseCurves(runs.all(), figure), "ratios"));
    }

    void lessIsBetterForTheLoss() {
        AnalysisRuns runs;
        for (const double nu : {0.0, 0.5, 1.0}) {
            runs.add(nuConfig(nu, 0), 0.5).epochs.back().loss = 1.0 + nu;
        }
        FigureDescription figure = nuFigure();
        figure.y = "loss";
        QVERIFY(responseCurves(runs.all(), figure).lines.at(0).best == std::size_t{0});
        figure.y = "best-epoch";
        QVERIFY(!responseCurves(runs.all(), figure).lines.at(0).best);
    }

    // A sweep that has just begun has one value: the others are on their way.
    void unfinishedRunsAreNamedWhereTheAxisNeedsThem() {
        AnalysisRuns runs;
        runs.add(nuConfig(0.0), 0.5);
        for (const double nu : {0.5, 1.0}) runs.add(nuConfig(nu), 0.5).epochs.clear();
        const std::string error = complaintOf([&] { responseCurves(runs.all(), nuFigure()); });
        QVERIFY2(error.find("is 0 in all runs that count; an axis needs two values; 2 runs are "
                            "left out, not trained that far") != std::string::npos,
                 error.c_str());
    }

    void nothingToDraw_data() {
        QTest::addColumn<QString>("x");
        QTest::addColumn<QString>("where");
        QTest::addColumn<int>("scale");
        QTest::addColumn<QString>("said");
        QTest::newRow("none") << "/phases/1/alpha/nu"
                              << "best>0.99" << int(AxisScale::automatic)
                              << "/where: holds of none of 18 runs";
        QTest::newRow("constant") << "/training/epochs"
                                  << "best>0" << int(AxisScale::automatic)
                                  << "/x: \"/training/epochs\" is 4 in all runs that count";
        QTest::newRow("log") << "/phases/1/alpha/nu"
                             << "best>0" << int(AxisScale::log)
                             << "/x_scale: log needs values above 0, but there is 0";
        QTest::newRow("text") << "method"
                              << "best>0" << int(AxisScale::linear)
                              << "/x_scale: needs numbers, but there is \"CE+ADRW\"";
        QTest::newRow("absent") << "/phases/7/alpha/nu"
                                << "best>0" << int(AxisScale::automatic)
                                << "/where: leaves no run to draw; 18 runs are left out, without "
                                   "one of the figure's values";
    }
    void nothingToDraw() {
        QFETCH(const QString, x);
        QFETCH(const QString, where);
        QFETCH(const int, scale);
        QFETCH(const QString, said);
        AnalysisRuns runs;
        addTwoMethods(runs);
        FigureDescription figure;
        figure.x = x.toStdString();
        figure.where = {where.toStdString()};
        figure.x_scale = static_cast<AxisScale>(scale);
        figure.lines = {};
        const std::string error = complaintOf([&] { responseCurves(runs.all(), figure); });
        QVERIFY2(QString::fromStdString(error).contains(said), error.c_str());
    }
};

BALLAST_TEST(TestResponse)
#include "tst_response.moc"
