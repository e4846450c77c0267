#pragma once

#include <sys/types.h>

#include <vector>

#include "core/runs/process_rank.h"

namespace ballast {

/// The other processes of a run on this machine: this program again, with the same arguments, and
/// in its environment what core/runs/process_rank.h reads. This process is the first one.
class LocalProcesses {
public:
    /// Starts `size` − 1 of them. Throws ConfigError where that cannot be done; none is left then.
    explicit LocalProcesses(int size);

    /// Waits for them, and ends those that have not ended soon after the first one's work.
    ~LocalProcesses();
    LocalProcesses(const LocalProcesses&) = delete;
    LocalProcesses& operator=(const LocalProcesses&) = delete;

    /// Of this process.
    const ProcessRank& rank() const { return rank_; }

private:
    void end();

    ProcessRank rank_;
    std::vector<pid_t> others_;
};

}  // namespace ballast
