#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "app/cli/slurm_sweep.h"
#include "core/data/data_store.h"

namespace ballast {

/// What the command sweep is asked for.
struct SweepOptions {
    std::string file;
    std::filesystem::path workspace;
    int jobs = 0;                      // slots; 0: see slotsFor
    std::vector<std::string> devices;  // a slot for each; empty: `jobs` slots
    int threads = 0;                   // of all slots together; 0: all cores; on Slurm of a run
    bool plan = false;
    bool prepare = false;
    bool json = false;
    bool yes = false;  // to very many runs
    bool save_logits = false;
    std::filesystem::path tensorboard;  // a folder; empty: none
    SlurmOptions slurm;
};

struct SweepEnd {
    int exit_code = 0;              // ExitCode::interrupted: the same call resumes it
    std::vector<std::string> runs;  // IDs of all its runs, trained or not; empty where not made
};

/// Plans, makes and trains a sweep, or what `options` say, and tells of it on standard output.
/// `source` names the sweep in messages. Throws Error.
SweepEnd trainSweep(const nlohmann::json& given, const std::string& source,
                    const SweepOptions& options, const DataStore& store);

}  // namespace ballast
