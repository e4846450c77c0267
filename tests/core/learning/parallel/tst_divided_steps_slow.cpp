#include <torch/torch.h>

#include <QtTest>
#include <map>

#include "core/experiment/catalog.h"
#include "core/learning/class_statistics.h"
#include "core/learning/training_step.h"
#include "tests/core/learning/parallel/rank_threads.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

constexpr int kClasses = 3;
constexpr int kSteps = 20;
const std::vector<std::int64_t> kCounts = {30, 9, 3};

/// How the steps are made.
struct Setting {
    LossConfig loss;
    double sam_radius = 0.0;
    bool together = true;  // normalisation over the whole batch
    torch::ScalarType type = torch::kFloat64;
    double rate = 0.02;
    HeadKind head = HeadKind::linear;
    bool frozen = false;  // all but the head, with its statistics kept
    Smoothing smoothing = Smoothing::none;
};

/// Weights, running statistics and momentum afterwards, and the losses, by name.
using Outcome = std::map<std::string, torch::Tensor>;

/// Images of step `step`: 10, or just one, which not every process has a share of.
Batch batchOf(int step, torch::ScalarType type) {
    const std::int64_t size = step % 5 == 4 ? 1 : 10;
    const torch::Tensor images =
        torch::sin(torch::arange(size * 3 * 8 * 8, torch::kFloat64) * 0.37 + step)
            .view({size, 3, 8, 8})
            .to(type);
    return {images, (torch::arange(size, torch::kInt64) * 5 + step) % kClasses, {}, size};
}

Outcome trained(const Setting& setting, const Ranks& ranks) {
    torch::set_num_threads(1);
    ImageNetwork model = makeModel({"resnet8", setting.head}, 3, kClasses, 1, torch::kCPU);
    if (setting.type != torch::kFloat32) {
        for (torch::Tensor& each : model->parameters()) {
            each.set_data(each.to(setting.type).contiguous());
        }
        for (torch::Tensor& each : model->buffers()) {
            if (each.is_floating_point()) each.set_data(each.to(setting.type));
        }
    }
    if (setting.together) model->normaliseTogether(ranks);
    Sgd optimizer(*model, 0.9);
    optimizer.setRates(setting.rate, 1e-3);
    Phase phase;
    phase.alpha.rule = "inverse";
    phase.smoothing = setting.smoothing;
    const ClassTerms rules = classTerms(phase, kCounts);
    const ClassTermTensors terms(rules, setting.type);
    ClassStatisticsAccumulator statistics(kClasses, torch::kCPU);
    model->train();
    if (setting.frozen) {
        model->train(false);
        model->head()->train();
        for (auto& item : model->named_parameters()) {
            item.value().set_requires_grad(item.key().starts_with("linear."));
        }
    }
    std::vector<double> losses;
    for (int step = 0; step < kSteps; ++step) {
        Batch batch = batchOf(step, setting.type);
        const Share share = ranks.share();
        for (torch::Tensor* each : {&batch.images, &batch.labels}) {
            *each = each->narrow(0, share.begin(batch.of_all), share.count(batch.of_all));
        }
        const StepResult result = trainingStep(model, optimizer, batch, terms, setting.loss,
                                               setting.sam_radius, nullptr, ranks);
        optimizer.step();
        losses.push_back(result.loss.item<double>());
        statistics.add(result.logits.to(torch::kFloat32),
                       result.log_probabilities.to(torch::kFloat32), batch.labels);
    }
    statistics.gather(ranks);
    Outcome outcome{{"losses", torch::tensor(losses, torch::kFloat64)}};
    for (const auto& item : model->named_parameters()) {
        outcome[item.key()] = item.value().detach().clone();
    }
    for (const auto& item : model->named_buffers()) outcome[item.key()] = item.value().clone();
    for (const auto& [name, buffer] : optimizer.momentumBuffers()) {
        outcome["momentum." + name] = buffer.clone();
    }
    const ClassStatistics seen = statistics.finish(rules, kCounts, {true, false, false});
    outcome["accuracy"] = torch::tensor(seen.accuracy, torch::kFloat64);
    outcome["B_y(f)"] = torch::tensor(seen.lipschitz, torch::kFloat64);
    return outcome;
}

std::vector<Outcome> trainedByRanks(const Setting& setting, int size) {
    std::vector<Outcome> outcomes(static_cast<std::size_t>(size));
    withRanks(size, [&](Ranks& ranks) {
        outcomes[static_cast<std::size_t>(ranks.share().rank)] = trained(setting, ranks);
    });
    return outcomes;
}

