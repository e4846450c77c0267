#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/slurm_sweep.h"
#include "app/cli/sweep_plan_text.h"
#include "app/cli/sweep_training.h"
#include "core/base/error.h"
#include "core/base/human_text.h"
#include "core/results/workspace.h"
#include "core/runs/executor.h"
#include "core/runs/learning_library.h"
#include "core/runs/slots.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr auto kPoll = std::chrono::milliseconds(100);

std::atomic<bool> interrupted{false};

/// The first signal stops all runs resumably; a second one ends the program at once.
extern "C" void interruptSweep(int signal) {
    interrupted.store(true);
    std::signal(signal, SIG_DFL);
}

void listenToSignals() {
    std::signal(SIGINT, interruptSweep);
    std::signal(SIGTERM, interruptSweep);
}

/// Tells on standard output what the runs of a sweep say.
class SweepConsole {
public:
    SweepConsole(const SweepPlan& plan, bool as_json)
        : json_(as_json), epochs_left_(plan.left.epochs_shared) {
        for (const PlannedRun& run : plan.runs) {
            names_[run.id] = run.run.config.name;
            epochs_[run.id] = run.run.config.training.epochs;
            const bool done = run.state == RunState::finished || run.state == RunState::diverged;
            if (done) ended_[run.id] = run.state;
        }
    }

    void tell(const RunEvent& event) {
        if (const auto* change = std::get_if<StateChange>(&event.what)) {
            state(event.run, change->outcome);
        } else if (const auto* record = std::get_if<EpochRecord>(&event.what)) {
            ++epochs_trained_;
            line(event.run, {{"event", "epoch"}, {"record", toJson(*record)}}, [&] {
                char text[120];
                std::snprintf(
                    text, sizeof text,
                    "epoch %d/%d  balanced test %.1f %%  (%s of %s epochs of the sweep)",
                    record->epoch + 1, epochs_[event.run], 100.0 * record->balanced_test_accuracy,
                    groupedText(epochs_trained_).c_str(), groupedText(epochs_left_).c_str());
                return std::string(text);
            });
        } else if (const auto* taken = std::get_if<RecordsReplaced>(&event.what)) {
            if (json_)
                line(event.run, {{"event", "trunk"}, {"epochs", taken->records.size()}},
                     [] { return ""; });
        } else if (const auto* said = std::get_if<LogLine>(&event.what)) {
            line(event.run, {{"event", "log"}, {"text", said->text}}, [&] { return said->text; });
        }
    }

    /// The exit code, and the sentences that go with it.
    int finish(std::size_t runs) const {
        std::size_t finished = 0;
        std::vector<std::string> bad;
        for (const auto& [run, state] : ended_) {
            if (state == RunState::finished) ++finished;
            if (state == RunState::failed || state == RunState::diverged) {
                bad.push_back(names_.at(run) + ": " + stateName(state));
            }
        }
        if (!json_) {
            std::cout << finished << " of " << runs << " runs are finished" << std::endl;
        }
        for (const std::string& one : bad) std::cerr << "ballast-cli: " << one << std::endl;
        if (!bad.empty()) return static_cast<int>(ExitCode::run_failed);
        return finished == runs ? 0 : static_cast<int>(ExitCode::interrupted);
    }

private:
    template<class Text>
    void line(const std::string& run, ordered_json event, Text text) {
        if (json_) {
            event["run"] = run;
            std::cout << event.dump() << std::endl;
        } else {
            std::cout << names_[run] << "  " << text() << std::endl;
        }
    }

    void state(const std::string& run, const RunOutcome& outcome) {
        ended_[run] = outcome.state;
        const bool begins = outcome.state == RunState::queued || outcome.state == RunState::running;
        if (begins && !json_) return;
        line(
            run,
            {{"event", "state"}, {"state", stateName(outcome.state)}, {"message", outcome.message}},
            [&] {
                return stateName(outcome.state) +
                       (outcome.message.empty() ? "" : ": " + outcome.message);
            });
    }

