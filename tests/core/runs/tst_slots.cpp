#include "core/runs/slots.h"

#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/runs/executor.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/support/test_program.h"

using namespace ballast;
using nlohmann::json;

class TestSlots : public QObject {
    Q_OBJECT

    /// Two seeds of a deferred method, with these values of ν.
    static json sweepOver(const json& nus) {
        json sweep = json::parse(R"({"name": "slots", "base": {
            "data": {"dataset": "fashion-mnist", "imbalance": {"ratio": 6000}},
            "model": {"name": "resnet8"},
            "phases": [{"from": 0}, {"from": 1, "alpha": {"rule": "power", "nu": 0.1}}],
            "lr_schedule": {"warmup_epochs": 1, "steps": []},
            "training": {"epochs": 2, "batch_size": 128, "device": "cpu"}},
            "seeds": [0, 1]})");
        sweep["axes"] = {{"/phases/1/alpha/nu", nus}};
        return sweep;
    }

    static TrainingEnvironment fourThreads() {
        TrainingEnvironment environment;
        environment.threads = 4;
        return environment;
    }

private Q_SLOTS:
    void devicesAndNumbersAreTakenAsGiven() {
        const FakeLearning fake;
        QTemporaryDir workspace;
        const Sweep sweep = sweepFromJson(sweepOver({0.1}), "test");
        const std::string folder = workspace.path().toStdString();
        const std::vector<std::string> devices{"cpu", "auto", "cpu"};
        QVERIFY(planOnSlots(fake, sweep, folder, fourThreads(), devices, 0).slots == devices);
        QCOMPARE(planOnSlots(fake, sweep, folder, fourThreads(), {}, 3).slots.size(),
                 std::size_t{3});
    }

    /// Two seeds can begin side by side on four threads; but two threads could not start from what
    /// four have trained.
    void slotsShareWhatIsThere() {
        const FakeLearning fake;
        QTemporaryDir workspace;
        const std::string folder = workspace.path().toStdString();
        const json one = sweepOver({0.1});
        const auto planned = [&](const json& sweep, int count) {
            return planOnSlots(fake, sweepFromJson(sweep, "test"), folder, fourThreads(), {},
                               count);
        };
        QCOMPARE(planned(one, 0).slots.size(), std::size_t{2});

        SlottedPlan alone = planned(one, 1);
        prepareSweep(alone.plan, sweepFromJson(one, "test"), one, folder);
        {
            Executor executor(fake, fourThreads(), alone.slots);
            for (const PlannedRun& run : alone.plan.runs) {
                executor.enqueue(std::filesystem::path(folder) / "runs" / run.id);
            }
            QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 60'000);
        }
        const SlottedPlan more = planned(sweepOver({0.1, 0.4}), 0);
        QCOMPARE(more.plan.left.epochs_shared, std::int64_t{2});
        QCOMPARE(more.slots.size(), std::size_t{1});
        // Asked for two, the trunks are trained again.
        QCOMPARE(planned(sweepOver({0.1, 0.4}), 2).plan.left.epochs_shared, std::int64_t{4});
    }
};

BALLAST_TEST(TestSlots)
#include "tst_slots.moc"
