#include <QtTest>

#include "core/analysis/figure_values.h"
#include "core/analysis/parallel.h"
#include "tests/core/analysis/analysis_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

FigureDescription ofAxes(std::vector<std::string> axes) {
    FigureDescription figure;
    figure.figure = FigureKind::parallel;
    figure.axes = std::move(axes);
    return figure;
}

void addRuns(AnalysisRuns& runs) {
    for (const double nu : {1.0, 0.5}) {
        for (std::uint64_t seed = 0; seed < 2; ++seed) {
            runs.add(nuConfig(nu, seed), 0.25 + 0.5 * nu);
        }
    }
    RunConfig plain = nuConfig(0.0, 0, "CE");
    plain.phases.resize(1);
    runs.add(plain, 0.25);
}

}  // namespace

class TestParallel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void linesAndAxes() {
        AnalysisRuns runs;
        addRuns(runs);
        const auto drawn = parallelCoordinates(
            runs.all(), ofAxes({"method", "/phases/1/alpha/nu", "/training/epochs"}));
        QCOMPARE(drawn.axes.size(), std::size_t{3});
        QCOMPARE(drawn.axes[0].scale, AxisScale::categories);
        QCOMPARE(drawn.axes[0].highest, 1.0);
        // CE has no ν: a gap makes categories.
        QCOMPARE(drawn.axes[1].scale, AxisScale::categories);
        QCOMPARE(drawn.axes[1].values, (std::vector<FieldValue>{0.5, 1.0, FieldValue()}));
        QCOMPARE(drawn.axes[2].scale, AxisScale::linear);
        QCOMPARE(drawn.axes[2].lowest, 4.0);
        // From the worst to the best.
        QCOMPARE(drawn.lines.size(), std::size_t{3});
        QCOMPARE(drawn.lines[0].positions, (std::vector<double>{1.0, 2.0, 4.0}));
        QCOMPARE(drawn.lines[2].positions, (std::vector<double>{0.0, 1.0, 4.0}));
        QCOMPARE(drawn.lines[2].spread.n, 2);
        QVERIFY(drawn.warnings.empty());
    }

    void meansOverUnseenValuesAreNamed() {
        AnalysisRuns runs;
        addRuns(runs);
        const auto drawn = parallelCoordinates(runs.all(), ofAxes({"method"}));
        QCOMPARE(drawn.warnings.size(), std::size_t{1});
        QVERIFY2(drawn.warnings[0].starts_with("/axes: means are over different values of ν of "
                                               "class weight α_y, phase 2 (1 and 0.5)"),
                 drawn.warnings[0].c_str());
    }

    void asCsv() {
        AnalysisRuns runs;
        addRuns(runs);
        const std::string csv =
            valuesCsv(parallelCoordinates(runs.all(), ofAxes({"method", "T0"})));
        QVERIFY2(csv.find("\nCE,,mean,,,0.25,,,1,0\nCE,,seed,run-4,0,0.25,,,,\nCE+ADRW,2,mean,") !=
                     std::string::npos,
                 csv.c_str());
    }

    void noRuns() {
        const std::string error = complaintOf([] { parallelCoordinates({}, ofAxes({"method"})); });
        QVERIFY2(error.find("/where: leaves no run to draw") != std::string::npos, error.c_str());
    }
};

BALLAST_TEST(TestParallel)
#include "tst_parallel.moc"
