#include <QtTest>
#include <cmath>

#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_meaning.h"
#include "core/experiment/imbalance.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

namespace {

const char* const kPaper = R"({"format": 1, "name": "VS+TLA+ADRW",
 "data":  {"dataset": "cifar10", "imbalance": {"profile": "long-tailed", "ratio": 100, "seed": 0}, "validation_per_class": 0},
 "model": {"name": "resnet32", "head": "linear"},
 "loss":  {"name": "vs", "reduction": "weighted-mean"},
 "phases": [
  {"from": 0,   "alpha": "one", "beta": {"rule": "cdt", "gamma": 0.05}, "delta": {"rule": "la", "tau": 1.0}},
  {"from": 160, "alpha": {"rule": "power", "nu": 0.15}, "beta": "one", "delta": {"rule": "la", "tau": 1.0}, "sam_radius": 0.2}],
 "optimizer": {"lr": 0.1, "momentum": 0.9, "weight_decay": 2e-4},
 "lr_schedule": {"warmup_epochs": 5, "steps": [{"from": 160, "factor": 0.01}, {"from": 180, "factor": 0.0001}]},
 "training": {"epochs": 200, "batch_size": 128, "augmentation": "crop-flip", "seed": 0, "device": "auto", "threads": 0}})";

}  // namespace

