#include "core/cluster/job_report.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "core/base/error.h"
#include "core/base/text_encoding.h"
#include "core/runs/segments.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr std::streamoff kTail = 8192;
constexpr std::size_t kShownLines = 3;

std::string reportWords(const JobReport& report) {
    const JobState& state = report.state;
    if (report.trained && !state.live()) return "done";
    if (state.id.empty()) {
        return "ended; Slurm no longer knows how. The same sweep --on slurm submits it again";
    }
    std::string words = stateInWords(state);
    if (state.endedWell()) words += ", but the run has not all of its epochs";
    return words;
}

}  // namespace

std::map<std::string, std::string> wordsByRun(std::span<const JobReport> reports) {
    const auto rank = [](const JobReport& report) {
        return !report.state.live() ? 1 : report.state.pending() ? 2 : 3;
    };
    std::map<std::string, const JobReport*> chosen;
    for (const JobReport& report : reports) {
        if (report.trained) continue;
        const auto [found, is_first] = chosen.try_emplace(report.run, &report);
        if (!is_first && rank(report) > rank(*found->second)) found->second = &report;
    }
    std::map<std::string, std::string> words;
    for (const auto& [run, report] : chosen) {
        words[run] = report->words;
        if (!report->last_lines.empty()) words[run] += ": " + report->last_lines.back();
    }
    return words;
}

std::vector<std::string> lastLines(const fs::path& file, std::size_t count) {
    std::ifstream stream(file, std::ios::binary | std::ios::ate);
    if (!stream) return {};
    const auto size = static_cast<std::streamoff>(stream.tellg());
    const bool whole = size <= kTail;
    stream.seekg(whole ? 0 : size - kTail);
    std::vector<std::string> lines;
    std::string line;
    if (!whole) std::getline(stream, line);  // most likely half a line
    while (std::getline(stream, line)) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (!line.empty()) lines.push_back(asUtf8(line));
    }
    if (lines.size() > count) {
        lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
    }
    return lines;
}

std::vector<JobReport> reportJobs(const fs::path& workspace, const JobBook& book,
                                  std::span<const JobState> queue, const Scheduler& scheduler,
                                  const std::string& sweep) {
    const KnownStates states(queue);
    const std::map<std::string, BookedTask> newest = book.tasks();
    std::vector<JobReport> reports;
    std::set<std::string> forgotten;
    for (const BookedJob& job : book.jobs) {
        if (!sweep.empty() && job.sweep != sweep) continue;
        for (std::size_t i = 0; i < job.script.segments.size(); ++i) {
            const BookedTask& task = newest.at(job.script.segments[i]);
            if (task.job != &job || task.index != i) continue;
            const SegmentRange range = segmentRange(task.segment());
            JobReport report;
            report.segment = task.segment();
            report.sweep = job.sweep;
            report.run = range.run;
            report.from = range.from;
            report.to = range.to;
            report.job = task.id();
            try {
                report.status = readStatus(workspace / "runs" / range.run);
                report.trained = report.status.state == RunState::finished ||
                                 report.status.epochs_done >= range.to;
            } catch (const Error& error) {
                report.run_problem = error.what();
            }
            if (const JobState* state = states.of(job, i)) {
                report.state = *state;
            } else if (!report.trained && !report.job.empty()) {
                forgotten.insert(arrayOf(report.job));
            }
            reports.push_back(std::move(report));
        }
    }
    if (!forgotten.empty()) {
        const KnownStates books(scheduler.ended({forgotten.begin(), forgotten.end()}));
        for (JobReport& report : reports) {
            if (!report.state.id.empty() || report.trained) continue;
            const BookedTask& task = newest.at(report.segment);
            if (const JobState* state = books.of(*task.job, task.index)) report.state = *state;
        }
    }
    for (JobReport& report : reports) {
        // Killed with its last epoch, it may have left its run unfinished.
        const JobState& state = report.state;
        const bool failed = !state.id.empty() && !state.live() && !state.endedWell();
        if (failed && report.status.state != RunState::finished &&
            report.status.epochs_done == report.to) {
            report.trained = false;
        }
        report.words = reportWords(report);
        const bool over = !report.trained && !report.state.live();
        const bool began = report.state.reason != "DependencyNeverSatisfied";
        if (!over || !began) continue;
        report.last_lines = lastLines(segmentLog(workspace, report.segment), kShownLines);
        if (report.last_lines.empty() && report.state.state == "FAILED") {
            report.words += "; it wrote no log: is " + workspace.string() +
                            " there on the node, by the same path?";
        }
    }
    return reports;
}

}  // namespace ballast
