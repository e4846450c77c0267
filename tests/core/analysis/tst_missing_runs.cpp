#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/analysis/missing_runs.h"
#include "tests/core/analysis/analysis_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

namespace {

FigureDescription overNu() {
    FigureDescription figure;
    figure.x = "/phases/1/alpha/nu";
    figure.lines = {"method"};
    return figure;
}

ConfigOf configsIn(const AnalysisRuns& runs) {
    return [&runs](const std::string& id) {
        for (const IndexedRun* run : runs.all()) {
            if (run->id == id) return run->description.config;
        }
        throw ConfigError("no run " + id);
    };
}

std::vector<json> configsOf(const AnalysisRuns& runs, const FigureDescription& figure,
                            const MissingRuns& missing) {
    return configsFor(missing, responseCurves(runs.all(), figure), figure, configsIn(runs));
}

}  // namespace

class TestMissingRuns : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // CE+ADRW has 0, 0.5 and 1 with seeds 0 and 1; VS lacks 0.5, and a seed at 1.
    void valuesAndSeedsThatOtherLinesHave() {
        AnalysisRuns runs;
        for (const std::uint64_t seed : {0, 1}) {
            for (const double nu : {0.0, 0.5, 1.0}) runs.add(nuConfig(nu, seed), 0.6 + 0.1 * nu);
            runs.add(nuConfig(0.0, seed, "VS"), 0.6);
        }
        runs.add(nuConfig(1.0, 0, "VS"), 0.7);
        const std::vector<MissingRuns> missing = missingRuns(responseCurves(runs.all(), overNu()));
        QCOMPARE(missing.size(), std::size_t{2});
        QCOMPARE(missing[0], (MissingRuns{1, 0.5, {0, 1}}));
        QCOMPARE(missing[1], (MissingRuns{1, 1.0, {1}}));

        const std::vector<json> half = configsOf(runs, overNu(), missing[0]);
        QCOMPARE(half.size(), std::size_t{2});
        RunConfig expected = nuConfig(0.5, 1, "VS");
        expected.name = "VS · ν = 0.5 · seed 1";
        QCOMPARE(configFromJson(half[1], "it"), expected);
        QCOMPARE(configFromJson(configsOf(runs, overNu(), missing[1])[0], "it").training.seed,
                 std::uint64_t{1});
    }

    void nothingIsMissingWhereAllIsThere() {
        AnalysisRuns runs;
        runs.add(nuConfig(0.5, 99), 0.65);  // a seed of one point alone
        for (const double nu : {0.0, 0.5}) runs.add(nuConfig(nu), 0.6 + 0.1 * nu);
        QVERIFY(missingRuns(responseCurves(runs.all(), overNu())).empty());
    }

    // The other settings are those of the nearest point, here ν = 1 for 0.8.
    void theNearestRunGivesTheConfig() {
        AnalysisRuns runs;
        runs.add(nuConfig(0.0), 0.6);
        RunConfig near = nuConfig(1.0);
        near.training.batch_size = 64;
        runs.add(near, 0.7);
        const json made = configsOf(runs, overNu(), {0, 0.8, {5}}).front();
        QCOMPARE(made.at("/training/batch_size"_json_pointer), 64);
        QCOMPARE(made.at("/phases/1/alpha/nu"_json_pointer), 0.8);
        QCOMPARE(made.at("/training/seed"_json_pointer), 5);
    }

    void aLearningRateStepGoesWithItsPhase() {
        AnalysisRuns runs;
        for (const int start : {1, 2, 3}) {
            RunConfig config = nuConfig(0.5, 0, start == 3 ? "VS" : "CE");
            config.phases[1].from = start;
            config.lr_schedule.steps = {{start, 0.1}};
            runs.add(config, 0.6);
        }
        FigureDescription figure = overNu();
        figure.x = "T0";
        const json made = configsOf(runs, figure, {0, 3.0, {0}}).front();
        QCOMPARE(made.at("/phases/1/from"_json_pointer), 3);
        QCOMPARE(made.at("/lr_schedule/steps/0/from"_json_pointer), 3);
        QVERIFY(made.at("/phases/1/from"_json_pointer).is_number_integer());
    }

    // A method is no field: at the same method, the other line's field is set instead.
    void theLinesFieldIsSetWhereTheAxisCannotBe() {
        AnalysisRuns runs;
        runs.add(nuConfig(0.0, 0, "CE"), 0.6);
        runs.add(nuConfig(0.5, 0, "CE"), 0.6);
        runs.add(nuConfig(0.5, 0, "VS"), 0.7);
        FigureDescription figure;
        figure.x = "method";
        figure.lines = {"/phases/1/alpha/nu"};
        const std::vector<MissingRuns> missing = missingRuns(responseCurves(runs.all(), figure));
        QCOMPARE(missing.size(), std::size_t{1});
        const json made = configsOf(runs, figure, missing.front()).front();
        QCOMPARE(made.at("name"), json("VS · ν = 0.0 · seed 0"));
        QCOMPARE(made.at("/phases/1/alpha/nu"_json_pointer), 0.0);
        figure.lines = {"data"};
        const std::string error = complaintOf([&] {
            configsOf(runs, figure, {0, std::string("LDAM"), {0}});
        });
        QVERIFY2(error.starts_with("\"method\" is no setting that a run could be given, nor is all "
                                   "of \"data\""),
                 error.c_str());
    }
};

BALLAST_TEST(TestMissingRuns)
#include "tst_missing_runs.moc"
