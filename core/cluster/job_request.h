#pragma once

#include <cstdint>
#include <string>

namespace ballast {

/// What a job asks a cluster for.
struct JobRequest {
    std::string partition;  // empty: the cluster's default
    int cpus = 1;
    std::int64_t memory_mib = 0;  // 0: the partition's default
    int gpus = 0;
    std::int64_t seconds = 0;  // of its time limit; 0: the partition's default
    int array_limit = 0;       // tasks of an array at the same time; 0: no limit
    bool operator==(const JobRequest&) const = default;
};

/// Seconds of a time limit as Slurm writes it: MINUTES, MINUTES:SECONDS, HOURS:MINUTES:SECONDS,
/// DAYS-HOURS, DAYS-HOURS:MINUTES or DAYS-HOURS:MINUTES:SECONDS. Throws ConfigError, also for less
/// than a minute, which Slurm cannot keep.
std::int64_t timeLimitSeconds(const std::string& text);

/// The same back, in whole minutes, upwards: "1-02:30:00".
std::string timeLimitText(std::int64_t seconds);

/// Mebibytes of an amount of memory: "1500M", "4G", "1T"; without a letter mebibytes, as Slurm
/// reads it. Throws ConfigError.
std::int64_t memoryMebibytes(const std::string& text);

/// How long before its time limit a job is told to leave: a fifth of it, but at least 30 s, which
/// is how often Slurm looks, and at most 2 min.
int warningSeconds(const JobRequest& request);

/// Throws ConfigError unless it is a name that a partition can have, or several with commas.
void requirePartitionName(const std::string& name);

}  // namespace ballast