    const bool json_;
    const std::int64_t epochs_left_;
    std::int64_t epochs_trained_ = 0;
    std::map<std::string, std::string> names_;
    std::map<std::string, int> epochs_;
    std::map<std::string, RunState> ended_;  // the last word of each run
};

int trainAll(const SlottedPlan& slotted, const SweepOptions& options,
             const TrainingEnvironment& whole) {
    const SweepPlan& plan = slotted.plan;
    SweepConsole console(plan, options.json);
    listenToSignals();
    {
        Executor executor(learningLibrary(), whole, slotted.slots);
        std::vector<fs::path> folders;
        for (const PlannedRun& run : plan.runs) {
            const bool done = run.state == RunState::finished || run.state == RunState::diverged;
            if (!done) folders.push_back(options.workspace / "runs" / run.id);
        }
        executor.enqueue(folders);
        bool asked = false;
        while (!executor.idle()) {
            if (interrupted.load() && !asked) {
                executor.postponeAll();
                asked = true;
            }
            for (const RunEvent& event : executor.takeEvents()) console.tell(event);
            std::this_thread::sleep_for(kPoll);
        }
        for (const RunEvent& event : executor.takeEvents()) console.tell(event);
    }
    const int code = console.finish(plan.runs.size());
    if (interrupted.load()) {
        std::cerr << "ballast-cli: interrupted; the same command resumes it" << std::endl;
        return static_cast<int>(ExitCode::interrupted);
    }
    return code;
}

/// The sweep that was given, with the name of its file where it has none.
Sweep namedSweep(const json& given, const std::string& source) {
    Sweep sweep = sweepFromJson(given, source);
    if (sweep.name.empty()) {
        sweep.name = source == "-" ? "sweep" : fs::path(source).stem().string();
    }
    return sweep;
}

}  // namespace

/// Segments end where phases begin, which must be known before anything is trained.
void refusePlateaus(const Sweep& sweep) {
    for (const SweepRun& run : sweepRuns(sweep)) {
        for (std::size_t i = 0; i < run.config.phases.size(); ++i) {
            const int patience = run.config.phases[i].plateau;
            if (patience == 0) continue;
            throw ConfigError(
                "the sweep cannot be trained in segments",
                {{"/phases/" + std::to_string(i) + "/plateau",
                  "is " + std::to_string(patience) +
                      ": when the phase begins is known only then; allowed: 0, or training here"}});
        }
    }
}

