#include <QtTest>
#include <cmath>

#include "core/experiment/config_json.h"
#include "core/experiment/presets.h"
#include "core/results/run_groups.h"
#include "core/results/run_query.h"
#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

IndexedRun made(const std::string& id, const RunConfig& config,
                const std::vector<double>& balanced) {
    IndexedRun run;
    run.id = id;
    run.description.config = config;
    run.description.config.training.epochs = static_cast<int>(balanced.size());
    run.description.created = "2026-01-0" + std::to_string(id.size()) + "T00:00:00Z";
    run.status.state = RunState::finished;
    for (const double value : balanced) {
        EpochScalars epoch;
        epoch.balanced_test_accuracy = value;
        epoch.loss = 1.0 - value;
        epoch.few = value / 2.0;
        epoch.majority_accuracy = 0.9;
        run.epochs.push_back(epoch);
    }
    return run;
}

RunConfig preset(const std::string& method, std::uint64_t seed = 0,
                 const std::string& dataset = "cifar10") {
    PresetRequest request;
    request.method = method;
    request.dataset = dataset;
    RunConfig config = presetConfig(request);
    config.training.seed = seed;
    return config;
}

std::vector<const IndexedRun*> pointers(const std::vector<IndexedRun>& runs) {
    std::vector<const IndexedRun*> all;
    for (const IndexedRun& run : runs) all.push_back(&run);
    return all;
}

/// IDs, joined by blanks.
QString ids(const std::vector<const IndexedRun*>& runs) {
    QString text;
    for (const IndexedRun* run : runs) {
        text += (text.isEmpty() ? "" : " ") + QString::fromStdString(run->id);
    }
    return text;
}

}  // namespace

class TestRunQuery : public QObject {
    Q_OBJECT

    std::vector<IndexedRun> runs_;

private Q_SLOTS:
    void init() {
        runs_.clear();
        runs_.push_back(made("a", preset("CE"), {0.1, 0.5, 0.4}));
        runs_.push_back(made("bb", preset("CE+DRW", 3), {0.3, 0.6}));
        RunConfig adrw = preset("VS+ADRW", 3, "cifar100");
        adrw.name = "mine";
        adrw.phases[1].alpha.parameters["nu"] = 0.2;
        runs_.push_back(made("ccc", adrw, {0.35, 0.3}));
        runs_.push_back(made("dddd", preset("CE", 1), {}));
        runs_.back().status.state = RunState::running;
        runs_.back().interrupted = true;
        IndexedRun bad;
        bad.id = "eeeee";
        bad.error = "run.json is damaged";
        runs_.push_back(bad);
    }

    void conditions_data() {
        QTest::addColumn<QString>("condition");
        QTest::addColumn<QString>("chosen");
        const auto row = [](const char* condition, const char* chosen) {
            QTest::newRow(condition) << condition << chosen;
        };
        row("best>0.5", "bb");
        row("best>=0.5", "a bb");
        row("best < 0.5", "ccc");
        row("best<=.5", "a ccc");
        row("best=0.6", "bb");
        row("best!=0.6", "a ccc dddd eeeee");
        row("best > 50 %", "bb");  // as columns show it
        row("best>50", "bb");
        row("at:2>=50%", "a bb");
        row("epochs>=2", "a bb ccc");  // no share
        row("best=null", "dddd eeeee");
        row("best!=null", "a bb ccc");
        row("last=0.4", "a");
        row("at:2>=0.5", "a bb");
        row("at:3>0", "a");
        row("best-epoch=1", "ccc");
        row("epochs=2", "bb ccc");
        row("few>0.2", "a bb");
        row("majority=0.9", "a bb ccc");
        row("state=interrupted", "dddd");
        row("state=unreadable", "eeeee");
        row("error~damaged", "eeeee");
        row("name=CE", "a dddd");
        row("name~DRW", "bb");
        row("name~CE", "a bb dddd");
        row("method~CE", "a bb dddd");
        row("data=CIFAR-100 LT 100", "ccc");
        row("created>=2026-01-02", "bb ccc dddd");
        row("/data/dataset=cifar10", "a bb dddd");
        row("/data/dataset!=cifar10", "ccc eeeee");
        row("/training/seed=3", "bb ccc");
        row("/training/seed>0", "bb ccc dddd");
        row("/phases/1/alpha/nu=0.2", "ccc");
        row("/phases/1/alpha/rule=power", "ccc");
        row("/phases/1/alpha=power(nu=0.2)", "ccc");
        row("/phases/0/alpha/rule=one", "a bb ccc dddd");
        row("/phases/1/from!=null", "bb ccc");
        row("/phases/0/weight_decay=null", "a bb ccc dddd eeeee");
        row("/data/imbalance/ratio=1e2", "a bb ccc dddd");
    }
    void conditions() {
        QFETCH(const QString, condition);
        QFETCH(const QString, chosen);
        QCOMPARE(ids(runsWhere(runs_, {condition.toStdString()})), chosen);
    }

