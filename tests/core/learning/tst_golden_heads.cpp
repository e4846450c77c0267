#include <torch/torch.h>

#include <QtTest>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/experiment/presets.h"
#include "core/experiment/teacher.h"
#include "core/learning/data/mixing.h"
#include "core/learning/evaluator.h"
#include "core/learning/second_stage.h"
#include "core/learning/training_step.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

// As in golden_heads.py.
const std::vector<std::int64_t> kHeadCounts = {60, 30, 12, 5};
constexpr std::int64_t kHeadClasses = 4, kHeadFeatures = 6, kHeadBatch = 5;
constexpr int kHeadSteps = 20, kStepsOfEpoch = 2;

double headNumber(std::int64_t k) {
    return static_cast<double>((k * k * 37 + k * 101 + 7) % 1000) / 500.0 - 1.0;
}

torch::Tensor headNumbers(torch::IntArrayRef shape, double scale, std::int64_t first,
                          std::int64_t row = 10) {
    torch::Tensor tensor = torch::empty(shape, torch::kFloat64);
    auto* data = tensor.data_ptr<double>();
    const std::int64_t columns = shape.back();
    for (std::int64_t i = 0; i < tensor.numel(); ++i) {
        data[i] = scale * headNumber(first + row * (i / columns) + i % columns);
    }
    return tensor;
}

Batch featureBatch(int step) {
    std::vector<std::int64_t> labels;
    for (std::int64_t i = 0; i < kHeadBatch; ++i)
        labels.push_back((i * i + 3 * step + i) % kHeadClasses);
    return {headNumbers({kHeadBatch, kHeadFeatures}, 1.0, 1000 + 100 * step),
            torch::tensor(labels, torch::kInt64),
            {}};
}

/// Image i is mixed with image B − 1 − i.
Mixture goldenMixture(int step) {
    Mixture mixture{0.5 + 0.25 * (1.0 + headNumber(9000 + step)), {}};
    for (std::int64_t i = 0; i < kHeadBatch; ++i) mixture.partners.push_back(kHeadBatch - 1 - i);
    return mixture;
}

/// All steps' features as a source of images.
class FeatureSource final : public ImageSource {
public:
    FeatureSource() {
        std::vector<torch::Tensor> features, labels;
        for (int step = 0; step < kHeadSteps; ++step) {
            const Batch batch = featureBatch(step);
            features.push_back(batch.images);
            labels.push_back(batch.labels);
        }
        features_ = torch::cat(features);
        labels_ = torch::cat(labels);
    }
    std::int64_t size() const override { return labels_.size(0); }
    std::int64_t channels() const override { return 1; }
    const torch::Tensor& labels() const override { return labels_; }

private:
    class Stream final : public BatchStream {
    public:
        Stream(const FeatureSource& source, std::int64_t batch_size)
            : source_(source), batch_size_(batch_size) {}
        bool next(Batch& batch) override {
            const std::int64_t count = std::min(batch_size_, source_.size() - at_);
            if (count <= 0) return false;
            batch = {source_.features_.narrow(0, at_, count),
                     source_.labels_.narrow(0, at_, count),
                     {},
                     count};
            at_ += count;
            return true;
        }

    private:
        const FeatureSource& source_;
        const std::int64_t batch_size_;
        std::int64_t at_ = 0;
    };

    std::unique_ptr<BatchStream> makeStream(std::vector<std::int64_t>, std::int64_t batch_size,
                                            const Augmentation&, Share) const override {
        return std::make_unique<Stream>(*this, batch_size);
    }

    torch::Tensor features_;
    torch::Tensor labels_;
};

/// The golden teacher's logits of features.
torch::Tensor teacherLogits(const torch::Tensor& features) {
    return torch::mm(features, headNumbers({kHeadClasses, kHeadFeatures}, 2.0, 7000).t());
}

/// A network that is its head: images are features [B, F].
class FeatureNetworkImpl : public ImageNetworkImpl {
public:
    explicit FeatureNetworkImpl(HeadKind kind)
        : linear_(register_module("linear", Head(kHeadFeatures, kHeadClasses, kind))) {}
    torch::Tensor features(const torch::Tensor& images) override { return images; }
    Head& head() override { return linear_; }

private:
    Head linear_;
};

