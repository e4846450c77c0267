#include "core/cluster/sweep_jobs.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/base/error.h"
#include "core/cluster/node_learning.h"
#include "core/cluster/shared_disk.h"
#include "core/cluster/submission.h"
#include "core/results/run_folder.h"
#include "core/runs/learning.h"
#include "core/runs/segments.h"
#include "core/runs/trunk_store.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr int kBookSeconds = 30;

/// The folders with data sets that are here, whole names: a node's environment may not say them.
std::vector<fs::path> dataFolders(const DataStore& store) {
    std::vector<fs::path> folders;
    for (const fs::path& folder : store.folders()) {
        const fs::path whole = fs::absolute(folder).lexically_normal();
        std::error_code error;
        if (!fs::is_directory(whole, error) || whole == "/usr/share/datasets") continue;
        if (std::ranges::find(folders, whole) == folders.end()) folders.push_back(whole);
    }
    return folders;
}

/// Refuses, before anything is made, what Slurm refuses, and a workspace that its nodes cannot see.
void checkCluster(const Scheduler& scheduler, const SweepSubmission& submission,
                  const SegmentCommand& command) {
    const JobWishes& wishes = submission.wishes;
    JobScript probe;
    probe.name = "ballast-check";
    probe.request = {wishes.partition,
                     wishes.threads,
                     wishes.memory_mib.value_or(0),
                     wishes.gpus,
                     wishes.seconds.value_or(0),
                     0};
    probe.command = command;
    probe.segments = {"check@0-1"};
    const auto [node, doubt] = scheduler.check(probe);
    if (!doubt.empty()) submission.warn(doubt + "; jobs wait until one can");
    const MountedDisk disk = diskHere(command.workspace);
    if (!node.empty() && node != thisProcess().host && !submission.shared_workspace &&
        isLocalDisk(disk)) {
        throw StorageError("--workspace: " + command.workspace.string() + " lies on " +
                           disk.folder + ", a disk of this machine (" + disk.kind +
                           ") that the node " + node +
                           " does not see; allowed: a folder on a file system that the nodes have "
                           "too, or, where this disk is exported to them under the same path, "
                           "--shared-workspace");
    }
    requireLocks(clusterFolder(command.workspace));
}

/// Segments of which the runs have all epochs.
std::set<std::string> trainedSegments(const JobBook& book, const fs::path& workspace) {
    std::set<std::string> trained;
    for (const auto& [segment, task] : book.tasks()) {
        const SegmentRange range = segmentRange(segment);
        try {
            const RunStatus status = readStatus(workspace / "runs" / range.run);
            if (status.epochs_done >= range.to) trained.insert(segment);
        } catch (const Error&) {
            trained.insert(segment);  // its run is gone
        }
    }
    return trained;
}

/// Plans the sweep with as many threads as share the most of what the workspace has, and its jobs.
void plan(const Learning& here, const Sweep& sweep, const SweepSubmission& submission,
          SubmittedSweep& result, std::vector<JobRequest>& requests) {
    JobWishes wishes = submission.wishes;
    const NodeLearning learning(here, wishes.gpus);
    const auto planned = [&](int threads) {
        const TrainingEnvironment slot{submission.store, threads, false, "auto",
                                       submission.save_logits};
        return planSweep(learning, sweep, submission.workspace, slot, 1);
    };
    TrunkStore trunks(submission.workspace);
    trunks.refresh();
    result.plan = planned(wishes.threads);
    if (const int most = mostThreads(trunks);
        submission.threads_are_open && most > wishes.threads) {
        SweepPlan other = planned(most);
        if (other.left.epochs_shared < result.plan.left.epochs_shared) {
            result.plan = std::move(other);
            wishes.threads = most;
        }
    }
    result.command.threads = wishes.threads;
    addEndings(result.plan);
    requests = jobRequests(result.plan, trunks, wishes);
    for (const std::string& warning : result.plan.warnings) submission.warn(warning);
}

SegmentCommand commandFor(const SweepSubmission& submission) {
    return {submission.program, fs::absolute(submission.workspace).lexically_normal(),
            dataFolders(submission.store), submission.wishes.threads, submission.save_logits};
}

}  // namespace

int SubmittedSweep::segments() const {
    int all = 0;
    for (const PlannedJob& job : jobs.jobs) all += static_cast<int>(job.segments.size());
    return all;
}

SubmittedSweep planSweepJobs(const Learning& learning, const Scheduler& scheduler,
                             const Sweep& sweep, const SweepSubmission& submission) {
    SubmittedSweep result;
    result.command = commandFor(submission);
    result.book = readJobBook(result.command.workspace);
    result.known_jobs = result.book.jobs.size();
    std::vector<JobState> queue;
    if (!result.book.jobs.empty()) queue = scheduler.queue();
    result.book.resolve(queue);
    std::vector<JobRequest> requests;
    plan(learning, sweep, submission, result, requests);
    result.jobs = planJobs(result.plan, requests, liveTasks(result.book, queue));
    return result;
}

SubmittedSweep submitSweepJobs(const Learning& learning, const Scheduler& scheduler,
                               const Sweep& sweep, const nlohmann::json& given,
                               const SweepSubmission& submission) {
    SubmittedSweep result;
    result.command = commandFor(submission);
    const fs::path& workspace = result.command.workspace;
    checkCluster(scheduler, submission, result.command);
    // From here on nobody else submits jobs of this workspace.
    const FileLock lock = lockJobBook(workspace, kBookSeconds);
    result.book = readJobBook(workspace);
    const std::vector<JobState> queue = scheduler.queue();
    result.book.resolve(queue);
    const std::vector<LiveTask> live = liveTasks(result.book, queue);

    std::vector<JobRequest> requests;
    plan(learning, sweep, submission, result, requests);
    prepareSweep(result.plan, sweep, given, workspace);
    result.jobs = planJobs(result.plan, requests, live);
    cancelHopeless(scheduler, result.book, queue);
    const std::set<std::string> trained = trainedSegments(result.book, workspace);
    result.book = prunedBook(std::move(result.book), live, trained);
    result.known_jobs = result.book.jobs.size();
    submitJobs(scheduler, result.jobs, result.command, sweep.name, result.book);
    for (const std::string& segment : result.jobs.diverged) {
        submission.warn(segment +
                        " is not submitted: its run diverged, or one that it starts from");
    }
    return result;
}

}  // namespace ballast
