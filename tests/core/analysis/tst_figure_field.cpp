#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/analysis/figure_field.h"
#include "core/experiment/config_fields.h"
#include "tests/core/analysis/analysis_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestFigureField : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // The fast way reads what runField reads, of every field of the config and its rules' parts.
    void readsWhatRunFieldReads() {
        AnalysisRuns runs;
        runs.add(nuConfig(0.5), 0.7);
        RunConfig config = nuConfig(0.25);
        config.phases[0].beta = {"values", {}, {1.0, 2.0}};
        config.phases[1].weight_decay = 1e-3;
        config.lr_schedule.steps = {{1, 0.1}, {3, 0.01}};
        runs.add(config, 0.7);
        IndexedRun& unreadable = runs.add(config, 0.7);
        unreadable.error = "run.json is damaged";
        std::vector<std::string> pointers = {"/phases/1/alpha/nu", "/phases/1/alpha/rule",
                                             "/phases/0/alpha/rule", "/phases/0/beta/rule",
                                             "/phases/1/delta/tau"};
        for (const Field& field : configFields()) {
            std::string pointer(field.pointer);
            const std::size_t star = pointer.find('*');
            for (const char* index : {"0", "1", "7"}) {
                std::string own = pointer;
                if (star != std::string::npos) own.replace(star, 1, index);
                pointers.push_back(own);
            }
        }
        for (const std::string& pointer : pointers) {
            for (const IndexedRun* run : runs.all()) {
                const FieldValue fast = figureField(pointer).field.of(*run);
                const FieldValue slow = runField(pointer).of(*run);
                QVERIFY2(
                    fast == slow,
                    (pointer + ": " + valueText(fast) + " instead of " + valueText(slow)).c_str());
            }
        }
    }

    void phaseStarts() {
        AnalysisRuns runs;
        RunConfig config = nuConfig(0.5);
        config.phases.push_back(config.phases[1]);
        config.phases[2].from = 3;
        const IndexedRun& three = runs.add(config, 0.7);
        config.phases.resize(1);
        const IndexedRun& one = runs.add(config, 0.7);
        QCOMPARE(figureField("T0").field.of(three), FieldValue(3.0));
        QCOMPARE(figureField("T0:1").field.of(three), FieldValue(2.0));
        QCOMPARE(figureField("T0").field.of(one), FieldValue());
        QVERIFY(figureCondition("T0=3")(three));
        QVERIFY(figureCondition("T0:1 < 3")(three));
        QVERIFY(!figureCondition("T0>=0")(one));
        QVERIFY(figureCondition("T0=null")(one));
        QVERIFY_THROWS_EXCEPTION(ConfigError, figureCondition("T1=3"));
        QCOMPARE(figureField("T0:1").field.of(one), FieldValue());
        QCOMPARE(figureField("T0").pointersOf(three), std::vector<std::string>{"/phases/2/from"});
    }

    void ratioOfTheBestEpoch() {
        AnalysisRuns runs;
        IndexedRun& run = runs.add(nuConfig(0.5), 0.7);
        run.epochs[0].majority_accuracy = 0.8;
        run.epochs[0].minority_accuracy = 0.2;
        run.epochs[3].majority_accuracy = 1.0;
        run.epochs[3].minority_accuracy = 0.9;
        QCOMPARE(figureField("ratio").field.of(run), FieldValue(0.25));
        run.epochs[0].exact_majority_accuracy = 0.8;
        run.epochs[0].exact_minority_accuracy = 0.6;
        QCOMPARE(figureField("ratio").field.of(run), FieldValue(0.6 / 0.8));
        run.epochs[0].exact_majority_accuracy = 0.0;
        run.epochs[0].majority_accuracy = 0.0;
        QCOMPARE(figureField("ratio").field.of(run), FieldValue());
    }

    // The index has no numbers of single classes: the records have.
    void accuracyOfAClass() {
        const QTemporaryDir folder;
        AnalysisRuns runs;
        IndexedRun& run = runs.add(nuConfig(0.5), 0.7);
        run.folder = folder.path().toStdString();
        const std::size_t best = run.bestEpoch().value();
        std::ofstream file(run.folder / "epochs.jsonl");
        for (std::size_t epoch = 0; epoch < run.epochs.size(); ++epoch) {
            EpochRecord record;
            record.epoch = static_cast<int>(epoch);
            record.test_accuracy = {0.5, kMissing, epoch == best ? 0.25 : 0.75};
            file << toJson(record).dump() << "\n";
        }
        file.close();
        const auto value = [&](const char* name) { return figureField(name).field.of(run); };
        QCOMPARE(value("class:0"), FieldValue(0.5));
        QCOMPARE(value("class:2"), FieldValue(0.25));
        QCOMPARE(value("class:1"), FieldValue());
        QCOMPARE(value("class:3"), FieldValue());
        QCOMPARE(figureFieldLabel("class:2"), std::string("test accuracy of class 2, best epoch"));
        QCOMPARE(betterDirection("class:2"), 1);
        std::ofstream(run.folder / "epochs.jsonl") << "{\"epoch\": 0}\n{\"torn";
        QCOMPARE(value("class:0"), FieldValue());
    }

    void methodOfASweep() {
        AnalysisRuns runs;
        QCOMPARE(figureField("method").field.of(runs.add(nuConfig(0.5), 0.7)),
                 FieldValue("CE+ADRW"));
        RunConfig config;
        config.name = "mine";
        config.training.epochs = 1;
        config.phases[0].alpha = {"values", {}, {1.0, 2.0}};
        const IndexedRun& run = runs.add(config, 0.7);
        QCOMPARE(figureField("method").field.of(run), runField("method").of(run));
    }

    void mistakes_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("said");
        QTest::newRow("result") << "bset"
                                << "did you mean best?";
        QTest::newRow("ours") << "ratios"
                              << "did you mean ratio?";
        QTest::newRow("pointer") << "/data/datasett"
                                 << "did you mean /data/dataset?";
        QTest::newRow("all phases") << "/phases/*/alpha/nu"
                                    << "a figure shows one, such as /phases/0/alpha/nu";
        QTest::newRow("class") << "class:cat"
                               << "expected class:K, a class counted from 0";
        QTest::newRow("phase") << "T0:x"
                               << "expected T0:K";
        QTest::newRow("first phase") << "T0:0"
                                     << "expected T0:K";
    }
    void mistakes() {
        QFETCH(const QString, name);
        QFETCH(const QString, said);
        const std::string error = complaintOf([&] { figureField(name.toStdString()); });
        QVERIFY2(QString::fromStdString(error).contains(said), error.c_str());
    }

    void labels() {
        QCOMPARE(figureFieldLabel("/phases/1/alpha/nu"),
                 std::string("ν of class weight α_y, phase 2"));
        QCOMPARE(figureFieldLabel("at:20"), std::string("balanced test accuracy after 20 epochs"));
        QCOMPARE(figureFieldLabel("T0:1"), std::string("first epoch of phase 2"));
        QCOMPARE(betterDirection("loss"), -1);
        QCOMPARE(betterDirection("few"), 1);
        QCOMPARE(betterDirection("epochs"), 0);
    }
};

BALLAST_TEST(TestFigureField)
#include "tst_figure_field.moc"
