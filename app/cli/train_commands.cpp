#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command_line.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/local_processes.h"
#include "core/base/error.h"
#include "core/experiment/config_json.h"
#include "core/results/branch_points.h"
#include "core/results/plateau.h"
#include "core/results/workspace.h"
#include "core/runs/learning_library.h"
#include "core/runs/run.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

std::atomic<RunControl*> current{nullptr};

/// The first signal stops the run resumably; a second one ends the program at once.
extern "C" void stopCurrent(int signal) {
    if (RunControl* control = current.load()) control->requestStop();
    std::signal(signal, SIG_DFL);
}

struct RunOptions {
    std::vector<std::string> configs;  // files
    std::vector<std::string> presets;  // methods, each for `data`
    PresetRequest data;                // its method is not looked at
    fs::path workspace;
    std::vector<std::string> settings;  // /pointer=value
    bool continue_runs = false;  // keep finished runs of the same config, resume unfinished ones
    bool json = false;
    int threads = 0;
    bool save_logits = false;
    fs::path tensorboard;
    int processes = 0;  // to start; 0: none
};

/// A config that is to be trained, and the run it will be trained in.
struct Job {
    RunConfig config;
    nlohmann::json given;
    fs::path folder;  // empty: a new run
    bool finished = false;
};

/// Signals stop `control` as long as this lives.
class StopOnSignals {
public:
    explicit StopOnSignals(RunControl& control) {
        current.store(&control);
        std::signal(SIGINT, stopCurrent);
        std::signal(SIGTERM, stopCurrent);
    }
    ~StopOnSignals() { current.store(nullptr); }
    StopOnSignals(const StopOnSignals&) = delete;
    StopOnSignals& operator=(const StopOnSignals&) = delete;
};

/// Another process of a run than the first; which run, that one says.
int assist(const ProcessRank& rank, const DataStore& store) {
    RunControl control;
    const StopOnSignals stop(control);
    TrainingEnvironment environment;
    environment.data_store = store;
    learningLibrary().assist(rank, environment, control);
    return 0;  // also of a run that was stopped: launchers end the first process where another
               // fails
}

/// Where a launcher started this process as another one than a run's first.
std::optional<ProcessRank> assistantsRank() {
    std::optional<ProcessRank> rank = processRankOfEnvironment();
    if (rank && rank->rank == 0) rank.reset();
    return rank;
}

/// The processes of a run that this one, its first, trains with: those of a launcher, which wait
/// for it whatever becomes of the run, or some that it starts.
class Companions {
public:
    Companions() : rank_(processRankOfEnvironment()) {
        if (rank_) others_ = learningLibrary().gather(*rank_);
    }

    /// Starts `size` − 1 of them, unless a launcher has; those of an earlier run have ended.
    void start(int size) {
        if (rank_ && !started_) return;
        others_.reset();
        started_.reset();
        rank_.reset();
        if (size == 1) return;
        rank_ = started_.emplace(size).rank();
        others_ = learningLibrary().gather(*rank_);
    }

    /// Of the run; 1: alone.
    int size() const { return rank_ ? rank_->size : 1; }

    void join(TrainingEnvironment& environment) const {
        environment.others = others_;
        if (rank_ && environment.threads == 0) {  // this machine's cores are for all of them
            environment.threads = threadsOfSlot({}, static_cast<std::size_t>(rank_->local_size));
        }
    }

private:
    std::optional<ProcessRank> rank_;
    std::optional<LocalProcesses> started_;  // waits for them as it ends, when they have been told
    std::shared_ptr<OtherProcesses> others_;
};

