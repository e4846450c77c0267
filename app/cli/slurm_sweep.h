#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/data/data_store.h"

namespace CLI {
class App;
}

namespace ballast {

struct Sweep;
struct SweepEnd;
struct SweepOptions;

/// What sweep --on slurm is asked for.
struct SlurmOptions {
    std::string on;  // "slurm"; empty: trained here
    std::string partition;
    std::string time;    // as people write it; empty: of measured runs
    std::string memory;  // the same
    int gpus_per_run = 0;
    int array_limit = 0;
    bool dry_run = false;
    bool shared_workspace = false;  // the nodes see it, though it looks local from here
    bool status = false;
};

/// --on and the options that go with it.
void addSlurmOptions(CLI::App* command, SlurmOptions& options);

/// Throws ConfigError for options that do not go together.
void checkSlurmOptions(const CLI::App* command, const SlurmOptions& options);

/// Makes the runs of a sweep that are missing and submits what is neither trained nor queued; or,
/// with dry_run, prints the scripts and changes nothing. Throws Error.
SweepEnd submitSweep(const Sweep& sweep, const nlohmann::json& given, const SweepOptions& options,
                     const DataStore& store);

/// Prints the workspace's jobs beside the state of their runs; those of the sweep, where one is
/// named. Returns the exit code: 4 where a job ended without training all of its segment.
int printJobs(const std::filesystem::path& workspace, const std::string& sweep, bool as_json);

}  // namespace ballast
