#include "core/cluster/job_states.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/base/error.h"

namespace ballast {
namespace {

constexpr std::array<std::string_view, 12> kEndings = {
    "BOOT_FAIL", "CANCELLED", "COMPLETED",     "DEADLINE",  "FAILED",  "LAUNCH_FAILED",
    "NODE_FAIL", "LOST",      "OUT_OF_MEMORY", "PREEMPTED", "REVOKED", "TIMEOUT"};

constexpr const char* kNeverSatisfied = "DependencyNeverSatisfied";

std::vector<std::string> queueFields(std::string_view line, std::size_t count,
                                     const char* program) {
    std::vector<std::string> fields;
    std::string_view rest = line;
    while (fields.size() + 1 < count) {
        const std::size_t bar = rest.find('|');
        if (bar == std::string_view::npos) break;
        fields.emplace_back(rest.substr(0, bar));
        rest.remove_prefix(bar + 1);
    }
    fields.emplace_back(rest);
    if (fields.size() != count || fields[0].empty() || fields[1].empty()) {
        throw StorageError(std::string(program) + " answered \"" + std::string(line) +
                           "\", which is no line of " + std::to_string(count) + " fields");
    }
    return fields;
}

template<class Line>
void eachLine(std::string_view text, const Line& take) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end > 0) take(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

/// Slurm's words for nothing.
std::string orEmpty(std::string word) {
    return word == "None" || word == "(null)" || word == "None assigned" ? std::string() : word;
}

/// The tasks of an array that stand together: "100_[0-2,5%2]" -> 100_0, 100_1, 100_2, 100_5.
std::vector<std::string> tasksOf(const std::string& id) {
    const std::size_t open = id.find("_[");
    if (open == std::string::npos) return {id};
    std::vector<std::string> tasks;
    std::string list = id.substr(open + 2, id.find_first_of("%]", open) - open - 2);
    for (std::size_t begin = 0; begin < list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        const std::string part = list.substr(begin, end - begin);
        const std::size_t dash = std::min(part.find('-'), part.size());
        const int first = std::atoi(part.c_str());
        const int last = dash < part.size() ? std::atoi(part.c_str() + dash + 1) : first;
        for (int task = first; task <= last; ++task) {
            tasks.push_back(id.substr(0, open + 1) + std::to_string(task));
        }
        begin = end + 1;
    }
    return tasks;
}

std::string spokenWord(std::string word) {
    for (char& c : word) c = c == '_' ? ' ' : static_cast<char>(std::tolower(c));
    return word;
}

}  // namespace

bool JobState::live() const {
    return !state.empty() && std::ranges::find(kEndings, state) == kEndings.end();
}

bool JobState::hopeless() const {
    return pending() && (reason == kNeverSatisfied || reason == "launch failed requeued held");
}

std::vector<JobState> parseQueue(std::string_view text) {
    std::vector<JobState> jobs;
    eachLine(text, [&](std::string_view line) {
        std::vector<std::string> f = queueFields(line, 5, "squeue");
        for (const std::string& task : tasksOf(f[0])) {
            jobs.push_back({task, f[1], orEmpty(f[2]), f[3], f[4], ""});
        }
    });
    return jobs;
}

std::vector<JobState> parseAccounting(std::string_view text) {
    std::vector<JobState> jobs;
    eachLine(text, [&](std::string_view line) {
        std::vector<std::string> f = queueFields(line, 6, "sacct");
        // "CANCELLED by 1000", "COMPLETED+"
        const std::string state = f[1].substr(0, f[1].find_first_of(" +"));
        for (const std::string& task : tasksOf(f[0])) {
            jobs.push_back({task, state, orEmpty(f[2]), orEmpty(f[3]), f[5], f[4]});
        }
    });
    return jobs;
}

std::string submittedJob(const std::string& answer) {
    const std::size_t end = answer.find_first_not_of("0123456789");
    const std::string id = answer.substr(0, end);
    const bool good =
        !id.empty() && (end == std::string::npos || answer[end] == ';' || answer[end] == '\n');
    if (!good) {
        throw StorageError("sbatch answered \"" + answer + "\", which begins with no job's number");
    }
    return id;
}

std::string nodesOfTest(const std::string& answer) {
    constexpr std::string_view mark = " on nodes ";
    const std::size_t at = answer.find(mark);
    if (at == std::string::npos) return "";
    const std::size_t begin = at + mark.size();
    return answer.substr(begin, answer.find_first_of(" \n", begin) - begin);
}

std::string arrayOf(const std::string& id) {
    return id.substr(0, id.find('_'));
}

std::string stateInWords(const JobState& job) {
    if (job.pending() && job.reason == kNeverSatisfied)
        return "never starts: a job that it waits for has failed";
    if (job.state == "CANCELLED" && job.reason == kNeverSatisfied) {
        return "never started: a job that it waited for has failed";
    }
    if (job.pending()) return "pending" + (job.reason.empty() ? "" : ": " + job.reason);
    std::string words = spokenWord(job.state);
    if (!job.node.empty()) words += " on " + job.node;
    if (job.live() || job.endedWell()) return words;
    // Some reasons only say again that it has ended.
    if (!job.reason.empty() && job.reason != "NonZeroExitCode") words += ": " + job.reason;
    if (!job.exit.empty() && job.exit != "0:0") words += " (exit " + job.exit + ")";
    return words;
}

}  // namespace ballast
