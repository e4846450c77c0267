#include "core/runs/queue_forecast.h"

#include <QtTest>

#include "core/results/owned_run.h"
#include "core/runs/run.h"
#include "tests/core/data/jpeg_folder.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/core/runs/scripted_config.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;

/// Runs of ten epochs of which the like takes 2 s an epoch; those of one seed share the first six.
class TestQueueForecast : public QObject {
    Q_OBJECT

    const JpegFolder images_{{.train_counts = {9, 30, 5, 12}, .test_per_class = 2, .pixels = 40}};
    QTemporaryDir workspace_;
    const FakeLearning fake_;

    RunConfig config(int seed, double nu) const {
        RunConfig made = scriptedConfig(images_, 10);
        made.phases.resize(2);
        made.phases[1].from = 6;
        made.phases[1].alpha = {"power", {{"nu", nu}}, {}};
        made.lr_schedule.steps = {{6, 0.1}};
        made.training.seed = static_cast<std::uint64_t>(seed);
        return made;
    }

    WaitingRun waiting(int seed, double nu) const {
        const RunConfig wanted = config(seed, nu);
        const fs::path folder =
            createRun(workspace_.path().toStdString(), wanted, nlohmann::json::object(), {});
        return {folder.filename().string(), wanted, false, std::nullopt, 0.0};
    }

    QueueForecast forecast(const std::vector<WaitingRun>& runs, int slots) const {
        TrainingEnvironment slot;
        slot.threads = 1;
        return forecastQueue(fake_, runs, workspace_.path().toStdString(), slot, slots);
    }

    void finishOne() const {
        const WaitingRun like = waiting(99, 0.5);
        RunControl control;
        RunObserver nobody;
        TrainingEnvironment slot;
        slot.threads = 1;
        const fs::path folder = fs::path(workspace_.path().toStdString()) / "runs" / like.id;
        QVERIFY(trainRun(fake_, folder, slot, control, nobody).state == RunState::finished);
        OwnedRun owned(folder);
        owned.setSecondsPerEpoch(2.0);
        owned.setStatus(RunState::finished, 10, "");
    }

private Q_SLOTS:
    void nothingWaits() {
        const QueueForecast none = forecast({}, 2);
        QCOMPARE(none.seconds, 0.0);
        QCOMPARE(none.bytes_needed, std::int64_t{0});
    }

    void whatNobodyHasTimedIsNotKnown() {
        const QueueForecast unknown = forecast({waiting(0, 0.1)}, 1);
        QVERIFY(!unknown.seconds);
        QVERIFY(unknown.done_in.empty());
        QVERIFY(unknown.bytes_needed > 0);
        QCOMPARE(unknown.epochs, std::int64_t{10});
    }

    // Before anything like it has ended an epoch, the one in training says how long they take.
    void theRunInTrainingSaysHowLongOthersTake() {
        WaitingRun training = waiting(6, 0.1);
        training.in_training = true;
        training.seconds_left = 16.0;
        training.epochs_left = 8.0;
        const WaitingRun like = waiting(7, 0.1);
        WaitingRun other = waiting(8, 0.1);
        other.config.training.batch_size = 4;
        const QueueForecast made = forecast({training, like, other}, 1);
        QCOMPARE(made.done_in.at(training.id), 16.0);
        QCOMPARE(made.done_in.at(like.id), 36.0);  // and ten epochs of 2 s
        QVERIFY(!made.done_in.contains(other.id));
        QVERIFY(!made.seconds);
        // With SAM each epoch takes two passes.
        WaitingRun sam = waiting(9, 0.1);
        for (Phase& phase : sam.config.phases) phase.sam_radius = 0.05;
        QCOMPARE(forecast({training, sam}, 1).seconds, 56.0);
    }

    void slotsAndSharedEpochs() {
        finishOne();
        const WaitingRun alone = waiting(1, 0.1);
        const WaitingRun trunk = waiting(2, 0.1);
        const WaitingRun child = waiting(2, 0.2);
        const std::vector runs{alone, trunk, child};
        const QueueForecast one = forecast(runs, 1);
        QCOMPARE(one.epochs, std::int64_t{24});  // 10 + 10 + 4
        QCOMPARE(one.done_in.at(alone.id), 20.0);
        QCOMPARE(one.done_in.at(trunk.id), 40.0);
        QCOMPARE(one.done_in.at(child.id), 48.0);
        QCOMPARE(one.seconds, 48.0);

        // The first two side by side; with three slots the third waits for six epochs of its trunk.
        const QueueForecast two = forecast(runs, 2);
        QCOMPARE(two.done_in.at(trunk.id), 20.0);
        QCOMPARE(two.done_in.at(child.id), 28.0);
        QCOMPARE(two.seconds, 28.0);
        QCOMPARE(forecast(runs, 3).done_in.at(child.id), 20.0);  // 6 · 2 s + 4 · 2 s
    }

    // One in training says itself how long it will take, and need not be the first.
    void runsInTraining() {
        const WaitingRun queued = waiting(3, 0.1);
        WaitingRun training = waiting(4, 0.1);
        training.in_training = true;
        training.seconds_left = 5.0;
        const QueueForecast made = forecast({queued, training}, 1);
        QCOMPARE(made.done_in.at(training.id), 5.0);
        QCOMPARE(made.done_in.at(queued.id), 25.0);
    }

    void bytesThatAreThereAreNotNeededAgain() {
        const WaitingRun run = waiting(5, 0.1);
        const std::int64_t before = forecast({run}, 1).bytes_needed;
        const fs::path checkpoints =
            fs::path(workspace_.path().toStdString()) / "runs" / run.id / "checkpoints";
        fs::create_directories(checkpoints);
        replaceFile(checkpoints / "note", std::string(1000, 'x'));
        QCOMPARE(forecast({run}, 1).bytes_needed, before - 1000);
    }
};

BALLAST_TEST(TestQueueForecast)
#include "tst_queue_forecast.moc"
