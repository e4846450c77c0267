#include "app/cli/slurm_sweep.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "app/cli/command_line.h"
#include "app/cli/sweep_training.h"
#include "core/base/error.h"
#include "core/base/human_text.h"
#include "core/cluster/job_plan.h"
#include "core/cluster/job_sizes.h"
#include "core/cluster/node_learning.h"
#include "core/cluster/shared_disk.h"
#include "core/cluster/submission.h"
#include "core/results/run_folder.h"
#include "core/runs/learning_library.h"
#include "core/runs/segments.h"
#include "core/runs/trunk_store.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kLockSeconds = 30;

/// Threads of a run where nobody says: as many as a sweep's slots have.
constexpr int kThreads = 2;

JobWishes wishesOf(const SweepOptions& options) {
    const SlurmOptions& slurm = options.slurm;
    JobWishes wishes;
    wishes.partition = slurm.partition;
    wishes.gpus = slurm.gpus_per_run;
    wishes.array_limit = slurm.array_limit;
    if (!slurm.partition.empty()) requirePartitionName(slurm.partition);
    if (!slurm.time.empty()) wishes.seconds = timeLimitSeconds(slurm.time);
    if (!slurm.memory.empty()) wishes.memory_mib = memoryMebibytes(slurm.memory);
    wishes.threads = options.threads > 0 ? options.threads : kThreads;
    return wishes;
}

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

SegmentCommand commandOf(const SweepOptions& options, const DataStore& store, int threads) {
    const fs::path workspace = fs::absolute(options.workspace).lexically_normal();
    return {fs::canonical("/proc/self/exe"), workspace, dataFolders(store), threads,
            options.save_logits};
}

/// Refuses, before anything is made, what Slurm refuses, and a workspace that its nodes cannot see.
void checkCluster(const Scheduler& scheduler, const JobWishes& wishes,
                  const SegmentCommand& command, bool shared_workspace) {
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
    if (!doubt.empty()) warn(doubt + "; jobs wait until one can");
    const MountedDisk disk = diskHere(command.workspace);
    if (!node.empty() && node != thisProcess().host && !shared_workspace && isLocalDisk(disk)) {
        throw StorageError("--workspace: " + command.workspace.string() + " lies on " +
                           disk.folder + ", a disk of this machine (" + disk.kind +
                           ") that the node " + node +
                           " does not see; allowed: a folder on a file system that the nodes have "
                           "too, or, where this disk is exported to them under the same path, "
                           "--shared-workspace");
    }
    requireLocks(clusterFolder(command.workspace));
}

/// What is to be submitted, and what it was decided from.
struct PlannedSweep {
    SweepPlan plan;
    std::vector<JobRequest> requests;
    int threads = kThreads;
};

/// Plans with as many threads as share the most of what the workspace has.
PlannedSweep planForNodes(const Sweep& sweep, const SweepOptions& options, const DataStore& store,
                          JobWishes wishes) {
    const NodeLearning learning(learningLibrary(), wishes.gpus);
    const auto planned = [&](int threads) {
        const TrainingEnvironment slot{store, threads, false, "auto", options.save_logits};
        return planSweep(learning, sweep, options.workspace, slot, 1);
    };
    TrunkStore trunks(options.workspace);
    trunks.refresh();
    PlannedSweep result{planned(wishes.threads), {}, wishes.threads};
    if (const int most = mostThreads(trunks); options.threads == 0 && most > wishes.threads) {
        SweepPlan other = planned(most);
        if (other.left.epochs_shared < result.plan.left.epochs_shared) {
            result.plan = std::move(other);
            result.threads = wishes.threads = most;
        }
    }
    addEndings(result.plan);
    result.requests = jobRequests(result.plan, trunks, wishes);
    return result;
}

std::string requestInWords(const JobRequest& request) {
    std::string words = std::to_string(request.cpus) + (request.cpus == 1 ? " CPU" : " CPUs");
    if (request.gpus > 0) words += ", " + std::to_string(request.gpus) + " GPU";
    words += request.memory_mib > 0 ? ", " + sizeText(request.memory_mib << 20)
                                    : std::string(", the partition's default memory");
    words += request.seconds > 0 ? ", " + timeLimitText(request.seconds)
                                 : std::string(", the partition's default time limit");
    return words;
}

ordered_json jobJson(const BookedJob& job) {
    return {{"id", job.id}, {"segments", job.script.segments}, {"after", job.script.after}};
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

void printScripts(const JobPlan& plan, const SegmentCommand& command, const std::string& sweep) {
    const auto nameOf = [&](int job) { return "ballast-" + sweep + "-" + std::to_string(job + 1); };
    for (std::size_t i = 0; i < plan.jobs.size(); ++i) {
        const PlannedJob& planned = plan.jobs[i];
        JobScript job{nameOf(static_cast<int>(i)), planned.request, command, planned.segments,
                      planned.after};
        for (const auto& [before, task] : planned.after_planned) {
            const bool array = plan.jobs[static_cast<std::size_t>(before)].segments.size() > 1;
            job.after.push_back("<ID of " + nameOf(before) + ">" +
                                (array ? "_" + std::to_string(task) : ""));
        }
        std::cout << (i > 0 ? "\n" : "") << scriptText(job);
    }
    std::cout << std::flush;
}

void tellEnd(const Sweep& sweep, const JobPlan& jobs, const JobBook& book, std::size_t known_jobs,
             const SweepPlan& plan, const SweepOptions& options) {
    int submitted = 0;
    for (const PlannedJob& job : jobs.jobs) submitted += static_cast<int>(job.segments.size());
    const auto finished = std::ranges::count_if(
        plan.runs, [](const PlannedRun& run) { return run.state == RunState::finished; });
    if (options.json) {
        ordered_json list = ordered_json::array();
        for (std::size_t i = known_jobs; i < book.jobs.size(); ++i) {
            list.push_back(jobJson(book.jobs[i]));
        }
        std::cout << ordered_json{{"name", sweep.name},     {"submitted", submitted},
                                  {"queued", jobs.queued},  {"runs", plan.runs.size()},
                                  {"finished", finished},   {"diverged", jobs.diverged},
                                  {"jobs", std::move(list)}}
                         .dump(2)
                  << std::endl;
        return;
    }
    std::cout << sweep.name << ": " << finished << " of " << plan.runs.size()
              << " runs are finished, " << jobs.queued
              << " segments are with Slurm already, submitted " << submitted << " as "
              << jobs.jobs.size() << (jobs.jobs.size() == 1 ? " job\n" : " jobs\n");
    for (std::size_t i = known_jobs; i < book.jobs.size(); ++i) {
        const BookedJob& job = book.jobs[i];
        std::cout << "  job " << job.id << ": " << job.script.segments.size()
                  << (job.script.segments.size() == 1 ? " segment, " : " segments, each ")
                  << requestInWords(job.script.request) << "\n";
    }
    if (submitted + jobs.queued > 0) {
        std::cout << "their states: ballast-cli sweep --status --workspace "
                  << options.workspace.string() << "\n";
    }
    std::cout << std::flush;
}

}  // namespace

