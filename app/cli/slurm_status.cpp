#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cli/slurm_sweep.h"
#include "core/base/human_text.h"
#include "core/cluster/job_report.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;

ordered_json reportsJson(const std::vector<JobReport>& reports) {
    ordered_json list = ordered_json::array();
    for (const JobReport& report : reports) {
        list.push_back(
            {{"segment", report.segment},
             {"sweep", report.sweep},
             {"run", report.run},
             {"run_state", report.run_problem.empty() ? ordered_json(stateName(report.status.state))
                                                      : ordered_json(nullptr)},
             {"epochs_done", report.status.epochs_done},
             {"trained", report.trained},
             {"job", report.job},
             {"job_state", report.state.state},
             {"reason", report.state.reason},
             {"node", report.state.node},
             {"words", report.words},
             {"last_lines", report.last_lines}});
    }
    return list;
}

void printReports(const std::vector<JobReport>& reports) {
    std::size_t widest = 0;
    std::size_t widest_job = 0;
    for (const JobReport& report : reports) {
        widest = std::max(widest, report.segment.size());
        widest_job = std::max(widest_job, report.job.size());
    }
    for (const JobReport& report : reports) {
        const std::string run = report.run_problem.empty()
                                    ? std::string(stateName(report.status.state)) + ", " +
                                          std::to_string(report.status.epochs_done) + " epochs"
                                    : report.run_problem;
        std::cout << padded(report.segment, widest) << "  job " << padded(report.job, widest_job)
                  << "  " << report.words << "  (run " << run << ")\n";
        for (const std::string& line : report.last_lines) std::cout << "    " << line << "\n";
    }
    std::cout << std::flush;
}

}  // namespace

int printJobs(const std::filesystem::path& workspace, const std::string& sweep, bool as_json) {
    JobBook book = readJobBook(workspace);
    const Slurm slurm;
    std::vector<JobState> queue;
    if (!book.jobs.empty()) queue = slurm.queue();
    book.resolve(queue);
    const std::vector<JobReport> reports = reportJobs(workspace, book, queue, slurm, sweep);
    if (as_json) {
        std::cout << reportsJson(reports).dump(2) << std::endl;
    } else if (reports.empty()) {
        std::cout << "no job " << (sweep.empty() ? "" : "of the sweep " + sweep + " ")
                  << "was submitted from " << workspace.string() << std::endl;
    } else {
        printReports(reports);
    }
    const bool bad = std::ranges::any_of(
        reports, [](const JobReport& report) { return !report.trained && !report.state.live(); });
    return bad ? static_cast<int>(ExitCode::run_failed) : 0;
}

}  // namespace ballast
