#include "core/experiment/sweep.h"

#include <QtTest>
#include <limits>
#include <set>

#include "core/experiment/config_json.h"
#include "core/experiment/sweep_warnings.h"
#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

namespace {

/// A sweep with these axes over CE+ADRW.
json withAxes(const QString& axes) {
    return {{"name", "nu"},
            {"base",
             {{"phases",
               {json::object(), {{"from", 160}, {"alpha", {{"rule", "power"}, {"nu", 0.5}}}}}},
              {"lr_schedule", {{"steps", {{{"from", 160}, {"factor", 0.01}}}}}}}},
            {"axes", json::parse(axes.toStdString())}};
}

Sweep sweepOf(const json& object) {
    return sweepFromJson(object, "sweep.json");
}

/// The values of the first field of the first axis, as JSON text.
QString valuesOf(const Sweep& sweep) {
    return QString::fromStdString(json(sweep.axes.at(0).values.at(0)).dump());
}

QStringList labelsOf(const std::vector<SweepRun>& runs) {
    QStringList labels;
    for (const SweepRun& run : runs) labels << QString::fromStdString(run.label);
    return labels;
}

QStringList namesOf(const std::vector<SweepRun>& runs) {
    QStringList names;
    for (const SweepRun& run : runs) names << QString::fromStdString(run.config.name);
    return names;
}

}  // namespace

