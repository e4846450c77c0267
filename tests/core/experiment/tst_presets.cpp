#include "core/experiment/presets.h"

#include <QtTest>
#include <algorithm>

#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "tests/core/base/error_of.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

constexpr const char* kTable1[] = {"CE",
                                   "LDAM",
                                   "VS",
                                   "CE+DRW",
                                   "LDAM+DRW",
                                   "VS+DRW",
                                   "CE+ADRW",
                                   "LDAM+ADRW",
                                   "VS+TLA+DRW",
                                   "VS+TLA+ADRW",
                                   "CE+DRW+SAM",
                                   "LDAM+DRW+SAM",
                                   "VS+SAM",
                                   "CE+ADRW+SAM",
                                   "LDAM+ADRW+SAM",
                                   "VS+TLA+ADRW+SAM"};

/// A line of the authors' script's table: radius and weight decay of CE and LDAM; γ, τ, radius and
/// weight decay of VS; ν, τ and radius of VS+TLA+ADRW from T₀ on, and its radius before.
struct Row {
    const char* dataset;
    const char* profile;
    double ratio;
    double ce[2], ldam[2], vs[4], later[3];
    double resumed_radius;
};
const Row kRows[] = {
    {"cifar10",
     "long-tailed",
     100,
     {0.1, 1e-4},
     {0.4, 5e-5},
     {0.05, 1, 0.1, 2e-4},
     {0.15, 1, 0.2},
     0.1},
    {"cifar10", "long-tailed", 10, {0.1, 1e-4}, {0.4, 1e-5}, {0, 1, 0.1, 1e-4}, {0.1, 1, 0.1}, 0.1},
    {"cifar10", "step", 100, {0.1, 5e-5}, {0.2, 5e-5}, {0, 1.25, 0.1, 1e-4}, {0.1, 1, 0.2}, 0.1},
    {"cifar10", "step", 10, {0.1, 5e-5}, {0.2, 5e-5}, {0, 1, 0.1, 1e-4}, {0.1, 1, 0.1}, 0.1},
    {"cifar100",
     "long-tailed",
     100,
     {0.2, 1e-4},
     {0.5, 1e-4},
     {0.05, 1, 0.3, 2e-4},
     {0.25, 0.75, 0.4},
     0.2},
    {"cifar100",
     "long-tailed",
     10,
     {0.1, 1e-4},
     {0.3, 5e-5},
     {0.05, 0.5, 0.1, 1e-4},
     {0.1, 0.75, 0.5},
     0.1},
    {"cifar100", "step", 100, {0.3, 1e-5}, {0.3, 5e-5}, {0, 1, 0.2, 1e-4}, {0.1, 1, 0.2}, 0.2},
    {"cifar100", "step", 10, {0.1, 1e-5}, {0.4, 5e-5}, {0, 1, 0.1, 1e-4}, {0.05, 1, 0.3}, 0.1},
};

/// A parameter of a class rule, or −1 where the phase has another rule.
double parameterOf(const ClassRule& rule, const char* name, const char* parameter) {
    return rule.rule == name ? rule.parameters.at(parameter) : -1.0;
}

/// Whether the notes of a preset hold the words, in one of them.
bool notes(const PresetRequest& request, const char* words) {
    return std::ranges::any_of(presetNotes(request), [&](const std::string& note) {
        return note.find(words) != std::string::npos;
    });
}

}  // namespace

