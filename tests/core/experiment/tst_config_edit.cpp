#include "core/experiment/config_edit.h"

#include <QtTest>
#include <functional>

#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"
#include "core/experiment/epoch_tree.h"
#include "core/experiment/imbalance.h"
#include "core/experiment/presets.h"
#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

namespace {

/// CE+ADRW over 200 epochs: another phase and a step at 160, another step at 180.
RunConfig deferred() {
    RunConfig config;
    config.name = "base";
    config.phases.resize(2);
    config.phases[0].delta = {"la", {{"tau", 1.0}}, {}};
    config.phases[1].from = 160;
    config.phases[1].alpha = {"power", {{"nu", 0.15}}, {}};
    config.lr_schedule.steps = {{160, 0.01}, {180, 0.0001}};
    return config;
}

/// A third phase, from 180 on, that gives the head new weights.
RunConfig secondStage() {
    RunConfig config = deferred();
    config.phases.push_back(config.phases[1]);
    config.phases[2].from = 180;
    config.phases[2].head_start = HeadStart::reinitialise;
    config.phases[2].weight_decay = 1e-3;
    return config;
}

/// Settings as people write them: "/pointer=json".
std::vector<Setting> settings(const QStringList& lines) {
    std::vector<Setting> list;
    for (const QString& line : lines) {
        const std::string value = line.section('=', 1).toStdString();
        const json parsed = json::parse(value, nullptr, false);
        list.push_back(
            {line.section('=', 0, 0).toStdString(), parsed.is_discarded() ? json(value) : parsed});
    }
    return list;
}

ConfigEdit edited(const RunConfig& config, int epoch, const QStringList& lines,
                  bool next_phase_now = false) {
    return editedFrom(config, classCounts(config.data), epoch, settings(lines), next_phase_now);
}

int shared(const RunConfig& a, const RunConfig& b) {
    EpochTree tree;
    const EpochPath of_a = tree.add(a, classCounts(a.data));
    return sharedEpochs(of_a, tree.add(b, classCounts(b.data)));
}

const ContractRow* rowAt(const ConfigEdit& edit, const std::string& pointer) {
    const auto row = std::ranges::find(edit.contract, pointer, &ContractRow::pointer);
    return row == edit.contract.end() ? nullptr : &*row;
}

const ContractRow* rowCalled(const ConfigEdit& edit, const std::string& label) {
    const auto row = std::ranges::find(edit.contract, label, &ContractRow::label);
    return row == edit.contract.end() ? nullptr : &*row;
}

/// Part of phase 0 begins at `epoch`; returns it.
Phase& split(RunConfig& config, std::size_t phase, int epoch) {
    Phase part = config.phases[phase];
    part.from = epoch;
    part.head_start = HeadStart::keep;
    config.phases.insert(config.phases.begin() + static_cast<std::ptrdiff_t>(phase) + 1, part);
    return config.phases[phase + 1];
}

using Change = std::function<void(RunConfig&)>;
using Kind = ContractRow::Kind;

}  // namespace

Q_DECLARE_METATYPE(Change)

