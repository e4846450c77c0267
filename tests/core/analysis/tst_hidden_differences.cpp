#include <QtTest>

#include "core/analysis/config_place.h"
#include "core/analysis/hidden_differences.h"
#include "core/experiment/config_json.h"
#include "tests/core/analysis/analysis_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestHiddenDifferences : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // Whatever a config has, its place takes over from another config.
    void everyPlaceCanBeMadeTheSame() {
        RunConfig config = nuConfig(0.5);
        config.lr_schedule.steps = {{1, 0.1}};
        RunConfig other = nuConfig(0.25, 3);
        other.phases[0].alpha = {"power", {{"nu", 1.0}}, {}};
        other.phases[1].weight_decay = 1e-3;
        other.phases[1].head_max_norm = 2.0;
        other.phases[1].sam_radius = 0.1;
        other.lr_schedule.steps = {{3, 0.5}};
        other.training.batch_size = 7;
        other.name = "Other";
        for (const bool back : {false, true}) {
            RunConfig made = back ? other : config;
            const RunConfig& goal = back ? config : other;
            for (const Field& field : configFields()) {
                std::string pointer(field.pointer);
                const std::size_t star = pointer.find('*');
                for (const char* index : {"0", "1"}) {
                    if (star != std::string::npos) pointer.replace(star, 1, index);
                    ConfigPlace(pointer).makeSame(made, goal);
                }
            }
            QCOMPARE(QString::fromStdString(toJson(made).dump()),
                     QString::fromStdString(toJson(goal).dump()));
        }
    }

    void oneParameterOfARule() {
        RunConfig config = nuConfig(0.5);
        ConfigPlace("/phases/1/alpha/nu").makeSame(config, nuConfig(0.25));
        QCOMPARE(config.phases[1].alpha.parameters.at("nu"), 0.25);
        RunConfig other = nuConfig(0.25);
        other.phases[1].alpha = {"one", {}, {}};
        ConfigPlace("/phases/1/alpha/nu").makeSame(config, other);
        QCOMPARE(config.phases[1].alpha.parameters.at("nu"), 0.25);
    }

    void differences() {
        AnalysisRuns runs;
        for (std::uint64_t seed = 0; seed < 2; ++seed) runs.add(nuConfig(0.5, seed), 0.5);
        RunConfig config = nuConfig(0.25, 0);
        config.phases[0].beta = {"power", {{"gamma", 0.1}}, {}};
        runs.add(config, 0.5);
        config.training.seed = 1;
        config.phases.resize(3);
        config.phases[2].from = 3;
        runs.add(config, 0.5);
        const auto all = runs.all();
        const std::vector<PointRuns> points = {{all[0], all[1]}, {all[2], all[3]}};
        const std::vector<FigureField> nu = {figureField("/phases/1/alpha/nu")};
        const auto found = hiddenDifferences(points, nu);
        QCOMPARE(found.size(), std::size_t{2});
        QCOMPARE(found[0].pointer, std::string("/phases"));
        QCOMPARE(found[0].values, (std::vector<std::string>{"2", "3"}));
        QVERIFY(found[0].within_a_point);
        QCOMPARE(found[1].pointer, std::string("/phases/0/beta"));
        QVERIFY(!found[1].within_a_point);
        QCOMPARE(found[1].values.size(), std::size_t{2});
        const auto without = hiddenDifferences(points, {});
        QVERIFY(std::ranges::find(without, "/phases/1/alpha/nu", &HiddenDifference::pointer) !=
                without.end());
        QVERIFY(hiddenDifferences({}, nu).empty());
    }
};

BALLAST_TEST(TestHiddenDifferences)
#include "tst_hidden_differences.moc"