int train(const fs::path& folder, const RunConfig& config, TrainingEnvironment environment,
          Companions& companions, bool as_json) {
    RunControl control;
    const StopOnSignals stop(control);
    const std::string name = config.name.empty() ? folder.filename().string() : config.name;
    ConsoleObserver observer(name, config.training.epochs, as_json);
    companions.start(config.training.processes);
    companions.join(environment);
    const std::optional<TrunkSource> trunk = trunkFor(learningLibrary(), folder, environment);
    if (trunk) environment.threads = trunk->threads;
    const RunOutcome outcome = trainRun(learningLibrary(), folder, environment, control, observer,
                                        trunk ? &*trunk : nullptr);

    const RunSummary summary = readRun(folder);
    const EpochRecord* best = bestRecord(summary.records, config.training.selection);
    if (as_json) {
        nlohmann::ordered_json line = {{"event", "outcome"},
                                       {"run", folder.string()},
                                       {"state", stateName(outcome.state)},
                                       {"epochs_done", outcome.epochs_done},
                                       {"message", outcome.message}};
        if (best != nullptr) {
            line["best_balanced_test_accuracy"] = best->balanced_test_accuracy;
            line["best_epoch"] = best->epoch;
            line["last_balanced_test_accuracy"] = summary.records.back().balanced_test_accuracy;
        }
        std::cout << line.dump() << std::endl;
    }
    if (!outcome.message.empty()) std::cerr << "ballast-cli: " << outcome.message << std::endl;
    if (outcome.state == RunState::finished) {
        if (!as_json && best != nullptr) {
            std::printf(
                "%s  finished: best balanced test accuracy %.2f %% after %d epochs, last %.2f %%\n",
                name.c_str(), 100.0 * best->balanced_test_accuracy, best->epoch + 1,
                100.0 * summary.records.back().balanced_test_accuracy);
            std::fflush(stdout);
        }
        return 0;
    }
    if (outcome.state == RunState::stopped || outcome.state == RunState::queued) {
        std::cerr << "ballast-cli: stopped after " << outcome.epochs_done
                  << " epochs; resume it with: ballast-cli resume " << folder.string() << std::endl;
        return static_cast<int>(ExitCode::interrupted);
    }
    return static_cast<int>(outcome.exit_code == ExitCode::done ? ExitCode::run_failed
                                                                : outcome.exit_code);
}

/// Makes the runs, and asks each to keep what a later one starts from.
void makeRuns(std::vector<Job>& jobs, const fs::path& workspace,
              const TrainingEnvironment& environment) {
    EpochTree tree;
    std::vector<EpochPath> paths;
    for (Job& job : jobs) {
        if (job.folder.empty()) {
            job.folder = createRun(workspace, job.config, job.given, environment);
        }
        const RunDescription description = readDescription(job.folder);
        paths.push_back(
            tree.add(description.config, description.class_counts, dataIdentity(description)));
        for (std::size_t i = 0; i + 1 < paths.size(); ++i) {
            const int shared = sharedEpochs(paths[i], paths.back());
            if (shared == 0 || jobs[i].finished || job.finished) continue;
            requestBranchPoint(jobs[i].folder, shared, job.folder.filename().string());
        }
    }
}

/// With --continue: the run of the workspace that has this config, if there is one.
void findEarlierRun(Job& job, const std::vector<RunSummary>& runs) {
    for (const RunSummary& run : runs) {
        if (!run.error.empty()) continue;
        const RunConfig made =
            configBeforePlateaus(run.description).value_or(run.description.config);
        if (!(made == job.config)) continue;
        job.folder = run.folder;
        job.finished = run.status.state == RunState::finished;
        if (job.finished) return;
    }
}

/// A run of several processes says so in its config: what a launcher has started, where the config
/// leaves it open.
void setProcesses(std::vector<Job>& jobs, int processes) {
    if (processes > 1 && jobs.size() != 1) {
        throw ConfigError("several processes train one run at a time, but " +
                          std::to_string(jobs.size()) + " are given");
    }
    for (Job& job : jobs) {
        TrainingConfig& training = job.config.training;
        if (training.processes == 1 && processes > 1) {
            training.processes = processes;
            job.given["training"]["processes"] = processes;
        }
        if (training.processes == processes) continue;
        throw ConfigError("/training/processes: the config says " +
                          std::to_string(training.processes) + ", but " +
                          std::to_string(processes) +
                          (processes == 1 ? " process is" : " processes are") + " to be started");
    }
}