class TestPresets : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // All rows of Table 1, on its eight kinds of data.
    void everyRowOfTable1IsThere_data() {
        QTest::addColumn<QString>("method");
        for (const char* row : kTable1) QTest::newRow(row) << row;
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

    void valuesAreThePublished_data() {
        QTest::addColumn<int>("row");
        QTest::addColumn<QString>("method");
        QTest::addColumn<bool>("authors");
        for (int row = 0; row < 8; ++row) {
            for (const char* method : kTable1) {
                for (const bool authors : {false, true}) {
                    const Row& data = kRows[row];
                    QTest::addRow("%s %s %g %s %s", data.dataset, data.profile, data.ratio, method,
                                  authors ? "authors-400" : "paper-200")
                        << row << method << authors;
                }
            }
        }
    }
    /// The authors' script in 400 epochs; in 200 epochs weight decay 2e-4, and Saddle-LongTail's
    /// radii for CE and LDAM. Weight decay is what ran: phase 2 keeps that of the resumed VS.
    void valuesAreThePublished() {
        QFETCH(const int, row);
        QFETCH(const QString, method);
        QFETCH(const bool, authors);
        const Row& data = kRows[row];
        const RunConfig config = presetConfig({method.toStdString(), data.dataset, data.profile,
                                               data.ratio, authors ? "authors-400" : "", 0});
        const bool sam = method.endsWith(QStringLiteral("+SAM"));
        const bool deferred = method.contains(QStringLiteral("DRW"));
        const bool tla = method.contains(QStringLiteral("TLA"));
        QCOMPARE(config.phases.size(), std::size_t(deferred ? 2 : 1));
        const Phase& first = config.phases.front();
        const Phase& last = config.phases.back();
        const bool cifar100 = std::string(data.dataset) == "cifar100";
        double weight_decay = data.ce[1];
        double radii[] = {authors ? data.ce[0] : cifar100 ? 0.8 : 0.5, 0};
        double nu = 0.5;
        radii[1] = radii[0];
        if (method.startsWith(QStringLiteral("LDAM"))) {
            weight_decay = data.ldam[1];
            radii[0] = radii[1] = authors ? data.ldam[0] : 0.8;
            QCOMPARE(parameterOf(first.beta, "constant", "scale"), 30.0);
            QCOMPARE(parameterOf(first.delta, "ldam", "max_margin"), 0.5);
            QVERIFY(last.beta == first.beta && last.delta == first.delta);
        } else if (method.startsWith(QStringLiteral("VS"))) {
            weight_decay = data.vs[3];
            radii[0] = tla ? data.resumed_radius : data.vs[2];
            radii[1] = tla ? data.later[2] : data.vs[2];
            nu = data.later[0];
            if (data.vs[0] > 0) {
                QCOMPARE(parameterOf(first.beta, "cdt", "gamma"), data.vs[0]);
            } else {
                QCOMPARE(first.beta.rule, std::string("one"));
            }
            QCOMPARE(parameterOf(first.delta, "la", "tau"), data.vs[1]);
            QCOMPARE(parameterOf(last.delta, "la", "tau"), tla ? data.later[1] : data.vs[1]);
            if (tla) {
                QCOMPARE(last.beta.rule, std::string("one"));
            } else {
                QVERIFY(last.beta == first.beta);
            }
        } else {
            QVERIFY(first.beta.rule == "one" && first.delta.rule == "zero");
        }
        QCOMPARE(first.alpha.rule, std::string("one"));
        if (method.contains(QStringLiteral("ADRW"))) {
            QCOMPARE(parameterOf(last.alpha, "power", "nu"), nu);
        } else if (deferred) {
            QCOMPARE(parameterOf(last.alpha, "effective-number", "p"), 0.9999);
        }
        QCOMPARE(first.sam_radius, sam ? radii[0] : 0.0);
        QCOMPARE(last.sam_radius, sam ? radii[1] : 0.0);
        if (!authors) weight_decay = 2e-4;
        for (int epoch = 0; epoch < config.training.epochs; ++epoch) {
            QCOMPARE(weightDecayAt(config, epoch), weight_decay);
        }
        QCOMPARE(config.optimizer.lr, 0.1);
        QCOMPARE(config.training.epochs, authors ? 400 : 200);
        QCOMPARE(last.from, deferred ? (authors ? 320 : 160) : 0);
        QVERIFY(givesPreset(config, method.toStdString()));
    }

    void notesSayWhatWasTaken() {
        const PresetRequest lt100{"VS+TLA+ADRW+SAM", "cifar100", "long-tailed", 100,
                                  "authors-400",     0};
        QVERIFY(notes(lt100,
                      "weight decay from T₀ on is 0.0002, as it ran: the command names "
                      "0.0005"));
        QVERIFY(notes(lt100, "the SAM radius until T₀ is 0.2"));
        QVERIFY(notes(lt100, "the warm-up rises to twice the base rate"));
        QVERIFY(!notes(lt100, "nearest"));
        PresetRequest other = lt100;
        other.ratio = 50;
        QVERIFY(notes(other,
                      "no values for CIFAR-100 long-tailed 50; those for CIFAR-100 "
                      "long-tailed 100"));
        // Command and run agree here.
        QVERIFY(!notes({"VS+TLA+ADRW+SAM", "cifar10", "", 100, "authors-400", 0}, "as it ran"));
        QVERIFY(notes({"CE+DRW", "cifar10", "", 100, "authors-400", 0}, "its run is CE+DRW+SAM"));
        QVERIFY(notes({"VS+SAM", "cifar10", "", 100, "", 0},
                      "no SAM radius is published for VS+SAM at 200 epochs"));
        QVERIFY(notes({"CE+DRW+SAM", "cifar10", "step", 10, "", 0},
                      "SAM radius 0.5 is that of Saddle-LongTail's CE+DRW+SAM on CIFAR-10 "
                      "long-tailed 100; none is published for CE+DRW+SAM on CIFAR-10 step 10"));
        const PresetRequest published{"LDAM+DRW+SAM", "cifar100", "", 100, "", 0};
        QVERIFY(notes(published, "SAM radius 0.8 is that of Saddle-LongTail's LDAM+DRW+SAM"));
        QVERIFY(!notes(published, "none is published"));
        QVERIFY(notes({"CE+ADRW", "cifar10", "", 100, "", 0}, "ν = 0.5 is Ballast's"));
        QVERIFY(presetNotes({"CE+DRW", "cifar10", "", 100, "", 0}).empty());
        QVERIFY(presetNotes({"CE+DRW+SAM", "inaturalist2018", "", 0, "", 0}).empty());
        QVERIFY(notes({"VS+SAM", "imagenet-lt", "", 0, "", 0}, "no SAM radii are published"));
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

    /// Section "The authors' second stages" of core/learning/METHODS.md.
    void secondStagesAreTheAuthors() {
        const RunConfig crt = presetConfig({"cRT", "cifar10", "", 0, "", 200});
        const Phase& head = crt.phases.back();
        QCOMPARE(crt.training.epochs, 210);
        QVERIFY(head.batch_statistics == BatchStatistics::adapting);
        QCOMPARE(weightDecayAt(crt, 205), 5e-4);
        QCOMPARE(learningRateAt(crt, 200), 0.1);
        QVERIFY(std::abs(learningRateAt(crt, 205) - 0.05) < 1e-15);
        QCOMPARE(presetConfig({"cRT", "imagenet-lt", "", 0, "", 0}).training.epochs, 100);
        const RunConfig lws = presetConfig({"LWS", "cifar10", "", 0, "", 200});
        QCOMPARE(lws.training.epochs, 205);
        QVERIFY(lws.phases.back().trainable == Trainable::head_scale);
        // Up to there they are CE.
        const RunConfig ce = presetConfig({"CE", "cifar10", "", 0, "", 200});
        for (int epoch = 0; epoch < 200; ++epoch) {
            QCOMPARE(learningRateAt(crt, epoch), learningRateAt(ce, epoch));
        }

        const RunConfig wb = presetConfig({"WB", "cifar100", "", 0, "", 200});
        const Phase& stage = wb.phases.back();
        QCOMPARE(wb.training.epochs, 210);
        QCOMPARE(wb.training.batch_size, 64);
        QCOMPARE(learningRateAt(wb, 0), 0.01);
        QVERIFY(learningRateAt(wb, 199) < 1e-6);
        QCOMPARE(learningRateAt(wb, 200), 0.01);
        QCOMPARE(weightDecayAt(wb, 0), 5e-3);
        QCOMPARE(weightDecayAt(wb, 200), 0.1);
        QCOMPARE(stage.head_relative_max_norm.value(), 0.1);
        QCOMPARE(lossOf(wb.loss, wb.phases[0]).name, std::string("vs"));
        QCOMPARE(lossOf(wb.loss, stage).name, std::string("softmax-bce"));
        QVERIFY(wb.loss.reduction == Reduction::mean);
        QVERIFY(stage.batch_statistics == BatchStatistics::adapting);
        QVERIFY(notes({"WB", "cifar100", "", 0, "", 0}, "ResNet-34"));
        QVERIFY(notes({"cRT", "imagenet-lt", "", 0, "", 0}, "10 epochs after 90"));
    }

    /// DisAlign's and De-confound's sections of core/learning/METHODS.md.
    void rivalsAreTheAuthors() {
        const RunConfig align = presetConfig({"DisAlign", "cifar10", "", 0, "", 200});
        const Phase& stage = align.phases.back();
        QCOMPARE(align.training.epochs, 210);
        QVERIFY(stage.trainable == Trainable::gated_calibration);
        QVERIFY(stage.sampling == Sampling::instance);
        QCOMPARE(stage.alpha.parameters.at("nu"), 1.2);
        QVERIFY(align.loss.reduction == Reduction::weighted_mean);
        QCOMPARE(weightDecayAt(align, 200), 5e-4);
        QCOMPARE(learningRateAt(align, 200), 0.1);
        QVERIFY(notes({"DisAlign", "cifar10", "", 0, "", 0}, "no number for CIFAR"));
        QCOMPARE(presetConfig({"DisAlign", "imagenet-lt", "", 0, "", 0}).training.epochs, 100);
        QCOMPARE(presetConfig({"DisAlign", "inaturalist2018", "", 0, "", 0}).training.epochs, 120);

        const RunConfig causal = presetConfig({"De-confound", "cifar100", "", 0, "", 200});
        QVERIFY(causal.model.head == HeadKind::deconfound && causal.model.head_parts == 2);
        QCOMPARE(causal.model.tde_alpha, 1.5);
        QCOMPARE(causal.model.head_temperature, 16.0);
        QCOMPARE(causal.model.head_norm_offset, 1.0 / 32);
        QCOMPARE(causal.model.mean_momentum, 0.9);
        QCOMPARE(causal.training.batch_size, 256);
        QCOMPARE(causal.optimizer.weight_decay, 5e-4);
        // Epochs from 1: × 0.01 from 120, × 0.0001 from 160.
        QCOMPARE(learningRateAt(causal, 118), 0.2);
        QCOMPARE(learningRateAt(causal, 119), 0.2 * 0.01);
        QCOMPARE(learningRateAt(causal, 159), 0.2 * 0.0001);
        QCOMPARE(presetConfig({"De-confound", "cifar10", "", 0, "", 0}).model.tde_alpha, 1.0);
        QCOMPARE(presetConfig({"De-confound", "imagenet-lt", "", 0, "", 0}).model.tde_alpha, 3.0);

        const RunConfig softmax = presetConfig({"Balanced Softmax", "cifar10", "", 0, "", 0});
        QVERIFY(softmax.phases == presetConfig({"LA", "cifar10", "", 0, "", 0}).phases);
        QCOMPARE(parameterOf(softmax.phases[0].delta, "la", "tau"), 1.0);
    }

    // BagofTricks-LT: configs/cao_cifar/re_weighting/celas.
    void labelAwareSmoothing() {
        for (const char* dataset : {"cifar10", "cifar100"}) {
            const RunConfig config = presetConfig({"LAS", dataset, "", 0, "", 200});
            QCOMPARE(config.phases.size(), std::size_t{1});
            QVERIFY(config.phases[0].smoothing == Smoothing::concave);
            QCOMPARE(config.phases[0].smoothing_head, 0.4);
            QCOMPARE(config.phases[0].smoothing_tail, 0.1);
            QCOMPARE(presetOf(config), std::string("LAS"));
        }
        const RunConfig deferred = presetConfig({"LAS+DRW", "cifar10", "", 0, "", 200});
        QVERIFY(deferred.phases[1].smoothing == Smoothing::concave);
        QCOMPARE(deferred.phases[1].alpha.rule, std::string("effective-number"));
        QVERIFY_THROWS_EXCEPTION(ConfigError,
                                 presetConfig({"LAS+Auto-ADRW", "cifar10", "", 0, "", 200}));
        QVERIFY(notes({"LAS", "cifar10", "", 0, "", 0}, "BagofTricks-LT"));
    }

    // classifier-balancing's ClassPrioritySampler with cycle 0: linspace(0, 1, epochs).
    void progressiveSampling() {
        const RunConfig config = presetConfig({"Progressive", "cifar10", "", 0, "", 200});
        QCOMPARE(config.phases.size(), std::size_t{1});
        QVERIFY(config.phases[0].sampling == Sampling::progressive);
        QCOMPARE(presetOf(config), std::string("Progressive"));
        QVERIFY(notes({"Progressive", "cifar10", "", 0, "", 0}, "classifier-balancing"));
    }

    void nearestClassMean() {
        const RunConfig config = presetConfig({"NCM", "cifar10", "", 0, "", 200});
        QCOMPARE(config.training.epochs, 201);
        QCOMPARE(config.phases.back().from, 200);
        QVERIFY(config.phases.back().head_start == HeadStart::class_means);
        QVERIFY(config.phases.back().trainable == Trainable::none);
        QCOMPARE(config.phases.back().head_tau, Phase{}.head_tau);
        QCOMPARE(presetOf(config), std::string("NCM"));
        QVERIFY(notes({"NCM", "cifar10", "", 0, "", 0}, "cosine"));
    }

    // BagofTricks-LT's combiner; MiSLAS's configs, by data set and ratio.
    void mixing() {
        const Phase mixup = presetConfig({"Mixup", "cifar10", "", 0, "", 200}).phases[0];
        QVERIFY(mixup.mixing == Mixing::mixup && mixup.mixing_beta == 1.0);
        const Phase remix = presetConfig({"Remix", "cifar100", "", 0, "", 200}).phases[0];
        QVERIFY(remix.mixing == Mixing::remix && remix.mixing_beta == 1.0);
        QVERIFY(remix.remix_ratio == 3.0 && remix.remix_share == 0.5);
        const RunConfig deferred = presetConfig({"Mixup+DRW", "cifar10", "", 0, "", 200});
        for (const Phase& phase : deferred.phases) QVERIFY(phase.mixing == Mixing::mixup);

        struct Stage {
            const char* dataset;
            double ratio, head, tail, rate;
            bool adapting;
        };
        for (const Stage& of : {Stage{"cifar10", 100, 0.3, 0, 0.5, false},
                                {"cifar10", 50, 0.2, 0, 0.2, false},
                                {"cifar10", 10, 0.1, 0, 0.2, false},
                                {"cifar100", 100, 0.4, 0.1, 0.2, true},
                                {"cifar100", 50, 0.3, 0, 0.1, true},
                                {"cifar100", 10, 0.2, 0, 0.1, true}}) {
            const RunConfig config = presetConfig({"MiSLAS", of.dataset, "", of.ratio, "", 200});
            QCOMPARE(config.training.epochs, 210);
            QVERIFY(config.phases[0].mixing == Mixing::mixup);
            QVERIFY(config.phases[0].smoothing == Smoothing::none);
            const Phase& stage = config.phases.back();
            QCOMPARE(stage.from, 200);
            QVERIFY(stage.mixing == Mixing::none && stage.smoothing == Smoothing::concave);
            QCOMPARE(stage.smoothing_head, of.head);
            QCOMPARE(stage.smoothing_tail, of.tail);
            QCOMPARE(stage.head_lr_factor, of.rate);
            QVERIFY(stage.trainable == Trainable::head_and_scale);
            QVERIFY(stage.sampling == Sampling::class_balanced);
            QVERIFY((stage.batch_statistics == BatchStatistics::adapting) == of.adapting);
            QCOMPARE(learningRateAt(config, 200), 0.1);
            QCOMPARE(presetOf(config), std::string("MiSLAS"));
        }
        const RunConfig photographs = presetConfig({"MiSLAS", "imagenet-lt", "", 0, "", 0});
        QCOMPARE(photographs.training.epochs, 100);
        QCOMPARE(photographs.phases[0].mixing_beta, 0.2);
        QCOMPARE(photographs.phases[1].head_lr_factor, 0.05);
        QVERIFY(photographs.phases[1].batch_statistics == BatchStatistics::adapting);
        QVERIFY(notes({"Remix", "cifar10", "", 0, "", 0}, "400 epochs"));
        QVERIFY(notes({"MiSLAS", "cifar10", "", 0, "", 0}, "Beta(1, 1)"));
    }

    /// What cRT, LWS and WB were before they followed the authors' code.
    void plainSecondStages() {
        for (const char* method : {"cRT-plain", "LWS-plain", "WB-plain"}) {
            const RunConfig config = presetConfig({method, "cifar10", "", 0, "", 200});
            const Phase& stage = config.phases.back();
            QCOMPARE(config.training.epochs, 220);
            QVERIFY(stage.lr_schedule == PhaseSchedule::continued);
            QVERIFY(stage.batch_statistics == BatchStatistics::kept);
            QCOMPARE(learningRateAt(config, 219), 0.1 * 0.1);
        }
        const RunConfig wb = presetConfig({"WB-plain", "cifar10", "", 0, "", 200});
        QCOMPARE(wb.phases.back().head_max_norm.value(), 1.0);
        QCOMPARE(wb.phases.back().weight_decay.value(), 0.1);
        QCOMPARE(wb.phases.front().weight_decay.value(), 5e-3);
        QVERIFY(wb.phases.back().loss == "inherit" && wb.training.batch_size == 128);
    }

    void theAuthorsProtocolIsLonger() {
        const RunConfig config = presetConfig({"LDAM+DRW+SAM", "cifar10", "", 0, "authors-400", 0});
        QCOMPARE(config.training.epochs, 400);
        QCOMPARE(config.training.augmentation, std::string("autoaugment-cutout-authors"));
        QCOMPARE(config.phases.back().from, 320);
        // Its adjust_learning_rate, epochs from 1 and 400 // 200 = 2: lr e/5 for e <= 10, lr to
        // 320, lr/100 to 360, lr/10000.
        for (int e = 1; e <= 10; ++e) QCOMPARE(learningRateAt(config, e - 1), 0.1 * e / 5);
        QCOMPARE(learningRateAt(config, 10), 0.1);
        QCOMPARE(learningRateAt(config, 319), 0.1);
        QCOMPARE(learningRateAt(config, 320), 0.1 * 0.01);
        QCOMPARE(learningRateAt(config, 360), 0.1 * 0.0001);
        // The paper's protocol has not the fault.
        const RunConfig paper = presetConfig({"LDAM+DRW+SAM", "cifar10", "", 0, "", 400});
        for (int epoch = 0; epoch < 400; ++epoch) QVERIFY(learningRateAt(paper, epoch) <= 0.1);
    }

    // Saddle-LongTail's run.sh.
    void photographsHaveTheirOwnProtocol() {
        const RunConfig config = presetConfig({"LDAM+DRW+SAM", "inaturalist2018", "", 0, "", 0});
        QCOMPARE(config.model.name, std::string("resnet50"));
        QCOMPARE(config.training.epochs, 90);
        QCOMPARE(config.training.batch_size, 256);
        QCOMPARE(config.optimizer.lr, 0.1);
        QCOMPARE(config.optimizer.weight_decay, 1e-4);
        QVERIFY(config.lr_schedule.kind == LrKind::cosine);
        QVERIFY(config.model.head_init == HeadInit::uniform);
        const double radii[] = {0.05, 0.1, 0.5, 0.5};
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
        const RunConfig ce = presetConfig({"CE+DRW+SAM", "inaturalist2018", "", 0, "", 0});
        QCOMPARE(ce.phases[2].sam_radius, 0.1);
        QCOMPARE(ce.phases[3].sam_radius, 0.2);
        QCOMPARE(ce.optimizer.weight_decay, 2e-4);
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
        LrScheduleConfig schedule = preset.lr_schedule;
        schedule.warmup_peak = 1.0;  // the protocol's
        QVERIFY(kept.lr_schedule == schedule);
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
        QVERIFY(with_protocol.lr_schedule == preset.lr_schedule);
        QCOMPARE(with_protocol.training.seed, before.training.seed);
    }
};

BALLAST_TEST(TestPresets)
#include "tst_presets.moc"
