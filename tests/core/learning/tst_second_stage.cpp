#include "core/learning/second_stage.h"

#include <torch/torch.h>

#include <QtTest>

#include "core/learning/training_step.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

ImageNetwork smallModel(const RunConfig& config = {}) {
    RunConfig small = config;
    small.model = {"resnet8", config.model.head};
    return makeModel(small, 1, 3, torch::kCPU);
}

Batch someBatch() {
    Batch batch;
    batch.images = torch::sin(torch::arange(6 * 8 * 8, torch::kFloat32)).view({6, 1, 8, 8});
    batch.labels = torch::tensor(std::vector<std::int64_t>{0, 1, 2, 0, 1, 2});
    return batch;
}

/// Names of what one step with `phase` changes, batch statistics included.
std::set<std::string> changedBy(ImageNetwork& model, const Phase& phase) {
    std::map<std::string, torch::Tensor> before;
    for (const auto& item : model->named_parameters()) before[item.key()] = item.value().clone();
    for (const auto& item : model->named_buffers()) before[item.key()] = item.value().clone();
    Sgd optimizer(*model, 0.9);
    const bool trains = prepareTraining(model, phase);
    const torch::AutoGradMode gradients(trains);
    const ClassTermTensors terms(classTerms(phase, std::vector<std::int64_t>{3, 2, 1}),
                                 torch::kFloat32);
    trainingStep(model, optimizer, someBatch(), terms, LossConfig{}, phase.sam_radius);
    optimizer.setRates(0.1, 1e-3);
    if (trains) optimizer.step();
    std::set<std::string> changed;
    const auto note = [&](const auto& named) {
        for (const auto& item : named) {
            if (!item.value().equal(before.at(item.key()))) changed.insert(item.key());
        }
    };
    note(model->named_parameters());
    note(model->named_buffers());
    return changed;
}

}  // namespace