int runCommand(const RunOptions& options, const DataStore& store) {
    if (const auto rank = assistantsRank()) return assist(*rank, store);
    Companions companions;
    std::vector<Job> jobs;
    if (options.configs.empty() && options.presets.empty()) {
        throw ConfigError("nothing to run: name a config file, or a method with --preset");
    }
    for (const std::string& method : options.presets) {
        PresetRequest request = options.data;
        request.method = method;
        Job job;
        job.given = presetJson(request, options.settings);
        job.config = configFromJson(job.given, "the preset " + method);
        jobs.push_back(std::move(job));
    }
    for (const std::string& file : options.configs) {
        Job job;
        job.given = readConfigJson(file, options.settings);
        job.config = configFromJson(job.given, file);
        if (job.config.name.empty()) job.config.name = fs::path(file).stem().string();
        jobs.push_back(std::move(job));
    }
    const int launched = companions.size();
    if (launched > 1 && options.processes > 0 && options.processes != launched) {
        throw ConfigError("--processes: " + std::to_string(options.processes) +
                          ", but the launcher has started " + std::to_string(launched) +
                          "; leave it out, or name as many");
    }
    if (launched > 1) setProcesses(jobs, launched);
    if (launched == 1 && options.processes > 0) setProcesses(jobs, options.processes);
    if (options.continue_runs) {
        const std::vector<RunSummary> runs = readWorkspace(options.workspace);
        for (Job& job : jobs) findEarlierRun(job, runs);
    }
    for (const Job& job : jobs) {
        if (job.finished) continue;
        const Learning& learning = learningLibrary();
        learning.requireSupport(job.config, learning.resolveDevice(job.config.training.device));
    }
    const TrainingEnvironment environment{store,  options.threads,     false,
                                          "auto", options.save_logits, options.tensorboard};
    makeRuns(jobs, options.workspace, environment);
    for (Job& job : jobs) {
        if (job.finished) {
            if (!options.json) {
                std::cout << job.config.name << "  is finished already: " << job.folder.string()
                          << std::endl;
            }
            continue;
        }
        if (options.json) {
            std::cout
                << nlohmann::ordered_json{{"event", "run"}, {"run", job.folder.string()}}.dump()
                << std::endl;
        } else {
            std::cout << job.config.name << "  " << job.folder.string() << std::endl;
        }
        const int code = train(job.folder, job.config, environment, companions, options.json);
        if (code != 0) return code;
    }
    return 0;
}

int resumeCommand(const std::string& run, const fs::path& workspace, bool as_json,
                  const TrainingEnvironment& environment) {
    if (const auto rank = assistantsRank()) return assist(*rank, environment.data_store);
    Companions companions;
    const fs::path folder = fs::is_directory(run) ? fs::path(run) : workspace / "runs" / run;
    if (!fs::is_directory(folder)) {
        throw ConfigError("there is no run " + run + ", neither as a folder nor in " +
                          (workspace / "runs").string());
    }
    const fs::path whole = fs::canonical(folder);
    const RunSummary summary = readableRun(whole);
    if (summary.status.state == RunState::finished) {
        if (!as_json) std::cout << whole.string() << " is finished already" << std::endl;
        return 0;
    }
    return train(whole, summary.description.config, environment, companions, as_json);
}

}  // namespace

void addRunCommand(CommandLine& cli) {
    const auto options = std::make_shared<RunOptions>();
    CLI::App* command = cli.add("run", "Train one or several configs, one by one");
    command->add_option("CONFIG", options->configs, "Config files (JSON); - is standard input");
    command
        ->add_option("--preset", options->presets,
                     "A method by name, e.g. VS+TLA+ADRW; may be repeated")
        ->type_name("METHOD")
        ->allow_extra_args(false);
    addPresetData(command, options->data);
    addWorkspace(command, options->workspace);
    addSettings(command, options->settings, "Change a field, e.g. /training/epochs=20");
    command->add_flag("--continue", options->continue_runs,
                      "Keep finished runs of the same config and resume unfinished ones");
    addThreads(command, options->threads, "Where the config says 0; 0: all cores");
    command
        ->add_option("--processes", options->processes,
                     "Divide each batch among so many processes of this machine")
        ->type_name("N")
        ->check(CLI::Range(1, 4096));
    addSaveLogits(command, options->save_logits);
    addTensorboard(command, options->tensorboard);
    addJson(command, options->json);
    cli.perform(command, [options, command, &cli] {
        if (options->presets.empty()) {
            refuseOptions(command, kPresetDataOptions,
                          "without --preset: a config file says it itself, and --set changes it");
        }
        return runCommand(*options, cli.store());
    });
}

void addResumeCommand(CommandLine& cli) {
    struct Options {
        std::string run;
        fs::path workspace;
        bool json = false;
        bool save_logits = false;
        fs::path tensorboard;
    };
    const auto options = std::make_shared<Options>();
    CLI::App* command = cli.add("resume", "Resume a stopped or crashed run");
    command->add_option("RUN", options->run, "The run's folder, or its ID in the workspace")
        ->required();
    addWorkspace(command, options->workspace);
    addSaveLogits(command, options->save_logits);
    addTensorboard(command, options->tensorboard);
    addJson(command, options->json);
    cli.perform(command, [options, &cli] {
        return resumeCommand(
            options->run, options->workspace, options->json,
            {cli.store(), 0, false, "auto", options->save_logits, options->tensorboard});
    });
}

}  // namespace ballast
