#include "core/runs/teacher_runs.h"

#include <QtTest>
#include <nlohmann/json.hpp>

#include "core/base/checksum.h"
#include "core/experiment/config_json.h"
#include "core/experiment/teacher.h"
#include "core/runs/executor.h"
#include "core/runs/run.h"
#include "core/runs/run_edits.h"
#include "core/runs/segments.h"
#include "core/runs/sweep_store.h"
#include "tests/core/base/error_of.h"
#include "tests/core/runs/fake_learning.h"
#include "tests/core/runs/scripted_config.h"
#include "tests/core/runs/trunk_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

RunConfig plainConfig(int epochs = 4) {
    RunConfig config;
    config.name = "plain";
    config.training.epochs = epochs;
    return config;
}

/// The same run, learning from it.
RunConfig taught(RunConfig config, const std::string& by_run = "") {
    config.name = "student";
    config.phases.back().targets = Targets::labels_and_teacher;
    (by_run.empty() ? config.training.teacher : config.training.teacher_run) =
        by_run.empty() ? "CE" : by_run;
    return config;
}

RunDescription described(const RunConfig& config) {
    RunDescription description;
    description.config = config;
    description.class_counts = classCounts(config.data);
    return description;
}

std::string problemOf(const fs::path& workspace, const RunDescription& student,
                      UntrainedTeacher untrained = UntrainedTeacher::refused) {
    return errorOf([&] { teacherOf(workspace, student, untrained); }).toStdString();
}

}  // namespace

class TestTeacherRuns : public QObject {
    Q_OBJECT

    const JpegFolder images_{{.train_counts = {9, 30, 5, 12}, .test_per_class = 2, .pixels = 40}};
    FakeLearning learning_;

    static fs::path at(const QTemporaryDir& folder) { return folder.path().toStdString(); }

    static void waitFor(Executor& executor) { QTRY_VERIFY_WITH_TIMEOUT(executor.idle(), 20000); }

private Q_SLOTS:
    void aMethodMeansTheSameRunByIt() {
        RunConfig student = taught(plainConfig());
        student.training.seed = 7;
        student.optimizer.lr = 0.05;
        student.lr_schedule.warmup_epochs = 1;
        student.phases.front().delta = {"la", {{"tau", 1.0}}, {}};
        const RunConfig teacher = teacherConfig(student);
        RunConfig expected = student;
        expected.name = "CE";
        expected.phases = {Phase{}};
        expected.training.teacher = "";
        QVERIFY(teacher == expected);
        // A method with stages of its own brings their epochs and schedule.
        student.training.teacher = "cRT";
        QVERIFY(teacherConfig(student).training.epochs > student.training.epochs);
    }

    void oldConfigsKeepTheirIdentity() {
        RunConfig config;
        const std::string before = identityText(config);
        QVERIFY(before.find("teacher") == std::string::npos);
        QVERIFY(before.find("targets") == std::string::npos);
        QVERIFY(identityText(taught(config)).find("\"teacher\":\"CE\"") != std::string::npos);
    }

    void configsSayWhatIsWrong_data() {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("words");
        QTest::newRow("none") << "/training/teacher"
                              << ""
                              << "/phases/0/targets";
        QTest::newRow("no method") << "/training/teacher"
                                   << "LAA"
                                   << "did you mean \"LA\"";
        QTest::newRow("elsewhere") << "/training/teacher_run"
                                   << "../x"
                                   << "is no run's ID";
        QTest::newRow("checksum") << "/training/teacher_sha256"
                                  << "12"
                                  << "64 digits";
    }
    void configsSayWhatIsWrong() {
        QFETCH(const QString, pointer);
        QFETCH(const QString, value);
        QFETCH(const QString, words);
        json config = toJson(taught(plainConfig()));
        QVERIFY(checkConfig(config).empty());
        config[json::json_pointer(pointer.toStdString())] = value.toStdString();
        const std::vector<Problem> problems = checkConfig(config);
        QCOMPARE(problems.size(), std::size_t{1});
        const std::string all = problems.front().pointer + " " + problems.front().message;
        QVERIFY2(all.find(words.toStdString()) != std::string::npos, all.c_str());
    }