/// The largest difference of any number; and what it is of.
std::pair<double, std::string> difference(const Outcome& a, const Outcome& b) {
    std::pair<double, std::string> largest{0.0, ""};
    for (const auto& [name, tensor] : a) {
        const torch::Tensor gap = (tensor.to(torch::kFloat64) - b.at(name).to(torch::kFloat64));
        const double value = gap.abs().max().item<double>();
        if (!(value <= largest.first)) largest = {value, name};
    }
    return largest;
}

bool same(const Outcome& a, const Outcome& b) {
    return std::ranges::all_of(
        a, [&](const auto& item) { return torch::equal(item.second, b.at(item.first)); });
}

LossConfig lossConfig(const char* name, Reduction reduction) {
    LossConfig loss;
    loss.name = name;
    loss.reduction = reduction;
    return loss;
}

}  // namespace

/// Steps whose batches several processes divide, against the same steps of one.
class TestDividedSteps : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        if (!hasProcessGroups()) QSKIP("this build has no c10d with Gloo");
    }

    void asOneProcess_data() {
        QTest::addColumn<Setting>("setting");
        QTest::addColumn<int>("size");
        QTest::addColumn<double>("tolerance");
        const LossConfig weighted = lossConfig("vs", Reduction::weighted_mean);
        QTest::newRow("weighted mean, 2") << Setting{weighted} << 2 << 1e-10;
        QTest::newRow("mean, 3") << Setting{lossConfig("vs", Reduction::mean)} << 3 << 1e-10;
        QTest::newRow("focal, 2") << Setting{lossConfig("focal", Reduction::mean)} << 2 << 1e-10;
        Setting smoothed{weighted, 0.05};
        smoothed.smoothing = Smoothing::concave;
        QTest::newRow("smoothing and SAM, 2") << smoothed << 2 << 1e-10;
        QTest::newRow("SAM, 2") << Setting{weighted, 0.05} << 2 << 1e-10;
        QTest::newRow("De-confound's mean feature, 2")
            << Setting{weighted, 0.0, true, torch::kFloat64, 0.02, HeadKind::deconfound} << 2
            << 1e-10;
        QTest::newRow("De-confound on a frozen backbone, 2")
            << Setting{weighted, 0.0, true, torch::kFloat64, 0.02, HeadKind::deconfound, true} << 2
            << 1e-10;
        // Rounding of float32, which normalisation amplifies from step to step.
        QTest::newRow("float32, 2")
            << Setting{weighted, 0.0, true, torch::kFloat32, 0.001} << 2 << 1e-3;
    }

    void asOneProcess() {
        QFETCH(const Setting, setting);
        QFETCH(const int, size);
        QFETCH(const double, tolerance);
        const Outcome one = trained(setting, alone());
        for (const Outcome& each : trainedByRanks(setting, size)) {
            const auto [gap, name] = difference(each, one);
            QVERIFY2(gap <= tolerance, (name + ": " + std::to_string(gap * 1e12) + "e-12").c_str());
        }
    }

    /// A part of a batch that has no images does not move the mean that a process follows.
    void noImagesHaveNoMean() {
        Head head(8, kClasses, HeadKind::deconfound);
        head->train();
        head->forward(torch::ones({4, 8}));
        const torch::Tensor before = head->mean_feature.clone();
        QVERIFY(before.eq(1.0).all().item<bool>());
        QCOMPARE(head->forward(torch::zeros({0, 8})).size(0), std::int64_t{0});
        QVERIFY(torch::equal(head->mean_feature, before));
    }

    /// Each part with statistics of its own: other numbers than one process's, but the same in
    /// every process and every time.
    void normalisedByPart() {
        const Setting setting{lossConfig("vs", Reduction::weighted_mean), 0.0, false,
                              torch::kFloat32};
        const std::vector<Outcome> once = trainedByRanks(setting, 2);
        const std::vector<Outcome> again = trainedByRanks(setting, 2);
        QVERIFY(same(once[0], again[0]) && same(once[1], again[1]));
        for (const auto& [name, tensor] : once[0]) {
            const bool of_part = name.find("running_") != std::string::npos ||
                                 name.find("num_batches") != std::string::npos;
            if (!of_part) QVERIFY2(torch::equal(tensor, once[1].at(name)), name.c_str());
        }
        QVERIFY(difference(once[0], trained(setting, alone())).first > 1e-3);
    }
};

BALLAST_TEST(TestDividedSteps)
#include "tst_divided_steps_slow.moc"
