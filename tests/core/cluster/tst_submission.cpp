#include "core/cluster/submission.h"

#include <QtTest>

#include "core/base/atomic_file.h"
#include "core/cluster/job_report.h"
#include "core/cluster/node_learning.h"
#include "tests/core/base/error_of.h"
#include "tests/core/cluster/planned_sweep.h"
#include "tests/core/runs/trunk_runs.h"
#include "tests/support/test_program.h"

using namespace ballast;
namespace fs = std::filesystem;
using Names = std::vector<std::string>;

/// Submitting, the book of jobs, submitting again, and what is told of it all.
class TestSubmission : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;
    std::unique_ptr<FakeScheduler> slurm_;

    fs::path workspace() const { return folder_->path().toStdString(); }

    SegmentCommand command() const {
        return {"/opt/ballast-cli", workspace(), {"/data", "/more"}, 2, true};
    }

    static JobPlan wholePlan() {
        return planJobs(threeRuns(), std::vector<JobRequest>(5, {"p", 2, 512, 1, 900, 3}), {});
    }

    JobBook submitted() {
        JobBook book;
        submitJobs(*slurm_, wholePlan(), command(), "nu", book);
        return book;
    }

private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        slurm_ = std::make_unique<FakeScheduler>();
    }

    void jobsAreSubmittedAndBooked() {
        const JobBook book = submitted();
        QCOMPARE(slurm_->submitted.size(), std::size_t{3});
        QCOMPARE(slurm_->submitted[1].after, Names{"100"});
        QCOMPARE(slurm_->submitted[2].after, Names{"200_0"});
        const JobBook read = readJobBook(workspace());
        QCOMPARE(read.jobs.size(), std::size_t{3});
        for (std::size_t i = 0; i < 3; ++i) {
            const BookedJob& job = read.jobs[i];
            QCOMPARE(job.id, std::to_string(100 * (i + 1)));
            QCOMPARE(job.sweep, "nu");
            QVERIFY(job.submitted > 0);
            QCOMPARE(job.script.name, slurm_->submitted[i].name);
            QVERIFY(job.script.request == slurm_->submitted[i].request);
            QVERIFY(job.script.command == command());
            QCOMPARE(job.script.segments, slurm_->submitted[i].segments);
            QCOMPARE(job.script.after, slurm_->submitted[i].after);
        }
        QCOMPARE(read.tasks().at("c@4-10").id(), "200_1");
        QCOMPARE(read.tasks().at("a@0-4").id(), "100");
        // Names tell jobs apart.
        QVERIFY(slurm_->submitted[0].name.starts_with("ballast-nu-"));
        QVERIFY(slurm_->submitted[0].name != slurm_->submitted[1].name);
        // All of it is alive, and nothing is submitted twice.
        const auto live = liveTasks(read, slurm_->states);
        QCOMPARE(live.size(), std::size_t{5});
        const JobPlan again = planJobs(threeRuns(), std::vector<JobRequest>(5), live);
        QVERIFY(again.jobs.empty());
        QCOMPARE(again.queued, 5);
    }

    // sbatch fails at the second job: what was submitted is known, the rest follows.
    void aFailureInBetweenLosesNothing_data() {
        QTest::addColumn<bool>("reached");
        QTest::newRow("not submitted") << false;
        QTest::newRow("submitted, answer lost") << true;
    }

    void aFailureInBetweenLosesNothing() {
        QFETCH(bool, reached);
        slurm_->fail_at = 2;
        slurm_->fails_late = reached;
        QVERIFY(errorOf([&] { submitted(); }).contains("cannot reach"));
        slurm_->fail_at = 0;
        JobBook book = readJobBook(workspace());
        QCOMPARE(book.jobs.size(), std::size_t{2});
        QVERIFY(book.jobs[1].id.empty());
        book.resolve(slurm_->states);
        QCOMPARE(book.jobs.size(), std::size_t{reached ? 2u : 1u});
        const JobPlan rest =
            planJobs(threeRuns(), std::vector<JobRequest>(5, {"p", 2, 512, 1, 900, 3}),
                     liveTasks(book, slurm_->states));
        QCOMPARE(rest.queued, reached ? 3 : 1);
        submitJobs(*slurm_, rest, command(), "nu", book);
        std::multiset<std::string> all;
        for (const JobScript& job : slurm_->submitted) {
            all.insert(job.segments.begin(), job.segments.end());
        }
        QVERIFY(
            (all == std::multiset<std::string>{"a@0-4", "a@4-6", "a@6-10", "b@6-10", "c@4-10"}));
    }

    // The trunk's time is up: its rest is another job, and all that waited waits for that.
    void theRestIsSubmittedAgain() {
        submitted();
        slurm_->set("100", "RUNNING");
        slurm_->set("200_1", "CANCELLED");  // by its owner: it stays so
        QCOMPARE(resubmit(*slurm_, workspace(), "a@0-4", {"5", "100"}), "400");
        QCOMPARE(slurm_->submitted.size(), std::size_t{6});
        QCOMPARE(slurm_->submitted[3].segments, Names{"a@0-4"});
        QVERIFY(slurm_->submitted[3].after.empty());
        QCOMPARE(slurm_->submitted[3].after_end_of, "100");
        QVERIFY(slurm_->submitted[3].request == (JobRequest{"p", 2, 512, 1, 900, 3}));
        QCOMPARE(slurm_->submitted[4].segments, Names{"a@4-6"});
        QCOMPARE(slurm_->submitted[4].after, Names{"400"});
        QCOMPARE(slurm_->submitted[5].segments, (Names{"a@6-10", "b@6-10"}));
        QCOMPARE(slurm_->submitted[5].after, Names{"500"});
        QCOMPARE(slurm_->cancelled, (Names{"200_0", "300_0", "300_1"}));
        const JobBook book = readJobBook(workspace());
        QCOMPARE(book.tasks().at("a@6-10").id(), "600_0");
        QCOMPARE(book.tasks().at("c@4-10").id(), "200_1");
        // Once more by mistake: another job has it.
        QCOMPARE(resubmit(*slurm_, workspace(), "a@0-4", {"100"}), "");
        QCOMPARE(slurm_->submitted.size(), std::size_t{6});
        QVERIFY(errorOf([&] {
                    resubmit(*slurm_, workspace(), "z@0-4", {"100"});
                }).contains("no job of the segment z@0-4"));
    }

    // A task in the middle of the tree: what waits for another task stays as it is.
    void aTaskOfAnArrayIsSubmittedAgain() {
        submitted();
        slurm_->set("100", "COMPLETED");
        slurm_->set("200_0", "RUNNING");
        slurm_->set("200_1", "RUNNING");
        QCOMPARE(resubmit(*slurm_, workspace(), "c@4-10", {"201", "200_1"}), "400");
        QVERIFY(slurm_->cancelled.empty());
        QCOMPARE(resubmit(*slurm_, workspace(), "a@4-6", {"200", "200_0"}), "500");
        QCOMPARE(slurm_->cancelled, (Names{"300_0", "300_1"}));
        QCOMPARE(slurm_->submitted.back().after, Names{"500"});
    }

    void whatWaitsForEverIsCancelled() {
        const JobBook book = submitted();
        slurm_->set("300_1", "PENDING", "DependencyNeverSatisfied");
        cancelHopeless(*slurm_, book, slurm_->states);
        QCOMPARE(slurm_->cancelled, Names{"300_1"});
    }

    void theBookForgetsWhatIsDone() {
        const JobBook book = submitted();
        slurm_->set("100", "COMPLETED");
        for (const char* id : {"200_0", "200_1", "300_0", "300_1"}) slurm_->set(id, "COMPLETED");
        const auto left = [&](const std::set<std::string>& trained) {
            Names ids;
            const JobBook pruned = prunedBook(book, liveTasks(book, slurm_->states), trained);
            for (const BookedJob& job : pruned.jobs) ids.push_back(job.id);
            return ids;
        };
        QCOMPARE(left({}), (Names{"100", "200", "300"}));
        QCOMPARE(left({"a@0-4", "a@4-6"}), (Names{"200", "300"}));
        slurm_->set("100", "RUNNING");
        QCOMPARE(left({"a@0-4", "a@4-6", "c@4-10"}), (Names{"100", "300"}));
    }

    void damagedBooks() {
        QVERIFY(readJobBook(workspace()).jobs.empty());
        makeFolders(clusterFolder(workspace()));
        const auto said = [&](const std::string& text) {
            replaceFile(jobBookFile(workspace()), text);
            return errorOf([&] { readJobBook(workspace()); });
        };
        QVERIFY(said("{").contains("jobs.json is damaged"));
        QVERIFY(said(R"({"format": 2, "jobs": []})").contains("has format 2"));
        QVERIFY(said(R"({"format": 1, "jobs": [{"name": 3}]})").contains("/jobs/0/name"));
    }

    void oneSubmitsAtATime() {
        const FileLock lock = lockJobBook(workspace(), 0);
        QVERIFY(errorOf([&] { lockJobBook(workspace(), 0); }).contains("is submitting jobs"));
    }

    void reports() {
        const fs::path trunk = trunkRun(workspace(), deferredConfig(4, 0.1), 4);
        const fs::path failed = trunkRun(workspace(), deferredConfig(4, 0.2), 0);
        const std::string a = trunk.filename().string();
        const std::string b = failed.filename().string();
        JobBook book;
        book.jobs.resize(4);
        const Names segments[] = {
            {a + "@0-4", b + "@0-4"}, {b + "@4-10"}, {a + "@4-10"}, {"gone@0-4"}};
        for (std::size_t i = 0; i < 4; ++i) {
            book.jobs[i].id = std::to_string(i + 1);
            book.jobs[i].sweep = i == 3 ? "other" : "nu";
            book.jobs[i].script.segments = segments[i];
        }
        makeFolders(segmentLog(workspace(), "x").parent_path());
        replaceFile(segmentLog(workspace(), b + "@0-4"), "one\ntwo\n\nthree\nno room\n");
        slurm_->states = {{"1_0", "COMPLETED", "", "n1", "", ""},
                          {"1_1", "FAILED", "NonZeroExitCode", "n2", "", ""},
                          {"2", "CANCELLED", "DependencyNeverSatisfied", "", "", ""}};
        slurm_->books = {{"3", "NODE_FAIL", "", "n3", "", "0:0"}};
        const auto all = reportJobs(workspace(), book, slurm_->states, *slurm_);
        QCOMPARE(all.size(), std::size_t{5});
        QCOMPARE(all[0].words, "done");
        QVERIFY(all[0].trained && all[0].last_lines.empty());
        QCOMPARE(all[1].words, "failed on n2");
        QCOMPARE(all[1].last_lines, (Names{"two", "three", "no room"}));
        QCOMPARE(all[2].words, "never started: a job that it waited for has failed");
        QVERIFY(all[2].last_lines.empty());
        QCOMPARE(all[3].words, "node fail on n3");
        QVERIFY(all[4].words.starts_with("ended; Slurm no longer knows how"));
        QVERIFY(!all[4].run_problem.empty());
        QCOMPARE(slurm_->asked, (Names{"3", "4"}));
        auto words = wordsByRun(all);
        QCOMPARE(words.size(), std::size_t{3});
        QCOMPARE(words.at(a), "node fail on n3");
        QCOMPARE(words.at(b), "failed on n2: no room");
        slurm_->set("2", "PENDING", "Priority");
        words = wordsByRun(reportJobs(workspace(), book, slurm_->states, *slurm_));
        QCOMPARE(words.at(b), "pending: Priority");
        QVERIFY((book.runs() == std::set<std::string>{a, b, "gone"}));
        QCOMPARE(reportJobs(workspace(), book, slurm_->states, *slurm_, "nu").size(),
                 std::size_t{4});
        // Nothing but a node that cannot write there leaves no log.
        fs::remove(segmentLog(workspace(), b + "@0-4"));
        QVERIFY(reportJobs(workspace(), book, slurm_->states, *slurm_)[1].words.ends_with(
            "there on the node, by the same path?"));
    }

    // A job that is killed with its last epoch has not done all, unless the run says so.
    void reportsOfLateFailures() {
        const fs::path run = trunkRun(workspace(), deferredConfig(4, 0.1), 10, RunState::running);
        JobBook book;
        book.jobs.resize(1);
        book.jobs[0].id = "1";
        book.jobs[0].script.segments = {run.filename().string() + "@4-10"};
        slurm_->states = {{"1", "FAILED", "", "n1", "", ""}};
        QVERIFY(!reportJobs(workspace(), book, slurm_->states, *slurm_)[0].trained);
        OwnedRun(run).setStatus(RunState::finished, 10, "");
        QCOMPARE(reportJobs(workspace(), book, slurm_->states, *slurm_)[0].words, "done");
    }

    void lastLinesOfLongFiles() {
        const fs::path file = workspace() / "long";
        std::string text;
        for (int i = 0; i < 5000; ++i) text += "line " + std::to_string(i) + "\n";
        replaceFile(file, text + "torn");
        QCOMPARE(lastLines(file, 2), (Names{"line 4999", "torn"}));
        QVERIFY(lastLines(workspace() / "none", 2).empty());
    }
};

BALLAST_TEST(TestSubmission)
#include "tst_submission.moc"
