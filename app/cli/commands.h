#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/data/data_store.h"
#include "core/experiment/presets.h"
#include "core/runs/benchmarks.h"
#include "core/runs/learning_library.h"

namespace ballast {

/// The commands of ballast-cli. Each returns the exit code; each may throw Error.

struct RunOptions {
    std::vector<std::string> configs;  // files
    std::vector<std::string> presets;  // methods, each for `data`
    PresetRequest data;                // its method is not looked at
    std::filesystem::path workspace;
    std::vector<std::string> settings;  // /pointer=value
    bool continue_runs = false;  // keep finished runs of the same config, resume unfinished ones
    bool json = false;
    int threads = 0;
};
int runCommand(const RunOptions& options, const DataStore& store);

struct SweepOptions {
    std::string file;
    std::filesystem::path workspace;
    int jobs = 0;                      // slots; 0: see slotsFor
    std::vector<std::string> devices;  // a slot for each; empty: `jobs` slots
    int threads = 0;                   // of all slots together; 0: all cores
    bool plan = false;
    bool prepare = false;
    bool json = false;
    bool yes = false;  // to very many runs
};
int sweepCommand(const SweepOptions& options, const DataStore& store);
int segmentCommand(const std::string& name, const std::filesystem::path& workspace, int threads,
                   bool json, const DataStore& store);

int resumeCommand(const std::string& run, const std::filesystem::path& workspace, bool json,
                  const DataStore& store);

int dataListCommand(bool json, const DataStore& store);
int dataGetCommand(const std::string& name, const DataStore& store);
int dataShowCommand(const std::string& config, const std::vector<std::string>& settings, bool json,
                    const DataStore& store);

int lossCommand(const std::string& file);
int schemaCommand();

int presetListCommand(bool json);
/// Prints the config of a preset with settings applied.
int presetShowCommand(const PresetRequest& request, const std::vector<std::string>& settings);
nlohmann::json presetJson(const PresetRequest& request, const std::vector<std::string>& settings);

int benchTrainCommand(const BenchOptions& options, bool json);
int benchStoreCommand(const std::filesystem::path& workspace, bool json);
int benchDataCommand(const BenchDataOptions& options, bool json, const DataStore& store);

struct RunsOptions {
    std::filesystem::path workspace;
    std::vector<std::string> conditions;  // all must hold; see runCondition
    std::vector<std::string> sort;        // see sortRuns
    std::vector<std::string> columns;     // see runField; empty: the usual ones
    bool group = false;                   // over seeds
    bool json = false;
};
int runsCommand(const RunsOptions& options);

/// Every number of a run or of a workspace's runs as CSV; see run_export.h.
int exportCommand(const std::filesystem::path& source, const std::filesystem::path& output);

struct TableOptions {
    std::filesystem::path workspace;
    std::string format = "markdown";
    std::string by = "method";   // method | run
    std::string value = "best";  // best | last
    std::optional<int> at;       // epochs done, in place of `value`
    std::vector<std::string> conditions;
    std::filesystem::path output;
};
int tableCommand(const TableOptions& options);

struct EvaluateOptions {
    std::filesystem::path checkpoint;  // a file of any kind, or a run's folder
    std::string dataset;               // empty: what is known of the checkpoint, else cifar10
    std::string config;                // empty: the model is what the file holds
    std::optional<int> epoch;
    bool json = false;
    int threads = 0;
};
int evaluateCommand(const EvaluateOptions& options, const DataStore& store);

struct ForkOptions {
    std::filesystem::path checkpoint;
    std::string config;
    std::filesystem::path workspace;
    std::vector<std::string> settings;
    std::optional<int> epoch;
    bool next_phase_now = false;
    bool dry_run = false;  // only the contract
    bool json = false;
};
int forkCommand(const ForkOptions& options, const DataStore& store);
/// Without a config: a run's own checkpoint, under its config changed from there on.
int forkRunCommand(const ForkOptions& options);
/// The same for the run itself, from the next epoch on.
int editCommand(const ForkOptions& options);
/// Prints the config that replays a run, its edits in it.
int configCommand(const std::string& name, const std::filesystem::path& workspace,
                  const std::vector<std::string>& settings, const std::filesystem::path& output);

int importCommand(const std::filesystem::path& folder, const std::filesystem::path& workspace);
int exportWeightsCommand(const std::filesystem::path& checkpoint, std::optional<int> epoch,
                         const std::filesystem::path& output);

/// The data set of that name. Throws ConfigError with the nearest name.
const DatasetInfo& datasetNamed(const std::string& name);

/// A config file ("-": standard input) with settings applied.
nlohmann::json readConfigJson(const std::string& file, const std::vector<std::string>& settings);

}  // namespace ballast