class TestSecondStage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void onlyTheNamedPartTrains_data() {
        QTest::addColumn<double>("sam_radius");
        QTest::newRow("SGD") << 0.0;
        QTest::newRow("SAM") << 0.1;
    }
    void onlyTheNamedPartTrains() {
        QFETCH(const double, sam_radius);
        RunConfig config;
        config.phases.front().trainable = Trainable::head_scale;
        ImageNetwork model = smallModel(config);
        Phase phase;
        phase.sam_radius = sam_radius;
        phase.trainable = Trainable::head;
        QCOMPARE(changedBy(model, phase), (std::set<std::string>{"linear.bias", "linear.weight"}));
        phase.trainable = Trainable::head_scale;
        QCOMPARE(changedBy(model, phase), (std::set<std::string>{"linear.scale"}));
        phase.trainable = Trainable::head_and_scale;
        QCOMPARE(changedBy(model, phase),
                 (std::set<std::string>{"linear.bias", "linear.scale", "linear.weight"}));
        phase.trainable = Trainable::none;
        QCOMPARE(changedBy(model, phase), (std::set<std::string>{}));
        phase.trainable = Trainable::backbone;
        const auto backbone = changedBy(model, phase);
        QVERIFY(backbone.contains("conv1.weight") && backbone.contains("bn1.running_mean"));
        QVERIFY(std::ranges::none_of(
            backbone, [](const std::string& name) { return name.starts_with("linear."); }));
        phase.trainable = Trainable::all;
        const auto all = changedBy(model, phase);
        QVERIFY(all.contains("conv1.weight") && all.contains("bn1.running_mean"));
        QVERIFY(!all.contains("linear.scale"));
    }

    // DisAlign's stage: its own parameters alone, with the head's rate factor none of theirs.
    void aCalibrationIsAPartOfItsOwn() {
        RunConfig config;
        config.phases.resize(2);
        config.phases[1].from = 1;
        config.phases[1].trainable = Trainable::gated_calibration;
        config.phases[1].head_lr_factor = 1000.0;
        ImageNetwork model = smallModel(config);
        Sgd optimizer(*model, 0.9);
        beginPhase(model, optimizer, config, 1);
        setRateFactors(model, optimizer, config.phases[1]);
        const torch::Tensor gate = model->head()->confidence_bias.detach().clone();
        QVERIFY(gate.abs().item<double>() <= 0.125 && gate.item<double>() != 0.0);
        QCOMPARE(changedBy(model, config.phases[1]),
                 (std::set<std::string>{"linear.confidence_bias", "linear.confidence_weight",
                                        "linear.logit_bias", "linear.logit_scale"}));
        QVERIFY((model->head()->logit_scale - 1).abs().max().item<double>() < 1.0);
        beginPhase(model, optimizer, config, 1);  // anew, and drawn as before
        QVERIFY(model->head()->confidence_bias.equal(gate));
        QVERIFY(changedBy(model, config.phases[0]).contains("linear.weight"));
        QVERIFY(!changedBy(model, config.phases[0]).contains("linear.logit_scale"));
        // A phase that continues it, as the second part of one that is split, begins nothing.
        config.phases.push_back(config.phases[1]);
        config.phases[2].from = 2;
        model->head()->logit_scale.detach().fill_(0.7);
        beginPhase(model, optimizer, config, 2);
        QVERIFY(torch::allclose(model->head()->logit_scale, torch::full({1, 3}, 0.7)));
    }

    // What a phase will add is nothing before: a trunk without it has the same weights, to the bit.
    void whatIsAddedIsNothingAtFirst() {
        RunConfig plain;
        RunConfig calibrated;
        calibrated.phases.resize(3);
        calibrated.phases[1].from = 1;
        calibrated.phases[1].trainable = Trainable::gated_calibration;
        calibrated.phases[2].from = 2;
        calibrated.phases[2].trainable = Trainable::head_and_scale;
        calibrated.phases[2].head_relative_max_norm = 0.1;
        ImageNetwork models[] = {smallModel(plain), smallModel(calibrated)};
        for (ImageNetwork& model : models) {
            Sgd optimizer(*model, 0.9);
            prepareTraining(model, Phase{});
            const ClassTermTensors terms(classTerms(Phase{}, std::vector<std::int64_t>{3, 2, 1}),
                                         torch::kFloat32);
            optimizer.setRates(0.1, 1e-3);
            for (int step = 0; step < 3; ++step) {
                trainingStep(model, optimizer, someBatch(), terms, LossConfig{}, 0.05);
                optimizer.step();
            }
        }
        const auto ours = models[1]->named_parameters();
        for (const auto& item : models[0]->named_parameters()) {
            QVERIFY2(item.value().equal(ours[item.key()]), item.key().c_str());
            QVERIFY(!isAddedState(item.key()));
        }
        QCOMPARE(ours.size(), models[0]->named_parameters().size() + 5);
        QVERIFY(isAddedState("optimizer.momentum.linear.confidence_weight"));
        QVERIFY(isAddedState("linear.norm_limit") && isAddedState("fc.scale"));
    }

    // De-confound's head has logits of training wherever something trains, and TDE's elsewhere.
    void theEvaluationPassIsForEvaluation() {
        RunConfig config;
        config.model.head = HeadKind::deconfound;
        ImageNetwork model = smallModel(config);
        QVERIFY(model->head()->bias.defined() == false);
        QVERIFY(model->head()->weight.abs().max().item<double>() <= 0.125);
        const auto logits = [&] {
            const torch::NoGradGuard no_grad;
            return model->forward(someBatch().images);
        };
        Phase phase;
        phase.trainable = Trainable::head;
        prepareTraining(model, phase);
        const torch::Tensor training = logits();
        const torch::Tensor mean = model->head()->mean_feature.clone();
        QVERIFY(mean.ne(0).any().item<bool>());
        model->eval();
        const torch::Tensor evaluation = logits();
        QVERIFY(!torch::allclose(evaluation, training, 1e-3, 1e-3));
        QVERIFY(model->head()->mean_feature.equal(mean));  // it is training's
        model->head()->setTdeAlpha(0.0);
        QVERIFY(torch::allclose(logits(), training, 1e-5, 1e-5));
        model->head()->setTdeAlpha(1.0);
        QVERIFY(torch::equal(logits(), evaluation));
        // Before any training there is no mean, and nothing along it.
        model->head()->mean_feature.zero_();
        QVERIFY(torch::allclose(logits(), training, 1e-5, 1e-5));
    }

    // cRT's code: the backbone's weights stay, its running statistics follow the batches, which
    // normalise. m ← 0.9 m + 0.1 · mean of the first convolution's outputs, from m = 0; SAM looks
    // twice.
    void statisticsOfAFrozenBackboneAdapt() {
        ImageNetwork model = smallModel();
        Phase phase;
        phase.trainable = Trainable::head;
        phase.batch_statistics = BatchStatistics::adapting;
        const auto named = model->named_parameters();
        const torch::Tensor convolved =
            torch::conv2d(someBatch().images, named["conv1.weight"].detach(), {}, 1, 1);
        const torch::Tensor expected = 0.1 * convolved.mean({0, 2, 3});
        const auto changed = changedBy(model, phase);
        QVERIFY(changed.contains("linear.weight") && changed.contains("layer3.0.bn2.running_var"));
        QVERIFY(!changed.contains("conv1.weight") && !changed.contains("bn1.weight"));
        QVERIFY(torch::allclose(model->named_buffers()["bn1.running_mean"], expected, 1e-4, 1e-6));
        // And what the head is trained on is what training mode gives.
        model->train();
        const torch::Tensor training = model->forward(someBatch().images).detach();
        prepareTraining(model, phase);
        QVERIFY(torch::allclose(model->forward(someBatch().images).detach(), training, 1e-4, 1e-5));
        phase.batch_statistics = BatchStatistics::kept;
        prepareTraining(model, phase);
        QVERIFY(
            !torch::allclose(model->forward(someBatch().images).detach(), training, 1e-4, 1e-5));
    }

    // min ‖w‖ + ¼ (max ‖w‖ − min ‖w‖), fixed where a phase begins that says something else.
    void aRelativeLimitIsFixedOnce() {
        RunConfig config;
        config.phases.resize(4);
        for (int i = 0; i < 4; ++i) config.phases[static_cast<std::size_t>(i)].from = i;
        config.phases[1].head_relative_max_norm = 0.25;
        config.phases[2].head_relative_max_norm = 0.25;
        config.phases[3].head_relative_max_norm = 0.0;
        ImageNetwork model = smallModel(config);
        Sgd optimizer(*model, 0.9);
        const torch::Tensor norms = model->head()->weight.norm(2, 1).detach().clone();
        const double shortest = norms.min().item<double>();
        const double limit = shortest + 0.25 * (norms.max().item<double>() - shortest);
        beginPhase(model, optimizer, config, 0);
        model->head()->weight.detach().mul_(2.0);
        model->head()->weight.detach().mul_(0.5);
        beginPhase(model, optimizer, config, 1);
        QVERIFY(std::abs(model->head()->norm_limit.item<double>() - limit) < 1e-6);
        model->head()->limitNorms();
        QVERIFY(model->head()->weight.norm(2, 1).allclose(norms.clamp_max(limit)));
        beginPhase(model, optimizer, config, 2);
        QVERIFY(std::abs(model->head()->norm_limit.item<double>() - limit) < 1e-6);
        beginPhase(model, optimizer, config, 3);
        QVERIFY(std::abs(model->head()->norm_limit.item<double>() - shortest) < 1e-6);
    }

    // What a foreign checkpoint within the phase cannot say follows from its weights.
    void aMissingLimitIsFixedLater() {
        RunConfig config;
        config.phases[0].head_relative_max_norm = 0.5;
        ImageNetwork model = smallModel(config);
        Sgd optimizer(*model, 0.9);
        beginPhase(model, optimizer, config, 3);
        const torch::Tensor norms = model->head()->weight.norm(2, 1).detach();
        QVERIFY(std::abs(model->head()->norm_limit.item<double>() -
                         0.5 * (norms.min() + norms.max()).item<double>()) < 1e-6);
    }

    // A schedule of its own is a new optimiser's.
    void aNewScheduleClearsMomentum() {
        RunConfig config;
        config.phases.resize(2);
        config.phases[1].from = 1;
        config.phases[1].lr_schedule = PhaseSchedule::constant;
        ImageNetwork model = smallModel(config);
        Sgd optimizer(*model, 0.9);
        prepareTraining(model, config.phases[0]);
        const ClassTermTensors terms(classTerms(Phase{}, std::vector<std::int64_t>{3, 2, 1}),
                                     torch::kFloat32);
        trainingStep(model, optimizer, someBatch(), terms, LossConfig{}, 0.0);
        optimizer.setRates(0.1, 0.0);
        optimizer.step();
        const auto moves = [&] {
            return optimizer.momentumBuffers().at("conv1.weight").ne(0).any().item<bool>();
        };
        beginPhase(model, optimizer, config, 0);
        QVERIFY(moves());
        beginPhase(model, optimizer, config, 1);
        QVERIFY(!moves());
    }

    void aNewHeadFollowsFromSeedAndPhase() {
        ImageNetwork model = smallModel();
        Sgd optimizer(*model, 0.9);
        Phase phase;
        phase.head_start = HeadStart::reinitialise;
        const torch::Tensor before = model->head()->weight.detach().clone();
        startHead(model, optimizer, phase, 4, 1);
        const torch::Tensor once = model->head()->weight.detach().clone();
        QVERIFY(!once.equal(before));
        startHead(model, optimizer, phase, 4, 1);
        QVERIFY(model->head()->weight.equal(once));
        startHead(model, optimizer, phase, 4, 2);
        QVERIFY(!model->head()->weight.equal(once));
        phase.head_start = HeadStart::keep;
        const torch::Tensor kept = model->head()->weight.detach().clone();
        startHead(model, optimizer, phase, 4, 3);
        QVERIFY(model->head()->weight.equal(kept));
    }

    // A reinitialised head is drawn as the config's first head: here uniform in ±1/√64.
    void aNewHeadIsDrawnAsTheFirst() {
        ModelConfig config{"resnet8", HeadKind::linear, HeadInit::uniform};
        ImageNetwork model = makeModel(config, 3, 10, 1, torch::kCPU);
        Sgd optimizer(*model, 0.9);
        Phase phase;
        phase.head_start = HeadStart::reinitialise;
        const torch::Tensor before = model->head()->weight.detach().clone();
        startHead(model, optimizer, phase, 4, 1);
        const torch::Tensor after = model->head()->weight.detach();
        QVERIFY(!after.equal(before));
        QVERIFY(after.abs().max().item<double>() <= 0.125);
        QVERIFY(before.abs().max().item<double>() <= 0.125);
    }

    // w / ‖w‖^τ: with τ = 1 all class weights have length 1, with τ = 0 nothing changes.
    void tauNormalisation() {
        ImageNetwork model = smallModel();
        Sgd optimizer(*model, 0.9);
        const torch::Tensor norms = model->head()->weight.norm(2, 1).detach().clone();
        Phase phase;
        phase.head_start = HeadStart::tau_normalise;
        phase.head_tau = 0.5;
        startHead(model, optimizer, phase, 0, 1);
        QVERIFY(model->head()->weight.norm(2, 1).allclose(norms.sqrt()));
        QVERIFY(model->head()->bias.eq(0).all().item<bool>());
        phase.head_tau = 1.0;
        startHead(model, optimizer, phase, 0, 1);
        QVERIFY(model->head()->weight.norm(2, 1).allclose(torch::ones({3})));
    }

    void maxNormShortensOnlyLongWeights() {
        ImageNetwork model = smallModel();
        const torch::Tensor norms = model->head()->weight.norm(2, 1).detach().clone();
        const double limit = norms.median().item<double>();
        model->head()->limitNorms(limit);
        QVERIFY(model->head()->weight.norm(2, 1).allclose(norms.clamp_max(limit)));
    }

    // cRT and τ-normalisation change what the momentum was gathered for.
    void aChangedHeadLosesItsMomentum() {
        ImageNetwork model = smallModel();
        Sgd optimizer(*model, 0.9);
        prepareTraining(model, Phase{});
        const ClassTermTensors terms(classTerms(Phase{}, std::vector<std::int64_t>{3, 2, 1}),
                                     torch::kFloat32);
        trainingStep(model, optimizer, someBatch(), terms, LossConfig{}, 0.0);
        optimizer.setRates(0.1, 0.0);
        optimizer.step();
        Phase phase;
        phase.head_start = HeadStart::reinitialise;
        startHead(model, optimizer, phase, 0, 1);
        QVERIFY(optimizer.momentumBuffers().at("linear.weight").eq(0).all().item<bool>());
        QVERIFY(optimizer.momentumBuffers().at("conv1.weight").ne(0).any().item<bool>());
    }
};

BALLAST_TEST(TestSecondStage)
#include "tst_second_stage.moc"
