#include "core/experiment/trunk_plan.h"

#include <QtTest>
#include <functional>

#include "core/experiment/class_sampling.h"
#include "core/experiment/imbalance.h"
#include "tests/support/test_program.h"

using namespace ballast;

namespace {

/// Deferred re-weighting from `t0` of 200 epochs on, the learning rate falling there and 20 later.
RunConfig deferred(int t0, double nu, std::uint64_t seed = 0) {
    RunConfig config;
    config.phases.resize(2);
    config.phases[1].from = t0;
    config.phases[1].alpha = {"power", {{"nu", nu}}, {}};
    config.lr_schedule.steps = {{t0, 0.01}, {t0 + 20, 0.0001}};
    config.training.seed = seed;
    return config;
}

struct Paths {
    EpochTree tree;
    std::vector<EpochPath> paths;
    void add(const RunConfig& config) {
        paths.push_back(tree.add(config, classCounts(config.data)));
    }
};

int shared(const RunConfig& a, const RunConfig& b) {
    EpochTree tree;
    const EpochPath of_a = tree.add(a, classCounts(a.data));
    return sharedEpochs(of_a, tree.add(b, classCounts(b.data)));
}

using Change = std::function<void(RunConfig&)>;

}  // namespace

Q_DECLARE_METATYPE(Change)