SweepEnd submitSweep(const Sweep& sweep, const json& given, const SweepOptions& options,
                     const DataStore& store) {
    const Slurm slurm;
    const JobWishes wishes = wishesOf(options);
    SegmentCommand command = commandOf(options, store, wishes.threads);
    const bool dry = options.slurm.dry_run;
    if (!dry) checkCluster(slurm, wishes, command, options.slurm.shared_workspace);
    // From here on nobody else submits jobs of this workspace.
    std::optional<FileLock> lock;
    if (!dry) lock.emplace(lockJobBook(command.workspace, kLockSeconds));
    JobBook book = readJobBook(command.workspace);
    std::vector<JobState> queue;
    if (!dry || !book.jobs.empty()) queue = slurm.queue();
    book.resolve(queue);
    const std::vector<LiveTask> live = liveTasks(book, queue);

    PlannedSweep planned = planForNodes(sweep, options, store, wishes);
    command.threads = planned.threads;
    for (const std::string& warning : planned.plan.warnings) warn(warning);
    SweepEnd end;
    if (dry) {
        printScripts(planJobs(planned.plan, planned.requests, live), command, sweep.name);
        return end;
    }
    prepareSweep(planned.plan, sweep, given, command.workspace);
    for (const PlannedRun& run : planned.plan.runs) end.runs.push_back(run.id);
    const JobPlan jobs = planJobs(planned.plan, planned.requests, live);
    cancelHopeless(slurm, book, queue);
    book = prunedBook(std::move(book), live, trainedSegments(book, command.workspace));
    const std::size_t known = book.jobs.size();
    submitJobs(slurm, jobs, command, sweep.name, book);
    for (const std::string& segment : jobs.diverged) {
        warn(segment + " is not submitted: its run diverged, or one that it starts from");
    }
    tellEnd(sweep, jobs, book, known, planned.plan, options);
    return end;
}

void addSlurmOptions(CLI::App* command, SlurmOptions& options) {
    command
        ->add_option("--on", options.on,
                     "slurm: submit the segments as Slurm's jobs instead of training here")
        ->check(CLI::IsMember({"slurm"}));
    command->add_option("--partition", options.partition,
                        "With --on slurm: where; left out: the cluster's default");
    command
        ->add_option("--gpus-per-run", options.gpus_per_run,
                     "With --on slurm: 1: a run is trained on a GPU")
        ->check(CLI::Range(0, 1))
        ->capture_default_str();
    command->add_option("--time", options.time,
                        "With --on slurm: time limit of a job, e.g. 90 (minutes), 12:00:00, 1-12; "
                        "left out: of measured runs, or the partition's default. What is not done "
                        "by then is submitted again");
    command->add_option("--memory-per-run", options.memory,
                        "With --on slurm: memory of a job, e.g. 1500M, 4G; left out: of measured "
                        "runs, or the partition's default");
    command
        ->add_option("--array-limit", options.array_limit,
                     "With --on slurm: jobs of an array at the same time; 0: no limit")
        ->check(CLI::Range(0, 100'000));
    command->add_flag("--shared-workspace", options.shared_workspace,
                      "With --on slurm: the nodes see the workspace by the same path, though it "
                      "lies on a disk of this machine");
    command->add_flag("--dry-run", options.dry_run,
                      "With --on slurm: only print the scripts; nothing is made or submitted");
    command->add_flag("--status", options.status,
                      "Only show the workspace's Slurm jobs beside the state of their runs");
}

void checkSlurmOptions(const CLI::App* command, const SlurmOptions& options) {
    if (options.status) {
        refuseOptions(command,
                      {"--on", "--partition", "--gpus-per-run", "--time", "--memory-per-run",
                       "--array-limit", "--shared-workspace", "--dry-run", "--plan", "--prepare",
                       "--jobs", "--devices", "--threads", "--save-logits", "--yes"},
                      "with --status, which submits nothing");
    } else if (options.on.empty()) {
        refuseOptions(command,
                      {"--partition", "--gpus-per-run", "--time", "--memory-per-run",
                       "--array-limit", "--shared-workspace", "--dry-run"},
                      "without --on slurm");
    } else {
        refuseOptions(command, {"--jobs", "--devices"},
                      "with --on slurm: Slurm decides what runs where");
        refuseOptions(command, {"--plan", "--prepare"},
                      "with --on slurm; --dry-run shows what would be submitted");
    }
}

}  // namespace ballast