class TestSweep : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void valuesOfAnAxis_data() {
        QTest::addColumn<QString>("given");
        QTest::addColumn<QString>("values");
        const auto row = [](const char* name, const char* given, const char* values) {
            QTest::newRow(name) << QString(given) << QString(values);
        };
        row("list", "[0, 0.15, 0.5]", "[0,0.15,0.5]");
        row("one", "[0.2]", "[0.2]");
        row("repeated", "[0, 0.5, 0, 0.5]", "[0,0.5]");
        row("step", R"({"from": 0, "to": 0.3, "step": 0.1})", "[0.0,0.1,0.2,0.3]");
        row("step that does not meet the end", R"({"from": 0, "to": 0.35, "step": 0.1})",
            "[0.0,0.1,0.2,0.3]");
        row("downwards", R"({"from": 0.2, "to": 0, "step": -0.1})", "[0.2,0.1,0.0]");
        row("count", R"({"from": 0, "to": 1, "count": 5})", "[0,0.25,0.5,0.75,1]");
        row("linear", R"({"from": 0, "to": 1, "count": 2, "scale": "linear"})", "[0,1]");
        row("one of a count", R"({"from": 0.5, "to": 1, "count": 1})", "[0.5]");
        row("log", R"({"from": 0.001, "to": 1, "count": 4, "scale": "log"})",
            "[0.001,0.01,0.1,1.0]");
        row("whole numbers stay whole", R"({"from": 1, "to": 5, "step": 2})", "[1,3,5]");
    }

    void valuesOfAnAxis() {
        QFETCH(QString, given);
        QFETCH(QString, values);
        QCOMPARE(valuesOf(sweepOf(withAxes(R"({"/phases/1/alpha/nu": )" + given + "}"))), values);
        QCOMPARE(valuesOf(sweepOf(withAxes(R"([{"/phases/1/alpha/nu": )" + given + "}]"))), values);
    }

    /// The last axis turns fastest, seeds faster still; names and labels say what differs.
    void namesAndLabels() {
        json given = withAxes(R"([{"/phases/1/alpha/nu": [0.1, 0.25]},
                                  {"/training/batch_size": [64, 128]}])");
        QCOMPARE(sweepOf(given).size(), 4U);
        std::vector<SweepRun> runs = sweepRuns(sweepOf(given));
        QCOMPARE(labelsOf(runs), (QStringList{"ν = 0.1, m = 64", "ν = 0.1, m = 128",
                                              "ν = 0.25, m = 64", "ν = 0.25, m = 128"}));
        QCOMPARE(namesOf(runs)[0], "nu · ν = 0.1, m = 64");
        QCOMPARE(runs[2].config.phases[1].alpha.parameters.at("nu"), 0.25);
        QCOMPARE(runs[2].config.training.batch_size, 64);
        QCOMPARE(configFromJson(runs[2].given, "given"), runs[2].config);

        given["seeds"] = {0, 7};
        given["base"]["name"] = "ADRW";
        QCOMPARE(sweepOf(given).size(), 8U);
        runs = sweepRuns(sweepOf(given));
        QCOMPARE(runs.size(), 8U);
        QCOMPARE(runs[1].label, std::string("ν = 0.1, m = 64, seed 7"));
        QCOMPARE(runs[1].config.name, std::string("ADRW · ν = 0.1, m = 64 · seed 7"));
        QCOMPARE(runs[1].config.training.seed, 7U);
        QCOMPARE(configFromJson(runs[1].given, "given"), runs[1].config);
    }

    void seeds() {
        json given = withAxes("{}");
        QCOMPARE(sweepRuns(sweepOf(given)).size(), 1U);
        given["seeds"] = {{"from", 3}, {"count", 2}};
        QCOMPARE(sweepOf(given).seeds, (std::vector<std::uint64_t>{3, 4}));
        QCOMPARE(namesOf(sweepRuns(sweepOf(given))), (QStringList{"nu · seed 3", "nu · seed 4"}));
        given["seeds"] = {{"count", 2}};
        QCOMPARE(sweepOf(given).seeds, (std::vector<std::uint64_t>{0, 1}));
        given["seeds"] = {5, 5, 1};
        QCOMPARE(sweepOf(given).seeds, (std::vector<std::uint64_t>{5, 1}));
        given["seeds"] = json::array({5});  // one seed is no axis, and not in the name
        QCOMPARE(namesOf(sweepRuns(sweepOf(given))), QStringList{"nu"});
        QCOMPARE(sweepRuns(sweepOf(given))[0].config.training.seed, 5U);
    }

    /// T₀ and the learning-rate step that follows it; the field with a symbol names the axis.
    void fieldsThatGoTogether() {
        const Sweep sweep = sweepOf(withAxes(
            R"([{"/lr_schedule/steps/0/from": [100, 120, 100], "/phases/1/from": [100, 120, 100]}])"));
        QCOMPARE(sweep.axes.size(), 1U);
        QCOMPARE(sweep.axes[0].pointers.front(), std::string("/phases/1/from"));
        const std::vector<SweepRun> runs = sweepRuns(sweep);
        QCOMPARE(labelsOf(runs), (QStringList{"T₀ = 100", "T₀ = 120"}));
        QCOMPARE(runs[1].config.phases[1].from, 120);
        QCOMPARE(runs[1].config.lr_schedule.steps[0].from, 120);
    }

    void fieldsOfOneNameAreToldApart() {
        const auto runs = sweepRuns(sweepOf(withAxes(
            R"([{"/phases/0/sam_radius": [0.1, 0]}, {"/phases/1/sam_radius": [0.2, 0]}])")));
        QCOMPARE(labelsOf(runs)[0], "/phases/0/sam_radius = 0.1, /phases/1/sam_radius = 0.2");
    }

    /// What all runs have in common is not in their names.
    void axesOfOneValueNameNoRuns() {
        const auto runs = sweepRuns(sweepOf(withAxes(
            R"([{"/lr_schedule/warmup_epochs": [2]}, {"/phases/1/alpha/nu": [0.1, 0.2]}])")));
        QCOMPARE(namesOf(runs), (QStringList{"nu · ν = 0.1", "nu · ν = 0.2"}));
        QCOMPARE(runs[0].config.lr_schedule.warmup_epochs, 2);
        QCOMPARE(namesOf(sweepRuns(sweepOf(withAxes(R"({"/training/batch_size": [64]})")))),
                 QStringList{"nu"});
    }

    void wholeRulesAsValues() {
        const auto runs = sweepRuns(
            sweepOf(withAxes(R"({"/phases/1/alpha": ["one", {"rule": "power", "nu": 0.3}]})")));
        QCOMPARE(labelsOf(runs), (QStringList{"α_y = one", "α_y = power 0.3"}));
        QCOMPARE(runs[0].config.phases[1].alpha.rule, std::string("one"));
    }

    void presetsAreAnAxis() {
        const json given = {{"presets", {{"methods", {"CE", "CE+DRW"}}, {"epochs", 40}}},
                            {"base", {{"training", {{"batch_size", 32}}}}},
                            {"axes", {{"/optimizer/lr", {0.1, 0.2}}}},
                            {"seeds", {0, 1}}};
        const Sweep sweep = sweepOf(given);
        QCOMPARE(sweep.size(), 8U);
        const auto runs = sweepRuns(sweep);
        QCOMPARE(runs.size(), 8U);
        QCOMPARE(labelsOf(runs)[0], "CE, η = 0.1, seed 0");
        QCOMPARE(labelsOf(runs)[7], "CE+DRW, η = 0.2, seed 1");
        QVERIFY(namesOf(runs)[7].startsWith("CE+DRW · "));
        for (const SweepRun& run : runs) QCOMPARE(run.config.training.batch_size, 32);
        QCOMPARE(runs[7].config.phases.size(), 2U);
    }

    /// Each run has its preset's own values for its data and epochs, wherever these are set.
    void presetsAreThoseOfEachPoint() {
        const json given = {{"presets", {{"methods", {"VS+TLA+ADRW+SAM", "CE+DRW"}}}},
                            {"axes",
                             {{{"/data/dataset", {"cifar10", "cifar100"}}},
                              {{"/data/imbalance/profile", {"long-tailed", "step"}}},
                              {{"/data/imbalance/ratio", {100, 10}}},
                              {{"/training/epochs", {200, 40}}}}}};
        const auto runs = sweepRuns(sweepOf(given));
        QCOMPARE(runs.size(), 32U);
        for (std::size_t i = 0; i < runs.size(); ++i) {
            RunConfig config = runs[i].config;
            RunConfig preset = presetConfig(
                {i < 16 ? "VS+TLA+ADRW+SAM" : "CE+DRW", i / 8 % 2 == 0 ? "cifar10" : "cifar100",
                 i / 4 % 2 == 0 ? "long-tailed" : "step", i / 2 % 2 == 0 ? 100.0 : 10.0, "",
                 i % 2 == 0 ? 200 : 40});
            preset.name = config.name;
            QVERIFY2(config == preset, config.name.c_str());
            QCOMPARE(configFromJson(runs[i].given, "given"), config);
        }
        QVERIFY(runs[0].config.phases[0].beta.parameters.at("gamma") == 0.05);
        QVERIFY(runs[2].config.phases[0].beta.rule == "one");  // γ = 0 for ratio 10
        QCOMPARE(runs[1].config.phases[1].from, 32);
    }

    void presetsAreThoseOfTheBasesData() {
        json given = {{"presets", {{"methods", {"VS+SAM"}}}},
                      {"base", {{"data", {{"imbalance", {{"ratio", 10}}}}}}}};
        const RunConfig config = sweepRuns(sweepOf(given))[0].config;
        QCOMPARE(config.data.imbalance.ratio, 10.0);
        QCOMPARE(config.phases[0].beta.rule, std::string("one"));  // γ = 0 there
        // What base and axes say of a method's own fields stays as said.
        given["axes"] = {{"/phases/0/delta/tau", {0.3, 0.4}}};
        QCOMPARE(sweepRuns(sweepOf(given))[1].config.phases[0].delta.parameters.at("tau"), 0.4);
    }

    /// Epochs are those before a second stage, as in "presets"; the base's too.
    void epochsOfASecondStage() {
        const json given = {{"presets", {{"methods", {"cRT"}}}},
                            {"axes", {{"/training/epochs", {20, 40}}}}};
        QCOMPARE(sweepRuns(sweepOf(given))[0].config.training.epochs, 22);
        QCOMPARE(sweepOf(given).epochsAlone(), 44U);
        const json based = {{"presets", {{"methods", {"cRT"}}}},
                            {"base", {{"training", {{"epochs", 20}, {"batch_size", 32}}}}}};
        const RunConfig config = sweepRuns(sweepOf(based))[0].config;
        QCOMPARE(config.training.epochs, 22);
        QCOMPARE(config.training.batch_size, 32);
    }

    void badPointsOfPresets_data() {
        QTest::addColumn<QString>("axes");
        QTest::addColumn<QString>("says");
        QTest::newRow("data set") << R"({"/data/dataset": ["cifar10", "cifar11"]})"
                                  << "did you mean \"cifar10\"?";
        QTest::newRow("ratio") << R"({"/data/imbalance/ratio": [10, 0.5]})"
                               << "/data/imbalance/ratio: 0.5 is out of range";
        QTest::newRow("ratio as text") << R"({"/data/imbalance/ratio": [10, "x"]})"
                                       << "/data/imbalance/ratio: \"x\" is not a number";
        QTest::newRow("epochs") << R"({"/training/epochs": [200, 0]})"
                                << "/training/epochs: 0 is out of range";
        QTest::newRow("profile") << R"({"/data/imbalance/profile": ["step", "stpe"]})"
                                 << "did you mean \"step\"?";
    }
    void badPointsOfPresets() {
        QFETCH(const QString, axes);
        QFETCH(const QString, says);
        const json given = {{"presets", {{"methods", {"VS+ADRW"}}}},
                            {"axes", json::parse(axes.toStdString())}};
        const QString error = errorOf([&] { sweepRuns(sweepOf(given)); });
        QVERIFY2(error.contains(says), qPrintable(error));
    }

    /// "*" is every phase that has the field.
    void fieldsOfAllPhases() {
        const json given = {
            {"presets", {{"methods", {"VS+DRW", "VS+TLA+DRW"}}}},
            {"axes", {{"/phases/*/beta/gamma", {0.1, 0.2}}, {"/phases/*/sam_radius", {0.3}}}}};
        const auto runs = sweepRuns(sweepOf(given));
        QCOMPARE(labelsOf(runs), (QStringList{"VS+DRW, γ = 0.1", "VS+DRW, γ = 0.2",
                                              "VS+TLA+DRW, γ = 0.1", "VS+TLA+DRW, γ = 0.2"}));
        for (const SweepRun& run : runs) {
            for (const Phase& phase : run.config.phases) QCOMPARE(phase.sam_radius, 0.3);
        }
        QCOMPARE(runs[1].config.phases[0].beta.parameters.at("gamma"), 0.2);
        QCOMPARE(runs[1].config.phases[1].beta.parameters.at("gamma"), 0.2);
        QCOMPARE(runs[3].config.phases[0].beta.parameters.at("gamma"), 0.2);
        QCOMPARE(runs[3].config.phases[1].beta.rule, std::string("one"));
    }

    /// A phase that keeps another value of what an axis sets is warned of, once.
    void phasesThatKeepTheirValue() {
        const auto warningsOf = [](const json& axes) {
            const Sweep sweep = sweepOf({{"presets", {{"methods", {"VS+DRW"}}}}, {"axes", axes}});
            QStringList list;
            for (const std::string& warning : sweepWarnings(sweep, sweepRuns(sweep))) {
                list << QString::fromStdString(warning);
            }
            return list;
        };
        QCOMPARE(
            warningsOf({{"/phases/0/beta/gamma", {0.1, 0.2, 0.05}}}),
            QStringList{"the axis /phases/0/beta/gamma leaves /phases/1/beta/gamma of the "
                        "same rule (cdt) at 0.05; /phases/*/beta/gamma sets it in all phases"});
        QCOMPARE(warningsOf({{"/phases/0/beta/gamma", {0.05}}}), QStringList{});
        QCOMPARE(warningsOf({{"/phases/*/beta/gamma", {0.1}}}), QStringList{});
        QCOMPARE(warningsOf({{"/phases/0/beta/gamma", {0.1}}, {"/phases/1/beta/gamma", {0.2}}}),
                 QStringList{});
        QCOMPARE(warningsOf({{"/phases/1/alpha/p", {0.9, 0.99}}}), QStringList{});
    }

    /// A plain base keeps what it says; where it is a preset's for other data, that is warned of.
    void basesThatKeepAPresetsValues() {
        const auto warnings = [](const char* method, const json& axes) {
            const RunConfig base = presetConfig({method, "cifar10", "", 100, "", 0});
            const Sweep sweep = sweepOf({{"base", toJson(base)}, {"axes", axes}});
            return sweepWarnings(sweep, sweepRuns(sweep));
        };
        const auto of_vs = warnings("VS+ADRW", {{"/data/imbalance/ratio", {100, 10}}});
        QCOMPARE(of_vs.size(), 1U);
        QVERIFY2(QString::fromStdString(of_vs[0]).contains(
                     "the base is the preset VS+ADRW for CIFAR-10, long-tailed 100 and keeps its "
                     "values where the preset has others (CIFAR-10, long-tailed 10)"),
                 of_vs[0].c_str());
        QVERIFY(warnings("CE+DRW", {{"/data/imbalance/ratio", {100, 10}}}).empty());
        QVERIFY(warnings("VS+ADRW", {{"/training/batch_size", {64, 128}}}).empty());
    }

    /// Every kind of mistake, and where and how it is told.
    void mistakes_data() {
        QTest::addColumn<QString>("patch");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const char* patch, const char* says) {
            QTest::newRow(name) << QString(patch) << QString::fromUtf8(says);
        };
        const auto axis = [&](const char* name, const char* values, const char* says) {
            QTest::newRow(name) << QString(R"({"axes": {"/phases/1/alpha/nu": %1}})").arg(values)
                                << QString::fromUtf8(says);
        };
        row("key", R"({"axis": {}})", "/axis: unknown key; did you mean \"axes\"?");
        row("far key", R"({"zzzzzzzz": 1})", "unknown key; known here: format, name");
        row("format", R"({"format": 2})", "/format: 2; this version of Ballast reads 1");
        row("name", R"({"name": 3})", "/name: 3 is not text");
        row("base", R"({"base": 3})", "/base: is not a config");
        row("no base", R"({"base": null})", "neither a base nor presets");
        row("axes", R"({"axes": 3})", "neither an object nor a list of objects");
        row("axis in a list", R"({"axes": [3]})", "/axes/0: 3 is not an object");
        row("axis without field", R"({"axes": [{}]})", "/axes/0: the axis names no field");
        row("unknown field", R"({"axes": {"/training/epoch": [1]}})",
            "no field /training/epoch; did you mean /training/epochs?");
        row("no such element", R"({"axes": {"/phases/5/from": [1]}})", "there is no element 5");
        row("twice", R"({"axes": [{"/optimizer/lr": [1]}, {"/optimizer/lr": [1]}]})",
            "/axes /optimizer/lr: stands in two axes");
        row("twice by a star",
            "{\"axes\": [{\"/phases/*/sam_radius\": [0]}, {\"/phases/1/sam_radius\": [1]}]}",
            "/axes /phases/1/sam_radius: is set by the axis /phases/*/sam_radius too");
        row("from of all phases", "{\"axes\": {\"/phases/*/from\": [1]}}",
            "phases cannot have one from in common; name a phase, as in /phases/1/from");
        row("parameter of no phase", "{\"axes\": {\"/phases/*/beta/gamma\": [1]}}",
            "no phase has a rule for beta with the parameter gamma; rules with it: cdt");
        row("unknown field of all phases", "{\"axes\": {\"/phases/*/sam\": [1]}}",
            "no field /phases/*/sam");
        row("seeds twice", R"({"axes": {"/training/seed": [1]}, "seeds": [0]})",
            "the seeds are given by \"seeds\" already");
        row("unequal", R"({"axes": [{"/optimizer/lr": [1, 2], "/optimizer/momentum": [0.5]}]})",
            "fields that go together need equally many, here 2");
        axis("empty", "[]", "the axis is empty");
        axis("neither", "3", "neither a list of values nor a range");
        axis("range key", R"({"from": 0, "to": 1, "steps": 3})", "did you mean \"step\"?");
        axis("no end", R"({"from": 0, "count": 3})", "a range has from, to, and either");
        axis("both", R"({"from": 0, "to": 1, "count": 3, "step": 1})", "either step or count");
        axis("no number", R"({"from": "0", "to": 1, "count": 3})", "/from: \"0\" is not a number");
        axis("scale", R"({"from": 1, "to": 2, "count": 3, "scale": "ln"})", "linear, log");
        axis("log step", R"({"from": 1, "to": 2, "step": 1, "scale": "log"})",
             "log goes with count");
        axis("log of 0", R"({"from": 0, "to": 2, "count": 3, "scale": "log"})",
             "log needs from and to above 0");
        axis("step 0", R"({"from": 0, "to": 1, "step": 0})", "does not lead from 0 to 1");
        axis("wrong way", R"({"from": 0, "to": 1, "step": -1})", "/step: -1 does not lead");
        axis("no points", R"({"from": 0, "to": 1, "count": 0})", "points; allowed: 1 … 1000000");
        axis("half a point", R"({"from": 0, "to": 1, "count": 2.5})", "allowed: 1 … 1000000");
        axis("too many", R"({"from": 0, "to": 1, "step": 1e-9})", "allowed: 1 … 1000000");
        row("seed list", R"({"seeds": []})", "is no list of whole numbers from 0");
        row("seed text", R"({"seeds": ["1"]})", "/seeds: \"1\" is not a whole number");
        row("negative seed", R"({"seeds": [-1]})", "/seeds: -1 is not a whole number");
        row("seed range", R"({"seeds": {"from": 0}})", "how many");
        row("seed key", R"({"seeds": {"count": 1, "form": 0}})", "did you mean \"from\"?");
        row("presets", R"({"presets": 3})", "/presets: 3 is not an object");
        row("preset key", R"({"presets": {"methods": ["CE"], "rato": 10}})", "\"ratio\"");
        row("no methods", R"({"presets": {}})", "methods is a list of names");
        row("empty methods", R"({"presets": {"methods": []}})", "/presets/methods: the list is");
        row("method", R"({"presets": {"methods": ["CE", "CX+DRW"]}})", "/presets/methods/1");
    }

    void mistakes() {
        QFETCH(QString, patch);
        QFETCH(QString, says);
        json given = withAxes("{}");
        given.merge_patch(json::parse(patch.toStdString()));
        const QString error = errorOf([&] { sweepOf(given); });
        QVERIFY2(error.startsWith("sweep.json"), qPrintable(error));
        QVERIFY2(error.contains(says), qPrintable(error));
    }

    void baseWhoseNameIsNoText() {
        json given = withAxes("{}");
        given["base"]["name"] = {{"a", 1}};
        const QString error = errorOf([&] { sweepRuns(sweepOf(given)); });
        QVERIFY2(error.contains("/name: "), qPrintable(error));
    }

    void noObject() {
        QVERIFY(errorOf([] { sweepOf(json::array()); }).contains("not a JSON object"));
    }

    void everyMistakeIsToldAtOnce() {
        const QString error = errorOf([] {
            json given = withAxes(R"([{"/phases/1/alpha/nu": []}, {"/optimizer/lr": 3}])");
            given["seeds"] = json::array();
            sweepOf(given);
        });
        for (const char* part : {"nu: the axis is empty", "lr: 3 is neither", "/seeds"}) {
            QVERIFY2(error.contains(part), part);
        }
    }

    /// What only the values say is told with the run they stand in, each problem once.
    void badValuesAreToldWithTheirRun() {
        json given =
            withAxes(R"({"/phases/1/alpha/nu": [0.1, -1], "/phases/0/sam_radius": [0, 1]})");
        given["seeds"] = {0, 1, 2};
        const QString error = errorOf([&] { sweepRuns(sweepOf(given)); });
        QVERIFY2(error.contains("/phases/1/alpha/nu: -1 is out of range"), qPrintable(error));
        QVERIFY2(error.contains("ν = -1"), qPrintable(error));
        QCOMPARE(error.count("out of range"), 1);
    }

    /// A sweep too large to be made is counted all the same.
    void hugeSweeps() {
        json given = withAxes(R"([{"/phases/1/alpha/nu": {"from": 0, "to": 1, "count": 100000}},
                                  {"/optimizer/lr": {"from": 1, "to": 2, "count": 100000}}])");
        given["seeds"] = {{"count", 1000}};
        QCOMPARE(sweepOf(given).size(), 10'000'000'000'000U);
        Sweep sweep = sweepOf(given);
        for (int i = 0; i < 4; ++i) sweep.axes.push_back(sweep.axes[0]);
        QCOMPARE(sweep.size(), std::numeric_limits<std::uint64_t>::max());
    }
};

BALLAST_TEST(TestSweep)
#include "tst_sweep.moc"
