#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <thread>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "core/base/error.h"
#include "core/cluster/shared_disk.h"
#include "core/cluster/submission.h"
#include "core/runs/learning_library.h"
#include "core/runs/segments.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

// A job may begin before another node's files are seen here, or before the lock of a node that
// failed is released: NFS takes up to a minute and a half.
constexpr auto kPatience = std::chrono::minutes(3);
constexpr auto kBetween = std::chrono::seconds(2);

std::atomic<bool> segment_interrupted{false};
std::atomic<bool> time_is_up{false};
std::atomic<RunControl*> segment_control{nullptr};

/// The first signal stops the run resumably; a second one of the same kind ends the program.
extern "C" void interruptSegment(int signal) {
    if (signal == SIGUSR1) time_is_up.store(true);
    segment_interrupted.store(true);
    if (RunControl* control = segment_control.load()) control->requestPostpone();
    std::signal(signal, SIG_DFL);
}

struct SegmentOptions {
    std::string name;
    std::string on;
    fs::path workspace;
    int threads = 0;
    bool save_logits = false;
    bool json = false;
};

/// The IDs by which Slurm may mean the job that this process is.
std::vector<std::string> ownJobIds() {
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value == nullptr ? "" : value);
    };
    return {variable("SLURM_JOB_ID"),
            variable("SLURM_ARRAY_JOB_ID") + "_" + variable("SLURM_ARRAY_TASK_ID")};
}

/// Trains it; as a job it waits for a while for what it starts from, and for its lock.
RunOutcome trainedSegment(const SegmentOptions& options, const DataStore& store,
                          RunControl& control, RunObserver& observer) {
    const TrainingEnvironment slot{store, options.threads, false, "auto", options.save_logits};
    const auto until = std::chrono::steady_clock::now() +
                       (options.on.empty() ? std::chrono::minutes(0) : kPatience);
    bool told = false;
    while (true) {
        const bool last = segment_interrupted.load() || std::chrono::steady_clock::now() >= until;
        std::string why;
        try {
            RunOutcome outcome = trainSegment(learningLibrary(), options.workspace, options.name,
                                              slot, control, observer);
            if (!outcome.busy || last) return outcome;
            why = outcome.message;
        } catch (const SegmentNotReady& error) {
            if (last) throw;
            why = error.what();
        }
        if (!told) warn("waiting up to 3 min: " + why);
        told = true;
        std::this_thread::sleep_for(kBetween);
    }
}

/// Submits the rest of a segment whose time limit has come, unless another try would get no
/// further.
void submitRest(const SegmentOptions& options, int epochs_before, int epochs_done) {
    if (epochs_done <= epochs_before) {
        warn("the time limit came before an epoch was done, so the segment " + options.name +
             " is not submitted again; give it more time: sweep --on slurm --time");
        return;
    }
    const std::string job =
        resubmit(Slurm(), fs::absolute(options.workspace), options.name, ownJobIds());
    warn(job.empty() ? "another job has the segment " + options.name + " already"
                     : "the time limit comes after " + std::to_string(epochs_done) +
                           " epochs; job " + job + " trains the rest");
}

int segmentCommand(const SegmentOptions& options, const DataStore& store) {
    RunControl control;
    segment_control.store(&control);
    std::signal(SIGINT, interruptSegment);
    std::signal(SIGTERM, interruptSegment);
    if (!options.on.empty()) {
        std::signal(SIGUSR1, interruptSegment);
        requireLocks(clusterFolder(options.workspace));
    }
    const std::string run = options.name.substr(0, options.name.rfind('@'));
    const RunSummary before = readRun(options.workspace / "runs" / run);
    ConsoleObserver observer(options.name,
                             before.error.empty() ? before.description.config.training.epochs : 0,
                             options.json);
    const RunOutcome outcome = trainedSegment(options, store, control, observer);
    segment_control.store(nullptr);
    if (!outcome.message.empty()) warn(outcome.message);
    const bool good = outcome.state == RunState::finished || outcome.state == RunState::queued;
    const bool ended_well = good && outcome.epochs_done >= segmentRange(options.name).to;
    if (segment_interrupted.load() && !(ended_well && !options.on.empty())) {
        if (time_is_up.load() && good) {
            submitRest(options, static_cast<int>(before.records.size()), outcome.epochs_done);
        }
        return static_cast<int>(ExitCode::interrupted);
    }
    if (outcome.exit_code != ExitCode::done) return static_cast<int>(outcome.exit_code);
    return good ? 0 : static_cast<int>(ExitCode::run_failed);
}

}  // namespace

void addSegmentCommand(CommandLine& cli) {
    const auto options = std::make_shared<SegmentOptions>();
    CLI::App* command =
        cli.add("segment", "Train one segment of a prepared sweep, as sweep --prepare names it");
    command->add_option("NAME", options->name, "RUN@FROM-TO")->required();
    addWorkspace(command, options->workspace);
    addThreads(command, options->threads, "Where the config says 0; 0: all cores");
    addSaveLogits(command, options->save_logits);
    command
        ->add_option("--on", options->on,
                     "slurm: it is one of Slurm's jobs, as sweep --on slurm submits them; SIGUSR1 "
                     "means that its time is up and the rest is submitted again")
        ->check(CLI::IsMember({"slurm"}));
    addJson(command, options->json);
    cli.perform(command, [options, &cli] { return segmentCommand(*options, cli.store()); });
}

}  // namespace ballast
