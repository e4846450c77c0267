#include "core/cluster/job_plan.h"

#include <QtTest>

#include "core/cluster/job_sizes.h"
#include "tests/core/cluster/planned_sweep.h"
#include "tests/core/runs/trunk_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
using Names = std::vector<std::string>;

class TestJobPlan : public QObject {
    Q_OBJECT

    static JobPlan planned(const SweepPlan& plan, const std::vector<LiveTask>& live = {},
                           std::vector<JobRequest> requests = {}) {
        requests.resize(plan.left.segments.size());
        return planJobs(plan, requests, live);
    }

private Q_SLOTS:
    void arraysAlongTheTree() {
        const JobPlan jobs = planned(threeRuns());
        QCOMPARE(jobs.jobs.size(), std::size_t{3});
        QCOMPARE(jobs.jobs[0].segments, Names{"a@0-4"});
        QVERIFY(jobs.jobs[0].after.empty() && jobs.jobs[0].after_planned.empty());
        QCOMPARE(jobs.jobs[1].segments, (Names{"a@4-6", "c@4-10"}));
        QVERIFY((jobs.jobs[1].after_planned == std::vector<std::pair<int, int>>{{0, 0}}));
        QCOMPARE(jobs.jobs[2].segments, (Names{"a@6-10", "b@6-10"}));
        QVERIFY((jobs.jobs[2].after_planned == std::vector<std::pair<int, int>>{{1, 0}}));
        QCOMPARE(jobs.queued, 0);
    }

    void siblingsThatAskForMoreAreAnotherJob() {
        std::vector<JobRequest> requests(5);
        requests[4].seconds = 3600;  // c@4-10
        const JobPlan jobs = planned(threeRuns(), {}, requests);
        QCOMPARE(jobs.jobs.size(), std::size_t{4});
        QCOMPARE(jobs.jobs[1].segments, Names{"a@4-6"});
        QCOMPARE(jobs.jobs[3].segments, Names{"c@4-10"});
        QCOMPARE(jobs.jobs[3].request.seconds, 3600);
        QVERIFY(jobs.jobs[3].after_planned == jobs.jobs[1].after_planned);
    }

    // a@4-6 is done by a job that trains a to its end; b waits for it, and c for a's first job.
    void onlyWhatIsNotQueued() {
        const JobPlan jobs = planned(threeRuns(), {{"7", "a", 4}, {"8_1", "a", 10}});
        QCOMPARE(jobs.queued, 3);
        QCOMPARE(jobs.jobs.size(), std::size_t{2});
        QCOMPARE(jobs.jobs[0].segments, Names{"b@6-10"});
        QCOMPARE(jobs.jobs[0].after, Names{"8_1"});
        QCOMPARE(jobs.jobs[1].segments, Names{"c@4-10"});
        QCOMPARE(jobs.jobs[1].after, Names{"7"});
    }

    // What learns from a run begins after its last segment; what comes before need not.
    void studentsAfterTheirTeacher() {
        SweepPlan plan = threeRuns();
        RunConfig& student = plan.runs[0].run.config;
        student.phases.resize(2);
        student.phases[1].from = 4;
        student.phases[1].targets = Targets::labels_and_teacher;
        plan.runs[0].teacher = 1;
        plan.left.segments = {{0, 0, 4, -1}, {0, 4, 10, 0}, {1, 4, 10, 0}};
        const JobPlan jobs = planned(plan);
        QCOMPARE(jobs.jobs.size(), std::size_t{3});
        QCOMPARE(jobs.jobs[0].segments, Names{"a@0-4"});
        QCOMPARE(jobs.jobs[1].segments, Names{"b@4-10"});
        QVERIFY((jobs.jobs[1].after_planned == std::vector<std::pair<int, int>>{{0, 0}}));
        QCOMPARE(jobs.jobs[2].segments, Names{"a@4-10"});
        QVERIFY((jobs.jobs[2].after_planned == std::vector<std::pair<int, int>>{{0, 0}, {1, 0}}));
        plan.runs[1].state = RunState::diverged;
        QCOMPARE(planned(plan).diverged, (Names{"b@4-10", "a@4-10"}));
    }

    // A job that trains less of the same run is waited for.
    void neverTwoJobsOnARun() {
        SweepPlan plan = threeRuns();
        plan.left.segments = {{2, 0, 10, -1}};
        const JobPlan jobs = planned(plan, {{"9", "c", 4}});
        QCOMPARE(jobs.jobs.size(), std::size_t{1});
        QCOMPARE(jobs.jobs[0].after, Names{"9"});
    }

    void trainedParentsAreNotWaitedFor() {
        SweepPlan plan = threeRuns();
        plan.left.segments = {{1, 6, 10, -1}, {2, 4, 10, -1}};
        const JobPlan jobs = planned(plan);
        QCOMPARE(jobs.jobs.size(), std::size_t{1});
        QCOMPARE(jobs.jobs[0].segments, (Names{"b@6-10", "c@4-10"}));
        QVERIFY(jobs.jobs[0].after.empty());
    }