    void allConditionsHold() {
        QCOMPARE(ids(runsWhere(runs_, {"/training/seed=3", "best>0.5"})), QString("bb"));
        QCOMPARE(ids(runsWhere(runs_, {})), QString("a bb ccc dddd eeeee"));
    }

    void mistakes_data() {
        QTest::addColumn<QString>("condition");
        QTest::addColumn<QString>("said");
        const auto row = [](const char* condition, const char* said) {
            QTest::newRow(condition) << condition << said;
        };
        row("bset>0.5", "did you mean best?");
        row("accuracy>0.5", "known: id, name");
        row("/data/datasett=x", "did you mean /data/dataset?");
        row("/phases/1/alfa=one", "did you mean /phases/*/alpha?");
        row("/phases/1/alpha/mu=1", "no field \"/phases/1/alpha/mu\"");
        row("/data=x", "no field");
        row("best=>0.5", "unknown operator =>");
        row("best==0.5", "unknown operator ==");
        row("best", "expected a field, an operator and a value");
        row(">0.5", "expected a field");
        row("best>good", "best is a number; \"good\" is none");
        row("at:x>0.5", "expected at:EPOCH");
        row("at:0>0.5", "expected at:EPOCH");
    }
    void mistakes() {
        QFETCH(const QString, condition);
        QFETCH(const QString, said);
        const QString answer = errorOf([&] { runsWhere(runs_, {condition.toStdString()}); });
        QVERIFY2(answer.contains(said), qPrintable(answer));
        QVERIFY_THROWS_EXCEPTION(ConfigError, runsWhere(runs_, {condition.toStdString()}));
    }

    void sorting_data() {
        QTest::addColumn<QString>("keys");
        QTest::addColumn<QString>("order");
        QTest::newRow("smallest first") << "best"
                                        << "ccc a bb dddd eeeee";
        QTest::newRow("largest first") << "-best"
                                       << "bb a ccc dddd eeeee";
        QTest::newRow("text") << "-name"
                              << "ccc bb a dddd eeeee";
        QTest::newRow("a field, then another") << "-/training/seed best"
                                               << "ccc bb dddd a eeeee";
        QTest::newRow("equals keep their order") << "majority"
                                                 << "a bb ccc dddd eeeee";
    }
    void sorting() {
        QFETCH(const QString, keys);
        QFETCH(const QString, order);
        std::vector<std::string> names;
        for (const QString& key : keys.split(' ')) names.push_back(key.toStdString());
        auto runs = pointers(runs_);
        sortRuns(runs, names);
        QCOMPARE(ids(runs), order);
        QVERIFY_THROWS_EXCEPTION(ConfigError, sortRuns(runs, {"-bset"}));
    }