SweepEnd trainSweep(const json& given, const std::string& source, const SweepOptions& options,
                    const DataStore& store) {
    const Sweep sweep = namedSweep(given, source);
    if (sweep.size() > kManyRuns && !options.yes) {
        const auto shown = [](std::uint64_t number) {
            constexpr std::uint64_t kEnough = 1'000'000'000'000'000ULL;
            return (number > kEnough ? "more than " : "") +
                   groupedText(static_cast<std::int64_t>(std::min(number, kEnough)));
        };
        throw ConfigError("the sweep has " + shown(sweep.size()) + " runs, alone " +
                          shown(sweep.epochsAlone()) + " epochs; if that is meant, say --yes");
    }
    if (options.prepare || !options.slurm.on.empty()) refusePlateaus(sweep);
    if (!options.slurm.on.empty()) return submitSweep(sweep, given, options, store);
    const TrainingEnvironment whole{store,  options.threads,     false,
                                    "auto", options.save_logits, options.tensorboard};
    SlottedPlan slotted = planOnSlots(learningLibrary(), sweep, options.workspace, whole,
                                      options.devices, options.jobs);
    SweepPlan& plan = slotted.plan;
    SweepEnd end;
    if (options.plan) {
        if (options.json) {
            std::cout << planJson(sweep, plan).dump(2) << std::endl;
        } else {
            printPlan(sweep, plan);
        }
        return end;
    }
    if (const std::string warning = diskWarning(options.workspace); !warning.empty()) {
        std::cerr << "ballast-cli: " << warning << std::endl;
    }
    if (options.prepare != options.json) {  // then the plan, which has them, is not shown
        for (const std::string& warning : plan.warnings) {
            std::cerr << "ballast-cli: " << warning << std::endl;
        }
    }
    {
        ProgressLine progress;
        prepareSweep(plan, sweep, given, options.workspace, [&](std::size_t made) {
            if (plan.runs.size() > 200) {
                progress.show("making runs: " + std::to_string(made) + " of " +
                              std::to_string(plan.runs.size()));
            }
        });
    }
    for (const PlannedRun& run : plan.runs) end.runs.push_back(run.id);
    if (options.prepare) {
        if (options.json) {
            std::cout << planJson(sweep, plan).dump(2) << std::endl;
        } else {
            printSegments(plan);
        }
        return end;
    }
    if (!options.json) {
        printPlan(sweep, plan);
        const std::size_t slots = slotted.slots.size();
        const int threads = threadsOfSlot(whole, slots);
        const bool own_threads = std::ranges::any_of(
            plan.runs, [](const PlannedRun& run) { return run.run.config.training.threads > 0; });
        std::printf("%zu at a time", slots);
        if (!own_threads) std::printf(", %d %s each", threads, threads == 1 ? "thread" : "threads");
        std::printf("\n");
        std::fflush(stdout);
    }
    end.exit_code = trainAll(slotted, options, whole);
    return end;
}

void addSweepCommand(CommandLine& cli) {
    const auto options = std::make_shared<SweepOptions>();
    CLI::App* command = cli.add(
        "sweep", "Train many configs; what they share is trained once. Run it again to resume");
    command->add_option(
        "FILE", options->file,
        "Base, axes and seeds (JSON); - is standard input. Only --status may be without");
    addWorkspace(command, options->workspace);
    command
        ->add_option(
            "--jobs", options->jobs,
            "Runs side by side; they divide the threads. 0: as many as can begin, with two "
            "threads each")
        ->capture_default_str()
        ->check(CLI::Range(0, 256));
    command
        ->add_option("--devices", options->devices,
                     "Instead of --jobs: one run on each, e.g. cuda:0,cuda:1")
        ->delimiter(',')
        ->check(deviceValidator());
    addThreads(command, options->threads,
               "Of all runs together; 0: all cores. With --on slurm of each run; 0: two");
    addSaveLogits(command, options->save_logits);
    addTensorboard(command, options->tensorboard);
    command->add_flag("--plan", options->plan, "Only show the tree of runs and what sharing saves");
    command->add_flag("--prepare", options->prepare,
                      "Only make the runs, and list the segments for a cluster's scheduler");
    addSlurmOptions(command, options->slurm);
    command->add_flag("--yes", options->yes, "Train more than 10,000 runs");
    addJson(command, options->json);
    cli.perform(command, [options, command, &cli] {
        checkSlurmOptions(command, options->slurm);
        if (options->file.empty() && !options->slurm.status) {
            throw ConfigError("FILE is required: a sweep's JSON file, or - for standard input");
        }
        if (options->slurm.status) {
            const std::string& file = options->file;
            const std::string name =
                file.empty() ? "" : namedSweep(readConfigJson(file, {}), file).name;
            return printJobs(options->workspace, name, options->json);
        }
        if (!options->devices.empty()) {
            refuseOptions(command, {"--jobs"}, "with --devices: one run is trained on each");
        }
        if (options->plan) {
            refuseOptions(command, {"--prepare"}, "with --plan, which makes no runs");
        }
        if (!options->slurm.on.empty()) {
            refuseOptions(
                command, {"--tensorboard"},
                "with --on slurm; export --tensorboard writes the files of what is there");
        }
        return trainSweep(readConfigJson(options->file, {}), options->file, *options, cli.store())
            .exit_code;
    });
}

}  // namespace ballast
