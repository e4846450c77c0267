#include "core/learning/logit_saver.h"

#include <torch/torch.h>

#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/learning/checkpoint.h"
#include "core/runs/learning_library.h"
#include "core/runs/run.h"
#include "core/runs/run_logits.h"
#include "core/theory/what_if.h"
#include "tests/core/data/class_layout.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

class TestLogitSaver : public QObject {
    Q_OBJECT

    const JpegFolder folder_;
    QTemporaryDir workspace_;
    fs::path linear_;

    fs::path trained(HeadKind head, bool save_logits = false, double tde_alpha = 1.0) const {
        RunConfig config;
        config.name = "small";
        config.data = folder_.config(32);
        config.model = {"resnet8", head};
        config.model.tde_alpha = tde_alpha;
        Phase deferred;
        deferred.from = 2;
        deferred.alpha = {"inverse", {}, {}};
        config.phases.push_back(deferred);
        config.lr_schedule.warmup_epochs = 0;
        config.training.epochs = 3;
        config.training.batch_size = 32;
        config.training.device = "cpu";
        config.training.threads = 2;
        const fs::path folder =
            createRun(workspace_.path().toStdString(), config, nlohmann::json::object(), {});
        RunControl control;
        RunObserver observer;
        TrainingEnvironment environment;
        environment.save_logits = save_logits;
        const RunOutcome outcome =
            trainRun(learningLibrary(), folder, environment, control, observer);
        if (outcome.state != RunState::finished) throw StorageError(outcome.message);
        return folder;
    }

    static SavedLogits logitsOf(const fs::path& run, int epochs) {
        std::vector<std::string> said;
        return logitsOfRun(learningLibrary(), run, epochs, DataStore(), said);
    }

