#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/analysis/figure_values.h"
#include "tests/core/analysis/analysis_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

ResponseCurves curvesOf(AnalysisRuns& runs) {
    for (std::uint64_t seed = 0; seed < 2; ++seed) {
        runs.add(nuConfig(0.25, seed, "A, B"), 0.5 + 0.25 * double(seed));
    }
    runs.add(nuConfig(0.5, 0, "A, B"), 0.125);
    FigureDescription figure;
    figure.x = "/phases/1/alpha/nu";
    figure.spread = Spread::range;
    return responseCurves(runs.all(), figure);
}

}  // namespace

class TestFigureValues : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void responseAsCsv() {
        AnalysisRuns runs;
        QCOMPARE(QString::fromStdString(valuesCsv(curvesOf(runs))),
                 QString("line,x,series,run,seed,value,lower,upper,n,best\n"
                         "\"A, B\",0.25,mean,,,0.625,0.5,0.75,2,1\n"
                         "\"A, B\",0.25,seed,run-0,0,0.5,,,,\n"
                         "\"A, B\",0.25,seed,run-1,1,0.75,,,,\n"
                         "\"A, B\",0.5,mean,,,0.125,,,1,0\n"
                         "\"A, B\",0.5,seed,run-2,0,0.125,,,,\n"));
    }

    void responseAsJson() {
        AnalysisRuns runs;
        const auto values = valuesJson(curvesOf(runs));
        QCOMPARE(values["lines"][0]["name"], "A, B");
        QCOMPARE(values["lines"][0]["points"][0]["mean"], 0.625);
        QCOMPARE(values["lines"][0]["points"][0]["seeds"][1]["run"], "run-1");
        QVERIFY(values["lines"][0]["points"][1]["upper"].is_null());
        QCOMPARE(values["lines"][0]["best"]["x"], 0.25);
        QCOMPARE(values["x_scale"], "linear");
        QCOMPARE(values["warnings"].size(), std::size_t{1});
    }

    void surface() {
        AnalysisRuns runs;
        for (const double nu : {0.0, 1.0}) {
            for (const int batch : {64, 128}) {
                if (nu == 1.0 && batch == 128) continue;
                RunConfig config = nuConfig(nu);
                config.training.batch_size = batch;
                runs.add(config, 0.25 + nu / 4);
            }
        }
        FigureDescription figure;
        figure.figure = FigureKind::surface;
        figure.x = "/phases/1/alpha/nu";
        figure.y = "/training/batch_size";
        const Surface made = surfaceOf(runs.all(), figure);
        QCOMPARE(QString::fromStdString(valuesCsv(made)),
                 QString("x,y,series,run,seed,value,lower,upper,n,best\n"
                         "0,64,mean,,,0.25,,,1,0\n"
                         "0,64,seed,run-0,0,0.25,,,,\n"
                         "1,64,mean,,,0.5,,,1,1\n"
                         "1,64,seed,run-2,0,0.5,,,,\n"
                         "0,128,mean,,,0.25,,,1,0\n"
                         "0,128,seed,run-1,0,0.25,,,,\n"));
        const auto values = valuesJson(made);
        QCOMPARE(values["cells"].size(), std::size_t{4});
        QCOMPARE(values["missing"], 1);
        QVERIFY(values["cells"][3]["mean"].is_null());
        QCOMPARE(values["cells"][1]["best"], true);
    }
};

BALLAST_TEST(TestFigureValues)
#include "tst_figure_values.moc"
