#include "core/experiment/presets.h"

#include <QtTest>

#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;

class TestPresets : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // All rows of Table 1, on its eight kinds of data.
    void everyRowOfTable1IsThere_data() {
        QTest::addColumn<QString>("method");
        for (const char* row :
             {"CE", "LDAM", "VS", "CE+DRW", "LDAM+DRW", "VS+DRW", "CE+ADRW", "LDAM+ADRW",
              "VS+TLA+DRW", "VS+TLA+ADRW", "CE+DRW+SAM", "LDAM+DRW+SAM", "VS+SAM", "CE+ADRW+SAM",
              "LDAM+ADRW+SAM", "VS+TLA+ADRW+SAM"}) {
            QTest::newRow(row) << row;
        }
    }
    void everyRowOfTable1IsThere() {
        QFETCH(const QString, method);
        QVERIFY(std::ranges::any_of(
            presets(), [&](const PresetInfo& info) { return info.name == method.toStdString(); }));
        for (const char* dataset : {"cifar10", "cifar100"}) {
            for (const char* profile : {"long-tailed", "step"}) {
                for (const double ratio : {100.0, 10.0}) {
                    const RunConfig config =
                        presetConfig({method.toStdString(), dataset, profile, ratio, "", 0});
                    QCOMPARE(config.training.epochs, 200);
                    QCOMPARE(config.optimizer.weight_decay, 2e-4);
                    QCOMPARE(config.name, method.toStdString());
                    const bool deferred = method.contains(QStringLiteral("DRW"));
                    if (deferred) QCOMPARE(config.phases.back().from, 160);
                    const bool sam = method.contains(QStringLiteral("SAM"));
                    for (const Phase& phase : config.phases) QCOMPARE(phase.sam_radius > 0.0, sam);
                    QVERIFY(config.model.head == (method.startsWith(QStringLiteral("LDAM"))
                                                      ? HeadKind::cosine
                                                      : HeadKind::linear));
                }
            }
        }
    }

    // The paper's Algorithm 1 with the script's values for CIFAR-10 long-tailed 100.
    void algorithm1() {
        const RunConfig config = presetConfig({"Algorithm 1", "cifar10", "", 0, "", 20});
        QCOMPARE(config.name, std::string("VS+TLA+ADRW"));
        QCOMPARE(config.phases.size(), std::size_t{2});
        const Phase& first = config.phases[0];
        QCOMPARE(first.alpha.rule, std::string("one"));
        QCOMPARE(first.beta.parameters.at("gamma"), 0.05);
        QCOMPARE(first.delta.parameters.at("tau"), 1.0);
        const Phase& second = config.phases[1];
        QCOMPARE(second.from, 16);
        QCOMPARE(second.alpha.parameters.at("nu"), 0.15);
        QCOMPARE(second.beta.rule, std::string("one"));
        QCOMPARE(second.delta.parameters.at("tau"), 1.0);
        QCOMPARE(config.lr_schedule.warmup_epochs, 2);
        QCOMPARE(config.lr_schedule.steps, (std::vector<LrStep>{{16, 0.01}, {18, 0.0001}}));
    }

    void aConfigKnowsItsPreset() {
        for (const PresetInfo& info : presets()) {
            const RunConfig config =
                presetConfig({std::string(info.name), "cifar100", "step", 10, "", 0});
            const std::string found = presetOf(config);
            // Two names for one method on some data: γ = 0 makes VS and TLA what they are without.
            if (found != info.name) {
                QCOMPARE(presetConfig({found, "cifar100", "step", 10, "", 0}).phases,
                         config.phases);
            }
            RunConfig changed = config;
            changed.phases.front().lr_factor = 0.123;
            QCOMPARE(presetOf(changed), std::string());
        }
    }

    void secondStagesFollowTheWholeFirst() {
        const RunConfig config = presetConfig({"cRT", "cifar10", "", 0, "", 20});
        QCOMPARE(config.training.epochs, 22);
        QCOMPARE(config.phases.back().from, 20);
        QVERIFY(config.phases.back().trainable == Trainable::head);
        QVERIFY(config.phases.back().head_start == HeadStart::reinitialise);
        QVERIFY(config.phases.back().sampling == Sampling::class_balanced);
        QVERIFY(learningRateAt(config, 20) > learningRateAt(config, 19));
    }

    void theAuthorsProtocolIsLonger() {
        const RunConfig config = presetConfig({"LDAM+DRW+SAM", "cifar10", "", 0, "authors-400", 0});
        QCOMPARE(config.training.epochs, 400);
        QCOMPARE(config.training.augmentation, std::string("autoaugment-cutout"));
        QCOMPARE(config.optimizer.weight_decay, 5e-5);
        QCOMPARE(config.phases.front().sam_radius, 0.4);
        QCOMPARE(config.phases.back().from, 320);
        // The public code's warm-up reaches twice the base rate here; ours does not.
        for (int epoch = 0; epoch < 400; ++epoch) QVERIFY(learningRateAt(config, epoch) <= 0.1);
    }

    void photographsHaveTheirOwnProtocol() {
        const RunConfig config = presetConfig({"LDAM+DRW+SAM", "inaturalist2018", "", 0, "", 0});
        QCOMPARE(config.model.name, std::string("resnet50"));
        QCOMPARE(config.training.epochs, 90);
        QCOMPARE(config.training.batch_size, 256);
        QCOMPARE(config.optimizer.lr, 0.1);
        QCOMPARE(config.optimizer.weight_decay, 1e-4);
        QVERIFY(config.lr_schedule.kind == LrKind::cosine);
        const double radii[] = {0.05, 0.1, 0.1, 0.2};
        const int from[] = {0, 5, 60, 75};
        QCOMPARE(config.phases.size(), std::size_t{4});
        for (std::size_t i = 0; i < 4; ++i) {
            QCOMPARE(config.phases[i].from, from[i]);
            QCOMPARE(config.phases[i].sam_radius, radii[i]);
            QCOMPARE(config.phases[i].delta.parameters.at("max_margin"), 0.3);
            QCOMPARE(config.phases[i].alpha.rule, std::string(i < 2 ? "one" : "effective-number"));
        }
        const RunConfig imagenet = presetConfig({"CE", "imagenet-lt", "", 0, "", 0});
        QCOMPARE(imagenet.optimizer.lr, 0.2);
        QCOMPARE(imagenet.optimizer.weight_decay, 2e-4);
    }

    void unknownWordsAreNamed_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("said");
        QTest::newRow("base") << "VSS"
                              << "did you mean \"VS\"?";
        QTest::newRow("part") << "VS+ADWR"
                              << "did you mean \"ADRW\"?";
        QTest::newRow("TLA without a scale") << "LA+TLA"
                                             << "allowed with CDT and VS";
        QTest::newRow("two sets of phases") << "cRT+DRW"
                                            << "has its own phases";
    }
    void unknownWordsAreNamed() {
        QFETCH(const QString, method);
        QFETCH(const QString, said);
        const QString error = errorOf([&] {
            presetConfig({method.toStdString(), "cifar10", "", 0, "", 0});
        });
        QVERIFY2(error.contains(said), qPrintable(error));
    }

    /// Of a preset that is taken over, what belongs to the user stays.
    void takenOverKeepsWhatIsTheUsers() {
        RunConfig before = presetConfig({"CE", "cifar10", "", 0.0, "", 40});
        before.data.imbalance.ratio = 50.0;
        before.model.name = "resnet20";
        before.training.seed = 7;
        before.training.threads = 1;
        before.training.augmentation = "none";
        before.optimizer.weight_decay = 1e-3;
        const RunConfig preset = presetConfig({"LDAM+DRW", "cifar10", "", 0.0, "authors-400", 0});
        const RunConfig kept = takenOver(before, preset, false);
        QVERIFY(kept.phases == preset.phases && kept.loss == preset.loss);
        QVERIFY(kept.model.head == preset.model.head && kept.name == preset.name);
        QVERIFY(kept.lr_schedule == preset.lr_schedule);
        QCOMPARE(kept.training.epochs, preset.training.epochs);
        QVERIFY(kept.data == before.data);
        QCOMPARE(kept.model.name, before.model.name);
        QCOMPARE(kept.training.seed, before.training.seed);
        QCOMPARE(kept.training.threads, before.training.threads);
        QCOMPARE(kept.training.augmentation, before.training.augmentation);
        QCOMPARE(kept.optimizer.weight_decay, before.optimizer.weight_decay);
        const RunConfig with_protocol = takenOver(before, preset, true);
        QCOMPARE(with_protocol.training.augmentation, preset.training.augmentation);
        QCOMPARE(with_protocol.optimizer.weight_decay, preset.optimizer.weight_decay);
        QCOMPARE(with_protocol.training.seed, before.training.seed);
    }
};

BALLAST_TEST(TestPresets)
#include "tst_presets.moc"