    void findsTheFinishedOne() {
        const QTemporaryDir folder;
        RunConfig other = plainConfig();
        other.training.seed = 1;
        trunkRun(at(folder), other, 4, RunState::finished);
        trunkRun(at(folder), plainConfig(), 2, RunState::stopped);
        const fs::path run = trunkRun(at(folder), plainConfig(), 4, RunState::finished);
        const auto teacher =
            teacherOf(at(folder), described(taught(plainConfig())), UntrainedTeacher::refused);
        QVERIFY(teacher.has_value());
        QCOMPARE(teacher->id, run.filename().string());
        QCOMPARE(teacher->checkpoint, run / "checkpoints" / checkpointName(4));
        QCOMPARE(teacher->sha256, sha256OfFile(teacher->checkpoint));
        QVERIFY(!teacherOf(at(folder), described(plainConfig()), UntrainedTeacher::refused));
    }

    void saysWhyNot() {
        const QTemporaryDir folder;
        const auto contains = [](const std::string& text, const std::string& words) {
            return text.find(words) != std::string::npos;
        };
        // Missing, by either name.
        std::string problem = problemOf(at(folder), described(taught(plainConfig())));
        QVERIFY2(contains(problem, "/training/teacher: no run of"), problem.c_str());
        problem = problemOf(at(folder), described(taught(plainConfig(), "x")));
        QVERIFY2(contains(problem, "/training/teacher_run: there is no run \"x\""),
                 problem.c_str());

        // Not finished: queued may be waited for, stopped not.
        const fs::path run = trunkRun(at(folder), plainConfig(), 0);
        const std::string id = run.filename().string();
        const RunDescription student = described(taught(plainConfig(), id));
        problem = problemOf(at(folder), student);
        QVERIFY2(contains(problem, "is not finished: it is queued after 0 of 4 epochs"),
                 problem.c_str());
        QVERIFY(teacherOf(at(folder), student, UntrainedTeacher::awaited)->checkpoint.empty());
        pretendTraining(run, 2, RunState::stopped);
        problem = problemOf(at(folder), student, UntrainedTeacher::awaited);
        QVERIFY2(contains(problem, "it is stopped after 2 of 4 epochs"), problem.c_str());

        // Of other classes.
        pretendTraining(run, 4, RunState::finished);
        RunConfig of_hundred = taught(plainConfig(), id);
        of_hundred.data.dataset = "cifar100";
        problem = problemOf(at(folder), described(of_hundred));
        QVERIFY2(contains(problem, "has 10 classes, this one 100"), problem.c_str());
        RunConfig of_clothes = taught(plainConfig(), id);
        of_clothes.data.dataset = "fashion-mnist";
        problem = problemOf(at(folder), described(of_clothes));
        QVERIFY2(contains(problem, "has the classes of cifar10"), problem.c_str());

        // With other weights than the config says, or than it began with.
        RunDescription pinned = student;
        pinned.config.training.teacher_sha256 = std::string(64, 'a');
        problem = problemOf(at(folder), pinned);
        QVERIFY2(contains(problem, "/training/teacher_sha256: the last checkpoint of the run"),
                 problem.c_str());
        RunDescription begun = student;
        begun.teacher = {{"run", id}, {"sha256", std::string(64, 'b')}};
        problem = problemOf(at(folder), begun);
        QVERIFY2(contains(problem, "has changed since this one began"), problem.c_str());
        begun.teacher = {{"run", "gone"}, {"sha256", std::string(64, 'b')}};
        problem = problemOf(at(folder), begun);
        QVERIFY2(contains(problem, "the run gone, from which this one has begun to learn"),
                 problem.c_str());

        fs::remove(run / "checkpoints" / checkpointName(4));
        problem = problemOf(at(folder), student);
        QVERIFY2(contains(problem, "is finished, but its last checkpoint is gone"),
                 problem.c_str());
    }

