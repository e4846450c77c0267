#include <QtTest>
#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/experiment/config_json.h"
#include "core/experiment/imbalance.h"
#include "core/results/plateau.h"
#include "core/results/run_events.h"
#include "core/results/run_folder.h"
#include "core/runs/executor.h"
#include "core/runs/learning_library.h"
#include "core/runs/run_edits.h"
#include "core/runs/sweep_store.h"
#include "tests/core/base/error_of.h"
#include "tests/core/data/jpeg_folder.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr int kThreads = 1;  // of a slot

TrainingEnvironment slotEnvironment() {
    TrainingEnvironment environment;
    environment.threads = kThreads;
    return environment;
}

/// Everything that a run's numbers are: its records, and its last weights.
std::string resultsOf(const fs::path& run) {
    const std::vector<CheckpointFile> checkpoints = checkpointFiles(run);
    if (checkpoints.empty()) return "";
    return readFile(run / "epochs.jsonl") + readFile(checkpoints.back().path);
}

/// Calls back after each epoch, each step, and when the run pauses.
class EpochWatcher : public RunObserver {
public:
    std::function<void(const EpochRecord&)> after_epoch;
    std::function<void(const StepProgress&)> after_step;
    std::function<void()> paused;
    int replaced = 0;
    int changed = 0;
    void epochFinished(const EpochRecord& record) override {
        if (after_epoch) after_epoch(record);
    }
    void stepFinished(const StepProgress& progress) override {
        if (after_step) after_step(progress);
    }
    void stateChanged(RunState state) override {
        if (state == RunState::paused && paused) paused();
    }
    void recordsReplaced(const std::vector<EpochRecord>&) override { ++replaced; }
    void configChanged(const RunConfig&) override { ++changed; }
};

}  // namespace

/// A run's numbers are the same whether it is trained alone, in a sweep, forked or edited.
class TestSharing : public QObject {
    Q_OBJECT

    const JpegFolder images_{
        {.train_counts = {6, 20, 4, 15, 5, 12, 3, 9, 25, 5}, .test_per_class = 2, .pixels = 32}};
    QTemporaryDir folder_;

    fs::path workspace(const char* name) const {
        return fs::path(folder_.path().toStdString()) / name;
    }

    /// Deferred re-weighting on a few small photographs.
    json base() const {
        json config = json::parse(R"({
            "name": "CE+DRW", "model": {"name": "resnet8"},
            "phases": [{"from": 0}, {"from": 3, "alpha": {"rule": "power", "nu": 0.1}}],
            "lr_schedule": {"warmup_epochs": 1, "steps": [{"from": 3, "factor": 0.1}]},
            "training": {"epochs": 7, "batch_size": 32, "exact_every": 4, "device": "cpu",
                         "augmentation": "resized-crop-jitter"}})");
        RunConfig data;
        data.data = images_.config(16);
        config["data"] = toJson(data)["data"];
        return config;
    }

    /// Trains a config by itself, in a workspace without other runs.
    fs::path trainedAlone(const RunConfig& config) const {
        static int number = 0;
        const fs::path run = createRun(workspace(("alone-" + std::to_string(++number)).c_str()),
                                       config, json::object(), slotEnvironment());
        RunControl control;
        RunObserver observer;
        const RunOutcome outcome =
            trainRun(learningLibrary(), run, slotEnvironment(), control, observer);
        if (outcome.state != RunState::finished) qWarning("%s", outcome.message.c_str());
        return run;
    }

    struct Trained {
        SweepPlan plan;
        int epochs = 0;  // trained, as opposed to taken over
        std::vector<std::string> bad;
    };

    /// Trains what a sweep has left on two slots.
    static Trained trainSweep(const json& given, const fs::path& workspace) {
        const Sweep sweep = sweepFromJson(given, "sweep");
        Trained trained;
        trained.plan = planSweep(learningLibrary(), sweep, workspace, slotEnvironment(), 2);
        prepareSweep(trained.plan, sweep, given, workspace);
        TrainingEnvironment both = slotEnvironment();
        both.threads = 2 * kThreads;
        Executor executor(learningLibrary(), both, 2);
        std::vector<fs::path> folders;
        for (const PlannedRun& run : trained.plan.runs) {
            if (run.state != RunState::finished) folders.push_back(workspace / "runs" / run.id);
        }
        executor.enqueue(folders);
        const auto take = [&] {
            for (const RunEvent& event : executor.takeEvents()) {
                if (std::holds_alternative<EpochRecord>(event.what)) ++trained.epochs;
                const auto* change = std::get_if<StateChange>(&event.what);
                if (change && !change->outcome.message.empty()) {
                    trained.bad.push_back(change->outcome.message);
                }
            }
        };
        while (!executor.idle()) {
            take();
            QTest::qWait(20);
        }
        take();
        return trained;
    }

    /// Trains every second run alone, those with an even number of ones in their index: any two
    /// values of two axes meet in one of them.
    void compareWithAlone(const Trained& trained, const fs::path& workspace) const {
        for (const std::string& message : trained.bad) qWarning("%s", message.c_str());
        QVERIFY(trained.bad.empty());
        for (std::size_t i = 0; i < trained.plan.runs.size(); ++i) {
            const PlannedRun& run = trained.plan.runs[i];
            const fs::path shared = workspace / "runs" / run.id;
            QVERIFY2(readRun(shared).status.state == RunState::finished, run.id.c_str());
            const std::string results = resultsOf(shared);
            QVERIFY(!results.empty());
            if (std::popcount(i) % 2 != 0 && trained.plan.runs.size() > 4) continue;
            QVERIFY2(results == resultsOf(trainedAlone(run.run.config)), run.id.c_str());
        }
    }