class TestConfigEdit : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Settings at an epoch, and the plain config they stand for.
    void whatSettingsMean_data() {
        QTest::addColumn<int>("epoch");
        QTest::addColumn<QStringList>("lines");
        QTest::addColumn<Change>("change");
        const auto row = [](const char* name, int epoch, const QStringList& lines, Change change) {
            QTest::newRow(name) << epoch << lines << std::move(change);
        };
        row("nothing", 100, {}, [](RunConfig&) {});
        row("what holds anyway", 100, {"/phase/sam_radius=0", "/training/seed=0"},
            [](RunConfig&) {});
        row("name and selection", 100, {"/name=other"}, [](RunConfig& c) { c.name = "other"; });
        row("longer", 100, {"/training/epochs=300"}, [](RunConfig& c) { c.training.epochs = 300; });
        row("longer after the end", 200, {"/training/epochs=220"},
            [](RunConfig& c) { c.training.epochs = 220; });
        row("SAM in the middle of a phase", 100, {"/phase/sam_radius=0.2"},
            [](RunConfig& c) { split(c, 0, 100).sam_radius = 0.2; });
        row("the phase by its number", 100, {"/phases/0/sam_radius=0.2"},
            [](RunConfig& c) { split(c, 0, 100).sam_radius = 0.2; });
        row("another phase's start is no split", 160, {"/phase/sam_radius=0.2"},
            [](RunConfig& c) { c.phases[1].sam_radius = 0.2; });
        row("last phase", 170, {"/phase/alpha/nu=0.5"},
            [](RunConfig& c) { split(c, 1, 170).alpha.parameters["nu"] = 0.5; });
        row("later phase", 100, {"/phases/1/alpha/nu=0.5"},
            [](RunConfig& c) { c.phases[1].alpha.parameters["nu"] = 0.5; });
        row("both", 100, {"/phases/1/alpha/nu=0.5", "/phase/delta/tau=2"}, [](RunConfig& c) {
            c.phases[1].alpha.parameters["nu"] = 0.5;
            split(c, 0, 100).delta.parameters["tau"] = 2.0;
        });
        row("a rule and then its parameter", 100, {"/phase/alpha=power", "/phase/alpha/nu=0.3"},
            [](RunConfig& c) {
                split(c, 0, 100).alpha = {"power", {{"nu", 0.3}}, {}};
            });
        row("later step", 100, {"/lr_schedule/steps/1/factor=0.001"},
            [](RunConfig& c) { c.lr_schedule.steps[1].factor = 0.001; });
        row("T0 with its step", 100, {"/phases/1/from=120", "/lr_schedule/steps/0/from=120"},
            [](RunConfig& c) { c.phases[1].from = c.lr_schedule.steps[0].from = 120; });
        row("T0 here", 100, {"/phases/1/from=100", "/phase/alpha/nu=0.5"}, [](RunConfig& c) {
            c.phases[1].from = 100;
            c.phases[1].alpha.parameters["nu"] = 0.5;
        });
        row("learning rate", 100, {"/optimizer/lr=0.05"}, [](RunConfig& c) {
            split(c, 0, 100).lr_factor = 0.5;
            c.phases[2].lr_factor = 0.5;
        });
        row("weight decay", 100, {"/optimizer/weight_decay=0.001"}, [](RunConfig& c) {
            split(c, 0, 100).weight_decay = 1e-3;
            c.phases[2].weight_decay = 1e-3;
        });
        row("weight decay of the phase", 100, {"/phase/weight_decay=0.001"},
            [](RunConfig& c) { split(c, 0, 100).weight_decay = 1e-3; });
        row("new head", 100, {"/phase/head_start=reinitialise"},
            [](RunConfig& c) { split(c, 0, 100).head_start = HeadStart::reinitialise; });
        row("from the first epoch on", 0, {"/training/seed=3", "/phase/sam_radius=0.1"},
            [](RunConfig& c) {
                c.training.seed = 3;
                c.phases[0].sam_radius = 0.1;
            });
        row("the optimiser from the first epoch on", 0, {"/optimizer/lr=0.05"},
            [](RunConfig& c) { c.optimizer.lr = 0.05; });
        row("all steps", 100, {"/lr_schedule/steps=[{\"from\": 150, \"factor\": 0.1}]"},
            [](RunConfig& c) {
                c.lr_schedule.steps = {{150, 0.1}};
            });
    }

    void whatSettingsMean() {
        QFETCH(int, epoch);
        QFETCH(QStringList, lines);
        QFETCH(Change, change);
        RunConfig wanted = deferred();
        change(wanted);
        const ConfigEdit edit = edited(deferred(), epoch, lines);
        QCOMPARE(json(toJson(edit.config)), json(toJson(wanted)));
        QVERIFY(shared(deferred(), edit.config) >= epoch);
        QVERIFY(checkConfig(toJson(edit.config)).empty());
    }

    void theNextPhaseBeginsNow() {
        RunConfig wanted = deferred();
        wanted.phases[1].from = 100;
        wanted.lr_schedule.steps[0].from = 100;
        ConfigEdit edit = edited(deferred(), 100, {}, true);
        QCOMPARE(json(toJson(edit.config)), json(toJson(wanted)));
        wanted.phases[1].sam_radius = 0.2;
        edit = edited(deferred(), 100, {"/phase/sam_radius=0.2"}, true);
        QCOMPARE(json(toJson(edit.config)), json(toJson(wanted)));
        // Steps between here and there are passed over, and what is set by number stays its step.
        RunConfig stepped = deferred();
        stepped.lr_schedule.steps.insert(stepped.lr_schedule.steps.begin(), {120, 0.1});
        edit = edited(stepped, 100, {"/lr_schedule/steps/2/factor=0.001"}, true);
        wanted.phases[1].sam_radius = 0.0;
        wanted.lr_schedule.steps[1].factor = 0.001;
        QCOMPARE(json(toJson(edit.config)), json(toJson(wanted)));
        const auto gone = std::ranges::find_if(edit.contract, [](const ContractRow& row) {
            return row.before == 120 && row.after.is_null();
        });
        QVERIFY(gone != edit.contract.end());
        QCOMPARE(gone->kind, Kind::changed);
    }

    /// What cannot be, and the words that say why.
    void whatCannotChange_data() {
        QTest::addColumn<int>("epoch");
        QTest::addColumn<QStringList>("lines");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, int epoch, const QStringList& lines,
                            const char* says) {
            QTest::newRow(name) << epoch << lines << QString::fromUtf8(says);
        };
        const auto fixed = [&](const char* line, const char* value) {
            row(line, 20, {line},
                (QString(line).section('=', 0, 0) + ": the first 20 epochs were trained with " +
                 value)
                    .toUtf8());
        };
        fixed("/training/seed=1", "0");
        fixed("/training/batch_size=64", "128");
        fixed("/training/augmentation=none", "crop-flip");
        fixed("/training/exact_every=1", "5");
        fixed("/training/device=cpu", "auto");
        fixed("/training/threads=2", "0");
        fixed("/optimizer/momentum=0.8", "0.9");
        fixed("/model/name=resnet8", "resnet32");
        fixed("/loss/name=focal", "vs");
        fixed("/loss/reduction=mean", "weighted-mean");
        fixed("/lr_schedule/warmup_epochs=3", "5");
        fixed("/data/imbalance/ratio=10", "100");
        fixed("/data/imbalance/seed=1", "0");
        row("one epoch", 1, {"/training/seed=1"}, "the first epoch was trained with 0");
        row("all of them", 20, {"/training/seed=1", "/optimizer/momentum=0.8"},
            "/optimizer/momentum");
        row("only the culprit", 20, {"/name=x", "/training/seed=1"}, "/training/seed");
        row("phase that is over", 170, {"/phases/0/sam_radius=0.1"}, "phase 1 is over");
        row("start of a phase that has begun", 170, {"/phases/1/from=165"}, "began at epoch 160");
        row("start in the past", 100, {"/phases/1/from=50"}, "50 is over; allowed: from 100 on");
        row("step that was", 170, {"/lr_schedule/steps/0/factor=0.1"}, "was at epoch 160");
        row("step into the past", 100, {"/lr_schedule/steps/0/from=50"}, "50 is over");
        row("shorter than trained", 100, {"/training/epochs=100"}, "allowed: above 100");
        row("phase start by /phase", 100, {"/phase/from=120"}, "/phases/N/from");
        row("estimates later", 100, {"/phase/beta=cvs-scale"}, "without estimates of κ_y");
        row("estimates later, by number", 100, {"/phases/1/beta=cvs-scale"}, "without estimates");
        row("unknown field", 100, {"/phase/sam_radios=1"}, "did you mean");
        row("unknown top field", 100, {"/training/epoch=1"}, "did you mean /training/epochs");
        row("no pointer", 100, {"epochs=1"}, "no field epochs");
        row("no such phase", 100, {"/phases/7/sam_radius=0.1"}, "there is no element 7");
        row("parameter the rule lacks", 100, {"/phase/alpha/nu=1"}, "/phase/alpha/nu");
        row("value", 100, {"/phase/sam_radius=-1"}, "/phase/sam_radius: -1 is out of range");
        row("value by number", 100, {"/phases/0/sam_radius=-1"},
            "/phases/0/sam_radius: -1 is out of range");
        row("value without a split", 160, {"/phase/sam_radius=-1"},
            "/phase/sam_radius: -1 is out of range");
        row("value of a later phase", 100, {"/phase/sam_radius=1", "/phases/1/sam_radius=-1"},
            "/phases/1/sam_radius: -1 is out of range");
        row("rate", 100, {"/optimizer/lr=-1"}, "/optimizer/lr: -1 is out of range");
        row("text for a number", 100, {"/optimizer/lr=fast"}, "is not a number");
        row("text for an epoch", 100, {"/phases/1/from=soon"}, "is not a number");
        row("past in a list", 170, {"/lr_schedule/steps=[]"}, "/lr_schedule/steps");
        row("before the run", -1, {}, "allowed: 0 … 200");
        row("after the run", 201, {}, "allowed: 0 … 200");
    }

    void whatCannotChange() {
        QFETCH(int, epoch);
        QFETCH(QStringList, lines);
        QFETCH(QString, says);
        const QString error = errorOf([&] { edited(deferred(), epoch, lines); });
        QVERIFY2(error.contains(says), qPrintable(error));
        QVERIFY2(!error.contains("  /name"), qPrintable(error));
    }

    void theNextPhaseCannotBeginNow() {
        const auto says = [](int epoch) {
            return errorOf([&] { edited(deferred(), epoch, {}, true); });
        };
        QVERIFY(says(170).contains("there is no phase after"));
        QVERIFY(says(160).contains("no phase after"));
        QVERIFY(says(0).contains("first epoch"));
        const QString twice = errorOf([] { edited(secondStage(), 160, {}, true); });
        QVERIFY2(twice.contains("begins at epoch 160 anyway"), qPrintable(twice));
        // A cosine's rate depends on how many epochs there will be.
        RunConfig cosine = deferred();
        cosine.lr_schedule = {LrKind::cosine, 0, {}};
        const QString longer = errorOf([&] { edited(cosine, 20, {"/training/epochs=300"}); });
        QVERIFY2(longer.contains("/training/epochs: the first 20 epochs"), qPrintable(longer));
    }

    void weightDecayIsOfThosePhasesThatHaveNoneOfTheirOwn() {
        const ConfigEdit edit = edited(secondStage(), 170, {"/optimizer/weight_decay=0.01"});
        QCOMPARE(edit.config.phases.size(), 4U);
        QCOMPARE(edit.config.phases[2].weight_decay, 0.01);
        QCOMPARE(edit.config.phases[3].weight_decay, 1e-3);
        const QString none =
            errorOf([] { edited(secondStage(), 180, {"/optimizer/weight_decay=0.01"}); });
        QVERIFY2(none.contains("/phase/weight_decay"), qPrintable(none));
    }

    void theContractNamesEveryField() {
        const ConfigEdit edit = edited(deferred(), 100, {"/phase/sam_radius=0.2"});
        std::size_t fields = 0;
        for (const Field& field : configFields()) {
            const bool of_phase = field.pointer.starts_with("/phases/*");
            fields += of_phase ? 3U : field.pointer.starts_with("/lr_schedule/steps/*") ? 2U : 1U;
        }
        std::size_t rows = 0;
        for (const ContractRow& row : edit.contract) rows += row.pointer.empty() ? 0U : 1U;
        QCOMPARE(rows, fields);

        const ContractRow* changed = rowAt(edit, "/phases/1/sam_radius");
        QVERIFY(changed != nullptr);
        QCOMPARE(changed->kind, Kind::changed);
        QCOMPARE(changed->label, std::string("Phase 2 · SAM radius"));
        QCOMPARE(changed->before, json(0.0));
        QCOMPARE(changed->after, json(0.2));
        QCOMPARE(changed->from, 100);
        const ContractRow* split_here = rowAt(edit, "/phases/1/from");
        QCOMPARE(split_here->kind, Kind::changed);
        QVERIFY(split_here->before.is_null());
        // The old second phase is the third, and otherwise as it was.
        for (const char* key : {"from", "alpha", "sam_radius", "head_start"}) {
            const ContractRow* row = rowAt(edit, std::string("/phases/2/") + key);
            QCOMPARE(row->kind, Kind::inherited);
            QCOMPARE(row->from, 160);
        }
        QCOMPARE(std::ranges::count(edit.contract, Kind::changed, &ContractRow::kind), 2);
    }

    void theContractNamesTheState() {
        const ConfigEdit edit = edited(deferred(), 102, {"/optimizer/lr=0.05"});
        for (const char* label : {"Weights", "Batch-norm statistics", "Momentum", "Random numbers",
                                  "Records of epochs 0–101"}) {
            const ContractRow* row = rowCalled(edit, label);
            QVERIFY2(row != nullptr, label);
            QCOMPARE(row->kind, Kind::inherited);
        }
        QVERIFY(rowCalled(edit, "Estimates of κ_y") == nullptr);
        QCOMPARE(rowCalled(edit, "Records of epochs 102–199")->kind, Kind::reset);
        QCOMPARE(rowCalled(edit, "Exact statistics of epoch 101")->kind, Kind::reset);
        const ContractRow* rate = rowCalled(edit, "Learning rate in epoch 102");
        QCOMPARE(rate->before, json(0.1));
        QCOMPARE(rate->after, json(0.05));

        RunConfig estimating = deferred();
        estimating.phases[1].beta = {"cvs-scale", {{"gamma", 0.1}}, {}};
        QVERIFY(rowCalled(edited(estimating, 100, {}), "Estimates of κ_y") != nullptr);
        const ConfigEdit anew = edited(deferred(), 100, {"/phase/head_start=reinitialise"});
        QCOMPARE(rowCalled(anew, "Head's weights and momentum")->kind, Kind::reset);
        QCOMPARE(rowCalled(edited(deferred(), 0, {}), "Records")->kind, Kind::reset);
    }

    /// A factor of 0.1 would give 0.010000000000000002.
    void aRateIsTheOneThatWasAskedFor() {
        for (const double rate : {0.01, 0.03, 0.3}) {
            RunConfig config = deferred();
            const double base = config.optimizer.lr;
            const double now = learningRateAt(config, 102);
            const double asked = base * rate / now;
            const ConfigEdit edit = edited(
                config, 102, {QString::fromStdString("/optimizer/lr=" + json(asked).dump())});
            QCOMPARE(json(learningRateAt(edit.config, 102)).dump(), json(rate).dump());
        }
    }

    void aHeadThatIsDrawnOtherwiseIsSaid() {
        const ConfigEdit edit = edited(secondStage(), 170, {"/phase/sam_radius=0.2"});
        const ContractRow* row = rowAt(edit, "/phases/3/head_start");
        QCOMPARE(row->kind, Kind::changed);
        QVERIFY(row->note.find("which was 3 and is 4") != std::string::npos);
        const ConfigEdit plain = edited(secondStage(), 160, {"/phase/sam_radius=0.2"});
        QCOMPARE(rowAt(plain, "/phases/2/head_start")->kind, Kind::inherited);
    }

    /// A split phase continues its schedule, and says what is cleared where it begins one.
    void aSplitPhaseKeepsItsSchedule() {
        RunConfig config = deferred();
        config.phases[1].lr_schedule = PhaseSchedule::cosine;
        config.lr_schedule.steps.clear();
        const ConfigEdit edit = edited(config, 180, {"/phase/sam_radius=0.2"});
        QCOMPARE(edit.config.phases.size(), 3U);
        QVERIFY(edit.config.phases[2].lr_schedule == PhaseSchedule::continued);
        for (int epoch = 0; epoch < 200; ++epoch) {
            QCOMPARE(learningRateAt(edit.config, epoch), learningRateAt(config, epoch));
        }
        QCOMPARE(shared(config, edit.config), 180);
        QCOMPARE(rowAt(edit, "/phases/2/lr_schedule")->kind, Kind::inherited);
        QVERIFY(rowCalled(edit, "All momentum") == nullptr);
        QCOMPARE(edited(config, 180, {"/phase/lr_schedule=continue"}).config.phases.size(), 2U);
        // The cosine would have ended there.
        const QString error =
            errorOf([&] { edited(config, 180, {"/phase/lr_schedule=constant"}); });
        QVERIFY2(error.contains("/phase/lr_schedule"), qPrintable(error));
        const ConfigEdit anew = edited(deferred(), 180, {"/phase/lr_schedule=constant"});
        QCOMPARE(learningRateAt(anew.config, 199), 0.1);
        QCOMPARE(rowCalled(anew, "All momentum")->kind, Kind::reset);
    }

    /// An edit of an edit: the second begins where the first has split.
    void editsFollowEachOther() {
        const ConfigEdit first = edited(deferred(), 50, {"/phase/sam_radius=0.1"});
        const ConfigEdit second = edited(first.config, 80, {"/phase/sam_radius=0.2"});
        QCOMPARE(second.config.phases.size(), 4U);
        QCOMPARE(shared(first.config, second.config), 80);
        QCOMPARE(shared(deferred(), second.config), 50);
        const ConfigEdit again = edited(first.config, 50, {"/phase/sam_radius=0.2"});
        QCOMPARE(again.config.phases.size(), 3U);
    }

    /// Runs that wait for a plateau, and those that have had theirs, are edited as any.
    void runsWithAPlateau() {
        RunConfig config = presetConfig({"CE+DRW", "cifar10", "", 100.0, "", 200});
        config.phases[1].plateau = 5;
        const auto counts = classCounts(config.data);
        const std::vector<Setting> rate = {{"/phase/lr_factor", 0.5}};
        const RunConfig waiting = editedFrom(config, counts, 50, rate).config;
        QCOMPARE(waiting.phases.size(), std::size_t{3});
        QCOMPARE(waiting.phases[1].plateau, 0);
        QCOMPARE(waiting.phases[2].plateau, 5);
        const RunConfig begun = editedFrom(config, counts, 100, {}, true).config;
        QCOMPARE(begun.phases[1].from, 100);
        const RunConfig later = editedFrom(begun, counts, 120, rate).config;
        QCOMPARE(later.phases[1].plateau, 5);
        QCOMPARE(later.phases[2].plateau, 0);
        const std::vector<Setting> off = {{"/phases/1/plateau", 0}};
        QCOMPARE(editedFrom(config, counts, 50, off).config.phases[1].plateau, 0);
        const std::vector<Setting> shorter = {{"/phases/1/plateau", 3}};  // might have been there
        QVERIFY_THROWS_EXCEPTION(ConfigError, editedFrom(config, counts, 50, shorter));
    }

    /// A cosine that leads to the next phase's start is another one where that comes earlier.
    void aPhaseToWhichACosineLeadsStaysWhereItIs() {
        RunConfig config = presetConfig({"CE+DRW", "cifar10", "", 100.0, "", 200});
        config.lr_schedule.kind = LrKind::cosine;
        config.lr_schedule.steps.clear();
        config.phases[1].lr_schedule = PhaseSchedule::cosine;
        const auto counts = classCounts(config.data);
        QVERIFY_THROWS_EXCEPTION(ConfigError, editedFrom(config, counts, 100, {}, true));
    }
};

BALLAST_TEST(TestConfigEdit)
#include "tst_config_edit.moc"