    /// Nothing is made where the teacher is missing; a run names its teacher once it begins, and
    /// does not go on with another.
    void runsNameTheirTeacher() {
        const QTemporaryDir folder;
        const RunConfig plain = scriptedConfig(images_, 3);
        const json none = json::object();
        QVERIFY(
            errorOf([&] { createRun(at(folder), taught(plain), none, {}); }).contains("no run of"));
        QVERIFY(!fs::exists(at(folder) / "runs") || fs::is_empty(at(folder) / "runs"));

        const fs::path teacher = createRun(at(folder), plain, none, {});
        const fs::path student = createRun(at(folder), taught(plain), none, {});
        RunControl control;
        RunObserver observer;
        RunOutcome outcome = trainRun(learning_, student, {}, control, observer);
        QCOMPARE(outcome.state, RunState::failed);
        QCOMPARE(outcome.exit_code, ExitCode::bad_config);
        QCOMPARE(outcome.epochs_done, 0);
        QVERIFY(readDescription(student).teacher.is_null());

        QCOMPARE(trainRun(learning_, teacher, {}, control, observer).state, RunState::finished);
        control.stopAfter(2);
        outcome = trainRun(learning_, student, {}, control, observer);
        QCOMPARE(outcome.epochs_done, 2);
        const fs::path weights = teacher / "checkpoints" / checkpointName(3);
        const json expected = {{"run", teacher.filename().string()},
                               {"sha256", sha256OfFile(weights)}};
        QCOMPARE(readDescription(student).teacher, expected);

        const std::string content = readFile(weights);
        replaceFile(weights, content + "!");
        RunControl again;
        QCOMPARE(trainRun(learning_, student, {}, again, observer).state, RunState::failed);
        QCOMPARE(readRun(student).records.size(), std::size_t{2});
        replaceFile(weights, content);
        QCOMPARE(trainRun(learning_, student, {}, again, observer).state, RunState::finished);

        // With nothing left to learn it needs its teacher no more.
        fs::remove_all(teacher);
        QCOMPARE(trainRun(learning_, student, {}, again, observer).state, RunState::finished);
    }

    /// Of runs that train alike one that can teach is taken; a sweep with none does not begin.
    void aTeacherWithoutItsCheckpoint() {
        const QTemporaryDir folder;
        const RunConfig plain = scriptedConfig(images_, 3);
        RunControl control;
        RunObserver observer;
        const fs::path first = createRun(at(folder), plain, json::object(), {});
        QCOMPARE(trainRun(learning_, first, {}, control, observer).state, RunState::finished);
        fs::remove(first / "checkpoints" / checkpointName(3));
        const auto planned = [&] {
            return errorOf([&] {
                const std::vector<SweepRun> runs{{plain, toJson(plain), "CE"},
                                                 {taught(plain), toJson(taught(plain)), "KD"}};
                planRuns(learning_, runs, at(folder), {}, 1);
            });
        };
        const QString problem = planned();
        QVERIFY2(
            problem.contains("is finished, but its last checkpoint is gone. Remove that run to "
                             "train it again, or name another one in /training/teacher_run"),
            qPrintable(problem));
        const fs::path second = createRun(at(folder), plain, json::object(), {});
        QCOMPARE(planned(), QStringLiteral("no error"));
        const RunDescription student = describeRun(taught(plain), json::object(), {});
        QCOMPARE(teacherOf(at(folder), student, UntrainedTeacher::awaited)->id,
                 second.filename().string());
    }

    void taughtEpochs() {
        RunConfig config = plainConfig(10);
        QVERIFY(!firstTaughtEpoch(config));
        config.phases.resize(3);
        config.phases[1].from = 4;
        config.phases[1].targets = Targets::labels_and_teacher;
        config.phases[2].from = 7;
        QCOMPARE(firstTaughtEpoch(config), std::optional(4));
        QCOMPARE(firstTaughtEpoch(config, 6), std::optional(6));
        QVERIFY(!firstTaughtEpoch(config, 7));
        config.phases[2].targets = Targets::labels_and_teacher;
        QCOMPARE(firstTaughtEpoch(config, 7), std::optional(7));
        QVERIFY(!firstTaughtEpoch(config, 10));
    }

    /// What comes before a phase with a teacher needs none, and is shared with runs without.
    void teachersAreOfTheirPhase() {
        const QTemporaryDir folder;
        RunConfig later = scriptedConfig(images_, 4);
        later.phases.resize(2);
        later.phases[1].from = 2;
        EpochTree tree;
        const std::vector<std::int64_t> counts = {9, 30, 5, 12};
        const EpochPath plain = tree.add(later, counts);
        QCOMPARE(sharedEpochs(plain, tree.add(taught(later), counts)), 2);
        RunConfig by_other = taught(later);
        by_other.training.teacher = "LA";
        QCOMPARE(sharedEpochs(tree.add(taught(later), counts), tree.add(by_other, counts)), 2);
        RunConfig named = taught(later, "a");
        named.training.teacher_sha256 = std::string(64, 'a');
        RunConfig copied = named;
        copied.training.teacher_run = "b";  // the same weights
        QCOMPARE(sharedEpochs(tree.add(named, counts), tree.add(copied, counts)), 4);

        const fs::path teacher = createRun(at(folder), scriptedConfig(images_, 4), {}, {});
        const fs::path student = createRun(at(folder), taught(later), {}, {});
        RunControl control;
        control.stopAfter(2);
        RunObserver observer;
        QCOMPARE(trainRun(learning_, student, {}, control, observer).epochs_done, 2);
        QVERIFY(readDescription(student).teacher.is_null());
        RunControl further;
        QCOMPARE(trainRun(learning_, student, {}, further, observer).state, RunState::failed);
        const std::string segment = student.filename().string() + "@2-4";
        QVERIFY_EXCEPTION_THROWN(
            trainSegment(learning_, at(folder), segment, {}, further, observer), SegmentNotReady);
        QCOMPARE(trainRun(learning_, teacher, {}, further, observer).state, RunState::finished);
        QCOMPARE(trainSegment(learning_, at(folder), segment, {}, further, observer).state,
                 RunState::finished);
    }

