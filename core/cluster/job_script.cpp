#include "core/cluster/job_script.h"

#include "core/base/error.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

/// For a shell: within single quotes, where nothing but their end means anything.
std::string quotedPath(const fs::path& path) {
    const std::string text = path.string();
    if (text.find_first_of("'\"\\\n\r") != std::string::npos) {
        throw ConfigError("\"" + text +
                          "\" cannot be named in a job's script; allowed: paths without quotes, "
                          "backslashes and line ends");
    }
    return "'" + text + "'";
}

/// For --output, where Slurm gives a percent sign another meaning.
std::string withoutPatterns(const std::string& path) {
    std::string text;
    for (const char c : path) text += c == '%' ? std::string("%%") : std::string(1, c);
    return text;
}

std::string directives(const JobScript& job) {
    const JobRequest& request = job.request;
    std::string text;
    const auto add = [&](const std::string& option) { text += "#SBATCH " + option + "\n"; };
    add("--job-name=" + job.name);
    if (!request.partition.empty()) add("--partition=" + request.partition);
    add("--nodes=1");
    add("--ntasks=1");
    add("--cpus-per-task=" + std::to_string(request.cpus));
    if (request.memory_mib > 0) add("--mem=" + std::to_string(request.memory_mib) + "M");
    if (request.gpus > 0) add("--gres=gpu:" + std::to_string(request.gpus));
    if (request.seconds > 0) add("--time=" + timeLimitText(request.seconds));
    if (job.segments.size() > 1) {
        add("--array=0-" + std::to_string(job.segments.size() - 1) +
            (request.array_limit > 0 ? "%" + std::to_string(request.array_limit) : ""));
    }
    std::string dependency;
    if (!job.after.empty()) dependency = "afterok";
    for (const std::string& id : job.after) dependency += ":" + id;
    if (!job.after_end_of.empty()) {
        dependency += (dependency.empty() ? "afterany:" : ",afterany:") + job.after_end_of;
    }
    if (!dependency.empty()) {
        add("--dependency=" + dependency);
        add("--kill-on-invalid-dep=yes");
    }
    // To the script's own process, which is ballast-cli by then.
    add("--signal=B:USR1@" + std::to_string(warningSeconds(request)));
    add("--requeue");
    add("--open-mode=append");
    const fs::path log = clusterFolder(job.command.workspace) / "logs" / (job.name + ".slurm");
    quotedPath(log);  // throws
    add("--output=\"" + withoutPatterns(log.string()) + "\"");
    return text;
}

}  // namespace

fs::path clusterFolder(const fs::path& workspace) {
    return workspace / "slurm";
}

fs::path segmentLog(const fs::path& workspace, const std::string& segment) {
    return clusterFolder(workspace) / "logs" / (segment + ".log");
}

std::string scriptText(const JobScript& job) {
    std::string text = "#!/bin/sh\n" + directives(job) + "\n";
    if (job.segments.size() == 1) {
        text += "segment=" + quotedPath(job.segments.front()) + "\n";
    } else {
        text += "case $SLURM_ARRAY_TASK_ID in\n";
        for (std::size_t i = 0; i < job.segments.size(); ++i) {
            text += std::to_string(i) + ") segment=" + quotedPath(job.segments[i]) + " ;;\n";
        }
        text += "esac\n";
    }
    const SegmentCommand& command = job.command;
    text += "exec >>" + quotedPath(clusterFolder(command.workspace) / "logs") +
            "/\"$segment\".log 2>&1\n";
    text += "exec " + quotedPath(command.program);
    for (const fs::path& folder : command.data) text += " --data " + quotedPath(folder);
    text += " segment \"$segment\" --on slurm --workspace " + quotedPath(command.workspace) +
            " --threads " + std::to_string(command.threads);
    if (command.save_logits) text += " --save-logits";
    return text + "\n";
}

}  // namespace ballast
