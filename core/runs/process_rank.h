#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/experiment/config.h"

namespace ballast {

/// One of several processes that train one run together, and where they meet.
struct ProcessRank {
    int rank = 0;  // 0 … size − 1; the first one owns the run
    int size = 1;
    int local_rank = 0;   // among those on its machine: which of its GPUs
    int local_size = 1;   // how many share its machine's cores
    std::string address;  // of the first process
    int port = 29500;
    std::string
        meeting{};      // what tells this run's processes from others at that port; may be empty
    int patience = 45;  // seconds that a process waits for another's part of the work
    int joining = 120;  // seconds that they wait for each other at the start
};

/// What a launcher says in the environment, in torchrun's variables: MASTER_ADDR and, where it is
/// not 29500, MASTER_PORT, with RANK and WORLD_SIZE, LOCAL_RANK and LOCAL_WORLD_SIZE. Under srun
/// MASTER_ADDR is enough; the ranks are Slurm's (SLURM_PROCID, SLURM_NTASKS, SLURM_LOCALID).
/// BALLAST_PATIENCE changes the patience; TORCHELASTIC_RUN_ID, or Slurm's job, is the
/// meeting. Nothing without MASTER_ADDR, or for a single process.
/// `variable` looks one up, nullptr where it is not set. Throws ConfigError naming the variable.
std::optional<ProcessRank> processRank(
    const std::function<const char*(const char* variable)>& variable);

/// The same of this process's own environment.
std::optional<ProcessRank> processRankOfEnvironment();

/// For what trains each run in one process: sweeps, the window. Throws ConfigError for a config
/// that says otherwise.
void requireOneProcess(const RunConfig& config);

}  // namespace ballast