ImageNetwork featureNetwork(const std::string& method) {
    const bool deconfound = method == "De-confound";
    auto network =
        std::make_shared<FeatureNetworkImpl>(deconfound ? HeadKind::deconfound : HeadKind::linear);
    network->head()->addScale();
    if (method == "DisAlign") network->head()->addCalibration(true);
    network->head()->addNormLimit();
    network->to(torch::kFloat64);
    const torch::NoGradGuard no_grad;
    network->head()->weight.copy_(headNumbers({kHeadClasses, kHeadFeatures}, 0.5, 0));
    if (!deconfound) network->head()->bias.copy_(headNumbers({kHeadClasses}, 0.1, 500));
    return ImageNetwork(std::static_pointer_cast<ImageNetworkImpl>(network));
}

/// The second stage of a preset of 90 or 200 epochs, whose 10 epochs the golden steps are of.
RunConfig goldenStage(const std::string& method) {
    if (method == "head+scale") {
        RunConfig config;
        config.training.epochs = 10;
        Phase& phase = config.phases.front();
        phase.trainable = Trainable::head_and_scale;
        phase.head_lr_factor = 0.2;
        phase.lr_schedule = PhaseSchedule::cosine;
        phase.weight_decay = 5e-4;
        return config;
    }
    RunConfig config = presetConfig({method, "cifar10", "", 0, "", 200});
    // A new head would have other first weights than the golden one.
    config.phases.back().head_start = HeadStart::keep;
    if (config.phases.size() > 1) config.training.epochs = config.phases.back().from + 10;
    return config;
}

}  // namespace

