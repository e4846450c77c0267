#include "core/cluster/slurm.h"

#include <algorithm>
#include <cctype>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/temporary_folder.h"
#include "core/cluster/called_program.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr int kSeconds = 120;  // Slurm's programs try again by themselves for a while
constexpr std::size_t kIdsAtOnce = 500;

ProgramAnswer asked(const std::vector<std::string>& command) {
    ProgramAnswer answer = answerOf(command, kSeconds);
    if (!answer.there) {
        throw ConfigError("--on slurm: the program " + command[0] + " is not here (" + answer.err +
                          "); allowed where Slurm's programs are in PATH, as on a cluster's login "
                          "node");
    }
    if (!answer.in_time) {
        throw StorageError(command[0] + " gave no answer within " + std::to_string(kSeconds) +
                           " s; is Slurm's controller running?");
    }
    return answer;
}

/// Whether it says so, in small or capital letters; `words` are small.
bool saysSo(const std::string& complaint, std::string_view words) {
    return !std::ranges::search(complaint, words, [](char a, char b) {
                return std::tolower(static_cast<unsigned char>(a)) == b;
            }).empty();
}

/// What a job asks for, by our options.
std::string sizesInWords(const JobRequest& request) {
    return std::to_string(request.cpus) + " CPUs (--threads), " +
           (request.memory_mib > 0 ? std::to_string(request.memory_mib) + " MiB"
                                   : std::string("the default memory")) +
           " (--memory-per-run) and " + std::to_string(request.gpus) + " GPUs (--gpus-per-run)";
}

/// What sbatch refuses, with the option of ours that it is about.
ConfigError refused(const JobRequest& request, const std::string& complaint) {
    const auto about = [&](const std::string& option, const std::string& value,
                           const std::string& allowed) {
        return ConfigError(option + ": sbatch refuses " + value + ": " + complaint +
                           "; allowed: " + allowed);
    };
    const auto says = [&](const char* words) { return saysSo(complaint, words); };
    if (says("partition") && !says("configuration")) {
        return about(
            "--partition",
            request.partition.empty() ? "the default partition" : "\"" + request.partition + "\"",
            "a partition that sinfo lists and that this account may use");
    }
    if (says("time limit")) {
        return about("--time", request.seconds > 0 ? timeLimitText(request.seconds) : "no limit",
                     "up to the partition's limit, which sinfo lists");
    }
    if (says("gres") || says("gpu")) {
        return about("--gpus-per-run", std::to_string(request.gpus),
                     "0, or 1 in a partition with GPUs");
    }
    if (says("memory")) {
        return about("--memory-per-run", std::to_string(request.memory_mib) + "M",
                     "no more than a node has");
    }
    if (says("configuration") || says("cpu")) {
        return ConfigError("sbatch finds no node for a job with " + sizesInWords(request) + ": " +
                           complaint);
    }
    return ConfigError("sbatch refuses the job: " + complaint);
}

bool unreachable(const ProgramAnswer& answer) {
    return answer.err.find("ontact") !=
               std::string::npos ||  // "Unable to contact slurm controller"
           answer.err.find("temporarily unable") != std::string::npos ||
           answer.err.find("onnection") != std::string::npos ||
           answer.err.find("configuration source") != std::string::npos;  // no slurm.conf here
}

/// Writes the script, and calls sbatch with it. Throws where Slurm cannot be reached.
ProgramAnswer sbatch(const JobScript& job, std::vector<std::string> command, const fs::path& file) {
    replaceFile(file, scriptText(job));
    command.push_back(file.string());
    ProgramAnswer answer = asked(command);
    if (!answer.good() && unreachable(answer)) {
        throw StorageError("sbatch cannot reach Slurm: " + answer.complaint());
    }
    return answer;
}

}  // namespace

JobCheck Slurm::check(const JobScript& job) const {
    const TemporaryFolder folder;
    const ProgramAnswer answer = sbatch(job, {"sbatch", "--test-only"}, folder.path() / "check.sh");
    if (answer.good()) return {nodesOfTest(answer.err), ""};
    // It says the same where nodes are down for a while, for which a job would wait.
    if (saysSo(answer.complaint(), "node configuration is not available")) {
        return {"", "no node that is up could run a job with " + sizesInWords(job.request)};
    }
    throw refused(job.request, answer.complaint());
}

std::string Slurm::submit(const JobScript& job) const {
    const fs::path folder = clusterFolder(job.command.workspace);
    makeFolders(folder / "logs");
    makeFolders(folder / "scripts");  // they stay, for people to look at
    const fs::path file = folder / "scripts" / (job.name + ".sh");
    const ProgramAnswer answer = sbatch(job, {"sbatch", "--parsable"}, file);
    if (answer.good()) return submittedJob(answer.out);
    std::error_code ignored;
    fs::remove(file, ignored);
    throw refused(job.request, answer.complaint());
}

std::vector<JobState> Slurm::queue() const {
    const ProgramAnswer answer = asked({"squeue", "--me", "--noheader", "--array", "--states=all",
                                        std::string("--format=") + kSqueueFormat});
    if (!answer.good()) throw StorageError("squeue failed: " + answer.complaint());
    return parseQueue(answer.out);
}

std::vector<JobState> Slurm::ended(const std::vector<std::string>& ids) const {
    std::vector<JobState> all;
    for (std::size_t i = 0; i < ids.size(); i += kIdsAtOnce) {
        std::string some;
        for (std::size_t k = i; k < std::min(ids.size(), i + kIdsAtOnce); ++k) {
            some += (some.empty() ? "" : ",") + ids[k];
        }
        const ProgramAnswer answer =
            answerOf({"sacct", "--noheader", "--parsable2", "--allocations", "--jobs=" + some,
                      std::string("--format=") + kSacctFormat},
                     kSeconds);
        if (!answer.good()) return all;  // many clusters keep no books
        for (JobState& one : parseAccounting(answer.out)) all.push_back(std::move(one));
    }
    return all;
}

void Slurm::cancel(const std::vector<std::string>& ids) const {
    for (std::size_t i = 0; i < ids.size(); i += kIdsAtOnce) {
        std::vector<std::string> command{"scancel", "--quiet"};
        for (std::size_t k = i; k < std::min(ids.size(), i + kIdsAtOnce); ++k) {
            command.push_back(ids[k]);
        }
        const ProgramAnswer answer = asked(command);
        if (!answer.good() && unreachable(answer)) {
            throw StorageError("scancel cannot reach Slurm: " + answer.complaint());
        }
    }
}

}  // namespace ballast