    /// The same per class, NaN where NaN.
    static bool same(const std::vector<double>& a, const std::vector<double>& b) {
        return std::ranges::equal(
            a, b, [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
    }

private Q_SLOTS:
    void initTestCase() { linear_ = trained(HeadKind::linear); }

    // Exactly: a file keeps each image's top logit, rounded as it is.
    void withoutAdjustmentItIsTheRecordedAccuracy() {
        const RunSummary run = readRun(linear_);
        for (const int epochs : {2, 3}) {
            const SavedLogits saved = logitsOf(linear_, epochs);
            QVERIFY(fs::exists(savedLogitsPath(linear_, epochs)));
            const EpochRecord& record = run.records[static_cast<std::size_t>(epochs - 1)];
            const WhatIfResult test = whatIf(saved, LogitSplit::test, {});
            QVERIFY(same(test.accuracy, record.test_accuracy));
            QVERIFY(test.confusion == record.test_confusion);
            const WhatIfResult train = whatIf(saved, LogitSplit::train, {});
            QVERIFY(record.exact.has_value());
            QVERIFY(same(train.accuracy, record.exact->accuracy));
            // B_y(f), up to float16
            std::vector<double> least(10, HUGE_VAL);
            for (std::size_t i = 0; i < saved.train->images(); ++i) {
                const auto y = static_cast<std::size_t>(saved.train->labels[i]);
                least[y] = std::min<double>(least[y], saved.train->values[i * 10 + y]);
            }
            for (std::size_t y = 0; y < 10; ++y) {
                QVERIFY(std::abs(least[y] - record.exact->min_logit[y]) <
                        0x1p-9 * std::abs(least[y]) + 1e-6);
            }
        }
    }

    // What is saved is read the next time, not made again.
    void savedLogitsAreRead() {
        const SavedLogits first = logitsOf(linear_, 3);
        const fs::path checkpoint = linear_ / "checkpoints" / checkpointName(3);
        fs::rename(checkpoint, linear_ / "elsewhere");
        QVERIFY(logitsOf(linear_, 3) == first);
        fs::rename(linear_ / "elsewhere", checkpoint);
    }

    // The head's weights divided by their norms to the power of τ, and evaluated anew.
    void tauNormIsThatOfTheWeights_data() {
        QTest::addColumn<double>("tau");
        QTest::newRow("0.5") << 0.5;
        QTest::newRow("1") << 1.0;
    }
    void tauNormIsThatOfTheWeights() {
        QFETCH(double, tau);
        const SavedLogits saved = logitsOf(linear_, 3);
        Checkpoint checkpoint = loadCheckpoint(linear_ / "checkpoints" / checkpointName(3));
        torch::Tensor& weight = checkpoint.tensors.at("linear.weight");
        weight = weight / weight.norm(2, 1, true).pow(tau);
        checkpoint.tensors.at("linear.bias").zero_();
        LogitsRequest request;
        request.checkpoint = linear_ / "normalised.safetensors";
        saveCheckpoint(request.checkpoint, checkpoint);
        request.description = readDescription(linear_);
        request.epochs_done = 3;
        request.to = linear_ / "normalised-logits.safetensors";
        saveLogits(request, DataStore(), kNeverCancelled);
        const SavedLogits evaluated = readSavedLogits(request.to);

        const LogitMap map = logitMap({.tau_norm = tau}, saved.class_counts, saved.head);
        for (std::size_t i = 0; i < saved.test->values.size(); ++i) {
            const std::size_t y = i % 10;
            const float adjusted = map.scale[y] * saved.test->values[i] + map.shift[y];
            const float expected = evaluated.test->values[i];
            const float bias = std::abs(map.shift[y]);
            QVERIFY2(std::abs(adjusted - expected) < 0x1p-9F * (std::abs(expected) + bias) + 1e-5F,
                     qPrintable(QString("%1 %2").arg(adjusted).arg(expected)));
        }
        const EvaluationRequest of{.checkpoint = {request.checkpoint},
                                   .data = request.description.config.data,
                                   .augmentation = "crop-flip",
                                   .model = std::nullopt,
                                   .device = "cpu",
                                   .threads = 2};
        const Evaluation evaluation = learningLibrary().evaluate(of, DataStore());
        const WhatIfResult result = whatIf(saved, LogitSplit::test, {.tau_norm = tau});
        QVERIFY(same(result.accuracy, evaluation.test_accuracy));
    }

    // Kept as they are measured, they are those of the checkpoints, and the run is the same.
    void keptWhileTraining() {
        const fs::path run = trained(HeadKind::linear, true);
        QCOMPARE(savedLogitEpochs(run), (std::vector<int>{2, 3}));
        QCOMPARE(readFile(run / "epochs.jsonl"), readFile(linear_ / "epochs.jsonl"));
        for (const int epochs : {2, 3}) {
            const fs::path checkpoint = fs::path("checkpoints") / checkpointName(epochs);
            QCOMPARE(readFile(run / checkpoint), readFile(linear_ / checkpoint));
            QVERIFY(logitsOf(run, epochs) == logitsOf(linear_, epochs));
        }
    }

    void aCosineHeadHasNoNorms() {
        const fs::path run = trained(HeadKind::cosine);
        const SavedLogits saved = logitsOf(run, 3);
        QVERIFY(saved.head.kind == HeadKind::cosine && saved.head.norms.empty());
        QVERIFY(same(whatIf(saved, LogitSplit::test, {}).accuracy,
                     readRun(run).records[2].test_accuracy));
        QVERIFY_EXCEPTION_THROWN(whatIf(saved, LogitSplit::test, {.tau_norm = 1}), ConfigError);
    }

    /// A run that is evaluated with α_TDE = 1, changed afterwards, is the one evaluated with 2.5.
    void anotherEffectOff() {
        const SavedLogits one = logitsOf(trained(HeadKind::deconfound, true), 3);
        QCOMPARE(one.head.tde_alpha, 1.0);
        QCOMPARE(one.test->effects.size(), 2 * one.test->images());
        const fs::path run = trained(HeadKind::deconfound, false, 2.5);
        const SavedLogits more = logitsOf(run, 3);
        QVERIFY(more.head.class_effects == one.head.class_effects);
        QVERIFY(more.test->effects == one.test->effects);
        double most = 0.0;
        double changed = 0.0;
        for (std::size_t i = 0; i < one.test->images(); ++i) {
            for (std::size_t y = 0; y < 10; ++y) {
                const float off = one.test->effects[2 * i] * one.head.class_effects[2 * y] +
                                  one.test->effects[2 * i + 1] * one.head.class_effects[2 * y + 1];
                const float f = one.test->values[10 * i + y];
                most = std::max<double>(most,
                                        std::abs(f - 1.5F * off - more.test->values[10 * i + y]));
                changed = std::max<double>(changed, std::abs(1.5F * off));
            }
        }
        QVERIFY2(changed > 0.05 && most < 0.01,
                 qPrintable(QString("%1 %2").arg(changed).arg(most)));
        const WhatIfResult without = whatIf(one, LogitSplit::test, {.tde = -1.0});
        const WhatIfResult also = whatIf(more, LogitSplit::test, {.tde = -2.5});
        QVERIFY(std::abs(without.balanced - also.balanced) < 0.02);
        QVERIFY(same(whatIf(more, LogitSplit::test, {}).accuracy,
                     readRun(run).records[2].test_accuracy));
    }

    void aCheckpointThatIsGoneIsSaid() {
        const fs::path copy = linear_.parent_path() / "copy";
        fs::copy(linear_, copy, fs::copy_options::recursive);
        fs::remove_all(copy / "logits");
        fs::remove(copy / "checkpoints" / checkpointName(3));
        try {
            logitsOf(copy, 3);
            QFAIL("nothing was said");
        } catch (const CheckpointError& error) {
            QVERIFY2(QString(error.what()).contains("keeps no checkpoint after 3 epochs"),
                     error.what());
        }
        QVERIFY(!fs::exists(copy / "logits"));
    }

    void calledOffItLeavesNothing() {
        const std::atomic<bool> cancelled{true};
        LogitsRequest request;
        request.checkpoint = linear_ / "checkpoints" / checkpointName(3);
        request.description = readDescription(linear_);
        request.to = linear_ / "never" / "logits.safetensors";
        QVERIFY_EXCEPTION_THROWN(learningLibrary().saveLogits(request, DataStore(), cancelled),
                                 CancelledError);
        QVERIFY(!fs::exists(linear_ / "never"));
    }
};

BALLAST_TEST(TestLogitSaver)
#include "tst_logit_saver_slow.moc"