    // a was killed after its last epoch; b is the first six epochs of c, which are not trained yet.
    void runsThatOnlyHaveToEnd() {
        SweepPlan plan = threeRuns();
        plan.runs[1].run.config.training.epochs = 6;
        plan.left.segments = {{2, 4, 6, -1}, {2, 6, 10, 0}};
        plan.segment_seconds.resize(2);
        plan.left.from = {10, 6, 4};
        plan.left.source = {-1, 2, -1};
        addEndings(plan);
        QCOMPARE(plan.left.segments.size(), std::size_t{4});
        QVERIFY(plan.left.segments[2] == (Segment{0, 9, 10, -1}));
        QVERIFY(plan.left.segments[3] == (Segment{1, 5, 6, 0}));
        QCOMPARE(plan.segment_seconds.size(), std::size_t{4});
        const JobPlan jobs = planned(plan);
        QCOMPARE(jobs.jobs[0].segments, (Names{"c@4-6", "a@9-10"}));
        QCOMPARE(jobs.jobs[1].segments, (Names{"c@6-10", "b@5-6"}));
        plan.runs[0].state = plan.runs[1].state = RunState::finished;
        plan.left.segments.resize(2);
        addEndings(plan);
        QCOMPARE(plan.left.segments.size(), std::size_t{2});
    }

    void divergedRunsAreLeft() {
        SweepPlan plan = threeRuns();
        plan.runs[0].state = RunState::diverged;
        QCOMPARE(planned(plan).diverged.size(), std::size_t{5});
        plan = threeRuns();
        plan.runs[2].state = RunState::diverged;
        const JobPlan jobs = planned(plan);
        QCOMPARE(jobs.diverged, Names{"c@4-10"});
        QCOMPARE(jobs.jobs.size(), std::size_t{3});
    }

    void largeArraysAreDivided() {
        SweepPlan plan = threeRuns();
        plan.left.segments.clear();
        for (int run = 0; run < 2500; ++run) {
            plan.left.segments.push_back({run, 0, 10, -1});
            plan.runs.resize(static_cast<std::size_t>(run) + 1);
            plan.runs.back().id = "r" + std::to_string(run);
        }
        const JobPlan jobs = planned(plan);
        QCOMPARE(jobs.jobs.size(), std::size_t{3});
        QCOMPARE(jobs.jobs[1].segments.size(), std::size_t{1000});
        QCOMPARE(jobs.jobs[2].segments.back(), "r2499@0-10");
    }

    void runsThatAreNotMadeYet() {
        SweepPlan plan = threeRuns();
        for (PlannedRun& run : plan.runs) run.id.clear();
        QCOMPARE(planned(plan).jobs[2].segments, (Names{"(run 1)@6-10", "(run 2)@6-10"}));
    }

    void liveTasksOfTheBook() {
        JobBook book;
        book.jobs.resize(2);
        book.jobs[0].id = "1";
        book.jobs[0].script.segments = {"a@0-4", "b@0-4"};
        book.jobs[1].id = "2";
        book.jobs[1].script.segments = {"c@0-4"};
        std::vector<JobState> queue{{"1_0", "RUNNING", "", "n", "", ""},
                                    {"1_1", "FAILED", "", "n", "", ""},
                                    {"2", "PENDING", "DependencyNeverSatisfied", "", "", ""}};
        auto live = liveTasks(book, queue);
        QCOMPARE(live.size(), std::size_t{1});
        QCOMPARE(live[0].id, "1_0");
        QCOMPARE(live[0].run, "a");
        QCOMPARE(live[0].to, 4);
        // An array that is told as one.
        const KnownStates whole(std::vector<JobState>{{"1", "CANCELLED", "", "", "", ""}});
        QCOMPARE(whole.of(book.jobs[0], 1)->state, "CANCELLED");
        QVERIFY(whole.of(book.jobs[1], 0) == nullptr);
        // A number that Slurm has given twice.
        book.jobs[0].script.name = "mine";
        queue[0].name = "another";
        QVERIFY(liveTasks(book, queue).empty());
        queue[0].name = "mine";
        queue[2].reason = "Dependency";
        QCOMPARE(liveTasks(book, queue).size(), std::size_t{2});
    }

    // 1.5 × 100 s + 600 s in steps of 300 s, 1.5 × 1000 MiB + 256 MiB in steps of 256 MiB.
    void sizesOfMeasuredRuns() {
        const QTemporaryDir folder;
        const std::filesystem::path workspace = folder.path().toStdString();
        const RunConfig config = deferredConfig(4, 0.1);
        for (const std::int64_t mebibytes : {1000, 3000}) {  // the larger one did more besides
            OwnedRun run(trunkRun(workspace, config, 10, RunState::finished));
            run.setPeakMemory(mebibytes << 20);
            run.setStatus(RunState::finished, 10, "");
        }
        TrunkStore store(workspace);
        store.refresh();
        QCOMPARE(mostThreads(store), 2);
        SweepPlan plan = threeRuns();
        for (PlannedRun& run : plan.runs) run.run.config = config;
        plan.runs[2].run.config.training.batch_size *= 2;  // like no run that was measured
        plan.runs[2].run.config.training.threads = 7;
        plan.segment_seconds[0] = 100.0;
        JobWishes wishes;
        wishes.threads = 3;
        auto requests = jobRequests(plan, store, wishes);
        QCOMPARE(requests.size(), std::size_t{5});
        QVERIFY(requests[0] == (JobRequest{"", 3, 1792, 0, 900, 0}));
        QVERIFY(requests[4] == (JobRequest{"", 7, 0, 0, 0, 0}));
        wishes.seconds = 7200;
        wishes.memory_mib = 512;
        wishes.partition = "p";
        wishes.array_limit = 5;
        wishes.gpus = 1;
        requests = jobRequests(plan, store, wishes);
        QVERIFY(requests[0] == (JobRequest{"p", 3, 512, 1, 7200, 5}));
    }
};

BALLAST_TEST(TestJobPlan)
#include "tst_job_plan.moc"