    void everyResultFieldHasAValue() {
        for (const ResultFieldInfo& info : resultFields()) {
            const RunField field = runField(std::string(info.name));
            for (const IndexedRun& run : runs_) field.of(run);
        }
        QVERIFY(std::get<std::string>(runField("method").of(runs_[2])) == "mine");
        QCOMPARE(std::get<double>(runField("loss").of(runs_[0])), 0.6);
    }

    void values() {
        QCOMPARE(valueText({}), std::string());
        QCOMPARE(valueText(2e-4), std::string("0.0002"));
        QCOMPARE(valueText(1.0 / 3.0, 4), std::string("0.3333"));
        QCOMPARE(valueText(200.0, 4), std::string("200"));
        QCOMPARE(valueText(std::string("x"), 4), std::string("x"));
    }

    void methodNames_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("method");
        for (const auto& [name, method] : {std::pair{"mine seed 3", "mine"},
                                           {"mine (seed 3)", "mine"},
                                           {"mine-seed3", "mine"},
                                           {"mine_s12", "mine"},
                                           {"mine, seed=1", "mine"},
                                           {"mine 3", "mine 3"},
                                           {"resnets3", "resnets3"},
                                           {"seed 3", "seed 3"},
                                           {"", ""}}) {
            QTest::newRow(name) << name << method;
        }
    }
    void methodNames() {
        QFETCH(const QString, name);
        QFETCH(const QString, method);
        RunConfig config = preset("CE");
        config.loss.reduction = Reduction::mean;
        config.phases[0].lr_factor = 0.123;  // of no preset
        config.name = name.toStdString();
        QCOMPARE(QString::fromStdString(methodName(config)), method);
    }

    void presetsNameTheirMethod() {
        RunConfig config = preset("CE+DRW");
        config.name = "my ablation";
        QCOMPARE(methodName(config), std::string("CE+DRW"));
        // A name that says another method than the config does not count.
        config.name = "VS";
        QCOMPARE(methodName(config), std::string("CE+DRW"));
        // A run of a sweep is of the sweep's method, whatever its value makes of it.
        config.name = "mine · ν = 0.5 · seed 3";
        QCOMPARE(methodName(config), std::string("mine"));
        // Where two methods are one config, the name decides.
        for (const char* method : {"VS", "LA"}) {
            PresetRequest request;
            request.method = method;
            request.profile = "step";
            request.ratio = 10;
            QCOMPARE(methodName(presetConfig(request)), std::string(method));
        }
    }

    void groupsAreOverSeeds() {
        std::vector<IndexedRun> runs;
        const double best[] = {0.71, 0.73, 0.75};
        for (std::uint64_t seed = 0; seed < 3; ++seed) {
            RunConfig config = preset("CE", 2 - seed);
            config.name = "CE seed " + std::to_string(2 - seed);
            runs.push_back(made(std::string(seed + 1, 'x'), config, {best[seed], 0.7}));
        }
        runs.push_back(made("other", preset("CE+DRW"), {0.8, 0.7}));
        // The same seed again: longer counts, or the newer of equals.
        runs.push_back(made("again", preset("CE", 2), {0.99}));
        runs.back().description.config.training.epochs = 2;
        runs.push_back(made("bad", preset("CE", 5), {0.5, 0.5}));
        runs.back().error = "unreadable";
        const auto groups = groupRuns(pointers(runs));
        QCOMPARE(groups.size(), std::size_t{2});
        QCOMPARE(ids(groups[0].runs), QString("xxx xx x"));
        QCOMPARE(ids(groups[0].repeated), QString("again"));
        QCOMPARE(ids(groups[1].runs), QString("other"));
        const Statistics statistics = statisticsOf(groups[0], runField("best"));
        QCOMPARE(statistics.n, 3);
        QCOMPARE(statistics.mean, 0.73);
        QVERIFY(std::abs(statistics.standard_deviation - 0.02) < 1e-12);
        QCOMPARE(statisticsOf(groups[0], runField("at:2")).mean, 0.7);
        QCOMPARE(std::get<std::string>(valueOf(groups[0], runField("data"))),
                 std::string("CIFAR-10 LT 100"));
    }

    void namesakesAreToldApart() {
        std::vector<IndexedRun> runs;
        for (const auto& [nu, seed] : {std::pair{0.1, 0}, std::pair{0.2, 0}, std::pair{0.2, 1}}) {
            RunConfig config = preset("VS+ADRW", static_cast<std::uint64_t>(seed));
            config.phases[1].alpha.parameters["nu"] = nu;
            config.name = "mine";
            runs.push_back(made("x", config, {0.5}));
        }
        runs.push_back(runs.back());  // the very same config
        runs.push_back(made("y", preset("CE"), {0.5}));
        runs.back().description.config.name = "other";
        const auto labels = runLabels(pointers(runs));
        const auto said = [&](std::size_t i) { return QString::fromStdString(labels[i]); };
        QVERIFY2(said(0).startsWith("mine (") && said(0).contains("ν = 0.1"), qPrintable(said(0)));
        QVERIFY2(said(1).contains("ν = 0.2") && said(1).contains("= 0)"), qPrintable(said(1)));
        QVERIFY2(said(2).contains("ν = 0.2") && said(2).contains("= 1)"), qPrintable(said(2)));
        QCOMPARE(said(3), said(2) + " #2");
        QCOMPARE(said(4), QString("other"));
    }

    void groupsAreToldApart() {
        std::vector<IndexedRun> runs;
        for (const double nu : {0.1, 0.2}) {
            RunConfig config = preset("VS+ADRW");
            config.phases[1].alpha.parameters["nu"] = nu;
            config.name = "VS+ADRW";
            runs.push_back(made("x", config, {0.5}));
        }
        runs.push_back(made("x", preset("VS+ADRW", 0, "cifar100"), {0.5}));
        runs.back().description.config.name = "VS+ADRW";
        runs.back().description.config.phases[1].alpha.parameters["nu"] = 0.3;
        runs.push_back(made("x", preset("CE"), {0.5}));
        runs.push_back(made("x", preset("CE", 0, "cifar100"), {0.5, 0.6}));
        const auto groups = groupRuns(pointers(runs));
        const auto names = groupNames(groups);
        QCOMPARE(names, (std::vector<std::string>{"VS+ADRW (ν = 0.1)", "VS+ADRW (ν = 0.2)",
                                                  "VS+ADRW (ν = 0.3)", "CE", "CE"}));
        // A learning-rate step that begins with the phase is not worth a word.
        std::vector<IndexedRun> moved;
        for (const int t0 : {100, 120}) {
            RunConfig config = preset("VS+ADRW");
            config.phases[1].from = t0;
            config.lr_schedule.steps = {{t0, 0.01}};
            moved.push_back(made("x", config, {0.5}));
        }
        QCOMPARE(groupNames(groupRuns(pointers(moved))),
                 (std::vector<std::string>{"VS+ADRW (T₀ = 100)", "VS+ADRW (T₀ = 120)"}));
        // A rule against another, and the same field in two phases.
        runs[1].description.config.phases[1].alpha = {"one", {}, {}};
        runs[1].description.config.phases[0].lr_factor = 0.5;
        runs[1].description.config.phases[1].lr_factor = 0.5;
        const auto others = groupNames(groupRuns(pointers(runs)));
        QVERIFY2(others[1].find("α_y = one") != std::string::npos, others[1].c_str());
        QVERIFY2(others[1].find("of phase 2 = 0.5") != std::string::npos, others[1].c_str());
        QVERIFY2(others[0].find("ν = 0.1") != std::string::npos, others[0].c_str());
    }

    void groupsByChosenFields() {
        std::vector<IndexedRun> runs;
        for (const std::uint64_t seed : {0, 1}) {
            runs.push_back(made("a", preset("CE", seed), {0.5}));
            runs.push_back(made("bb", preset("LA", seed), {0.7, 0.6}));
            runs.push_back(made("ccc", preset("CE", seed, "cifar100"), {0.3}));
        }
        runs.push_back(made("again", preset("CE", 0), {0.4}));
        runs.emplace_back().error = "unreadable";
        const std::vector<RunField> method = {runField("method")};
        const auto groups = groupRunsBy(pointers(runs), method);
        QCOMPARE(groups.size(), std::size_t{2});
        QCOMPARE(ids(groups[0].runs), QString("again a ccc ccc"));
        QCOMPARE(ids(groups[0].repeated), QString("a"));  // the same config and seed
        QCOMPARE(statisticsOf(groups[0], runField("best")).n, 4);
        QCOMPARE(groupNamesBy(groups, method), (std::vector<std::string>{"CE", "LA"}));
        const std::vector<RunField> both = {runField("/training/seed"), runField("method")};
        const auto finer = groupRunsBy(pointers(runs), both);
        QCOMPARE(finer.size(), std::size_t{4});
        const std::string name = groupNamesBy(finer, both)[0];
        QVERIFY2(name == "seed = 0, CE", name.c_str());
    }

    void whatAGroupsMeanHidesIsSaid() {
        std::vector<IndexedRun> runs = {made("a", preset("CE"), {0.5}),
                                        made("b", preset("CE", 1), {0.5})};
        const std::vector<RunField> method = {runField("method")};
        QCOMPARE(mixedIn(groupRuns(pointers(runs))[0]), std::string());
        runs[1].epochs.emplace_back();
        runs[1].description.class_counts = {1, 2};
        runs[0].description.class_counts = {1, 2, 3};
        QCOMPARE(mixedIn(groupRunsBy(pointers(runs), method)[0]),
                 std::string("epochs 1 and 2, 2 and 3 classes"));
    }

    void plainWordsFindNamesMethodsTagsAndNotes_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("found");
        QTest::newRow("nothing") << ""
                                 << "x yy zzz";
        QTest::newRow("method") << "ce"
                                << "zzz";
        QTest::newRow("part of a name") << "adrw"
                                        << "yy";
        QTest::newRow("name, any case") << "My"
                                        << "x";
        QTest::newRow("tag") << "baseline"
                             << "zzz";
        QTest::newRow("note") << "figure 3"
                              << "x";
        QTest::newRow("all words") << "my baseline"
                                   << "";
        QTest::newRow("with a condition") << "baseline and best>0.6"
                                          << "zzz";
        QTest::newRow("before a condition") << "ce best > 60 %"
                                            << "zzz";
        QTest::newRow("semicolon") << "ce;best<0.6"
                                   << "";
        QTest::newRow("condition alone") << "name = my run"
                                         << "x";
    }
    void plainWordsFindNamesMethodsTagsAndNotes() {
        QFETCH(QString, typed);
        QFETCH(QString, found);
        std::vector<IndexedRun> runs = {made("x", preset("LA"), {0.5}),
                                        made("yy", preset("VS+ADRW"), {0.5}),
                                        made("zzz", preset("CE"), {0.7})};
        runs[0].description.config.name = "my run";
        runs[0].notes.note = "as in Figure 3";
        runs[2].description.config = {};  // of the method CE, whatever its name
        runs[2].description.config.name = "third";
        runs[2].notes.tags = {"baseline"};
        const auto holds = runFilter(typed.toStdString());
        std::vector<const IndexedRun*> chosen;
        for (const IndexedRun& run : runs) {
            if (holds(run)) chosen.push_back(&run);
        }
        QCOMPARE(ids(chosen), found);
    }

    void aFilterNamesTheNearestField() {
        const QString said = errorOf([] { runFilter("drw bets>0.6"); });
        QVERIFY2(said.contains("did you mean best?"), qPrintable(said));
    }
};

BALLAST_TEST(TestRunQuery)
#include "tst_run_query.moc"