class TestConfigJson : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsThePaperConfig() {
        const RunConfig config = configFromJson(json::parse(kPaper), "paper");
        QCOMPARE(config.name, std::string("VS+TLA+ADRW"));
        QCOMPARE(config.phases.size(), std::size_t{2});
        QCOMPARE(config.phases[1].alpha.rule, std::string("power"));
        QCOMPARE(config.phases[1].alpha.parameters.at("nu"), 0.15);
        QCOMPARE(config.phases[1].sam_radius, 0.2);
        QCOMPARE(config.phases[1].from, 160);
        // The protocol counts epochs from 1: lr e/5 for e <= 5, lr to 160, lr/100 to 180, lr/10000.
        QCOMPARE(learningRateAt(config, 0), 0.1 * 1 / 5);
        QCOMPARE(learningRateAt(config, 4), 0.1);
        QCOMPARE(learningRateAt(config, 159), 0.1);
        QCOMPARE(learningRateAt(config, 160), 0.1 * 0.01);
        QCOMPARE(learningRateAt(config, 180), 0.1 * 0.0001);
        QCOMPARE(phaseIndexAt(config.phases, 159), std::size_t{0});
        QCOMPARE(phaseIndexAt(config.phases, 160), std::size_t{1});
    }

    void roundTrip() {
        RunConfig config = configFromJson(json::parse(kPaper), "paper");
        config.phases[0].weight_decay = 1e-4;
        config.phases[1].delta = {"values", {}, std::vector<double>(10, -0.1)};
        config.optimizer.lr = 0.1 + 1e-16;
        config.training.seed = 9007199254740991ull;
        QVERIFY(configFromJson(json(toJson(config)), "again") == config);
        QVERIFY(checkConfig(json(toJson(RunConfig{}))).empty());
        QVERIFY(configFromJson(json::object(), "empty") == RunConfig{});
    }

    void problems_data() {
        QTest::addColumn<QString>("patch");  // merged into the paper's config
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const char* patch, const char* pointer,
                            const char* says) { QTest::newRow(name) << patch << pointer << says; };
        row("misspelt key", R"({"optimizer": {"momentun": 0.9}})", "/optimizer/momentun",
            "\"momentum\"");
        row("unknown section", R"({"modle": {}})", "/modle", "\"model\"");
        row("wrong type", R"({"training": {"epochs": "many"}})", "/training/epochs",
            "not a number");
        row("fraction", R"({"training": {"epochs": 2.5}})", "/training/epochs", "whole");
        row("out of range", R"({"optimizer": {"momentum": 1.5}})", "/optimizer/momentum", "0.9999");
        row("zero rate", R"({"optimizer": {"lr": 0}})", "/optimizer/lr", "above 0");
        row("ratio below 1", R"({"data": {"imbalance": {"ratio": 0.5}}})", "/data/imbalance/ratio",
            "1 …");
        row("ratio too large", R"({"data": {"imbalance": {"ratio": 6000}}})",
            "/data/imbalance/ratio", "5000");
        row("data set", R"({"data": {"dataset": "cifar-10"}})", "/data/dataset", "\"cifar10\"");
        row("model depth", R"({"model": {"name": "resnet33"}})", "/model/name", "6n+2");
        row("device", R"({"training": {"device": "gpu"}})", "/training/device", "cuda:N");
        row("newer format", R"({"format": 2})", "/format", "newer");
        row("T0 beyond the end", R"({"training": {"epochs": 160}})", "/phases/1/from",
            "beyond the last epoch");
        row("phases out of order", R"({"phases": [{"from": 0}, {"from": 9}, {"from": 9}]})",
            "/phases/2/from", "order");
        row("late first phase", R"({"phases": [{"from": 3}]})", "/phases/0/from", "epoch 0");
        row("chosen weights at first", R"({"phases": [{"from": 0, "alpha": "power-auto"}]})",
            "/phases/0/alpha", "allowed from the second phase on");
        row("chosen shifts at first", R"({"phases": [{"from": 0, "delta": "la-auto"}]})",
            "/phases/0/delta", "allowed from the second phase on");
        row("weights and shifts chosen",
            R"({"phases": [{"from": 0}, {"from": 9, "alpha": "power-auto", "delta": "la-auto"}]})",
            "/phases/1/delta", "\"la\" with a τ");
        row("plateau with a schedule of its own",
            R"({"phases": [{"from": 0}, {"from": 9, "plateau": 5, "lr_schedule": "cosine"}]})",
            "/phases/1/plateau", "allowed: 0");
        row("plateau at first", R"({"phases": [{"from": 0, "plateau": 5}]})", "/phases/0/plateau",
            "allowed: 0");
        row("no phase", R"({"phases": []})", "/phases", "empty");
        row("rule of another term", R"({"phases": [{"from": 0, "alpha": {"rule": "la"}}]})",
            "/phases/0/alpha/rule", "allowed");
        row("rule's parameter", R"({"phases": [{"from": 0, "alpha": {"rule": "power", "mu": 1}}]})",
            "/phases/0/alpha/mu", "\"nu\"");
        row("p of 1", R"({"phases": [{"from": 0, "alpha": {"rule": "effective-number", "p": 1}}]})",
            "/phases/0/alpha/p", "below 1");
        row("list length", R"({"phases": [{"from": 0, "beta": [1, 2]}]})", "/phases/0/beta",
            "10 classes");
        row("negative weight", R"({"phases": [{"from": 0, "alpha": [1,1,1,1,1,1,1,1,1,-1]}]})",
            "/phases/0/alpha/9", "negative");
        row("ce with a scale", R"({"loss": {"name": "ce"}})", "/phases/0/beta", "vs");
        row("steps out of order", R"({"lr_schedule": {"steps": [{"from": 9}, {"from": 3}]}})",
            "/lr_schedule/steps/1/from", "order");
        row("lists that are cut again", R"({"data": {"dataset": "imagenet-lt"}})",
            "/data/imbalance/profile", "allowed: none");
        row("folder of another kind", R"({"data": {"folder": "/x"}})", "/data/folder", "CIFAR-10");
        row("size of another kind", R"({"data": {"image_size": 32}})", "/data/image_size",
            "allowed: 224");
        row("photographs' augmentation", R"({"training": {"augmentation": "resized-crop-jitter"}})",
            "/training/augmentation", "allowed: none, crop-flip");
        row("cosine with steps", R"({"lr_schedule": {"kind": "cosine"}})", "/lr_schedule/steps",
            "cosine");
        row("schedule", R"({"lr_schedule": {"kind": "cosin"}})", "/lr_schedule/kind", "\"cosine\"");
        row("section of another type", R"({"data": 3})", "/data", "object");
    }
    void problems() {
        QFETCH(QString, patch);
        QFETCH(QString, pointer);
        QFETCH(QString, says);
        json config = json::parse(kPaper);
        const json change = json::parse(patch.toStdString());
        for (const auto& [key, value] : change.items()) {
            if (value.is_object() && config.contains(key)) {
                for (const auto& [inner, inner_value] : value.items()) {
                    if (inner_value.is_object() && config[key].contains(inner)) {
                        config[key][inner].update(inner_value);
                    } else {
                        config[key][inner] = inner_value;
                    }
                }
            } else {
                config[key] = value;
            }
        }
        const auto found = checkConfig(config);
        QVERIFY(!found.empty());
        QCOMPARE(QString::fromStdString(found.front().pointer), pointer);
        QVERIFY2(found.front().message.find(says.toStdString()) != std::string::npos,
                 found.front().message.c_str());
        QVERIFY_THROWS_EXCEPTION(ConfigError, configFromJson(config, "test"));
    }

    void listedDataSets() {
        json config = json::parse(R"({"data": {"dataset": "imagenet-lt", "image_size": 160,
            "folder": "/data/x", "imbalance": {"profile": "none"}}, "model": {"name": "resnet50"},
            "training": {"augmentation": "resized-crop-jitter"}})");
        QVERIFY(checkConfig(config).empty());
        const RunConfig read = configFromJson(config, "listed");
        QCOMPARE(read.data.folder, std::string("/data/x"));
        QCOMPARE(read.data.image_size, 160);
        QVERIFY(configFromJson(json(toJson(read)), "again") == read);
        QVERIFY_THROWS_EXCEPTION(ConfigError, classCounts(read.data));
        config["training"]["augmentation"] = "crop-flip";
        QVERIFY(checkConfig(config).empty());
        config["training"]["augmentation"] = "autoaugment-cutout-authors";
        QCOMPARE(checkConfig(config).size(), std::size_t{1});
        config["training"]["augmentation"] = "autoaugment-cutout";
        QCOMPARE(checkConfig(config).front().pointer, std::string("/training/augmentation"));
        QVERIFY(checkConfig(config).front().message.find("none, crop-flip, resized-crop-jitter") !=
                std::string::npos);

        // By a validation list, where the data set has one.
        config["training"] = {{"augmentation", "none"}, {"selection", "validation"}};
        QVERIFY(checkConfig(config).empty());
        config["data"]["dataset"] = "inaturalist2018";
        QCOMPARE(checkConfig(config).front().pointer, std::string("/training/selection"));
        QVERIFY(checkConfig(config).front().message.find("allowed: test") != std::string::npos);

        // How many classes an image folder has, only its lists say.
        config = json::parse(R"({"data": {"dataset": "image-folder", "imbalance":
            {"profile": "none"}}, "phases": [{"from": 0, "alpha": [1, 2]}],
            "training": {"augmentation": "none"}})");
        QVERIFY(checkConfig(config).empty());
        const RunConfig folder = configFromJson(config, "folder");
        QVERIFY(checkClassLists(folder, 2, "x").empty());
        QCOMPARE(checkClassLists(folder, 3, "x").front().pointer, std::string("/phases/0/alpha"));
    }

    // lr · ½ (1 + cos(π e / T)), after lr · (e + 1) / warm-up.
    void cosineSchedule() {
        RunConfig config;
        config.lr_schedule.kind = LrKind::cosine;
        config.lr_schedule.warmup_epochs = 2;
        config.optimizer.lr = 0.2;
        config.training.epochs = 8;
        const double expected[] = {0.1,
                                   0.2,
                                   0.1707106781186548,  // cos(π/4) = 0.7071067811865476
                                   0.1382683432365090,  // cos(3π/8) = 0.3826834323650898
                                   0.1,
                                   0.0617316567634910,
                                   0.0292893218813452,
                                   0.0076120467488713};  // cos(7π/8) = −0.9238795325112867
        for (int epoch = 0; epoch < 8; ++epoch) {
            QVERIFY(std::abs(learningRateAt(config, epoch) - expected[epoch]) < 1e-15);
        }
        config.phases = {Phase{}, Phase{}};
        config.phases[1].from = 4;
        config.phases[1].lr_factor = 0.5;
        QVERIFY(std::abs(learningRateAt(config, 4) - 0.05) < 1e-15);
    }

    // Stage 1 falls to its end at epoch 4, stage 2 from the base rate anew, times its factor.
    void phasesBeginSchedules() {
        RunConfig config;
        config.lr_schedule.kind = LrKind::cosine;
        config.lr_schedule.warmup_epochs = 0;
        config.optimizer.lr = 0.2;
        config.training.epochs = 8;
        config.phases.resize(3);
        config.phases[1].from = 4;
        config.phases[1].lr_schedule = PhaseSchedule::cosine;
        config.phases[1].lr_factor = 0.5;
        config.phases[2].from = 6;  // the same schedule, another factor
        // ½ (1 + cos(π e / 4)): 1, 0.8535533905932737, 0.5, 0.1464466094067263
        const double part[] = {1.0, 0.8535533905932737, 0.5, 0.1464466094067263};
        for (int e = 0; e < 4; ++e) {
            QVERIFY(std::abs(learningRateAt(config, e) - 0.2 * part[e]) < 1e-15);
            const double factor = e < 2 ? 0.5 : 1.0;
            QVERIFY(std::abs(learningRateAt(config, 4 + e) - 0.2 * factor * part[e]) < 1e-15);
        }
        config.phases[2].lr_schedule = PhaseSchedule::constant;
        QVERIFY(std::abs(learningRateAt(config, 5) - 0.05) < 1e-15);  // ½ (1 + cos(π/2)) · ½
        QCOMPARE(learningRateAt(config, 7), 0.2);
        // A warm-up and steps are the run's own schedule.
        config.lr_schedule = {LrKind::steps, 2, {{1, 0.5}, {5, 0.01}}, 1.0};
        QCOMPARE(learningRateAt(config, 0), 0.1);
        QCOMPARE(learningRateAt(config, 3), 0.1);
        QCOMPARE(learningRateAt(config, 4), 0.1);
        QCOMPARE(learningRateAt(config, 7), 0.2);
    }

    /// A field that is younger than some runs says nothing about them.
    void laterFieldsAtTheirDefaultsAreNoPartOfTheIdentity() {
        RunConfig config;
        config.phases.resize(2);
        config.phases[1].from = 3;
        const json whole = json(toJson(config));
        const json identity = json::parse(identityText(config));
        QVERIFY(whole["phases"][1].contains("lr_schedule"));
        QVERIFY(!identity["phases"][1].contains("lr_schedule"));
        QVERIFY(!identity["optimizer"].contains("momentum_form"));
        QVERIFY(identity["model"].contains("head_init"));
        // The keys of the runs of version 0.3.
        QCOMPARE(identity["phases"][1].size(), std::size_t{12});
        QCOMPARE(identity["optimizer"].size(), std::size_t{3});
        config.phases[1].lr_schedule = PhaseSchedule::constant;
        config.phases[1].head_relative_max_norm = 0.1;
        const json said = json::parse(identityText(config));
        QCOMPARE(said["phases"][1].size(), std::size_t{14});
        QCOMPARE(said["phases"][0].size(), std::size_t{12});
        json erased = whole;
        leaveOutLaterDefaults(erased);
        QVERIFY(erased == identity);
        QVERIFY(configFromJson(erased, "test") == configFromJson(whole, "test"));
    }

    void partsThatDoNotFitAreNamed() {
        const auto problemOf = [](const char* config) {
            const std::vector<Problem> found = checkConfig(json::parse(config));
            return found.size() == 1 ? found[0].pointer + ": " + found[0].message : std::string();
        };
        QCOMPARE(problemOf(R"({"model": {"head": "cosine"}, "phases": [{"from": 0,
                               "head_relative_max_norm": 0.1}]})"),
                 std::string("/phases/0/head_relative_max_norm: it needs the head \"linear\": the "
                             "class weights of \"cosine\" have no length that counts"));
        QCOMPARE(
            problemOf(R"({"model": {"head": "deconfound", "head_parts": 3}})"),
            std::string("/model/head_parts: 3 equal parts cannot be made of the 64 features of "
                        "resnet32; allowed: a divisor, as 1, 2, 4"));
        QCOMPARE(
            problemOf(R"({"model": {"tde_alpha": 1.5}})"),
            std::string("/model/tde_alpha: 1.5 needs the head \"deconfound\", which has a mean "
                        "feature; allowed with others: 1.0"));
        QVERIFY(problemOf(R"({"model": {"head": "deconfound"},
                              "phases": [{"from": 0, "trainable": "calibration"}]})")
                    .starts_with("/phases/0/trainable: \"calibration\" does not fit the head "
                                 "\"deconfound\""));
        QCOMPARE(problemOf(R"({"phases": [{"from": 0, "trainable": "calibration"},
                               {"from": 1, "trainable": "gated-calibration"}]})"),
                 std::string("/phases/1/trainable: \"gated-calibration\" does not fit phase 1: a "
                             "run's calibration has a gate or none"));
        QCOMPARE(problemOf(R"({"phases": [{"from": 0, "head_relative_max_norm": 0.1,
                               "head_max_norm": 1}]})"),
                 std::string("/phases/0/head_relative_max_norm: the phase already has the limit "
                             "/head_max_norm; allowed: one of them"));
        QVERIFY(problemOf(R"({"phases": [{"from": 0, "trainable": "neck"}]})")
                    .find("allowed: all, backbone, head, head+scale, head-scale, calibration, "
                          "gated-calibration, none") != std::string::npos);
        QVERIFY(problemOf(R"({"phases": [{"from": 0, "loss": "focal"}]})")
                    .find("allowed: inherit, vs, ce, softmax-bce") != std::string::npos);
        // What "ce" has not is also what a phase's own "ce" has not.
        QCOMPARE(problemOf(R"({"phases": [{"from": 0, "loss": "ce",
                               "delta": {"rule": "la", "tau": 1}}]})"),
                 std::string("/phases/0/delta: the loss \"ce\" has no logit shift; use \"vs\" "
                             "for la"));
        QVERIFY(checkConfig(json::parse(R"({"loss": {"name": "ce"}, "phases": [{"from": 0,
                            "loss": "vs", "delta": {"rule": "la", "tau": 1}}]})"))
                    .empty());
    }

    void classMeansAreOfWholeFeatures() {
        const auto found = checkConfig(json::parse(R"({"model": {"head": "deconfound"},
            "phases": [{"from": 0, "head_start": "class-means"}]})"));
        QCOMPARE(found.size(), std::size_t{1});
        QCOMPARE(found[0].pointer, std::string("/phases/0/head_start"));
        QVERIFY(found[0].message.find("allowed with linear, cosine") != std::string::npos);
    }

    void smoothingThatDoesNotFitIsNamed() {
        const auto problemOf = [](const char* config) {
            const std::vector<Problem> found = checkConfig(json::parse(config));
            return found.size() == 1 ? found[0].pointer + ": " + found[0].message : std::string();
        };
        QCOMPARE(
            problemOf(R"({"loss": {"name": "focal"},
                               "phases": [{"from": 0, "smoothing": "linear"}]})"),
            std::string("/phases/0/smoothing: \"linear\" does not fit the loss \"focal\", which "
                        "has no smoothed labels; allowed: none, or the losses vs and ce"));
        QVERIFY(problemOf(R"({"phases": [{"from": 0, "smoothing": "convex",
                              "loss": "softmax-bce"}]})")
                    .starts_with("/phases/0/smoothing: \"convex\" does not fit the loss "));
        QVERIFY(problemOf(R"({"phases": [{"from": 0, "smoothing": "round"}]})")
                    .find("allowed: none, concave, linear, convex") != std::string::npos);
        QVERIFY(problemOf(R"({"phases": [{"from": 0, "smoothing": "linear",
                              "smoothing_tail": 1.5}]})")
                    .starts_with("/phases/0/smoothing_tail: 1.5"));
        QCOMPARE(problemOf(R"({"phases": [{"from": 0, "smoothing": "concave"},
                               {"from": 2, "alpha": "power-auto"}]})"),
                 std::string("/phases/0/smoothing: \"concave\" does not fit phase 2, where the run "
                             "chooses its weights: that is known for labels as they are; allowed: "
                             "none"));
        QVERIFY(problemOf(R"({"phases": [{"from": 0},
                              {"from": 2, "delta": "la-auto", "smoothing": "concave"}]})")
                    .starts_with("/phases/1/smoothing: \"concave\" does not fit phase 2, where the "
                                 "run chooses its shifts"));
        QVERIFY(checkConfig(json::parse(R"({"loss": {"name": "ce"}, "phases": [{"from": 0,
                            "smoothing": "concave", "sam_radius": 0.1, "targets":
                            "labels+teacher"}], "training": {"teacher": "CE", "epochs": 3}})"))
                    .empty());
    }

    void mixingThatDoesNotFitIsNamed() {
        const auto problemOf = [](const char* config) {
            const std::vector<Problem> found = checkConfig(json::parse(config));
            return found.size() == 1 ? found[0].pointer + ": " + found[0].message : std::string();
        };
        QCOMPARE(
            problemOf(R"({"phases": [{"from": 0, "mixing": "mixup"},
                               {"from": 2, "alpha": "power-auto"}]})"),
            std::string("/phases/0/mixing: \"mixup\" does not fit phase 2, where the run chooses "
                        "its weights: that is known for images as they are; allowed: none"));
        QVERIFY(problemOf(R"({"phases": [{"from": 0, "mixing": "remix"},
                              {"from": 2, "beta": {"rule": "cvs-scale", "gamma": 0.1}}]})")
                    .starts_with("/phases/0/mixing: \"remix\" does not fit rules that follow"));
        QVERIFY(problemOf(R"({"phases": [{"from": 0, "mixing": "cutmix"}]})")
                    .find("allowed: none, mixup, remix") != std::string::npos);
        QVERIFY(problemOf(R"({"phases": [{"from": 0, "mixing": "mixup", "mixing_beta": 0}]})")
                    .starts_with("/phases/0/mixing_beta: 0"));
        QVERIFY(checkConfig(json::parse(R"({"phases": [{"from": 0, "mixing": "mixup"},
                            {"from": 2, "mixing": "remix", "smoothing": "concave"},
                            {"from": 3}, {"from": 4, "delta": "la-auto"}]})"))
                    .empty());
    }

    void fiftyLayersAreOfAnotherFamily() {
        QCOMPARE(residualDepth("resnet44"), std::optional<int>(44));
        QVERIFY(!residualDepth("resnet50"));
        QCOMPARE(residualDepth("resnet56"), std::optional<int>(56));
        QVERIFY(checkConfig({{"model", {{"name", "resnet50"}}}}).empty());
    }

    void everyProblemIsReportedAtOnce() {
        const json config = json::parse(R"({"optimizer": {"lr": -1, "momentum": "x"}, "x": 1})");
        QCOMPARE(checkConfig(config).size(), std::size_t{3});
    }

    void notAnObject() {
        QCOMPARE(checkConfig(json::array()).size(), std::size_t{1});
        QCOMPARE(checkConfig(json(nullptr)).size(), std::size_t{1});
    }
};

BALLAST_TEST(TestConfigJson)
#include "tst_config_json.moc"