    void studentsWait() {
        const QTemporaryDir folder;
        FakeLearning learning;
        const RunConfig plain = scriptedConfig(images_, 2);
        const fs::path teacher = createRun(at(folder), plain, {}, {});
        const fs::path student = createRun(at(folder), taught(plain), {}, {});
        learning.holdBefore(teacher.filename().string(), 1);
        Executor executor(learning, {}, 2);
        executor.enqueue(std::vector{student, teacher});
        QTRY_VERIFY(learning.isHeld(teacher.filename().string()));
        QTRY_COMPARE(executor.waitsFor(student.filename().string()), teacher.filename().string());
        QCOMPARE(readRun(student).records.size(), std::size_t{0});
        learning.letGo();
        waitFor(executor);
        QCOMPARE(readStatus(student).state, RunState::finished);
        QCOMPARE(readDescription(student).teacher["run"].get<std::string>(),
                 teacher.filename().string());
    }

    /// A teacher that fails leaves its students with an error, not waiting.
    void studentsOfAFailedTeacherFail() {
        const QTemporaryDir folder;
        FakeLearning learning;
        const RunConfig plain = scriptedConfig(images_, 2);
        const fs::path teacher = createRun(at(folder), plain, {}, {});
        const fs::path student = createRun(at(folder), taught(plain), {}, {});
        learning.before_epoch = [&](const std::string& run, int) {
            if (run == teacher.filename().string()) throw StorageError("broken");
        };
        Executor executor(learning, {}, 1);
        executor.enqueue(std::vector{student, teacher});
        waitFor(executor);
        QCOMPARE(readStatus(student).state, RunState::failed);
        QVERIFY(readStatus(student).message.find("is not finished: it is failed") !=
                std::string::npos);
    }

    void sweepsKnowTheirTeachers() {
        const QTemporaryDir folder;
        const RunConfig plain = scriptedConfig(images_, 3);
        const auto run = [](const RunConfig& config) {
            SweepRun planned;
            planned.config = config;
            planned.given = json(toJson(config));
            return planned;
        };
        std::vector<SweepRun> alone = {run(taught(plain))};
        const QString problem = errorOf([&] { planRuns(learning_, alone, at(folder), {}, 1); });
        QVERIFY2(problem.contains("/training/teacher: no run of"), qPrintable(problem));
        const SweepPlan plan =
            planRuns(learning_, {run(taught(plain)), run(plain)}, at(folder), {}, 1);
        QCOMPARE(plan.runs[0].teacher, 1);
        QCOMPARE(plan.runs[1].teacher, -1);
    }

    /// An edit that asks for a teacher there is not is refused; one that begins to learn, and a
    /// fork that learns from another, are of that one.
    void editsLookForTheirTeacher() {
        const QTemporaryDir folder;
        const RunConfig plain = scriptedConfig(images_, 3);
        RunControl control;
        RunObserver observer;
        const fs::path run = createRun(at(folder), plain, {}, {});
        QCOMPARE(trainRun(learning_, run, {}, control, observer).state, RunState::finished);
        RunEdit edit{{{"/phase/targets", "labels+teacher"}, {"/training/teacher_run", "nobody"}},
                     false};
        const QString problem = errorOf([&] { forkRunAt(run, 2, edit, DataStore()); });
        QVERIFY2(problem.contains("there is no run \"nobody\""), qPrintable(problem));
        edit.settings[1].value = run.filename().string();
        const fs::path fork = forkRunAt(run, 2, edit, DataStore());
        QCOMPARE(trainRun(learning_, fork, {}, control, observer).state, RunState::finished);
        QCOMPARE(readDescription(fork).teacher["run"].get<std::string>(), run.filename().string());
    }
};

BALLAST_TEST(TestTeacherRuns)
#include "tst_teacher_runs.moc"
