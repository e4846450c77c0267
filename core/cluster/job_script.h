#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/cluster/job_request.h"

namespace ballast {

/// How a node trains a segment: by absolute paths, as its environment may be another.
struct SegmentCommand {
    std::filesystem::path program;  // ballast-cli
    std::filesystem::path workspace;
    std::vector<std::filesystem::path> data;  // folders with data sets, searched first
    int threads = 1;                          // where the config leaves them open
    bool save_logits = false;
    bool operator==(const SegmentCommand&) const = default;
};

/// Segments that are submitted together: a job, or where there are several an array, whose task i
/// trains segments[i].
struct JobScript {
    std::string name;
    JobRequest request;
    SegmentCommand command;
    std::vector<std::string> segments;
    std::vector<std::string> after;  // IDs of jobs and tasks that must have ended well
    // One that must have ended before, however: who submits the rest of its own segment.
    std::string after_end_of = {};
};

/// Where Ballast keeps what it knows of a workspace's jobs: WORKSPACE/slurm.
std::filesystem::path clusterFolder(const std::filesystem::path& workspace);

/// Where a segment's job writes to: slurm/logs/SEGMENT.log.
std::filesystem::path segmentLog(const std::filesystem::path& workspace,
                                 const std::string& segment);

/// The script for sbatch. Throws ConfigError for a path that a script cannot name: with a quote,
/// a backslash or a line's end.
std::string scriptText(const JobScript& job);

}  // namespace ballast