/// 20 steps of the trainer's own parts against an independent computation in float64
/// (tests/data/golden_heads.py): the presets' losses, rates, weight decay, limits and frozen parts.
class TestGoldenHeads : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void agreesWithTheFormulas_data() {
        QTest::addColumn<QString>("method");
        for (const char* method : {"cRT", "LWS", "WB", "head+scale", "DisAlign", "De-confound",
                                   "DiVE", "KD", "LAS", "Mixup", "Remix", "MiSLAS"}) {
            QTest::newRow(method) << method;
        }
    }
    void agreesWithTheFormulas() {
        QFETCH(const QString, method);
        std::ifstream file(std::string(BALLAST_TEST_DATA) + "/golden_heads.json");
        const nlohmann::json golden = nlohmann::json::parse(file).at(method.toStdString());
        const RunConfig config = goldenStage(method.toStdString());
        const Phase& phase = config.phases.back();
        ImageNetwork model = featureNetwork(method.toStdString());
        model->head()->configure(config.model);
        Sgd optimizer(*model, config.optimizer.momentum, false, config.optimizer.momentum_form);
        const LossConfig loss = lossOf(config.loss, phase);
        const ClassTermTensors terms(classTerms(phase, kHeadCounts), torch::kFloat64);
        for (int step = 0; step < kHeadSteps; ++step) {
            const int epoch = phase.from + step / kStepsOfEpoch;
            if (step % kStepsOfEpoch == 0) {
                beginPhase(model, optimizer, config, epoch);
                if (step == 0 && method == "DisAlign") {  // drawn, but not by the golden numbers
                    const torch::NoGradGuard no_grad;
                    model->head()->confidence_bias.fill_(0.05);
                }
                QVERIFY(prepareTraining(model, phase));
                setRateFactors(model, optimizer, phase);
                optimizer.setRates(learningRateAt(config, epoch), weightDecayAt(config, epoch));
            }
            Batch batch = featureBatch(step);
            if (phase.mixing != Mixing::none) mix(batch, goldenMixture(step), phase, kHeadCounts);
            const Lesson lesson = lessonOf(phase, teacherLogits(batch.images));
            const StepResult result =
                trainingStep(model, optimizer, batch, terms, loss, phase.sam_radius,
                             learnsFromTeacher(phase) ? &lesson : nullptr);
            optimizer.step();
            if (phase.head_relative_max_norm) model->head()->limitNorms();
            const auto expected =
                golden.at("losses").at(static_cast<std::size_t>(step)).get<double>();
            QVERIFY2(std::abs(result.loss.item<double>() / expected - 1.0) < 1e-10,
                     qPrintable(QStringLiteral("step %1: %2, expected %3")
                                    .arg(step)
                                    .arg(result.loss.item<double>(), 0, 'g', 12)
                                    .arg(expected, 0, 'g', 12)));
        }
        const ImageNetwork before = featureNetwork(method.toStdString());
        if (golden.contains("evaluation")) {
            const auto like = [&](const char* key) {
                return torch::tensor(golden.at(key).get<std::vector<double>>(), torch::kFloat64);
            };
            QVERIFY(torch::allclose(model->head()->mean_feature, like("mean_feature"), 1e-10));
            const torch::NoGradGuard no_grad;
            model->eval();
            const torch::Tensor logits = model->forward(featureBatch(0).images).flatten();
            QVERIFY(torch::allclose(logits, like("evaluation"), 1e-10, 1e-12));
            model->head()->setTdeAlpha(0.0);
            QVERIFY(!torch::allclose(model->forward(featureBatch(0).images).flatten(), logits));
        }
        for (const auto& item : model->named_parameters()) {
            const std::string name = item.key().substr(item.key().find('.') + 1);
            const torch::Tensor ours = item.value().detach().flatten();
            if (!golden.at("weights").contains(name)) {  // frozen
                QVERIFY(ours.equal(before->named_parameters()[item.key()].detach().flatten()));
                continue;
            }
            const auto expected = golden.at("weights").at(name).get<std::vector<double>>();
            QVERIFY(torch::allclose(ours, torch::tensor(expected, torch::kFloat64), 1e-10, 1e-12));
        }
    }

    void nearestClassMeanIsTheFormulas() {
        std::ifstream file(std::string(BALLAST_TEST_DATA) + "/golden_heads.json");
        const nlohmann::json golden = nlohmann::json::parse(file).at("NCM");
        const RunConfig config = presetConfig({"NCM", "cifar10", "", 0, "", 200});
        const Phase& phase = config.phases.back();
        QVERIFY(phase.from == 200 && config.training.epochs == 201);
        ImageNetwork model = featureNetwork("NCM");
        {
            const torch::NoGradGuard no_grad;
            model->head()->scale.fill_(2.0);
        }
        Sgd optimizer(*model, 0.9);
        QVERIFY(startsFromClassMeans(config, 200) && !startsFromClassMeans(config, 199));
        const torch::Tensor means =
            Evaluator(model, kHeadClasses, torch::kCPU).classMeans(FeatureSource());
        beginPhase(model, optimizer, config, 200, means);
        QVERIFY(!prepareTraining(model, phase));
        const auto like = [](const nlohmann::json& numbers) {
            return torch::tensor(numbers.get<std::vector<double>>(), torch::kFloat64);
        };
        const torch::NoGradGuard no_grad;
        QVERIFY(torch::allclose(model->head()->weight.flatten(),
                                like(golden.at("weights").at("weight")), 1e-10, 1e-12));
        QVERIFY(model->head()->bias.eq(0).all().item<bool>());
        const torch::Tensor z = featureBatch(0).images;
        const torch::Tensor logits = model->forward(z);
        QVERIFY(torch::allclose(logits.flatten(), like(golden.at("evaluation")), 1e-10, 1e-12));
        // The same order as a cosine head's, whose logits are the cosines.
        Head cosine(kHeadFeatures, kHeadClasses, HeadKind::cosine);
        cosine->to(torch::kFloat64);
        cosine->setClassMeans(means);
        QVERIFY(torch::allclose(cosine(z), logits / z.norm(2, 1, true), 1e-10, 1e-12));
    }
};

BALLAST_TEST(TestGoldenHeads)
#include "tst_golden_heads.moc"
