#include "app/cli/slurm_sweep.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/sweep_training.h"
#include "core/base/error.h"
#include "core/base/human_text.h"
#include "core/cluster/sweep_jobs.h"
#include "core/runs/learning_library.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

JobWishes wishesOf(const SweepOptions& options) {
    const SlurmOptions& slurm = options.slurm;
    JobWishes wishes;
    wishes.partition = slurm.partition;
    wishes.gpus = slurm.gpus_per_run;
    wishes.array_limit = slurm.array_limit;
    if (!slurm.partition.empty()) requirePartitionName(slurm.partition);
    if (!slurm.time.empty()) wishes.seconds = timeLimitSeconds(slurm.time);
    if (!slurm.memory.empty()) wishes.memory_mib = memoryMebibytes(slurm.memory);
    if (options.threads > 0) wishes.threads = options.threads;
    return wishes;
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

void tellEnd(const Sweep& sweep, const SubmittedSweep& made, const SweepOptions& options) {
    const auto& [plan, command, jobs, book, known_jobs] = made;
    const int submitted = made.segments();
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
    const SweepSubmission submission{fs::absolute(options.workspace).lexically_normal(),
                                     fs::canonical("/proc/self/exe"),
                                     store,
                                     wishesOf(options),
                                     options.threads == 0,
                                     options.save_logits,
                                     options.slurm.shared_workspace,
                                     warn};
    SweepEnd end;
    if (options.slurm.dry_run) {
        const SubmittedSweep planned = planSweepJobs(learningLibrary(), slurm, sweep, submission);
        printScripts(planned.jobs, planned.command, sweep.name);
        return end;
    }
    const SubmittedSweep submitted =
        submitSweepJobs(learningLibrary(), slurm, sweep, given, submission);
    for (const PlannedRun& run : submitted.plan.runs) end.runs.push_back(run.id);
    tellEnd(sweep, submitted, options);
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