private Q_SLOTS:
    void sweepsEqualTheirRunsAlone_data() {
        QTest::addColumn<QString>("changes");  // of the sweep below
        QTest::addColumn<int>("alone");
        QTest::addColumn<int>("shared");
        QTest::newRow("nu, gamma, T0, SAM radius, seeds")
            << R"({"axes": [{"/phases/1/alpha/nu": [0.1, 0.5]},
                            {"/phases/1/from": [5, 3], "/lr_schedule/steps/0/from": [5, 3]},
                            {"/phases/1/beta": ["one", {"rule": "cdt", "gamma": 0.2}]},
                            {"/phases/1/sam_radius": [0, 0.1]}],
                   "seeds": [0, 1]})"
            << 224 << 2 * (5 + 8 * 2 + 8 * 4);
        QTest::newRow("second stages, sampling, weight decay, length")
            << R"({"axes": [{"/phases/1/trainable": ["all", "head", "head-scale"]},
                            {"/phases/1/sampling": ["instance", "class-balanced"]},
                            {"/phases/1/weight_decay": [null, 0.01]},
                            {"/training/epochs": [7, 5]}]})"
            << 144 << 3 + 12 * 4;
        QTest::newRow("smoothed labels")
            << R"({"axes": [{"/phases/1/smoothing": ["none", "concave", "linear"]},
                            {"/phases/1/smoothing_head": [0.4, 0.1]}]})"
            << 42 << 3 + 4 * 4;
        QTest::newRow("progressive draws, which the length decides")
            << R"({"axes": [{"/phases/1/sampling": ["class-balanced", "progressive"]},
                            {"/training/epochs": [7, 5]}]})"
            << 24 << 3 + 4 + 4 + 2;
        QTest::newRow("heads of class means")
            << R"({"axes": [{"/phases/1/head_start": ["class-means", "keep"]},
                            {"/phases/1/trainable": ["none", "head"]}]})"
            << 28 << 3 + 4 * 4;
        QTest::newRow("mixed images")
            << R"({"axes": [{"/phases/1/mixing": ["none", "mixup", "remix"]},
                            {"/phases/1/sam_radius": [0, 0.1]}]})"
            << 42 << 3 + 6 * 4;
        QTest::newRow("parts, schedules, limits")
            << R"({"axes": [{"/phases/1/trainable": ["head", "backbone"]},
                            {"/phases/1/lr_schedule": ["continue", "cosine"]},
                            {"/phases/1/batch_statistics": ["kept", "adapting"]},
                            {"/phases/1/head_relative_max_norm": [null, 0.2]}]})"
            << 112 << 3 + (8 + 4) * 4;
        QTest::newRow("calibrations, and a head with a mean feature")
            << R"({"axes": [{"/model/head": ["linear", "cosine", "deconfound"],
                             "/phases/1/trainable": ["gated-calibration", "calibration", "head"]},
                            {"/phases/1/lr_factor": [1, 2]}]})"
            << 42 << 3 * (3 + 2 * 4);
        QTest::newRow("estimated rules, convolutions")
            << R"({"base": {"phases": [{"from": 0}, {"from": 2,
                        "beta": {"rule": "cvs-scale", "gamma": 0.05},
                        "delta": {"rule": "cvs-shift", "tau": 1}}]},
                   "axes": [{"/phases/1/beta/gamma": [0.05, 0.1]},
                            {"/training/convolution": ["exact", "fast"]}]})"
            << 28 << 2 * (2 + 2 * 5);
        QTest::newRow("weights that the run chooses, taken over within their phase")
            << R"({"axes": [{"/phases/1/alpha": ["power-auto", {"rule": "power", "nu": 0.1}]},
                            {"/lr_schedule/steps/0/from": [5, 6]}]})"
            << 28 << 3 + 2 * 2 + 4 * 2;
        QTest::newRow("shifts that the run chooses, taken over within their phase")
            << R"({"axes": [{"/phases/1/delta": ["la-auto", {"rule": "la", "tau": 0.5}]},
                            {"/lr_schedule/steps/0/from": [5, 6]}]})"
            << 28 << 3 + 2 * 2 + 4 * 2;
    }

    void sweepsEqualTheirRunsAlone() {
        QFETCH(QString, changes);
        QFETCH(int, alone);
        QFETCH(int, shared);
        json sweep = {{"name", "sharing"}, {"base", base()}};
        sweep.merge_patch(json::parse(changes.toStdString()));
        const fs::path in = workspace(QTest::currentDataTag());
        const Trained trained = trainSweep(sweep, in);
        QCOMPARE(trained.plan.whole.epochs_alone, alone);
        QCOMPARE(trained.plan.whole.epochs_shared, shared);
        QCOMPARE(trained.epochs, shared);
        compareWithAlone(trained, in);
    }

    /// A run that learns from another: in one sweep with it, alone with a break within the taught
    /// phase, and forked from its own teacher it has the same numbers.
    void studentsEqualTheirRunsAlone() {
        json given = {{"name", "students"}, {"base", base()}};
        given["base"]["training"]["teacher"] = "CE";
        given["axes"] = json::parse(R"([{"/phases": [
            [{"from": 0}, {"from": 3, "targets": "labels+teacher", "teacher_weight": 0.7,
                           "student_temperature": 2, "teacher_temperature": 3}],
            [{"from": 0}]]}])");
        const fs::path in = workspace("students");
        const Trained trained = trainSweep(given, in);
        for (const std::string& message : trained.bad) qWarning("%s", message.c_str());
        QVERIFY(trained.bad.empty());
        QCOMPARE(trained.epochs, 7 + 4);
        const fs::path shared = in / "runs" / trained.plan.runs[0].id;
        const fs::path teacher = in / "runs" / trained.plan.runs[1].id;
        const std::string results = resultsOf(shared);
        QVERIFY(!results.empty());
        for (const EpochRecord& record : readRun(shared).records) {
            double sum = 0.0;
            for (const double share : record.teacher_mean) sum += share;
            QVERIFY(std::abs(sum - (record.epoch < 3 ? 0.0 : 1.0)) < 1e-6);
        }

        RunObserver observer;
        const auto train = [&](const fs::path& run, int stop_after) {
            RunControl control;
            control.stopAfter(stop_after);
            const RunOutcome outcome =
                trainRun(learningLibrary(), run, slotEnvironment(), control, observer);
            QVERIFY2(outcome.message.empty(), outcome.message.c_str());
        };
        const fs::path elsewhere = workspace("students-alone");
        const RunEdit edit{{{"/phase/targets", "labels+teacher"},
                            {"/phase/teacher_weight", 0.7},
                            {"/phase/student_temperature", 2},
                            {"/phase/teacher_temperature", 3}},
                           false};
        fs::path fork;
        for (const std::size_t i : {1, 0}) {
            const RunConfig& config = trained.plan.runs[i].run.config;
            const fs::path run = createRun(elsewhere, config, json::object(), slotEnvironment());
            train(run, i == 1 ? 4 : 5);
            if (i == 1) fork = forkRunAt(run, 3, edit, DataStore());  // the last two are kept
            train(run, 0);
            QVERIFY(resultsOf(run) == resultsOf(i == 0 ? shared : teacher));
        }
        train(fork, 0);
        QVERIFY(resultsOf(fork) == results);
    }

    /// α_TDE is of evaluation alone: one run trains, the other measures its end, as if it had
    /// trained itself.
    void evaluationsConstantSharesAllTraining() {
        json sweep = {{"name", "tde"}, {"base", base()}};
        sweep["base"]["model"]["head"] = "deconfound";
        sweep["axes"] = {{"/model/tde_alpha", {0.0, 1.5}}};
        const fs::path in = workspace("tde");
        const Trained trained = trainSweep(sweep, in);
        QVERIFY(trained.bad.empty());
        QCOMPARE(trained.epochs, 7);
        QCOMPARE(trained.plan.whole.epochs_shared, 7);
        RunSummary runs[2];
        for (int i = 0; i < 2; ++i) {
            const PlannedRun& run = trained.plan.runs[static_cast<std::size_t>(i)];
            runs[i] = readRun(in / "runs" / run.id);
            QVERIFY(runs[i].status.state == RunState::finished);
            QCOMPARE(runs[i].records.back().tde_alpha, i == 0 ? 0.0 : 1.5);
            const RunSummary alone = readRun(trainedAlone(run.run.config));
            QCOMPARE(toJson(runs[i].records.back()).dump(), toJson(alone.records.back()).dump());
        }
        QVERIFY(runs[0].records.back().exact->min_logit != runs[1].records.back().exact->min_logit);
        QVERIFY(runs[0].records.back().streaming == runs[1].records.back().streaming);
        // What was measured with another α before is not taken for this one's.
        QVERIFY(std::isnan(runs[1].records.front().balanced_test_accuracy));
        QVERIFY(!std::isnan(runs[0].records.front().balanced_test_accuracy));
        QCOMPARE(bestRecord(runs[1].records, Selection::test)->epoch, 6);
    }

    /// Small images in memory, the other of the two kinds of data.
    void smallImages() {
        json sweep = json::parse(R"({"name": "small", "base": {
            "data": {"dataset": "fashion-mnist", "imbalance": {"ratio": 6000}},
            "model": {"name": "resnet8"}, "lr_schedule": {"warmup_epochs": 0},
            "phases": [{"from": 0}, {"from": 1, "alpha": {"rule": "power", "nu": 0.1}}],
            "training": {"epochs": 2, "device": "cpu", "exact_every": 0}},
            "axes": {"/training/convolution": ["exact", "fast"],
                     "/phases/1/alpha/nu": [0.1, 0.5]}})");
        RunConfig narrow = configFromJson(sweep["base"], "base");
        narrow.training.convolution = Convolution::bfloat16;
        try {
            learningLibrary().requireSupport(narrow, "cpu");
            sweep["axes"]["/training/convolution"] = {"exact", "bfloat16"};
        } catch (const ConfigError& error) {
            qInfo("%s", error.what());
        }
        const fs::path in = workspace("small");
        const Trained trained = trainSweep(sweep, in);
        QCOMPARE(trained.epochs, 6);  // what is rounded differently is not shared
        compareWithAlone(trained, in);
    }

    /// More values later: only their own epochs are trained, on trunks of runs that are finished.
    void aSweepGrows() {
        json sweep = {{"name", "grows"}, {"base", base()}};
        sweep["axes"] = {{"/phases/1/alpha/nu", {0.1, 0.2}}};
        const fs::path in = workspace("grows");
        QCOMPARE(trainSweep(sweep, in).epochs, 3 + 2 * 4);
        QCOMPARE(trainSweep(sweep, in).epochs, 0);
        sweep["axes"]["/phases/1/alpha/nu"].push_back(0.3);
        sweep["seeds"] = {0, 1};
        const Trained grown = trainSweep(sweep, in);
        QCOMPARE(grown.plan.left.epochs_shared, 4 + 3 + 3 * 4);
        QCOMPARE(grown.epochs, 4 + 3 + 3 * 4);
        compareWithAlone(grown, in);
    }

    /// Phases begin where the minority stops to learn, wherever the epochs before were trained, and
    /// the config that comes of it replays the run.
    void phasesBeginAfterAPlateau() {
        json sweep = {{"name", "plateau"}, {"base", base()}};
        sweep["base"]["phases"][1]["from"] = 6;
        sweep["base"]["phases"][1]["plateau"] = 1;
        sweep["axes"] = {{"/phases/1/alpha/nu", {0.1, 0.2}}};
        const fs::path in = workspace("plateau");
        const Trained trained = trainSweep(sweep, in);
        std::vector<int> began;
        for (const PlannedRun& run : trained.plan.runs) {
            const fs::path folder = in / "runs" / run.id;
            const RunSummary summary = readRun(folder);
            const RunConfig& config = summary.description.config;
            began.push_back(config.phases[1].from);
            QVERIFY2(config.phases[1].from > 2 && config.phases[1].from < 6,
                     qPrintable(QString::number(config.phases[1].from)));
            const auto from = static_cast<std::size_t>(config.phases[1].from);
            const std::vector<bool> majority = majorityClasses(summary.description.class_counts);
            const std::span<const EpochRecord> records = summary.records;
            QVERIFY(minorityIsOnPlateau(records.subspan(1, from - 1), majority, 1));
            QVERIFY(!minorityIsOnPlateau(records.subspan(1, from - 2), majority, 1));
            QCOMPARE(records[from].phase, 1);
            QVERIFY(records[from - 1].exact && records[from].exact);
            QCOMPARE(resultsOf(trainedAlone(config)), resultsOf(folder));  // a replay
            QCOMPARE(resultsOf(trainedAlone(run.run.config)), resultsOf(folder));
            QVERIFY(describedEvents(summary.description)[0].text.find("has not risen") !=
                    std::string::npos);
        }
        QCOMPARE(began[0], began[1]);
        QCOMPARE(trained.epochs, began[0] + 2 * (7 - began[0]));  // the epochs before were shared
        QCOMPARE(trainSweep(sweep, in).epochs, 0);                // the runs are still the sweep's
    }

    void forksAreWhatTheirConfigSays() {
        const RunConfig config = configFromJson(base(), "base");
        const fs::path run =
            createRun(workspace("fork"), config, json::object(), slotEnvironment());
        RunControl control;
        RunObserver observer;
        QVERIFY(trainRun(learningLibrary(), run, slotEnvironment(), control, observer).state ==
                RunState::finished);
        const RunEdit edit{{{"/optimizer/weight_decay", 0.02}, {"/phase/sam_radius", 0.1}}, false};
        const fs::path fork = forkRunAt(run, 3, edit);
        const RunDescription description = readDescription(fork);
        QCOMPARE(readRun(fork).records.size(), std::size_t{3});
        QVERIFY(trainRun(learningLibrary(), fork, slotEnvironment(), control, observer).state ==
                RunState::finished);
        const RunSummary forked = readRun(fork);
        for (const EpochRecord& record : forked.records) {
            QCOMPARE(record.weight_decay, record.epoch < 3 ? 2e-4 : 0.02);
        }
        QCOMPARE(resultsOf(fork), resultsOf(trainedAlone(description.config)));
        QVERIFY(resultsOf(fork) != resultsOf(run));
        // What is not there is said, and nothing begins anew.
        const int gone =
            fs::exists(run / "checkpoints" / checkpointName(2)) ? 1 : 2;  // or it is the best
        const QString error = errorOf([&] { forkRunAt(run, gone, edit); });
        QVERIFY2(error.contains(QStringLiteral("no checkpoint after %1 epoch").arg(gone)) &&
                     error.contains("kept: "),
                 qPrintable(error));
    }

    /// An edit made while an epoch is trained holds from the next one on; the run's config then
    /// replays it.
    void liveEditsReplay_data() {
        QTest::addColumn<QString>("settings");
        QTest::addColumn<bool>("next_phase_now");
        QTest::newRow("rate and weight decay")
            << R"({"/optimizer/lr": 0.05, "/optimizer/weight_decay": 0.001})" << false;
        QTest::newRow("SAM radius") << R"({"/phase/sam_radius": 0.05})" << false;
        QTest::newRow("nu of a later phase") << R"({"/phases/1/alpha/nu": 0.7})" << false;
        QTest::newRow("next phase now") << "{}" << true;
    }

    void liveEditsReplay() {
        QFETCH(QString, settings);
        QFETCH(bool, next_phase_now);
        RunEdit edit{{}, next_phase_now};
        const json pairs = json::parse(settings.toStdString());
        for (const auto& [pointer, value] : pairs.items()) {
            edit.settings.push_back({pointer, value});
        }
        const RunConfig config = configFromJson(base(), "base");
        const fs::path run =
            createRun(workspace("live"), config, json::object(), slotEnvironment());
        RunControl control;
        EpochWatcher watcher;
        watcher.after_epoch = [&](const EpochRecord& record) {
            if (record.epoch == 0) editRun(run, edit);  // epoch 1 continues as it was
        };
        QVERIFY(trainRun(learningLibrary(), run, slotEnvironment(), control, watcher).state ==
                RunState::finished);
        QCOMPARE(watcher.changed, 1);
        const RunDescription description = readDescription(run);
        QVERIFY(!(description.config == config));
        QCOMPARE(description.edits.size(), std::size_t{1});
        QCOMPARE(description.edits[0]["epoch"], 2);
        QCOMPARE(resultsOf(run), resultsOf(trainedAlone(description.config)));
        static const std::string unedited = resultsOf(trainedAlone(config));
        QVERIFY(resultsOf(run) != unedited);
    }

    /// What the preview promises is what happens, wherever in an epoch the run was paused: at a
    /// step, while it is evaluated (the first thing that can pause after the last step), between
    /// two epochs. Epoch 3 begins a phase, so the edit must not slip into it.
    void editsOfAPausedRunHoldFromThePromisedEpoch_data() {
        QTest::addColumn<int>("after_step");  // of epoch 1; 0: after its record
        QTest::addColumn<int>("from");
        QTest::newRow("first step") << 1 << 2;
        QTest::newRow("a step in the middle") << 3 << 2;
        QTest::newRow("being evaluated") << -1 << 2;
        QTest::newRow("between epochs") << 0 << 3;  // epoch 2 is as good as begun
    }

    void editsOfAPausedRunHoldFromThePromisedEpoch() {
        QFETCH(int, after_step);
        QFETCH(int, from);
        const RunConfig config = configFromJson(base(), "base");
        const fs::path run =
            createRun(workspace("paused"), config, json::object(), slotEnvironment());
        const RunEdit edit{{{"/optimizer/weight_decay", 0.03}}, false};
        RunControl control;
        EpochWatcher watcher;
        int promised = 0;
        watcher.after_step = [&](const StepProgress& progress) {
            const int step = after_step < 0 ? progress.steps : after_step;
            if (progress.epoch == 1 && progress.step == step) control.setPaused(true);
        };
        watcher.after_epoch = [&](const EpochRecord& record) {
            if (after_step == 0 && record.epoch == 1) control.setPaused(true);
        };
        watcher.paused = [&] {
            if (promised != 0) return;
            promised = editPreview(run, edit).epoch;
            QCOMPARE(editRun(run, edit, promised), promised);
            QCOMPARE(pendingEdits(run).size(), std::size_t{1});
            QCOMPARE(pendingEdits(run)[0].epoch, promised);
            QVERIFY_THROWS_EXCEPTION(ConfigError, editRun(run, edit, promised - 1));
            control.setPaused(false);
        };
        QVERIFY(trainRun(learningLibrary(), run, slotEnvironment(), control, watcher).state ==
                RunState::finished);
        QCOMPARE(promised, from);
        QVERIFY(pendingEdits(run).empty());
        const RunSummary summary = readRun(run);
        for (const EpochRecord& record : summary.records) {
            QCOMPARE(record.weight_decay, record.epoch < promised ? 2e-4 : 0.03);
        }
        QCOMPARE(summary.description.edits[0]["epoch"], promised);
        QCOMPARE(resultsOf(run), resultsOf(trainedAlone(summary.description.config)));
    }

    /// Stopped, edited, resumed: the last epoch is measured exactly after all, as the replay does.
    void editsOfAStoppedRunReplay() {
        const RunConfig config = configFromJson(base(), "base");
        const fs::path run =
            createRun(workspace("stopped"), config, json::object(), slotEnvironment());
        RunControl control;
        control.stopAfter(2);
        EpochWatcher watcher;
        QVERIFY(trainRun(learningLibrary(), run, slotEnvironment(), control, watcher).state ==
                RunState::queued);
        QCOMPARE(readRun(run).records.size(), std::size_t{2});
        QVERIFY(!readRun(run).records[1].exact);
        editRun(run, {{{"/phase/sam_radius", 0.1}}, false});
        RunControl again;
        QVERIFY(trainRun(learningLibrary(), run, slotEnvironment(), again, watcher).state ==
                RunState::finished);
        QVERIFY(readRun(run).records[1].exact);
        QCOMPARE(resultsOf(run), resultsOf(trainedAlone(readDescription(run).config)));
    }
};

BALLAST_TEST(TestSharing)
#include "tst_sharing_slow.moc"