class TestTrunkPlan : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// A change of one field of CE+DRW, and for how many epochs the runs still train alike.
    void whatRunsShare_data() {
        QTest::addColumn<Change>("change");
        QTest::addColumn<int>("epochs");
        const auto row = [](const char* name, int epochs, Change change) {
            QTest::newRow(name) << std::move(change) << epochs;
        };
        row("nothing", 200, [](RunConfig&) {});
        row("name", 200, [](RunConfig& c) { c.name = "other"; });
        row("selection", 200, [](RunConfig& c) { c.training.selection = Selection::validation; });
        row("the same in other words", 200, [](RunConfig& c) {
            c.phases[0].alpha = {"power", {{"nu", 0.0}}, {}};
        });
        row("idle parameter", 200, [](RunConfig& c) { c.loss.focal_gamma = 2.0; });
        row("weight decay said by the phase", 200,
            [](RunConfig& c) { c.phases[1].weight_decay = c.optimizer.weight_decay; });
        row("shorter", 150, [](RunConfig& c) { c.training.epochs = 150; });
        row("nu", 160, [](RunConfig& c) { c.phases[1].alpha.parameters["nu"] = 0.3; });
        row("tau", 160, [](RunConfig& c) { c.phases[1].delta = {"la", {{"tau", 1.0}}, {}}; });
        row("gamma", 160, [](RunConfig& c) { c.phases[1].beta = {"cdt", {{"gamma", 0.1}}, {}}; });
        row("ldam", 160, [](RunConfig& c) {
            c.phases[1].delta = {"ldam", {{"max_margin", 0.5}}, {}};
        });
        row("earlier T0", 120, [](RunConfig& c) {
            c.phases[1].from = 120;
            c.lr_schedule.steps = {{120, 0.01}, {140, 0.0001}};
        });
        row("no second phase", 160, [](RunConfig& c) { c.phases.resize(1); });
        row("smoothing", 160, [](RunConfig& c) { c.phases[1].smoothing = Smoothing::concave; });
        row("idle smoothing", 200, [](RunConfig& c) { c.phases[1].smoothing_head = 0.5; });
        row("late SAM", 160, [](RunConfig& c) { c.phases[1].sam_radius = 0.1; });
        row("late weight decay", 160, [](RunConfig& c) { c.phases[1].weight_decay = 1e-3; });
        row("late rate", 160, [](RunConfig& c) { c.phases[1].lr_factor = 0.5; });
        row("late sampling", 160,
            [](RunConfig& c) { c.phases[1].sampling = Sampling::class_balanced; });
        row("late progressive sampling", 160,
            [](RunConfig& c) { c.phases[1].sampling = Sampling::progressive; });
        row("frozen", 160, [](RunConfig& c) { c.phases[1].trainable = Trainable::head; });
        row("new head", 160,
            [](RunConfig& c) { c.phases[1].head_start = HeadStart::reinitialise; });
        row("max-norm", 160, [](RunConfig& c) { c.phases[1].head_max_norm = 1.0; });
        row("late step", 180, [](RunConfig& c) { c.lr_schedule.steps[1].factor = 0.001; });
        row("exact statistics", 1, [](RunConfig& c) { c.training.exact_every = 1; });
        row("seed", 0, [](RunConfig& c) { c.training.seed = 1; });
        row("batch size", 0, [](RunConfig& c) { c.training.batch_size = 64; });
        row("momentum", 0, [](RunConfig& c) { c.optimizer.momentum = 0.8; });
        row("weight decay", 0, [](RunConfig& c) { c.optimizer.weight_decay = 1e-3; });
        row("rate", 0, [](RunConfig& c) { c.optimizer.lr = 0.05; });
        row("warm-up", 0, [](RunConfig& c) { c.lr_schedule.warmup_epochs = 4; });
        row("cosine", 5, [](RunConfig& c) { c.lr_schedule.kind = LrKind::cosine; });
        row("model", 0, [](RunConfig& c) { c.model.name = "resnet8"; });
        row("head", 0, [](RunConfig& c) { c.model.head = HeadKind::cosine; });
        row("ratio", 0, [](RunConfig& c) { c.data.imbalance.ratio = 10; });
        row("subset", 0, [](RunConfig& c) { c.data.imbalance.seed = 1; });
        row("validation", 0, [](RunConfig& c) { c.data.validation_per_class = 5; });
        row("loss", 0, [](RunConfig& c) { c.loss.name = "focal"; });
        row("reduction", 0, [](RunConfig& c) { c.loss.reduction = Reduction::mean; });
        row("augmentation", 0, [](RunConfig& c) { c.training.augmentation = "none"; });
        row("estimated rules later", 0, [](RunConfig& c) {
            c.phases[1].beta = {"cvs-scale", {{"gamma", 0.1}}, {}};
        });
    }

    /// s of progressive sampling follows from the run's length.
    void lengthDecidesProgressiveDraws() {
        RunConfig config = deferred(160, 0.15);
        RunConfig shorter = config;
        shorter.training.epochs = 180;
        const auto shared = [&] {
            EpochTree tree;
            const std::vector<std::int64_t> counts = classCounts(config.data);
            return sharedEpochs(tree.add(config, counts), tree.add(shorter, counts));
        };
        QCOMPARE(shared(), 180);
        for (RunConfig* each : {&config, &shorter}) {
            each->phases[1].sampling = Sampling::progressive;
        }
        QCOMPARE(shared(), 160);
        QCOMPARE(samplingProgress(shorter, 0), 0.0);
        QCOMPARE(samplingProgress(shorter, 179), 1.0);
        QCOMPARE(samplingProgress(config, 160), 160.0 / 199.0);
        shorter.training.epochs = 1;
        QCOMPARE(samplingProgress(shorter, 0), 0.0);
    }

    void whatRunsShare() {
        QFETCH(Change, change);
        QFETCH(int, epochs);
        RunConfig config = deferred(160, 0.15);
        change(config);
        QCOMPARE(shared(deferred(160, 0.15), config), epochs);
        QCOMPARE(shared(config, deferred(160, 0.15)), epochs);
    }

    void twoSeedsShareNothingButTheirOwnTrunks() {
        Paths runs;
        for (const std::uint64_t seed : {0U, 1U}) {
            for (const double nu : {0.1, 0.2, 0.3}) runs.add(deferred(160, nu, seed));
        }
        const TrunkPlan plan = planTrunks(runs.paths);
        QCOMPARE(plan.epochs_alone, 1200);
        QCOMPARE(plan.epochs_shared, 2 * (160 + 3 * 40));
        QCOMPARE(plan.source, (std::vector<int>{-1, 0, 0, -1, 3, 3}));
    }

    void valuesOfNuShareOneTrunk_data() {
        QTest::addColumn<int>("values");
        QTest::addColumn<int>("epochs");
        QTest::newRow("5") << 5 << 360;
        QTest::newRow("10") << 10 << 560;
        QTest::newRow("20") << 20 << 960;
    }

    void valuesOfNuShareOneTrunk() {
        QFETCH(int, values);
        QFETCH(int, epochs);
        Paths runs;
        for (int i = 0; i < values; ++i) runs.add(deferred(160, 0.05 * (i + 1)));
        const TrunkPlan plan = planTrunks(runs.paths);
        QCOMPARE(plan.epochs_alone, 200 * values);
        QCOMPARE(plan.epochs_shared, epochs);
        QCOMPARE(plan.segments.size(), static_cast<std::size_t>(values) + 1);
        QCOMPARE(plan.segments[0], (Segment{0, 0, 160, -1}));
        QCOMPARE(plan.segments[1], (Segment{0, 160, 200, 0}));
        for (int i = 2; i <= values; ++i) {
            QCOMPARE(plan.segments[static_cast<std::size_t>(i)], (Segment{i - 1, 160, 200, 0}));
        }
    }

    /// Whichever stands first, each edge of the tree is trained once.
    void startsOfThePhaseShareOneTrunkToEachBranch() {
        for (const bool reversed : {false, true}) {
            std::vector<int> starts{100, 110, 120, 130, 140, 150, 160, 170, 180};
            if (reversed) std::ranges::reverse(starts);
            Paths runs;
            for (const int t0 : starts) runs.add(deferred(t0, 0.15));
            const TrunkPlan plan = planTrunks(runs.paths);
            QCOMPARE(plan.epochs_alone, 1800);
            std::int64_t tails = 0;
            for (const int t0 : starts) tails += 200 - t0;
            QCOMPARE(plan.epochs_shared, 180 + tails);
            for (const Segment& segment : plan.segments) {
                QVERIFY(segment.from < segment.to);
                QVERIFY(segment.parent < static_cast<int>(plan.segments.size()));
                if (segment.parent < 0) continue;
                QCOMPARE(plan.segments[static_cast<std::size_t>(segment.parent)].to, segment.from);
            }
        }
    }

    void whatIsThereAlreadyIsNotTrainedAgain() {
        Paths runs;
        runs.add(deferred(160, 0.1));
        runs.add(deferred(160, 0.2));
        std::vector<bool> available(static_cast<std::size_t>(runs.tree.size()));
        available[static_cast<std::size_t>(runs.paths[1][160])] = true;
        TrunkPlan plan = planTrunks(runs.paths, available);
        QCOMPARE(plan.epochs_shared, 80);
        QCOMPARE(plan.segments[0], (Segment{0, 160, 200, -1}));
        QCOMPARE(plan.segments[1], (Segment{1, 160, 200, -1}));
        available[static_cast<std::size_t>(runs.paths[0][200])] = true;
        plan = planTrunks(runs.paths, available);
        QCOMPARE(plan.epochs_shared, 40);
        QCOMPARE(plan.segments.size(), 1U);
    }

    void runsThatTrainAlikeToTheEnd() {
        Paths runs;
        runs.add(deferred(160, 0.1));
        runs.add(deferred(160, 0.1));
        RunConfig shorter = deferred(160, 0.1);
        shorter.training.epochs = 100;
        runs.add(shorter);
        const TrunkPlan plan = planTrunks(runs.paths);
        QCOMPARE(plan.epochs_shared, 200);
        QCOMPARE(plan.from, (std::vector<int>{0, 200, 100}));
        QCOMPARE(plan.branches[0], (std::vector<int>{100, 200}));
    }

    void tenThousandRuns() {
        Paths runs;
        for (int i = 0; i < 10'000; ++i) {
            runs.add(deferred(100 + i % 10 * 8, 0.01 * (i / 10 % 100),
                              static_cast<std::uint64_t>(i / 1000)));
        }
        const TrunkPlan plan = planTrunks(runs.paths);
        QCOMPARE(plan.epochs_alone, 2'000'000);
        QVERIFY(plan.epochs_shared < 1'000'000);
    }
};

BALLAST_TEST(TestTrunkPlan)
#include "tst_trunk_plan.moc"
